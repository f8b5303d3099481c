/* Parameters -> tables.  All are computed in double precision and rounded once. */
#include "fingerprint.h"

#include <math.h>
#include <string.h>

/* A support whose exponent lies this far beyond its centre, e^-7, is none: 0.1 % of one pair among
 * dozens moves no score, and nearly all pairs of non-mates need not be computed. */
#define NO_SUPPORT 7.0
#define STEP (2 * M_PI / FINGER_TURN)

static double cell(const finger_model *model) { return 2.0 * model->p.radius / FINGER_SIDE; }

static double wrap(double angle) {
    while (angle > M_PI) angle -= 2 * M_PI;
    while (angle <= -M_PI) angle += 2 * M_PI;
    return angle;
}

/* Gaussian of the distance along one axis, by the place inside a cell; the product of both axes is
 * that of the distance. */
static void fill_near(finger_model *model) {
    const double sigma = model->p.spatial_sigma, peak = 1 / (sigma * sqrt(2 * M_PI));
    memset(model->across, 0, sizeof model->across);
    memset(model->along, 0, sizeof model->along);
    for (int f = 0; f < FINGER_FRACTIONS; f++)
        for (int k = 0; k < FINGER_WINDOW; k++) {
            const double d = cell(model) * (k - 1 - f / (double)FINGER_FRACTIONS);
            const uint16_t near = (uint16_t)rint(65535 * exp(-d * d / (2 * sigma * sigma)));
            model->across[f][FINGER_SIDE + k] = near;
            model->along[f][FINGER_SIDE + k] = (uint32_t)(near >> 2) * 0x10001;
        }
    const double reach = 4 * (model->p.radius + 3 * sigma);
    model->reach = (int32_t)floor(reach * reach);
    model->threshold = (int32_t)ceil(16384 * model->p.bit_threshold / peak);
}

/* Area of a Gaussian of the direction difference inside each of the six direction sections. */
static void fill_direction(finger_model *model) {
    const double sigma = model->p.direction_sigma, section = 2 * M_PI / FINGER_DIRECTIONS;
    for (int i = 0; i < FINGER_TURN; i++)
        for (int z = 0; z < FINGER_LANES; z++) {
            const double a = wrap(-M_PI + (z + 0.5) * section - i * STEP);
            const double area = 0.5 * (erf((a + section / 2) / (sigma * M_SQRT2)) -
                                       erf((a - section / 2) / (sigma * M_SQRT2)));
            model->direction[i][z] = z < FINGER_DIRECTIONS ? (uint16_t)rint(65535 * area) : 0;
        }
}

/* Cells inside the radius, and cells near a minutia, by its place inside the cell (3, 3). */
static void fill_cells(finger_model *model) {
    const double radius = model->p.radius / cell(model);
    const double valid = model->p.validity_radius / cell(model);
    model->disc = 0;
    model->disc_cells = 0;
    for (int a = 0; a < FINGER_SIDE; a++)
        for (int b = 0; b < FINGER_SIDE; b++) {
            const double u = a - 3.5, w = b - 3.5;
            if (u * u + w * w > radius * radius) continue;
            model->disc |= 1ULL << (a * FINGER_SIDE + b);
            model->disc_cells++;
        }
    for (int i = 0; i < FINGER_COVERS * FINGER_COVERS; i++) {
        uint64_t *cover = &model->cover[i / FINGER_COVERS][i % FINGER_COVERS];
        *cover = 0;
        for (int c = 0; c < FINGER_SIDE * FINGER_SIDE; c++) {
            const double u = c / FINGER_SIDE - 3 - (i / FINGER_COVERS + 0.5) / FINGER_COVERS;
            const double w = c % FINGER_SIDE - 3 - (i % FINGER_COVERS + 0.5) / FINGER_COVERS;
            *cover |= (uint64_t)(u * u + w * w <= valid * valid) << c;
        }
    }
}

static void fill_turns(finger_model *model) {
    const finger_parameters *p = &model->p;
    const double scale = FINGER_FRACTIONS / (4 * cell(model)) * 16384;
    for (int i = 0; i < FINGER_TURN; i++) {
        model->cosine[i] = (float)cos(i * STEP), model->sine[i] = (float)sin(i * STEP);
        model->frame_cosine[i] = (int32_t)rint(scale * cos(i * STEP));
        model->frame_sine[i] = (int32_t)rint(scale * sin(i * STEP));
    }
    for (int i = 0; i <= FINGER_TURN / 2; i++) {
        const double rise = -p->direction_slope * (i * STEP - p->direction_centre);
        model->direction_support[i] = (float)(1 / (1 + exp(rise)));
    }
    model->turn_limit = (int32_t)floor(p->max_rotation / STEP + 1e-4);
    const double direction = p->direction_centre - NO_SUPPORT / p->direction_slope;
    const double radial = fmin(p->radial_centre - NO_SUPPORT / p->radial_slope, 1.5);
    const double distance = p->distance_centre - NO_SUPPORT / p->distance_slope;
    model->direction_steps = (int32_t)floor(direction / STEP);
    model->radial_limit = (float)tan(radial);
    model->distance_limit = (float)(distance * distance);
}

static void fill_counts(finger_model *model) {
    const finger_parameters *p = &model->p;
    for (int q = 0; q < FINGER_QUALITIES; q++) {
        const double quality = fmax(q / (FINGER_QUALITIES - 1.0), p->quality_floor);
        model->weight[q] = (uint16_t)fmin(rint(2048 * pow(quality, -p->quality_exponent)), 65535);
    }
    for (int n = 0; n <= FINGER_MAX_MINUTIAE; n++) {
        const double rise = 1 + exp(-p->pairs_slope * (n - (double)p->pairs_centre));
        model->deciding[n] = (int)p->min_pairs +
                             (int)floor((double)(p->max_pairs - p->min_pairs) / rise + 0.5);
    }
}

int eurodac_finger_model_bytes(void) { return (int)sizeof(finger_model); }

/* Whether the tables can hold what the parameters say. */
static int fits(const finger_parameters *p) {
    const double side = 2.0 * p->radius / FINGER_SIDE, sigma = p->spatial_sigma;
    return p->radius >= 33 && p->radius <= 1000 && sigma > 0 && sigma <= 1000 &&
           p->direction_sigma > 0 && p->validity_radius > 0 && p->validity_radius <= 3 * side &&
           p->bit_threshold > 0 && p->bit_threshold * sigma * sqrt(2 * M_PI) <= 3 &&
           p->min_common_cells >= 1 && p->max_rotation >= 0 && p->max_rotation <= 4 && p->min_pairs >= 1 &&
           p->max_pairs >= p->min_pairs && p->max_pairs <= FINGER_PAIRS &&
           p->relaxation_factor >= 1 && p->distance_slope < 0 && p->direction_slope < 0 &&
           p->radial_slope < 0 && p->iterations >= 1 && p->quality_floor > 0 &&
           pow(p->quality_floor, -p->quality_exponent) <= 31;
}

/* Fills the tables; returns 0, or -1 if they cannot hold what the parameters say. */
int eurodac_finger_prepare(const finger_parameters *parameters, uint32_t tuning,
                           finger_model *model) {
    if (!fits(parameters)) return -1;
    model->p = *parameters;
    model->tuning = tuning;
    fill_near(model);
    fill_direction(model);
    fill_cells(model);
    fill_turns(model);
    fill_counts(model);
    return 0;
}
