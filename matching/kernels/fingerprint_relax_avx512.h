/* find_links once more, by hand: the same links in the same order, sixteen at a time. */
#ifndef EURODAC_FINGERPRINT_RELAX_AVX512_H
#define EURODAC_FINGERPRINT_RELAX_AVX512_H
#include "fingerprint_relax.h"

#if defined(__x86_64__)
/* Sixteen pairs beside one, in the words of finger_links. */
typedef struct {
    __m512 squared_d, squared_e, along_first, aside_first, along_second, aside_second;
    __m512i turn;
} wide_links;

/* What is left between the lines after turning by a pair: see left_along and left_aside. */
WIDE __m512 wide_along(__m512 along, __m512 aside, __m512 cosine, __m512 sine) {
    return _mm512_add_ps(_mm512_mul_ps(along, cosine), _mm512_mul_ps(aside, sine));
}
WIDE __m512 wide_aside(__m512 along, __m512 aside, __m512 cosine, __m512 sine) {
    return _mm512_abs_ps(
        _mm512_sub_ps(_mm512_mul_ps(aside, cosine), _mm512_mul_ps(along, sine)));
}
WIDE __mmask16 wide_explains(__m512 along, __m512 aside, __m512 limit, __mmask16 asked) {
    asked = _mm512_mask_cmp_ps_mask(asked, along, _mm512_setzero_ps(), _CMP_GT_OQ);
    return _mm512_mask_cmp_ps_mask(asked, aside, _mm512_mul_ps(limit, along), _CMP_LE_OQ);
}

/* How the lines between pair i and sixteen from j lie. */
WIDE wide_links wide_look(const finger_pairs *o, int i, int j) {
    const __m512 dx = _mm512_sub_ps(_mm512_load_ps(o->ax + j), _mm512_set1_ps(o->ax[i]));
    const __m512 dy = _mm512_sub_ps(_mm512_load_ps(o->ay + j), _mm512_set1_ps(o->ay[i]));
    const __m512 ex = _mm512_sub_ps(_mm512_load_ps(o->bx + j), _mm512_set1_ps(o->bx[i]));
    const __m512 ey = _mm512_sub_ps(_mm512_load_ps(o->by + j), _mm512_set1_ps(o->by[i]));
    const __m512 along = _mm512_add_ps(_mm512_mul_ps(dx, ex), _mm512_mul_ps(dy, ey));
    const __m512 aside = _mm512_sub_ps(_mm512_mul_ps(dy, ex), _mm512_mul_ps(dx, ey));
    const __m512 cosine = _mm512_set1_ps(o->cosine[i]), sine = _mm512_set1_ps(o->sine[i]);
    const __m512 cosines = _mm512_load_ps(o->cosine + j), sines = _mm512_load_ps(o->sine + j);
    const __m512i turned =
        _mm512_sub_epi32(_mm512_set1_epi32(o->turn[i]), _mm512_load_si512(o->turn + j));
    return (wide_links){_mm512_add_ps(_mm512_mul_ps(dx, dx), _mm512_mul_ps(dy, dy)),
                        _mm512_add_ps(_mm512_mul_ps(ex, ex), _mm512_mul_ps(ey, ey)),
                        wide_along(along, aside, cosine, sine),
                        wide_aside(along, aside, cosine, sine),
                        wide_along(along, aside, cosines, sines),
                        wide_aside(along, aside, cosines, sines),
                        _mm512_abs_epi32(_mm512_srai_epi32(_mm512_slli_epi32(turned, 24), 24))};
}

/* Which of sixteen pairs from j may support pair i, or it them: see may_support. */
WIDE __mmask16 wide_support(const finger_model *model, const finger_pairs *o, int i, int j,
                            const wide_links *l) {
    const __m512 limit = _mm512_set1_ps(model->radial_limit);
    const __m512i ids =
        _mm512_xor_si512(_mm512_set1_epi32(o->ids[i]), _mm512_load_si512(o->ids + j));
    const __m512 rest = _mm512_sub_ps(_mm512_add_ps(l->squared_d, l->squared_e),
                                      _mm512_set1_ps(model->distance_limit));
    const __m512 most =
        _mm512_mul_ps(_mm512_mul_ps(_mm512_set1_ps(4.0f), l->squared_d), l->squared_e);
    __mmask16 near = _mm512_test_epi32_mask(ids, _mm512_set1_epi32(0xff00));
    near = _mm512_mask_test_epi32_mask(near, ids, _mm512_set1_epi32(0xff));
    near = _mm512_mask_cmple_epi32_mask(near, l->turn, _mm512_set1_epi32(model->direction_steps));
    near = _mm512_mask_cmp_ps_mask(near, rest, _mm512_setzero_ps(), _CMP_LE_OQ) |
           _mm512_mask_cmp_ps_mask(near, _mm512_mul_ps(rest, rest), most, _CMP_LE_OQ);
    return wide_explains(l->along_first, l->aside_first, limit, near) |
           wide_explains(l->along_second, l->aside_second, limit, near);
}

WIDE void store_links(finger_links *links, __mmask16 found, const wide_links *l) {
    const int n = links->count;
    _mm512_storeu_ps(links->squared_d + n, _mm512_maskz_compress_ps(found, l->squared_d));
    _mm512_storeu_ps(links->squared_e + n, _mm512_maskz_compress_ps(found, l->squared_e));
    _mm512_storeu_ps(links->along_first + n, _mm512_maskz_compress_ps(found, l->along_first));
    _mm512_storeu_ps(links->aside_first + n, _mm512_maskz_compress_ps(found, l->aside_first));
    _mm512_storeu_ps(links->along_second + n, _mm512_maskz_compress_ps(found, l->along_second));
    _mm512_storeu_ps(links->aside_second + n, _mm512_maskz_compress_ps(found, l->aside_second));
    _mm512_storeu_si512(links->turn + n, _mm512_maskz_compress_epi32(found, l->turn));
    links->count += __builtin_popcount(found);
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
            const wide_links l = wide_look(o, i, j);
            const __mmask16 found = wide_support(model, o, i, j, &l) & real;
            if (!found) continue;
            _mm512_storeu_si512(links->first + links->count, _mm512_set1_epi32(i));
            _mm512_storeu_si512(links->second + links->count,
                                _mm512_maskz_compress_epi32(found, second));
            store_links(links, found, &l);
        }
}
#else
static inline void find_links_avx512(const finger_model *model, const finger_pairs *o, int count,
                                     finger_links *links) {
    find_links(model, o, count, links);
}
#endif
#endif
