/* The cylinder of a minutia, by hand where AVX-512 is at hand: the same bits. */
#ifndef EURODAC_FINGERPRINT_CYLINDER_H
#define EURODAC_FINGERPRINT_CYLINDER_H
#include "fingerprint_build.h"

#if defined(__x86_64__)
#define VIEW_ROOM (FINGER_MAX_MINUTIAE + 16) /* and for one store */

/* The others as seen from one minutia, those apart that make cells valid and those that count. */
typedef struct {
    int32_t cover_u[VIEW_ROOM], cover_w[VIEW_ROOM];
    int32_t u[VIEW_ROOM], w[VIEW_ROOM], number[VIEW_ROOM];
    int covers, count, neighbours;
} wide_view;

/* Quarter pixels between one coordinate and sixteen: see clamp_far. */
WIDE __m512i wide_far(__m512i away, __m128i unit) {
    const __m512i far = _mm512_set1_epi32(BUILD_FAR);
    return _mm512_min_epi32(
        far, _mm512_max_epi32(_mm512_sub_epi32(_mm512_setzero_si512(), far),
                              _mm512_sll_epi32(away, unit)));
}

WIDE __mmask16 wide_within(__m512i u, __m512i w, int low, int span, __mmask16 asked) {
    const __m512i from = _mm512_set1_epi32(low), to = _mm512_set1_epi32(span);
    asked = _mm512_mask_cmplt_epu32_mask(asked, _mm512_sub_epi32(u, from), to);
    return _mm512_mask_cmplt_epu32_mask(asked, _mm512_sub_epi32(w, from), to);
}

WIDE int keep_lanes(int32_t *to, __mmask16 which, __m512i value) {
    _mm512_storeu_si512(to, _mm512_maskz_compress_epi32(which, value));
    return __builtin_popcount(which);
}

/* look_around, and the lists of valid_cells and list_parts, sixteen minutiae at a time. */
WIDE void look_around_avx512(const finger_model *model, const finger_minutiae *m, int centre,
                             wide_view *view) {
    const __m512i lanes = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    const __m512i c = _mm512_set1_epi32(model->frame_cosine[m->angle[centre]]);
    const __m512i s = _mm512_set1_epi32(model->frame_sine[m->angle[centre]]);
    const __m512i x = _mm512_set1_epi32(m->x[centre]), y = _mm512_set1_epi32(m->y[centre]);
    const __m512i half = _mm512_set1_epi32(8192), middle = _mm512_set1_epi32(BUILD_MIDDLE);
    const __m128i unit = _mm_cvtsi32_si128(m->unit);
    view->covers = view->count = view->neighbours = 0;
    for (int t = 0; t < m->count; t += 16) {
        const __m512i number = _mm512_add_epi32(lanes, _mm512_set1_epi32(t));
        const __mmask16 real = _mm512_cmplt_epi32_mask(number, _mm512_set1_epi32(m->count));
        const __m512i dx = wide_far(_mm512_sub_epi32(_mm512_loadu_si512(m->x + t), x), unit);
        const __m512i dy = wide_far(_mm512_sub_epi32(y, _mm512_loadu_si512(m->y + t)), unit);
        const __m512i along =
            _mm512_add_epi32(_mm512_mullo_epi32(c, dx), _mm512_mullo_epi32(s, dy));
        const __m512i aside =
            _mm512_sub_epi32(_mm512_mullo_epi32(c, dy), _mm512_mullo_epi32(s, dx));
        const __m512i u =
            _mm512_add_epi32(middle, _mm512_srai_epi32(_mm512_add_epi32(along, half), 14));
        const __m512i w =
            _mm512_add_epi32(middle, _mm512_srai_epi32(_mm512_add_epi32(aside, half), 14));
        const __m512i squared =
            _mm512_add_epi32(_mm512_mullo_epi32(dx, dx), _mm512_mullo_epi32(dy, dy));
        const __mmask16 others =
            _mm512_mask_cmpneq_epi32_mask(real, number, _mm512_set1_epi32(centre));
        const __mmask16 near =
            _mm512_mask_cmple_epi32_mask(others, squared, _mm512_set1_epi32(model->reach));
        const __mmask16 covers = wide_within(u, w, COVER_LOW, COVER_SPAN, real);
        const __mmask16 parts = wide_within(u, w, PART_LOW, PART_SPAN, near);
        keep_lanes(view->cover_u + view->covers, covers, u);
        view->covers += keep_lanes(view->cover_w + view->covers, covers, w);
        keep_lanes(view->u + view->count, parts, u);
        keep_lanes(view->w + view->count, parts, w);
        view->count += keep_lanes(view->number + view->count, parts, number);
        view->neighbours += __builtin_popcount(near);
    }
}

/* valid_cells, eight minutiae at a time; a shift by a negative number is one by far too much. */
WIDE uint64_t valid_cells_avx512(const finger_model *model, const wide_view *view) {
    const __m256i inside = _mm256_set1_epi32(FINGER_FRACTIONS - 1), three = _mm256_set1_epi32(3);
    __m512i valid = _mm512_setzero_si512();
    for (int t = 0; t < view->covers; t += 8) {
        const int rest = view->covers - t;
        const __mmask8 near = (__mmask8)(rest < 8 ? (1 << rest) - 1 : 0xff);
        const __m256i u = _mm256_loadu_si256((const __m256i *)(const void *)(view->cover_u + t));
        const __m256i w = _mm256_loadu_si256((const __m256i *)(const void *)(view->cover_w + t));
        const __m256i row = _mm256_srli_epi32(_mm256_and_si256(u, inside), 1);
        const __m256i column = _mm256_srli_epi32(_mm256_and_si256(w, inside), 1);
        const __m256i at = _mm256_add_epi32(_mm256_slli_epi32(row, 5), column);
        const __m512i cover = _mm512_mask_i32gather_epi64(_mm512_setzero_si512(), near, at,
                                                          (const void *)model->cover, 8);
        const __m512i rows =
            _mm512_cvtepi32_epi64(_mm256_sub_epi32(_mm256_srai_epi32(u, 6), three));
        const __m512i columns =
            _mm512_cvtepi32_epi64(_mm256_sub_epi32(_mm256_srai_epi32(w, 6), three));
        const __m512i back = _mm512_sub_epi64(_mm512_setzero_si512(), columns);
        const __m512i all = _mm512_set1_epi64(255);
        const __m512i right = _mm512_srlv_epi64(all, _mm512_max_epi64(columns, _mm512_setzero_si512()));
        const __m512i left = _mm512_and_si512(
            all, _mm512_sllv_epi64(all, _mm512_max_epi64(back, _mm512_setzero_si512())));
        __m512i stays = _mm512_and_si512(right, left);
        stays = _mm512_or_si512(stays, _mm512_slli_epi64(stays, 8));
        stays = _mm512_or_si512(stays, _mm512_slli_epi64(stays, 16));
        stays = _mm512_and_si512(_mm512_or_si512(stays, _mm512_slli_epi64(stays, 32)), cover);
        const __m512i shift = _mm512_add_epi64(_mm512_slli_epi64(rows, 3), columns);
        const __m512i against = _mm512_sub_epi64(_mm512_setzero_si512(), shift);
        valid = _mm512_or_si512(valid, _mm512_or_si512(_mm512_sllv_epi64(stays, shift),
                                                       _mm512_srlv_epi64(stays, against)));
    }
    return (uint64_t)_mm512_reduce_or_epi64(valid) & model->disc;
}

/* list_parts, from the lists made before. */
WIDE int list_parts_avx512(const finger_model *model, const finger_minutiae *m, int centre,
                           const wide_view *view, finger_parts *o) {
    o->count = view->count;
    for (int n = 0; n < o->count; n++)
        o->parts[n] = part_of(model, view->u[n], view->w[n],
                              m->angle[centre] - m->angle[view->number[n]]);
    return view->neighbours;
}

/* sum_parts, only the four rows that a neighbour weighs in; three rows on both sides are for those
 * that lie outside. */
#define SUM_MARGIN (FINGER_WINDOW - 1)
FINGER_AVX512_TARGET static inline void sum_parts_avx512(const finger_parts *o, int32_t threshold,
                                                         finger_bits bits) {
    const __m512i low = _mm512_set_epi64(
        0x0003000300030003, 0x0003000300030003, 0x0002000200020002, 0x0002000200020002,
        0x0001000100010001, 0x0001000100010001, 0, 0);
    const __m512i high = _mm512_add_epi16(low, _mm512_set1_epi16(4));
    __m512i sums[FINGER_SIDE + 2 * SUM_MARGIN][2];
    memset(sums, 0, sizeof sums);
    for (int n = 0; n < o->count; n++) {
        const finger_part part = o->parts[n];
        const __m512i across =
            _mm512_castsi128_si512(_mm_loadu_si128((const __m128i *)(const void *)part.across));
        const __m512i share =
            _mm512_broadcast_i32x4(_mm_loadu_si128((const __m128i *)(const void *)part.share));
        const __m512i left = _mm512_mulhi_epu16(_mm512_permutexvar_epi16(low, across), share);
        const __m512i right = _mm512_mulhi_epu16(_mm512_permutexvar_epi16(high, across), share);
        const uint32_t *factor = part.along + part.row;
        __m512i(*row)[2] = sums + SUM_MARGIN + part.row;
#pragma GCC unroll 4
        for (int k = 0; k < FINGER_WINDOW; k++) {
            const __m512i along = _mm512_set1_epi32((int32_t)factor[k]);
            row[k][0] = _mm512_adds_epu16(row[k][0], _mm512_mulhi_epu16(left, along));
            row[k][1] = _mm512_adds_epu16(row[k][1], _mm512_mulhi_epu16(right, along));
        }
    }
    const __m512i least = _mm512_set1_epi16((int16_t)threshold);
    for (int a = 0; a < FINGER_SIDE; a++)
        bits[a] = (uint64_t)_mm512_cmpge_epu16_mask(sums[a + SUM_MARGIN][0], least) |
                  (uint64_t)_mm512_cmpge_epu16_mask(sums[a + SUM_MARGIN][1], least) << 32;
}

/* Valid cells of one minutia, and which of its sums reach the threshold; returns how many
 * neighbours there are. */
FINGER_AVX512_TARGET static int sum_cells_avx512(const finger_model *model, const finger_minutiae *m, int centre,
                          uint64_t *valid, finger_bits bits) {
    wide_view view;
    finger_parts parts;
    look_around_avx512(model, m, centre, &view);
    *valid = valid_cells_avx512(model, &view);
    const int neighbours = list_parts_avx512(model, m, centre, &view, &parts);
    sum_parts_avx512(&parts, model->threshold, bits);
    return neighbours;
}
#endif

FINGER_BODY int sum_cells(const finger_model *model, const finger_minutiae *m, int centre,
                          uint64_t *valid, finger_bits bits) {
    finger_view view;
    finger_parts parts;
    look_around(model, m, centre, &view);
    *valid = valid_cells(model, &view, m->count);
    const int neighbours = list_parts(model, m, centre, &view, &parts);
    sum_parts(&parts, model->threshold, bits);
    return neighbours;
}

/* The cylinder of one minutia into a lane; 0 if too few cells are valid or neighbours near. */
FINGER_BODY int build_cylinder(const finger_model *model, const finger_minutiae *m, int centre,
                               int level, uint64_t *lane) {
    finger_bits bits;
    uint64_t valid;
#if defined(__x86_64__)
    const int neighbours = level == CPU_AVX512 ? sum_cells_avx512(model, m, centre, &valid, bits)
                                               : sum_cells(model, m, centre, &valid, bits);
#else
    (void)level;
    const int neighbours = sum_cells(model, m, centre, &valid, bits);
#endif
    const float cells = (float)__builtin_popcountll(valid);
    if (cells < model->p.min_valid_share * (float)model->disc_cells) return 0;
    if ((float)neighbours < model->p.min_neighbours) return 0;
    uint64_t planes[FINGER_LANES] = {0};
    for (int a = 0; a < FINGER_SIDE; a++) {
        const uint64_t row = transpose_bits(bits[a]);
        for (int z = 0; z < FINGER_DIRECTIONS; z++)
            planes[z] |= (row >> (8 * z) & 255u) << (FINGER_SIDE * a);
    }
    for (int z = 0; z < FINGER_DIRECTIONS; z++) lane[FINGER_LANES * z] = planes[z] & valid;
    lane[FINGER_LANES * FINGER_VALID] = valid;
    lane[FINGER_LANES * FINGER_PLACE] =
        (uint64_t)m->x[centre] | (uint64_t)m->y[centre] << 16 |
        (uint64_t)model->weight[m->quality[centre]] << 32 | (uint64_t)m->angle[centre] << 48;
    return 1;
}

/* Writes a packed finger; returns its bytes. */
FINGER_BODY int64_t build_body(const finger_model *model, const finger_minutiae *m, int level,
                               finger_header *out) {
    uint64_t *blocks = (uint64_t *)(out + 1);
    int kept = 0, qualities = 0;
    for (int i = 0; i < m->count; i++) {
        qualities += m->quality[i];
        if (kept % FINGER_LANES == 0)
            memset(blocks + FINGER_LANES * kept, 0, sizeof(uint64_t) * FINGER_BLOCK);
        uint64_t *block = blocks + FINGER_BLOCK * (kept / FINGER_LANES);
        kept += build_cylinder(model, m, i, level, block + kept % FINGER_LANES);
    }
    memset(out, 0, sizeof *out);
    out->format = FINGER_FORMAT, out->tuning = model->tuning, out->cylinders = kept;
    out->blocks = (kept + FINGER_LANES - 1) / FINGER_LANES;
    out->bytes = (int)sizeof *out + 8 * FINGER_BLOCK * out->blocks;
    out->unit = 0.25f * (float)(1 << m->unit);
    if (m->count) out->quality = (float)qualities / (float)((FINGER_QUALITIES - 1) * m->count);
    return out->bytes;
}
#endif
