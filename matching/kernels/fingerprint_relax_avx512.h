/* find_links once more, by hand: the same links in the same order, sixteen at a time. */
#ifndef EURODAC_FINGERPRINT_RELAX_AVX512_H
#define EURODAC_FINGERPRINT_RELAX_AVX512_H
#include "fingerprint_relax.h"

#if defined(__x86_64__)
/* A pair and what is left between the lines to sixteen others: see lines_between. */
typedef struct {
    __m512 along, aside;
} wide_lines;

/* Whether lines are near enough parallel after turning by a pair: see explains. */
WIDE __mmask16 wide_explains(wide_lines l, __m512 cosine, __m512 sine, __m512 limit,
                             __mmask16 asked) {
    const __m512 along =
        _mm512_add_ps(_mm512_mul_ps(l.along, cosine), _mm512_mul_ps(l.aside, sine));
    const __m512 aside = _mm512_abs_ps(
        _mm512_sub_ps(_mm512_mul_ps(l.aside, cosine), _mm512_mul_ps(l.along, sine)));
    asked = _mm512_mask_cmp_ps_mask(asked, along, _mm512_setzero_ps(), _CMP_GT_OQ);
    return _mm512_mask_cmp_ps_mask(asked, aside, _mm512_mul_ps(limit, along), _CMP_LE_OQ);
}

/* Pairs of other minutiae that are turned alike. */
WIDE __mmask16 wide_alike(const finger_model *model, const finger_pairs *o, int i, int j) {
    const __m512i ids = _mm512_xor_si512(_mm512_set1_epi32(o->ids[i]), _mm512_load_si512(o->ids + j));
    const __m512i turned =
        _mm512_sub_epi32(_mm512_set1_epi32(o->turn[i]), _mm512_load_si512(o->turn + j));
    const __m512i turn = _mm512_abs_epi32(_mm512_srai_epi32(_mm512_slli_epi32(turned, 24), 24));
    const __mmask16 apart = _mm512_test_epi32_mask(ids, _mm512_set1_epi32(0xff00)) &
                            _mm512_test_epi32_mask(ids, _mm512_set1_epi32(0xff));
    return _mm512_mask_cmple_epi32_mask(apart, turn, _mm512_set1_epi32(model->direction_steps));
}

/* Which of sixteen pairs from j may support pair i, or it them: see may_support. */
WIDE __mmask16 wide_support(const finger_model *model, const finger_pairs *o, int i, int j) {
    const __mmask16 alike = wide_alike(model, o, i, j);
    const __m512 dx = _mm512_sub_ps(_mm512_load_ps(o->ax + j), _mm512_set1_ps(o->ax[i]));
    const __m512 dy = _mm512_sub_ps(_mm512_load_ps(o->ay + j), _mm512_set1_ps(o->ay[i]));
    const __m512 ex = _mm512_sub_ps(_mm512_load_ps(o->bx + j), _mm512_set1_ps(o->bx[i]));
    const __m512 ey = _mm512_sub_ps(_mm512_load_ps(o->by + j), _mm512_set1_ps(o->by[i]));
    const __m512 d = _mm512_add_ps(_mm512_mul_ps(dx, dx), _mm512_mul_ps(dy, dy));
    const __m512 e = _mm512_add_ps(_mm512_mul_ps(ex, ex), _mm512_mul_ps(ey, ey));
    const __m512 rest = _mm512_sub_ps(_mm512_add_ps(d, e), _mm512_set1_ps(model->distance_limit));
    const __m512 most = _mm512_mul_ps(_mm512_mul_ps(_mm512_set1_ps(4.0f), d), e);
    const __mmask16 near =
        _mm512_mask_cmp_ps_mask(alike, rest, _mm512_setzero_ps(), _CMP_LE_OQ) |
        _mm512_mask_cmp_ps_mask(alike, _mm512_mul_ps(rest, rest), most, _CMP_LE_OQ);
    if (!near) return 0;
    const wide_lines l = {_mm512_add_ps(_mm512_mul_ps(dx, ex), _mm512_mul_ps(dy, ey)),
                          _mm512_sub_ps(_mm512_mul_ps(dy, ex), _mm512_mul_ps(dx, ey))};
    const __m512 limit = _mm512_set1_ps(model->radial_limit);
    return wide_explains(l, _mm512_set1_ps(o->cosine[i]), _mm512_set1_ps(o->sine[i]), limit, near) |
           wide_explains(l, _mm512_load_ps(o->cosine + j), _mm512_load_ps(o->sine + j), limit, near);
}

FINGER_AVX512_TARGET static void find_links_avx512(const finger_model *model,
                                                   const finger_pairs *o, int count,
                                                   finger_links *links) {
    const __m512i lanes = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    links->count = 0;
    for (int i = 0; i < count; i++)
        for (int j = (i + 1) & ~15; j < count; j += 16) {
            const __m512i second = _mm512_add_epi32(lanes, _mm512_set1_epi32(j));
            const __mmask16 real = _mm512_cmpgt_epi32_mask(second, _mm512_set1_epi32(i)) &
                                   _mm512_cmplt_epi32_mask(second, _mm512_set1_epi32(count));
            const __mmask16 found = wide_support(model, o, i, j) & real;
            if (!found) continue;
            _mm512_storeu_si512(links->first + links->count, _mm512_set1_epi32(i));
            _mm512_storeu_si512(links->second + links->count,
                                _mm512_maskz_compress_epi32(found, second));
            links->count += __builtin_popcount(found);
        }
}
#else
static inline void find_links_avx512(const finger_model *model, const finger_pairs *o, int count,
                                     finger_links *links) {
    find_links(model, o, count, links);
}
#endif
#endif
