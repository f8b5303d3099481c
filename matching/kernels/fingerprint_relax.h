/* Relaxation: pairs of cylinders support each other if one rigid motion explains both. */
#ifndef EURODAC_FINGERPRINT_RELAX_H
#define EURODAC_FINGERPRINT_RELAX_H
#include "fingerprint_select.h"

#define RELAX_LINKS (FINGER_PAIRS * (FINGER_PAIRS - 1) / 2 + 16) /* and room for one store */

/* Rounds to the nearest integer, |x| < 2^22; vectorises everywhere, unlike rintf. */
FINGER_BODY float nearest(float x) { return (x + 12582912.0f) - 12582912.0f; }

/* e^x, x clamped to -20..20, relative error below 1e-5. */
FINGER_BODY float fast_exp(float x) {
    x = x < -20.0f ? -20.0f : x > 20.0f ? 20.0f : x;
    const float scaled = x * 1.44269504f, whole = nearest(scaled), f = scaled - whole;
    const int32_t bits = (int32_t)((uint32_t)((int32_t)whole + 127) << 23);
    float power;
    memcpy(&power, &bits, sizeof power);
    return power * (1.0f + f * (0.69314718f + f * (0.24022651f + f * (0.05550411f +
                                                   f * (0.00961813f + f * 0.00133336f)))));
}

/* atan2(y, x) for y >= 0 and x > 0, error below 2e-5 rad. */
FINGER_BODY float fast_angle(float y, float x) {
    const float high = x > y ? x : y, low = x > y ? y : x;
    const float q = low / (high > 1e-9f ? high : 1e-9f), r = q * q;
    const float angle = q * (0.99997726f + r * (-0.33262347f + r * (0.19354346f +
                        r * (-0.11643287f + r * (0.05265332f + r * -0.01172120f)))));
    return y > x ? 1.57079633f - angle : angle;
}

/* 1 + e^(-slope (value - centre)), the reciprocal of a logistic step. */
FINGER_BODY float step_up(float value, float centre, float slope) {
    return 1.0f + fast_exp(-slope * (value - centre));
}

/* The selected pairs, one array per property. */
typedef struct {
    float ax[FINGER_PAIRS], ay[FINGER_PAIRS], bx[FINGER_PAIRS], by[FINGER_PAIRS];
    float cosine[FINGER_PAIRS], sine[FINGER_PAIRS]; /* of the turn, probe - reference */
    float similarity[FINGER_PAIRS];
    int32_t turn[FINGER_PAIRS], ids[FINGER_PAIRS];
} finger_pairs;

/* Two pairs that may support each other, first < second: how the lines between them lie and by how
 * much their turns differ; then the support of each by the other. */
typedef struct {
    int32_t first[RELAX_LINKS], second[RELAX_LINKS], turn[RELAX_LINKS];
    float squared_d[RELAX_LINKS], squared_e[RELAX_LINKS]; /* see finger_lines */
    float along_first[RELAX_LINKS], aside_first[RELAX_LINKS]; /* see left_along, left_aside */
    float along_second[RELAX_LINKS], aside_second[RELAX_LINKS];
    float to_first[RELAX_LINKS], to_second[RELAX_LINKS];
    int count;
} finger_links;

/* How the lines between two pairs lie: on the probe d, on the reference e. */
typedef struct {
    float squared_d, squared_e, along, aside;
} finger_lines;

FINGER_BODY void load_pairs(const finger_model *model, const finger_header *a,
                            const finger_header *b, const finger_selection *s, finger_pairs *o) {
    for (int i = 0; i < s->count; i++) {
        const uint64_t mine = finger_word(a, s->ids[i] >> 8, FINGER_PLACE);
        const uint64_t theirs = finger_word(b, s->ids[i] & 255, FINGER_PLACE);
        const int turn = (place_angle(mine) - place_angle(theirs)) & (FINGER_TURN - 1);
        o->ids[i] = s->ids[i], o->turn[i] = turn;
        o->ax[i] = (float)place_x(mine) * a->unit, o->ay[i] = -(float)place_y(mine) * a->unit;
        o->bx[i] = (float)place_x(theirs) * b->unit, o->by[i] = -(float)place_y(theirs) * b->unit;
        o->cosine[i] = model->cosine[turn], o->sine[i] = model->sine[turn];
        o->similarity[i] = 1.0f - sqrtf(key_value(s->keys[i]));
    }
    for (int i = s->count; i < FINGER_PAIRS; i++) { /* padding, never read where it counts */
        o->ids[i] = o->turn[i] = 0;
        o->ax[i] = o->ay[i] = o->bx[i] = o->by[i] = 0.0f;
        o->cosine[i] = o->sine[i] = o->similarity[i] = 0.0f;
    }
}

FINGER_BODY finger_lines lines_between(const finger_pairs *o, int i, int j) {
    const float dx = o->ax[j] - o->ax[i], dy = o->ay[j] - o->ay[i];
    const float ex = o->bx[j] - o->bx[i], ey = o->by[j] - o->by[i];
    return (finger_lines){dx * dx + dy * dy, ex * ex + ey * ey, dx * ex + dy * ey,
                          dy * ex - dx * ey};
}

/* Cosine and sine, times the lengths, of what is left between the lines after turning by pair i. */
FINGER_BODY float left_along(const finger_pairs *o, int i, finger_lines l) {
    return l.along * o->cosine[i] + l.aside * o->sine[i];
}
FINGER_BODY float left_aside(const finger_pairs *o, int i, finger_lines l) {
    return fabsf(l.aside * o->cosine[i] - l.along * o->sine[i]);
}
FINGER_BODY int explains(const finger_model *model, float along, float aside) {
    return (along > 0) & (aside <= model->radial_limit * along);
}
FINGER_BODY int turn_between(const finger_pairs *o, int i, int j) {
    const int turn = (int8_t)(uint8_t)(o->turn[i] - o->turn[j]);
    return turn < 0 ? -turn : turn;
}

/* Whether two pairs are near enough to one motion that a support is worth computing. */
FINGER_BODY int may_support(const finger_model *model, const finger_pairs *o, int i, int j) {
    const finger_lines l = lines_between(o, i, j);
    const float rest = l.squared_d + l.squared_e - model->distance_limit;
    const int other = o->ids[i] ^ o->ids[j];
    const int apart = ((other & 0xff00) != 0) & ((other & 255) != 0);
    const int near = (rest <= 0) | (rest * rest <= 4 * l.squared_d * l.squared_e);
    return apart & near & (turn_between(o, i, j) <= model->direction_steps) &
           (explains(model, left_along(o, i, l), left_aside(o, i, l)) |
            explains(model, left_along(o, j, l), left_aside(o, j, l)));
}

FINGER_BODY void add_link(const finger_pairs *o, int i, int j, finger_links *links) {
    const finger_lines l = lines_between(o, i, j);
    const int n = links->count++;
    links->first[n] = i, links->second[n] = j, links->turn[n] = turn_between(o, i, j);
    links->squared_d[n] = l.squared_d, links->squared_e[n] = l.squared_e;
    links->along_first[n] = left_along(o, i, l), links->aside_first[n] = left_aside(o, i, l);
    links->along_second[n] = left_along(o, j, l), links->aside_second[n] = left_aside(o, j, l);
}

FINGER_BODY void find_links(const finger_model *model, const finger_pairs *o, int count,
                            finger_links *links) {
    int32_t flags[FINGER_PAIRS] FINGER_ALIGNED;
    links->count = 0;
    for (int i = 0; i < count; i++) {
        for (int j = i + 1; j < count; j++) flags[j] = may_support(model, o, i, j);
        for (int j = i + 1; j < count; j++)
            if (flags[j]) add_link(o, i, j, links);
    }
}

/* How far each of two pairs supports the other, 0..1: equal distance between their minutiae, equal
 * turn, and the joining lines turned likewise. */
FINGER_BODY void weigh_links(const finger_model *model, finger_links *links) {
    const finger_parameters *p = &model->p;
    for (int n = 0; n < links->count; n++) {
        const float distance = fabsf(sqrtf(links->squared_d[n]) - sqrtf(links->squared_e[n]));
        const float shared = model->direction_support[links->turn[n]] /
                             step_up(distance, p->distance_centre, p->distance_slope);
        const float mine = fast_angle(links->aside_first[n], links->along_first[n]);
        const float theirs = fast_angle(links->aside_second[n], links->along_second[n]);
        links->to_first[n] =
            (float)explains(model, links->along_first[n], links->aside_first[n]) * shared /
            step_up(mine, p->radial_centre, p->radial_slope);
        links->to_second[n] =
            (float)explains(model, links->along_second[n], links->aside_second[n]) * shared /
            step_up(theirs, p->radial_centre, p->radial_slope);
    }
}

/* What every pair gives to every other: a row per giver, sixteen pairs in a vector. */
typedef float float_lanes __attribute__((vector_size(64)));
#define RELAX_VECTORS (FINGER_PAIRS / 16)
typedef struct {
    float_lanes rows[FINGER_PAIRS][RELAX_VECTORS];
    int giving[FINGER_PAIRS], count; /* the pairs that give anything */
} finger_support;

FINGER_BODY void fill_support(const finger_links *links, finger_support *s) {
    uint64_t gives = 0;
    for (int n = 0; n < links->count; n++)
        gives |= 1ULL << links->first[n] | 1ULL << links->second[n];
    s->count = 0;
    for (; gives; gives &= gives - 1) {
        const int giver = __builtin_ctzll(gives);
        s->giving[s->count++] = giver;
        memset(s->rows[giver], 0, sizeof s->rows[giver]);
    }
    for (int n = 0; n < links->count; n++) {
        const int i = links->first[n], j = links->second[n];
        s->rows[j][i / 16][i % 16] = links->to_first[n];
        s->rows[i][j / 16][j % 16] = links->to_second[n];
    }
}

/* Iterates: every pair keeps a share of its value and takes the rest from what supports it. */
FINGER_BODY void relax(const finger_parameters *p, const finger_pairs *o,
                       const finger_links *links, int count, float *value) {
    finger_support support;
    float_lanes now[RELAX_VECTORS];
    const float keep = p->keep_weight, take = (1.0f - keep) / (float)(count - 1);
    fill_support(links, &support);
    memcpy(now, o->similarity, sizeof now);
    for (int step = 0; step < (int)p->iterations; step++) {
        float_lanes sum[RELAX_VECTORS] = {{0}};
        memcpy(value, now, sizeof now);
        for (int g = 0; g < support.count; g++)
            for (int b = 0; b < RELAX_VECTORS; b++)
                sum[b] += value[support.giving[g]] * support.rows[support.giving[g]][b];
        for (int b = 0; b < RELAX_VECTORS; b++) now[b] = keep * now[b] + take * sum[b];
    }
    memcpy(value, now, sizeof now);
}

/* The n-th root of 0..1, by Newton's method from a guess in the exponent: powf differs between C
 * libraries, arithmetic does not. */
FINGER_BODY float root(float value, int n) {
    if (value <= 1e-30f) return 0.0f;
    double guess = key_value((value_key(value) - 0x3f800000) / n + 0x3f800000);
    for (int step = 0; step < 4; step++) {
        double power = 1;
        for (int i = 1; i < n; i++) power *= guess;
        guess -= (guess * power - value) / (n * power);
    }
    return (float)guess;
}

/* Mean relaxed value of the `best` pairs that kept the largest share in the relaxation, as the
 * share kept per iteration: its logarithm is what differs between mates and others.  Shares that
 * differ by rounding only are equal: many pairs of non-mates have no support at all. */
FINGER_BODY float relaxed_score(const finger_pairs *o, const float *value, int count, int best,
                                float iterations, int level) {
    finger_selection kept;
    float total = 0;
    kept.count = count;
    for (int i = 0; i < count; i++) {
        const float share = o->similarity[i] > 0 ? value[i] / o->similarity[i] : 0.0f;
        kept.keys[i] = INT32_MAX - ((value_key(share) + 128) >> 8); /* the largest share first */
        kept.ids[i] = i;
    }
    keep_smallest(&kept, best, 0, level);
    for (int i = 0; i < kept.count; i++) total += value[kept.ids[i]];
    return root(total / (float)best, (int)iterations);
}
#endif
