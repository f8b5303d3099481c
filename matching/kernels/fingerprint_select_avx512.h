/* select_pairs once more, by hand: the same pairs in the same order.
 *
 * Sixteen pairs at a time.  A pair can enter only if nx <= limit * bound, and bound = (sqrt(na) +
 * sqrt(nb))^2 is at most 2 (na + nb): what fails that, with room for rounding, is dropped.  What is
 * left waits until its roots and quotients fill whole registers. */
#ifndef EURODAC_FINGERPRINT_SELECT_AVX512_H
#define EURODAC_FINGERPRINT_SELECT_AVX512_H
#include "fingerprint_select.h"

#if defined(__x86_64__)

/* A probe cylinder in every lane. */
typedef struct {
    __m512i planes[FINGER_DIRECTIONS], valid, digits[3];
} wide_cylinder;

/* Counts of one block, in 64-bit lanes. */
typedef struct {
    __m512i na, nb, both, common;
} wide_counts;

/* The digits times what they stand for, by products of bytes: no count is above 64. */
WIDE __m512i wide_digits(__m512i common, const __m512i digits[3]) {
    const __m512i one = _mm512_popcnt_epi64(_mm512_and_si512(common, digits[0]));
    const __m512i two = _mm512_popcnt_epi64(_mm512_and_si512(common, digits[1]));
    const __m512i four = _mm512_popcnt_epi64(_mm512_and_si512(common, digits[2]));
    const __m512i twice = _mm512_set1_epi64(2), fourfold = _mm512_set1_epi64(4);
    return _mm512_dpbusd_epi32(_mm512_dpbusd_epi32(one, two, twice), four, fourfold);
}

WIDE wide_counts count_block(const wide_cylinder *c, const uint64_t *block,
                             const uint64_t digits[3][FINGER_LANES]) {
    const __m512i *planes = (const __m512i *)block;
    const __m512i *theirs = (const __m512i *)digits;
    const __m512i common = _mm512_and_si512(c->valid, planes[FINGER_VALID]);
    const __m512i digit[3] = {theirs[0], theirs[1], theirs[2]};
    __m512i both = _mm512_popcnt_epi64(_mm512_and_si512(c->planes[0], planes[0]));
    for (int z = 1; z < FINGER_DIRECTIONS; z++)
        both = _mm512_add_epi64(
            both, _mm512_popcnt_epi64(_mm512_and_si512(c->planes[z], planes[z])));
    return (wide_counts){wide_digits(common, c->digits), wide_digits(common, digit), both,
                         _mm512_popcnt_epi64(common)};
}

/* The low halves of sixteen 64-bit lanes. */
WIDE __m512i join(__m512i low, __m512i high) {
    const __m512i even = _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
    return _mm512_permutex2var_epi32(low, even, high);
}

WIDE __m128i two_blocks(const uint8_t *bytes, int first, int second) {
    return _mm_unpacklo_epi64(_mm_loadl_epi64((const __m128i *)(bytes + FINGER_LANES * first)),
                              _mm_loadl_epi64((const __m128i *)(bytes + FINGER_LANES * second)));
}

/* Pairs that passed the first test and wait for their roots and quotients. */
#define SELECT_WAITING 64
typedef struct {
    int32_t counts[SELECT_WAITING + 16]; /* na, nb and both, ten bits each */
    int32_t ids[SELECT_WAITING + 16];
    float weight[SELECT_WAITING + 16];
    int count;
} wide_waiting;

/* Lets those of sixteen pairs wait that may be among the k smallest. */
WIDE void append_wide(const finger_selection *s, const wide_counts c[2], __m512 weight,
                      __mmask16 near, __m512i ids, wide_waiting *w) {
    const __m512i na = join(c[0].na, c[1].na), nb = join(c[0].nb, c[1].nb);
    const __m512i sum = _mm512_add_epi32(na, nb), both = join(c[0].both, c[1].both);
    const __m512 fx = _mm512_cvtepi32_ps(_mm512_sub_epi32(sum, _mm512_add_epi32(both, both)));
    const __m512 bits = _mm512_cvtepi32_ps(sum);
    const __m512 most = _mm512_mul_ps(bits, _mm512_set1_ps(2.0001f * key_value(s->limit)));
    const __m512i counts = _mm512_or_si512(
        na, _mm512_or_si512(_mm512_slli_epi32(nb, 10), _mm512_slli_epi32(both, 20)));
    near = _mm512_mask_test_epi32_mask(near, sum, sum);
    near = _mm512_mask_cmp_ps_mask(near, _mm512_mul_ps(fx, weight), most, _CMP_LE_OQ);
    _mm512_storeu_si512(w->counts + w->count, _mm512_maskz_compress_epi32(near, counts));
    _mm512_storeu_si512(w->ids + w->count, _mm512_maskz_compress_epi32(near, ids));
    _mm512_storeu_ps(w->weight + w->count, _mm512_maskz_compress_ps(near, weight));
    w->count += __builtin_popcount(near);
}

/* Selects from those that waited. */
WIDE void settle(finger_selection *s, wide_waiting *w, int k) {
    const __m512i ten = _mm512_set1_epi32(1023);
    for (int i = 0; i < w->count; i += 16) {
        const __mmask16 real = (__mmask16)(w->count - i < 16 ? (1 << (w->count - i)) - 1 : 0xffff);
        const __m512i counts = _mm512_loadu_si512(w->counts + i);
        const __m512i na = _mm512_and_si512(counts, ten), both = _mm512_srli_epi32(counts, 20);
        const __m512i nb = _mm512_and_si512(_mm512_srli_epi32(counts, 10), ten);
        const __m512i sum = _mm512_add_epi32(na, nb);
        const __m512 fx = _mm512_cvtepi32_ps(_mm512_sub_epi32(sum, _mm512_add_epi32(both, both)));
        const __m512 root =
            _mm512_sqrt_ps(_mm512_mul_ps(_mm512_cvtepi32_ps(na), _mm512_cvtepi32_ps(nb)));
        const __m512 bound =
            _mm512_max_ps(_mm512_add_ps(_mm512_cvtepi32_ps(sum), _mm512_add_ps(root, root)),
                          _mm512_set1_ps(1.0f));
        const __m512i key = _mm512_castps_si512(
            _mm512_mul_ps(_mm512_div_ps(fx, bound), _mm512_loadu_ps(w->weight + i)));
        const __mmask16 near =
            _mm512_mask_cmple_epi32_mask(real, key, _mm512_set1_epi32(s->limit));
        const __m512i ids = _mm512_loadu_si512(w->ids + i);
        _mm512_storeu_si512(s->keys + s->count, _mm512_maskz_compress_epi32(near, key));
        _mm512_storeu_si512(s->ids + s->count, _mm512_maskz_compress_epi32(near, ids));
        s->count += __builtin_popcount(near);
        if (s->count > SELECT_CAPACITY) keep_smallest(s, k, SELECT_SLACK, CPU_AVX512);
    }
    w->count = 0;
}

WIDE wide_cylinder load_cylinder(const finger_header *probe, const finger_prepared *a, int i) {
    wide_cylinder c;
    for (int z = 0; z < FINGER_DIRECTIONS; z++)
        c.planes[z] = _mm512_set1_epi64((int64_t)finger_word(probe, i, z));
    for (int d = 0; d < 3; d++)
        c.digits[d] =
            _mm512_set1_epi64((int64_t)a->digits[i / FINGER_LANES][d][i % FINGER_LANES]);
    c.valid = _mm512_set1_epi64((int64_t)finger_word(probe, i, FINGER_VALID));
    return c;
}

/* Which of sixteen angles are turned by no more than the limit. */
WIDE __mmask16 near_angles(const finger_model *model, int angle, __m128i angles) {
    const __m128i turn = _mm_abs_epi8(_mm_sub_epi8(_mm_set1_epi8((char)angle), angles));
    return _mm_cmple_epu8_mask(turn, _mm_set1_epi8((char)model->turn_limit));
}

FINGER_AVX512_TARGET static void select_pairs_avx512(const finger_model *model,
                                                     const finger_header *probe,
                                                     const finger_header *reference, int k,
                                                     finger_selection *s) {
    finger_prepared a FINGER_ALIGNED, b FINGER_ALIGNED;
    prepare_finger(model, probe, &a);
    prepare_finger(model, reference, &b);
    const __m128i first = _mm_loadu_si128((const __m128i *)b.first);
    const __m128i reach = _mm_loadu_si128((const __m128i *)b.reach);
    const __m512i common = _mm512_set1_epi64((int64_t)ceilf(model->p.min_common_cells));
    const __m512i lanes = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3, 4, 5, 6, 7);
    wide_waiting waiting;
    waiting.count = 0;
    s->count = 0, s->limit = SELECT_BELOW_ONE;
    for (int i = 0; i < probe->cylinders; i++) {
        const wide_cylinder c = load_cylinder(probe, &a, i);
        const __m128i from = _mm_sub_epi8(_mm_set1_epi8((char)a.angle[i]), first);
        uint32_t blocks = _mm_cmple_epu8_mask(from, reach) & ((1u << reference->blocks) - 1);
        while (blocks) {
            const int one = __builtin_ctz(blocks);
            blocks &= blocks - 1;
            const int two = blocks ? __builtin_ctz(blocks) : one;
            const __mmask16 real = two == one ? 0x00ff : 0xffff; /* an odd one stands alone */
            blocks &= blocks - 1;
            const uint64_t *at = finger_blocks(reference);
            const wide_counts counts[2] = {
                count_block(&c, at + FINGER_BLOCK * one, b.digits[one]),
                count_block(&c, at + FINGER_BLOCK * two, b.digits[two])};
            const __mmask16 valid =
                (__mmask16)(_mm512_cmpge_epi64_mask(counts[0].common, common) |
                            _mm512_cmpge_epi64_mask(counts[1].common, common) << 8);
            const __mmask16 near = near_angles(model, a.angle[i], two_blocks(b.angle, one, two));
            const __m512 weight = _mm512_insertf32x8(
                _mm512_castps256_ps512(_mm256_loadu_ps(b.weight + FINGER_LANES * one)),
                _mm256_loadu_ps(b.weight + FINGER_LANES * two), 1);
            const __m512i ids = _mm512_add_epi32(
                lanes, _mm512_inserti64x4(_mm512_set1_epi32(i << 8 | FINGER_LANES * one),
                                          _mm256_set1_epi32(i << 8 | FINGER_LANES * two), 1));
            append_wide(s, counts, _mm512_mul_ps(_mm512_set1_ps(a.weight[i]), weight),
                        valid & near & real, ids, &waiting);
            if (waiting.count >= SELECT_WAITING) settle(s, &waiting, k);
        }
    }
    settle(s, &waiting, k);
    keep_smallest(s, k, 0, CPU_AVX512);
}
#else
static inline void select_pairs_avx512(const finger_model *model, const finger_header *probe,
                                       const finger_header *reference, int k,
                                       finger_selection *s) {
    select_pairs(model, probe, reference, k, CPU_PORTABLE, s);
}
#endif
#endif
