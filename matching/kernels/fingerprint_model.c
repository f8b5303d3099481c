/* Parameters -> tables. */
#include "fingerprint.h"

#include <math.h>

static double wrap(double angle) {
    while (angle > M_PI) angle -= 2 * M_PI;
    while (angle <= -M_PI) angle += 2 * M_PI;
    return angle;
}

/* Gaussian of the distance between a cell and a minutia, by squared distance up to 3 sigma. */
static void fill_gauss(finger_model *model) {
    const double sigma = model->p.spatial_sigma;
    model->gauss_scale = (float)((FINGER_GAUSS - 1) / (9 * sigma * sigma));
    for (int i = 0; i < FINGER_GAUSS; i++) {
        const double squared = i / (double)model->gauss_scale;
        model->gauss[i] = (float)(exp(-squared / (2 * sigma * sigma)) / (sigma * sqrt(2 * M_PI)));
    }
}

/* Area of a Gaussian of the direction difference inside each of the six direction sections. */
static void fill_direction(finger_model *model) {
    const double sigma = model->p.direction_sigma, section = 2 * M_PI / FINGER_DIRECTIONS;
    for (int i = 0; i < FINGER_TURNS; i++) {
        const double difference = -M_PI + (i + 0.5) * 2 * M_PI / FINGER_TURNS;
        for (int z = 0; z < FINGER_LANES; z++) {
            const double a = wrap(-M_PI + (z + 0.5) * section - difference);
            const double area = 0.5 * (erf((a + section / 2) / (sigma * M_SQRT2)) -
                                       erf((a - section / 2) / (sigma * M_SQRT2)));
            model->direction[i][z] = z < FINGER_DIRECTIONS ? (float)area : 0.0f;
        }
    }
}

static void fill_disc(finger_model *model) {
    const double radius = model->p.radius, step = 2 * radius / FINGER_SIDE;
    model->disc = 0;
    model->disc_cells = 0;
    for (int a = 0; a < FINGER_SIDE; a++)
        for (int b = 0; b < FINGER_SIDE; b++) {
            const double u = step * (a - 3.5), w = step * (b - 3.5);
            if (u * u + w * w > radius * radius) continue;
            model->disc |= 1ULL << (a * FINGER_SIDE + b);
            model->disc_cells++;
        }
}

int eurodac_finger_model_bytes(void) { return (int)sizeof(finger_model); }

int eurodac_finger_max_bytes(void) { return FINGER_MAX_BYTES; }

void eurodac_finger_prepare(const finger_parameters *parameters, uint32_t tuning,
                            finger_model *model) {
    model->p = *parameters;
    model->tuning = tuning;
    fill_gauss(model);
    fill_direction(model);
    fill_disc(model);
}
