/* The most similar pairs of cylinders of two fingers. */
#ifndef EURODAC_FINGERPRINT_SELECT_H
#define EURODAC_FINGERPRINT_SELECT_H
#include "fingerprint.h"

#include <math.h>
#include <string.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

/* Pairs are kept in the order of their ids, so "the k smallest, of equal ones those with the
 * smaller id" is one well-defined list on every instruction set. A key is the dissimilarity as
 * bits: a float that is not negative orders like its bits. */
#define SELECT_CAPACITY 192
#define SELECT_SLACK 24           /* more than k that may stay while pairs still come */
#define SELECT_BELOW_ONE 0x3f7fffff /* the largest float below 1: as dissimilar as can be */

typedef struct {
    int32_t keys[SELECT_CAPACITY + 2 * FINGER_LANES]; /* room for two blocks stored whole */
    int32_t ids[SELECT_CAPACITY + 2 * FINGER_LANES];  /* 256 x probe's cylinder + reference's */
    int32_t limit; /* only pairs with keys up to this can still be among the k smallest */
    int count;
} finger_selection;

FINGER_BODY float key_value(int32_t key) {
    float value;
    memcpy(&value, &key, sizeof value);
    return value;
}

FINGER_BODY int32_t value_key(float value) {
    int32_t key;
    memcpy(&key, &value, sizeof key);
    return key;
}

FINGER_BODY int count_up_to(const finger_selection *s, int32_t limit) {
    int32_t below = 0;
    for (int i = 0; i < s->count; i++) below += s->keys[i] <= limit;
    return below;
}

/* Keeps what is up to `low`, and of what is up to `high` the first few. */
FINGER_BODY void keep_first(finger_selection *s, int32_t low, int32_t high, int few) {
    int kept = 0;
    for (int i = 0; i < s->count; i++) {
        const int stays = s->keys[i] <= low || (s->keys[i] <= high && few-- > 0);
        s->keys[kept] = s->keys[i], s->ids[kept] = s->ids[i];
        kept += stays;
    }
    s->count = kept;
}

#if defined(__x86_64__)
/* The same for all up to `high`, sixteen at a time. */
FINGER_AVX512_TARGET static inline void keep_up_to_avx512(finger_selection *s, int32_t high) {
    int kept = 0;
    for (int i = 0; i < s->count; i += 16) {
        const __m512i keys = _mm512_loadu_si512(s->keys + i), ids = _mm512_loadu_si512(s->ids + i);
        const __mmask16 real = (__mmask16)(s->count - i < 16 ? (1 << (s->count - i)) - 1 : 0xffff);
        const __mmask16 stays = _mm512_mask_cmple_epi32_mask(real, keys, _mm512_set1_epi32(high));
        _mm512_storeu_si512(s->keys + kept, _mm512_maskz_compress_epi32(stays, keys));
        _mm512_storeu_si512(s->ids + kept, _mm512_maskz_compress_epi32(stays, ids));
        kept += __builtin_popcount(stays);
    }
    s->count = kept;
}
#else
static inline void keep_up_to_avx512(finger_selection *s, int32_t high) { keep_first(s, high, high, 0); }
#endif

/* Keeps the k smallest and at most `slack` more, in their order: bisects the value, by its place
 * between the counts and by halves in turn. */
FINGER_BODY void keep_smallest(finger_selection *s, int k, int slack, int level) {
    if (s->count <= k) return;
    int32_t low = INT32_MAX, high = 0;
    for (int i = 0; i < s->count; i++) {
        low = s->keys[i] < low ? s->keys[i] : low;
        high = s->keys[i] > high ? s->keys[i] : high;
    }
    int under = 0, upto = s->count; /* how many are <= low - 1 and <= high */
    low--;
    for (int halve = 0; upto > k + slack && high - low > 1; halve ^= 1) {
        const int64_t span = (int64_t)high - low;
        int64_t step = halve ? span / 2 : span * (k + slack / 2 - under) / (upto - under);
        step = step < 1 ? 1 : step > span - 1 ? span - 1 : step;
        const int32_t middle = (int32_t)(low + step);
        const int below = count_up_to(s, middle);
        if (below >= k)
            high = middle, upto = below;
        else
            low = middle, under = below;
    }
    s->limit = high;
    if (upto <= k + slack && level == CPU_AVX512)
        keep_up_to_avx512(s, high);
    else
        keep_first(s, low, high, upto > k + slack ? k - under : upto - under);
}

/* How many directions have a bit, per cell, as three planes of binary digits: counting the bits of
 * all directions then takes three population counts instead of six. */
FINGER_BODY void count_planes(const uint64_t *block, uint64_t digits[3][FINGER_LANES]) {
    for (int i = 0; i < FINGER_LANES; i++) {
        const uint64_t a = block[i], b = block[8 + i], c = block[16 + i];
        const uint64_t d = block[24 + i], e = block[32 + i], f = block[40 + i];
        const uint64_t one = a ^ b ^ c, two = (a & b) | (c & (a | b));
        const uint64_t uno = d ^ e ^ f, due = (d & e) | (f & (d | e)), and = one & uno;
        digits[0][i] = one ^ uno;
        digits[1][i] = two ^ due ^ and;
        digits[2][i] = (two & due) | (and & (two | due));
    }
}

/* What a whole comparison needs of one finger, block by block. */
typedef struct {
    uint64_t digits[FINGER_MAX_BLOCKS][3][FINGER_LANES];
    float weight[FINGER_MAX_MINUTIAE];
    uint8_t angle[FINGER_MAX_MINUTIAE];
    uint8_t first[FINGER_MAX_BLOCKS], reach[FINGER_MAX_BLOCKS]; /* angles that a block is near */
} finger_prepared;

FINGER_BODY void prepare_finger(const finger_model *model, const finger_header *h,
                                finger_prepared *o) {
    for (int k = 0; k < h->blocks; k++) {
        const uint64_t *block = finger_blocks(h) + FINGER_BLOCK * k;
        count_planes(block, o->digits[k]);
        for (int i = 0; i < FINGER_LANES; i++) {
            const uint64_t place = block[FINGER_LANES * FINGER_PLACE + i];
            o->weight[FINGER_LANES * k + i] = place_weight(place);
            o->angle[FINGER_LANES * k + i] = (uint8_t)place_angle(place);
        }
        const int end = FINGER_LANES * (k + 1) < h->cylinders ? FINGER_LANES * (k + 1)
                                                              : h->cylinders;
        const int first = o->angle[FINGER_LANES * k];
        const int reach = o->angle[end - 1] - first + 2 * model->turn_limit;
        o->first[k] = (uint8_t)(first - model->turn_limit);
        o->reach[k] = (uint8_t)(reach < 255 ? reach : 255);
    }
}

/* One probe cylinder against the eight of a block.  The dissimilarity is the squared distance of
 * the bits both cylinders hold valid, nx / (sqrt(na) + sqrt(nb))^2, times the weights of both. */
FINGER_BODY void compare_block(const finger_model *model, const finger_header *probe, int i,
                               const finger_prepared *a, const uint64_t *block,
                               const finger_prepared *b, int first, finger_selection *s) {
    const uint64_t valid = finger_word(probe, i, FINGER_VALID);
    uint64_t common[FINGER_LANES], na[FINGER_LANES], nb[FINGER_LANES];
    uint64_t both[FINGER_LANES] = {0};
    for (int l = 0; l < FINGER_LANES; l++) {
        common[l] = valid & block[FINGER_LANES * FINGER_VALID + l];
        na[l] = nb[l] = 0;
    }
    for (int d = 0; d < 3; d++)
        for (int l = 0; l < FINGER_LANES; l++) {
            const uint64_t mine = a->digits[i / FINGER_LANES][d][i % FINGER_LANES];
            const uint64_t theirs = b->digits[first / FINGER_LANES][d][l];
            na[l] += (uint64_t)__builtin_popcountll(mine & common[l]) << d;
            nb[l] += (uint64_t)__builtin_popcountll(theirs & common[l]) << d;
        }
    for (int z = 0; z < FINGER_DIRECTIONS; z++) {
        const uint64_t plane = finger_word(probe, i, z);
        for (int l = 0; l < FINGER_LANES; l++)
            both[l] += (uint64_t)__builtin_popcountll(plane & block[FINGER_LANES * z + l]);
    }
    for (int l = 0; l < FINGER_LANES; l++) {
        const float fa = (float)(int32_t)na[l], fb = (float)(int32_t)nb[l];
        const float fx = (float)(int32_t)(na[l] + nb[l] - 2 * both[l]);
        const float bound = fa + fb + 2 * sqrtf(fa * fb);
        const float key = fx / (bound > 1.0f ? bound : 1.0f) * (a->weight[i] * b->weight[first + l]);
        const int turn = (int8_t)(a->angle[i] - b->angle[first + l]);
        const int near = (turn < 0 ? -turn : turn) <= model->turn_limit;
        const float cells = (float)__builtin_popcountll(common[l]);
        if (near && cells >= model->p.min_common_cells && bound > 0 && value_key(key) <= s->limit) {
            s->keys[s->count] = value_key(key);
            s->ids[s->count++] = i << 8 | (first + l);
        }
    }
}

/* Collects the k most similar pairs, in the order of the probe's cylinders. */
FINGER_BODY void select_pairs(const finger_model *model, const finger_header *probe,
                              const finger_header *reference, int k, int level,
                              finger_selection *s) {
    finger_prepared a, b;
    prepare_finger(model, probe, &a);
    prepare_finger(model, reference, &b);
    s->count = 0, s->limit = SELECT_BELOW_ONE;
    for (int i = 0; i < probe->cylinders; i++)
        for (int block = 0; block < reference->blocks; block++) {
            if ((uint8_t)(a.angle[i] - b.first[block]) > b.reach[block]) continue;
            compare_block(model, probe, i, &a, finger_blocks(reference) + FINGER_BLOCK * block, &b,
                          FINGER_LANES * block, s);
            if (s->count > SELECT_CAPACITY) keep_smallest(s, k, SELECT_SLACK, level);
        }
    keep_smallest(s, k, 0, level);
}
#endif
