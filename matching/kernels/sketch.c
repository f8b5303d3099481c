/* Histogram of close pairs of minutiae: one body, compiled for every instruction set. */
#include "sketch.h"

#include <math.h>
#include <string.h>

#define SKETCH_BODY static inline __attribute__((always_inline))
#define SKETCH_SIDE (SKETCH_DIRECTIONS + 1) /* the last cell is the first one again */
#define SKETCH_PADDED 96                    /* 80 and whole vectors */

/* The minutiae of one finger that are used, y upwards, and the weight of each. */
typedef struct {
    float x[SKETCH_PADDED], y[SKETCH_PADDED], turn[SKETCH_PADDED], weight[SKETCH_PADDED];
    int count;
} sketch_finger;

/* Where the pairs of one minutia with the later ones fall, in cells. */
typedef struct {
    float reach[SKETCH_PADDED], first[SKETCH_PADDED], second[SKETCH_PADDED];
    float weight[SKETCH_PADDED]; /* 0: too close or too far */
} sketch_row;

SKETCH_BODY void choose(const sketch_parameters *p, const float *rows, int count,
                        sketch_finger *finger) {
    float quality[SKETCH_ROOM];
    for (int i = 0; i < count; i++)
        quality[i] = rows[4 * i + 3] == 0.0f ? p->neutral_quality : rows[4 * i + 3];
    finger->count = 0;
    for (int i = 0; i < count; i++) {
        int better = 0;
        for (int j = 0; count > SKETCH_MAX_MINUTIAE && j < count; j++)
            better += quality[j] > quality[i] || (quality[j] == quality[i] && j < i);
        if (better >= SKETCH_MAX_MINUTIAE) continue;
        const int at = finger->count++;
        finger->x[at] = rows[4 * i];
        finger->y[at] = -rows[4 * i + 1];
        finger->turn[at] = rows[4 * i + 2] * (float)(SKETCH_DIRECTIONS / (2 * 3.14159265358979));
        finger->weight[at] = powf(quality[i], p->quality_exponent);
    }
}

/* Direction of (x, y) in cells, 0..12; within 4e-6 cells. The polynomial is atan's on 0..1, fitted
 * for least largest error; without a branch, so that it runs in vectors. */
SKETCH_BODY float direction(float x, float y) {
    const float ax = fabsf(x), ay = fabsf(y);
    const float low = ax < ay ? ax : ay, high = ax < ay ? ay : ax;
    const float t = low / (high > 1e-30f ? high : 1e-30f), s = t * t;
    float a = -0.01172120f;
    a = a * s + 0.05265332f;
    a = a * s - 0.11643287f;
    a = a * s + 0.19354346f;
    a = a * s - 0.33262347f;
    a = a * s + 0.99997726f;
    a = a * t;
    a = ay > ax ? 1.57079633f - a : a;
    a = x < 0.0f ? 3.14159265f - a : a;
    a = y < 0.0f ? 6.28318531f - a : a;
    return a * (float)(SKETCH_DIRECTIONS / (2 * 3.14159265358979));
}

/* Brings a direction of -24..36 cells into 0 <= d < 12. */
SKETCH_BODY float wrap(float cells) {
    const float turns = (float)(int)(cells * (1.0f / SKETCH_DIRECTIONS) + 4.0f) - 4.0f;
    float rest = cells - turns * SKETCH_DIRECTIONS;
    rest = rest < 0.0f ? rest + SKETCH_DIRECTIONS : rest;
    return rest >= SKETCH_DIRECTIONS ? rest - SKETCH_DIRECTIONS : rest;
}

SKETCH_BODY void measure(const sketch_parameters *p, const sketch_finger *finger, int i,
                         sketch_row *row) {
    const float x = finger->x[i], y = finger->y[i], turn = finger->turn[i];
    const float weight = finger->weight[i], half = SKETCH_DIRECTIONS / 2;
    const float scale = 1.0f / (p->max_distance - p->min_distance);
    for (int j = i + 1; j < finger->count; j++) {
        const float dx = finger->x[j] - x, dy = finger->y[j] - y;
        const float distance = sqrtf(dx * dx + dy * dy);
        const int near = (distance > p->min_distance) & (distance < p->max_distance);
        const float share = (distance - p->min_distance) * scale;
        const float reach = sqrtf(near ? share : 0.0f) * (SKETCH_DISTANCES - 1);
        const float line = direction(dx, dy);
        row->reach[j] = reach < SKETCH_DISTANCES - 1.001f ? reach : SKETCH_DISTANCES - 1.001f;
        row->first[j] = wrap(line - turn);
        row->second[j] = wrap(line + half - finger->turn[j]);
        row->weight[j] = near ? weight * finger->weight[j] : 0.0f;
    }
}

/* Shares each pair among the eight cells around it. */
SKETCH_BODY void spread(const sketch_finger *finger, int i, const sketch_row *row,
                        float (*table)[SKETCH_SIDE][SKETCH_SIDE]) {
    for (int j = i + 1; j < finger->count; j++) {
        if (row->weight[j] == 0.0f) continue;
        const int d = (int)row->reach[j], a = (int)row->first[j], b = (int)row->second[j];
        const float e = row->reach[j] - (float)d, u = row->first[j] - (float)a;
        const float v = row->second[j] - (float)b;
        for (int k = 0; k < 4; k++) {
            const float w = (k & 1 ? e : 1.0f - e) * row->weight[j] * (k & 2 ? u : 1.0f - u);
            float *cell = &table[d + (k & 1)][a + (k >> 1)][b];
            cell[0] += w * (1.0f - v);
            cell[1] += w * v;
        }
    }
}

/* Each pair was seen from one end only: (a, b) and (b, a) are one cell. Roots, unit length. */
SKETCH_BODY void fold(float (*table)[SKETCH_SIDE][SKETCH_SIDE], float *cells) {
    float total = 0.0f;
    int at = 0;
    for (int d = 0; d < SKETCH_DISTANCES; d++) {
        for (int k = 0; k < SKETCH_SIDE; k++) table[d][0][k] += table[d][SKETCH_DIRECTIONS][k];
        for (int k = 0; k < SKETCH_SIDE; k++) table[d][k][0] += table[d][k][SKETCH_DIRECTIONS];
        for (int a = 0; a < SKETCH_DIRECTIONS; a++)
            for (int b = a; b < SKETCH_DIRECTIONS; b++) {
                cells[at] = a == b ? table[d][a][a] : table[d][a][b] + table[d][b][a];
                total += cells[at++];
            }
    }
    const float scale = total > 0.0f ? 1.0f / total : 0.0f;
    for (int k = 0; k < SKETCH_CELLS; k++) cells[k] = sqrtf(cells[k] * scale);
}

SKETCH_BODY void cells_body(const sketch_parameters *p, const float *minutiae, const int64_t *ends,
                            int64_t count, float *cells) {
    for (int64_t n = 0, begin = 0; n < count; begin = ends[n++]) {
        sketch_finger finger;
        sketch_row row;
        float table[SKETCH_DISTANCES][SKETCH_SIDE][SKETCH_SIDE];
        memset(table, 0, sizeof(table));
        choose(p, minutiae + 4 * begin, (int)(ends[n] - begin), &finger);
        for (int i = 0; i + 1 < finger.count; i++) {
            measure(p, &finger, i, &row);
            spread(&finger, i, &row, table);
        }
        fold(table, cells + n * SKETCH_CELLS);
    }
}

#define SPECIALISE(name, attributes)                                                               \
    attributes static void cells_##name(const sketch_parameters *p, const float *minutiae,         \
                                        const int64_t *ends, int64_t count, float *cells) {        \
        cells_body(p, minutiae, ends, count, cells);                                               \
    }

SPECIALISE(portable, )
#if defined(__x86_64__)
SPECIALISE(avx2, __attribute__((target("avx2,bmi,bmi2"))))
SPECIALISE(avx512, __attribute__((target("avx2,bmi,bmi2,avx512f,avx512bw,avx512dq,avx512vl,"
                                         "prefer-vector-width=512"))))
#else
#define cells_avx2 cells_portable
#define cells_avx512 cells_portable
#endif

/* minutiae: rows of x, y (downwards), direction, quality of all fingers; ends: where each finger
 * ends, in rows. Every finger has at most SKETCH_ROOM - 1. Returns -1 if this machine lacks the
 * level. */
int eurodac_sketch_cells(const sketch_parameters *parameters, const float *minutiae,
                         const int64_t *ends, int64_t count, int level, float *cells) {
    switch (eurodac_cpu_level(level)) {
    case CPU_AVX512: cells_avx512(parameters, minutiae, ends, count, cells); return 0;
    case CPU_AVX2: cells_avx2(parameters, minutiae, ends, count, cells); return 0;
    case CPU_PORTABLE: cells_portable(parameters, minutiae, ends, count, cells); return 0;
    default: return -1;
    }
}
