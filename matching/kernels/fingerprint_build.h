/* Minutiae -> bit cylinders. */
#ifndef EURODAC_FINGERPRINT_BUILD_H
#define EURODAC_FINGERPRINT_BUILD_H
#include "fingerprint.h"

#include <math.h>
#include <string.h>

typedef struct {
    float x, y, theta, weight;
    uint64_t planes[FINGER_DIRECTIONS + 1];
} finger_cylinder;

FINGER_BODY float finger_wrap(float angle) {
    angle = fmodf(angle, 2 * FINGER_PI);
    if (angle > FINGER_PI) angle -= 2 * FINGER_PI;
    if (angle <= -FINGER_PI) angle += 2 * FINGER_PI;
    return angle;
}

FINGER_BODY int clamp_cell(int cell) { return cell < 0 ? 0 : cell > 7 ? 7 : cell; }

/* Cells whose centre is within the validity radius of a minutia at (u, w), in cells. */
FINGER_BODY uint64_t covered_cells(float u, float w, float squared_radius) {
    uint64_t cells = 0;
    for (int a = 0; a < FINGER_SIDE; a++) {
        const float rest = squared_radius - (a - u) * (a - u);
        if (rest < 0) continue;
        const float half = sqrtf(rest);
        int low = (int)ceilf(w - half), high = (int)floorf(w + half);
        if (low < 0) low = 0;
        if (high > 7) high = 7;
        if (high >= low) cells |= (uint64_t)(((2u << high) - (1u << low)) & 255u) << (8 * a);
    }
    return cells;
}

/* Adds what a neighbour at (u, w), in cells, with this direction difference means to every cell. */
FINGER_BODY void add_neighbour(const finger_model *model, float u, float w, float difference,
                               float sums[FINGER_CELLS][FINGER_LANES]) {
    const float step = 2 * model->p.radius / FINGER_SIDE, reach = 3 * model->p.spatial_sigma;
    int turn = (int)((difference + FINGER_PI) * (FINGER_TURNS / (2 * FINGER_PI)));
    turn = turn < 0 ? 0 : turn >= FINGER_TURNS ? FINGER_TURNS - 1 : turn;
    const float *share = model->direction[turn], cells = reach / step;
    const int a0 = clamp_cell((int)ceilf(u - cells)), a1 = clamp_cell((int)floorf(u + cells));
    const int b0 = clamp_cell((int)ceilf(w - cells)), b1 = clamp_cell((int)floorf(w + cells));
    for (int a = a0; a <= a1; a++)
        for (int b = b0; b <= b1; b++) {
            const float squared = ((a - u) * (a - u) + (b - w) * (b - w)) * step * step;
            if (squared > reach * reach) continue;
            const float near = model->gauss[(int)(squared * model->gauss_scale + 0.5f)];
            float *sum = sums[a * FINGER_SIDE + b];
            for (int z = 0; z < FINGER_LANES; z++) sum[z] += near * share[z];
        }
}

/* Cylinder of minutia `centre`; 0 if too few cells are valid or too few neighbours are near. */
FINGER_BODY int build_cylinder(const finger_model *model, const float *minutiae, const float *theta,
                               int count, int centre, finger_cylinder *out) {
    const finger_parameters *p = &model->p;
    const float step = 2 * p->radius / FINGER_SIDE, reach = p->radius + 3 * p->spatial_sigma;
    const float seen = p->radius + p->validity_radius;
    const float cover = p->validity_radius * p->validity_radius / (step * step);
    const float x = minutiae[4 * centre], y = minutiae[4 * centre + 1];
    const float c = cosf(theta[centre]), s = sinf(theta[centre]);
    float sums[FINGER_CELLS][FINGER_LANES] __attribute__((aligned(64)));
    memset(sums, 0, sizeof sums);
    uint64_t valid = 0;
    int neighbours = 0;
    for (int t = 0; t < count; t++) {
        const float dx = minutiae[4 * t] - x, dy = minutiae[4 * t + 1] - y;
        const float squared = dx * dx + dy * dy;
        if (squared > seen * seen && squared > reach * reach) continue;
        const float u = (c * dx + s * dy) / step + 3.5f, w = (c * dy - s * dx) / step + 3.5f;
        valid |= covered_cells(u, w, cover);
        if (t == centre || squared > reach * reach) continue;
        neighbours++;
        add_neighbour(model, u, w, finger_wrap(theta[centre] - theta[t]), sums);
    }
    valid &= model->disc;
    if ((float)__builtin_popcountll(valid) < p->min_valid_share * (float)model->disc_cells) return 0;
    if ((float)neighbours < p->min_neighbours) return 0;
    memset(out->planes, 0, sizeof out->planes);
    for (int cell = 0; cell < FINGER_CELLS; cell++)
        for (int z = 0; z < FINGER_DIRECTIONS; z++)
            out->planes[z] |= (uint64_t)(sums[cell][z] >= p->bit_threshold) << cell;
    for (int z = 0; z < FINGER_DIRECTIONS; z++) out->planes[z] &= valid;
    out->planes[FINGER_VALID] = valid;
    out->x = x, out->y = y, out->theta = theta[centre];
    const float quality = fminf(fmaxf(minutiae[4 * centre + 3], p->quality_floor), 1.0f);
    out->weight = powf(quality, -p->quality_exponent);
    return 1;
}

/* Writes the cylinders in the layout of fingerprint.h; returns the bytes used. */
FINGER_BODY int pack_cylinders(const finger_model *model, const finger_cylinder *cylinders,
                               int count, finger_header *out) {
    memset(out, 0, sizeof *out);
    out->format = FINGER_FORMAT, out->tuning = model->tuning, out->cylinders = count;
    out->padded = (count + 15) & ~15;
    out->blocks = (count + FINGER_LANES - 1) / FINGER_LANES;
    out->bytes = (int)sizeof(finger_header) + 16 * out->padded + 8 * FINGER_BLOCK * out->blocks;
    memset(out + 1, 0, (size_t)out->bytes - sizeof *out);
    float *x = (float *)(out + 1), *y = x + out->padded, *theta = y + out->padded;
    float *weight = theta + out->padded;
    uint64_t *blocks = (uint64_t *)(weight + out->padded);
    for (int i = 0; i < count; i++) {
        x[i] = cylinders[i].x, y[i] = cylinders[i].y;
        theta[i] = cylinders[i].theta, weight[i] = cylinders[i].weight;
        uint64_t *lane = blocks + FINGER_BLOCK * (i / FINGER_LANES) + i % FINGER_LANES;
        for (int z = 0; z <= FINGER_VALID; z++) lane[FINGER_LANES * z] = cylinders[i].planes[z];
    }
    for (int i = count; i < out->padded; i++) theta[i] = NAN;
    return out->bytes;
}

FINGER_BODY int build_body(const finger_model *model, const float *minutiae, int count,
                           finger_header *out) {
    finger_cylinder cylinders[FINGER_MAX_MINUTIAE];
    float theta[FINGER_MAX_MINUTIAE];
    int order[FINGER_MAX_MINUTIAE], kept = 0;
    if (count > FINGER_MAX_MINUTIAE) count = FINGER_MAX_MINUTIAE;
    for (int i = 0; i < count; i++) { /* insertion sort by theta: stable, short lists */
        int place = i;
        theta[i] = finger_wrap(minutiae[4 * i + 2]);
        for (; place > 0 && theta[order[place - 1]] > theta[i]; place--)
            order[place] = order[place - 1];
        order[place] = i;
    }
    for (int i = 0; i < count; i++)
        kept += build_cylinder(model, minutiae, theta, count, order[i], cylinders + kept);
    return pack_cylinders(model, cylinders, kept, out);
}
#endif
