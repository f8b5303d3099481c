/* Relaxation: pairs of cylinders support each other if one rigid motion explains both. */
#ifndef EURODAC_FINGERPRINT_RELAX_H
#define EURODAC_FINGERPRINT_RELAX_H
#include "fingerprint_select.h"

/* Rounds to the nearest integer, |x| < 2^22; vectorises everywhere, unlike rintf. */
FINGER_BODY float nearest(float x) { return (x + 12582912.0f) - 12582912.0f; }

/* e^x, x clamped to -20..20, relative error below 1e-5.  The clamp also keeps the product of three
 * of them, its reciprocal and the sums of the relaxation out of the slow denormal numbers. */
FINGER_BODY float fast_exp(float x) {
    x = x < -20.0f ? -20.0f : x > 20.0f ? 20.0f : x;
    const float scaled = x * 1.44269504f, whole = nearest(scaled), f = scaled - whole;
    const int32_t bits = ((int32_t)whole + 127) << 23;
    float power;
    memcpy(&power, &bits, sizeof power);
    return power * (1.0f + f * (0.69314718f + f * (0.24022651f + f * (0.05550411f +
                                                   f * (0.00961813f + f * 0.00133336f)))));
}

/* |atan2(y, x)| for y >= 0, error below 2e-5 rad. */
FINGER_BODY float fast_angle(float y, float x) {
    const float ax = fabsf(x), high = ax > y ? ax : y, low = ax > y ? y : ax;
    const float q = low / (high > 1e-9f ? high : 1e-9f), r = q * q;
    float angle = q * (0.99997726f + r * (-0.33262347f + r * (0.19354346f + r * (-0.11643287f +
                                          r * (0.05265332f + r * -0.01172120f)))));
    angle = y > ax ? FINGER_PI / 2 - angle : angle;
    return x < 0 ? FINGER_PI - angle : angle;
}

/* 1 + e^(-slope (value - centre)), the reciprocal of a logistic step. */
FINGER_BODY float step_up(float value, float centre, float slope) {
    return 1.0f + fast_exp(-slope * (value - centre));
}

/* The selected pairs, one array per property. */
typedef struct {
    float ax[FINGER_PAIRS], ay[FINGER_PAIRS], bx[FINGER_PAIRS], by[FINGER_PAIRS];
    float turn[FINGER_PAIRS], cosine[FINGER_PAIRS], sine[FINGER_PAIRS]; /* probe - reference */
    float similarity[FINGER_PAIRS];
    int32_t ia[FINGER_PAIRS], ib[FINGER_PAIRS];
} finger_pairs;

FINGER_BODY void load_pairs(const finger_header *a, const finger_header *b,
                            const finger_selection *s, int padded, finger_pairs *o) {
    for (int i = 0; i < padded; i++) { /* padding repeats the first pair, without similarity */
        const int64_t word = s->words[i < s->count ? i : 0];
        const int ia = word_probe(word), ib = word_reference(word);
        o->ia[i] = ia, o->ib[i] = ib;
        o->ax[i] = finger_x(a)[ia], o->ay[i] = finger_y(a)[ia];
        o->bx[i] = finger_x(b)[ib], o->by[i] = finger_y(b)[ib];
        o->turn[i] = finger_theta(a)[ia] - finger_theta(b)[ib];
        o->cosine[i] = cosf(o->turn[i]), o->sine[i] = sinf(o->turn[i]);
        o->similarity[i] = i < s->count ? 1.0f - sqrtf(word_key(word)) : 0.0f;
    }
}

/* How far pair i supports pair j, 0..1, for all i: equal distance between their minutiae, equal
 * turn, and the joining lines are turned like pair i. */
FINGER_BODY void support_of(const finger_parameters *p, const finger_pairs *o, int j, int padded,
                            float *support) {
    for (int i = 0; i < padded; i++) {
        const float dx = o->ax[j] - o->ax[i], dy = o->ay[j] - o->ay[i];
        const float ex = o->bx[j] - o->bx[i], ey = o->by[j] - o->by[i];
        const float distance = fabsf(sqrtf(dx * dx + dy * dy) - sqrtf(ex * ex + ey * ey));
        float direction = o->turn[i] - o->turn[j];
        direction = fabsf(direction - 2 * FINGER_PI * nearest(direction * (0.5f / FINGER_PI)));
        const float fx = o->cosine[i] * ex - o->sine[i] * ey;
        const float fy = o->sine[i] * ex + o->cosine[i] * ey;
        const float radial = fast_angle(fabsf(dx * fy - dy * fx), dx * fx + dy * fy);
        const float product = step_up(distance, p->distance_centre, p->distance_slope) *
                              step_up(direction, p->direction_centre, p->direction_slope) *
                              step_up(radial, p->radial_centre, p->radial_slope);
        const int same = (o->ia[i] == o->ia[j]) | (o->ib[i] == o->ib[j]);
        support[i] = same ? 0.0f : 1.0f / product;
    }
}

/* Iterates: every pair keeps a share of its value and takes the rest from what supports it. */
FINGER_BODY void relax(const finger_parameters *p, const finger_pairs *o, int count, int padded,
                       float *value) {
    float support[FINGER_PAIRS * FINGER_PAIRS] __attribute__((aligned(64)));
    float sum[FINGER_PAIRS] __attribute__((aligned(64)));
    const float keep = p->keep_weight, take = (1.0f - keep) / (float)(count - 1);
    for (int j = 0; j < count; j++) support_of(p, o, j, padded, support + FINGER_PAIRS * j);
    for (int i = 0; i < padded; i++) value[i] = o->similarity[i];
    for (int step = 0; step < (int)p->iterations; step++) {
        for (int i = 0; i < padded; i++) sum[i] = 0.0f;
        for (int j = 0; j < count; j++)
            for (int i = 0; i < padded; i++) sum[i] += value[j] * support[FINGER_PAIRS * j + i];
        for (int i = 0; i < count; i++) value[i] = keep * value[i] + take * sum[i];
    }
}

/* Mean relaxed value of the `best` pairs that kept the largest share in the relaxation, as the
 * share kept per iteration: its logarithm is what differs between mates and others. */
FINGER_BODY float relaxed_score(const finger_pairs *o, const float *value, int count, int best,
                                float iterations) {
    finger_selection kept = {.count = count};
    float total = 0;
    for (int i = 0; i < count; i++) {
        const float share = o->similarity[i] > 0 ? value[i] / o->similarity[i] : 0.0f;
        int32_t bits;
        memcpy(&bits, &share, sizeof bits);
        kept.words[i] = ((int64_t)(INT32_MAX - bits) << 32) | i; /* the largest share first */
    }
    keep_smallest(&kept, best);
    for (int i = 0; i < kept.count; i++) total += value[word_reference(kept.words[i])];
    return powf(total / (float)best, 1.0f / iterations);
}

/* How many pairs decide, from the smaller number of cylinders: a logistic step. */
FINGER_BODY int deciding_pairs(const finger_parameters *p, int fewest) {
    const float rise = 1 + expf(-p->pairs_slope * ((float)fewest - p->pairs_centre));
    return (int)p->min_pairs + (int)roundf((p->max_pairs - p->min_pairs) / rise);
}

/* Pairs that tie are told apart by their place, so the order of the two fingers would show in the
 * score: both are put into one order first, that of their bytes. */
FINGER_BODY void order_fingers(const finger_header **a, const finger_header **b) {
    const int32_t bytes = (*a)->bytes < (*b)->bytes ? (*a)->bytes : (*b)->bytes;
    if (memcmp(*a, *b, (size_t)bytes) <= 0) return;
    const finger_header *first = *a;
    *a = *b;
    *b = first;
}

FINGER_BODY float compare_body(const finger_model *model, const finger_header *probe,
                               const finger_header *reference, int mode, int level) {
    const finger_parameters *p = &model->p;
    order_fingers(&probe, &reference);
    const int fewest = probe->cylinders < reference->cylinders ? probe->cylinders
                                                               : reference->cylinders;
    if (fewest == 0) return 0.0f;
    const int best = deciding_pairs(p, fewest);
    const int wanted = mode == FINGER_LOCAL ? best : (int)((float)best * p->relaxation_factor);
    finger_selection selection;
    finger_pairs pairs __attribute__((aligned(64)));
    int k = wanted < fewest ? wanted : fewest;
    k = k < FINGER_PAIRS ? k : FINGER_PAIRS;
    select_pairs(p, probe, reference, k, level, &selection);
    if (mode == FINGER_LOCAL) {
        float total = 0;
        for (int i = 0; i < selection.count; i++)
            total += 1.0f - sqrtf(word_key(selection.words[i]));
        return total / (float)best;
    }
    if (selection.count < 2) return 0.0f;
    const int padded = (selection.count + 15) & ~15;
    float value[FINGER_PAIRS] __attribute__((aligned(64)));
    load_pairs(probe, reference, &selection, padded, &pairs);
    relax(p, &pairs, selection.count, padded, value);
    return relaxed_score(&pairs, value, selection.count, best, p->iterations);
}
#endif
