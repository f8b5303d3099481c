/* The most similar pairs of cylinders of two fingers. */
#ifndef EURODAC_FINGERPRINT_SELECT_H
#define EURODAC_FINGERPRINT_SELECT_H
#include "fingerprint.h"

#include <math.h>
#include <string.h>

/* A pair is one 63-bit word: the bits of its dissimilarity (a float that is not negative orders
 * like its bits), then 16 bits of the probe's cylinder and 16 of the reference's. Words are
 * distinct, so "the k smallest" is one well-defined set on every instruction set. */
#define SELECT_CAPACITY 192
#define SELECT_NEVER INT64_MAX

typedef struct {
    int64_t words[SELECT_CAPACITY + 2 * FINGER_LANES]; /* room for one block stored whole */
    int64_t limit; /* only smaller words can still be among the k smallest */
    int count;
} finger_selection;

FINGER_BODY float word_key(int64_t word) {
    const uint32_t bits = (uint32_t)(word >> 32);
    float key;
    memcpy(&key, &bits, sizeof key);
    return key;
}

FINGER_BODY int word_probe(int64_t word) { return (int)(word >> 16) & 0xffff; }

FINGER_BODY int word_reference(int64_t word) { return (int)word & 0xffff; }

/* Keeps the k smallest words in their order, by bisection of the value. */
FINGER_BODY void keep_smallest(finger_selection *s, int k) {
    if (s->count <= k) return;
    int64_t low = SELECT_NEVER, high = 0;
    for (int i = 0; i < s->count; i++) {
        low = s->words[i] < low ? s->words[i] : low;
        high = s->words[i] > high ? s->words[i] : high;
    }
    /* At least one word and at most k are <= low, all are <= high: as words are distinct, some
     * value between them has exactly k below it. */
    for (int below = 1; below != k;) {
        const int64_t middle = low + (high - low) / 2;
        below = 0;
        for (int i = 0; i < s->count; i++) below += s->words[i] <= middle;
        if (below > k)
            high = middle;
        else
            low = middle;
    }
    int kept = 0;
    for (int i = 0; i < s->count; i++)
        if (s->words[i] <= low) s->words[kept++] = s->words[i];
    s->count = kept;
    s->limit = low;
}

/* Words of one probe cylinder against the eight of a block.  The dissimilarity is the squared
 * distance of the bits both cylinders hold valid, nx / (sqrt(na) + sqrt(nb))^2, times the weights
 * of both.  Plain loops of eight: the compiler makes one AVX-512 instruction of each line. */
FINGER_BODY void compare_block(const uint64_t *probe, const uint64_t *block, const float *weights,
                               const float *theta, const finger_parameters *p,
                               const float probe_state[2], int64_t first, int64_t *words) {
    uint64_t common[FINGER_LANES], shared[FINGER_LANES];
    uint64_t na[FINGER_LANES] = {0}, nb[FINGER_LANES] = {0}, nx[FINGER_LANES] = {0};
    const uint64_t valid = probe[FINGER_LANES * FINGER_VALID];
    for (int i = 0; i < FINGER_LANES; i++) {
        common[i] = valid & block[FINGER_LANES * FINGER_VALID + i];
        shared[i] = (uint64_t)__builtin_popcountll(common[i]);
    }
    for (int z = 0; z < FINGER_DIRECTIONS; z++) {
        const uint64_t plane = probe[FINGER_LANES * z];
        for (int i = 0; i < FINGER_LANES; i++) {
            const uint64_t a = plane & common[i], b = block[FINGER_LANES * z + i] & common[i];
            na[i] += (uint64_t)__builtin_popcountll(a);
            nb[i] += (uint64_t)__builtin_popcountll(b);
            nx[i] += (uint64_t)__builtin_popcountll(a ^ b);
        }
    }
    for (int i = 0; i < FINGER_LANES; i++) {
        const float fa = (float)(int32_t)na[i], fb = (float)(int32_t)nb[i];
        const float fx = (float)(int32_t)nx[i], turned = fabsf(probe_state[0] - theta[i]);
        const float bound = fa + fb + 2 * sqrtf(fa * fb);
        const float key = fx / (bound > 1.0f ? bound : 1.0f) * (probe_state[1] * weights[i]);
        int32_t bits;
        memcpy(&bits, &key, sizeof bits);
        const int near = (turned <= p->max_rotation) |
                         (turned >= 2 * FINGER_PI - p->max_rotation);
        const int counts = near & ((float)(int32_t)shared[i] >= p->min_common_cells) &
                           (bound > 0) & (key < 1.0f);
        words[i] = counts ? ((int64_t)bits << 32) | (first + i) : SELECT_NEVER;
    }
}

/* Whether some direction of a sorted range is turned by no more than the limit.  All others lie in
 * one of the two bands between the limit and its complement. */
FINGER_BODY int near_range(float turned, float first, float last, float limit) {
    const float from_first = turned - first, from_last = turned - last, far = 2 * FINGER_PI - limit;
    const int above = (from_last > limit) & (from_first < far);
    const int below = (from_first < -limit) & (from_last > -far);
    return !(above | below);
}

FINGER_BODY void append_each(finger_selection *s, const int64_t *words) {
    for (int lane = 0; lane < FINGER_LANES; lane++)
        if (words[lane] <= s->limit) s->words[s->count++] = words[lane];
}

#if defined(__x86_64__)
#include <immintrin.h>
/* The same as the loop above: compressing in a register is half of the whole time. */
__attribute__((target("avx512f"))) static inline void append_avx512(finger_selection *s,
                                                                    const int64_t *words) {
    const __m512i all = _mm512_loadu_si512(words);
    const __mmask8 small = _mm512_cmple_epi64_mask(all, _mm512_set1_epi64(s->limit));
    if (!small) return;
    _mm512_storeu_si512(s->words + s->count, _mm512_maskz_compress_epi64(small, all));
    s->count += __builtin_popcount(small);
}
#else
#define append_avx512 append_each
#endif

/* Collects the k most similar pairs, in the order of the probe's cylinders. */
FINGER_BODY void select_pairs(const finger_parameters *p, const finger_header *probe,
                              const finger_header *reference, int k, int level,
                              finger_selection *s) {
    const float *theta = finger_theta(reference), *weights = finger_weight(reference);
    const int last = reference->cylinders - 1;
    s->count = 0, s->limit = SELECT_NEVER - 1;
    for (int i = 0; i < probe->cylinders; i++) {
        const uint64_t *planes = finger_blocks(probe) + FINGER_BLOCK * (i / FINGER_LANES) +
                                 i % FINGER_LANES;
        const float state[2] = {finger_theta(probe)[i], finger_weight(probe)[i]};
        for (int lane = 0; lane <= last; lane += FINGER_LANES) {
            int64_t words[FINGER_LANES] __attribute__((aligned(64)));
            const int end = lane + FINGER_LANES - 1 < last ? lane + FINGER_LANES - 1 : last;
            if (!near_range(state[0], theta[lane], theta[end], p->max_rotation)) continue;
            compare_block(planes, finger_blocks(reference) + FINGER_LANES * lane, weights + lane,
                          theta + lane, p, state, ((int64_t)i << 16) + lane, words);
            if (level == FINGER_AVX512)
                append_avx512(s, words);
            else
                append_each(s, words);
            if (s->count > SELECT_CAPACITY) keep_smallest(s, k);
        }
    }
    keep_smallest(s, k);
}
#endif
