/* The cylinder of a minutia, by hand where AVX-512 is at hand: the same bits. */
#ifndef EURODAC_FINGERPRINT_CYLINDER_H
#define EURODAC_FINGERPRINT_CYLINDER_H
#include "fingerprint_build.h"

/* Whether enough cells are valid and neighbours near. */
FINGER_BODY int is_cylinder(const finger_model *model, uint64_t valid, int neighbours) {
    const float cells = (float)__builtin_popcountll(valid);
    return cells >= model->p.min_valid_share * (float)model->disc_cells &&
           (float)neighbours >= model->p.min_neighbours;
}

#if defined(__x86_64__)
#define VIEW_ROOM (FINGER_MAX_MINUTIAE + 16) /* and for one store */

/* The others as seen from one minutia, those apart that make cells valid and those that count.
 * Two numbers in 16 bits each, that along the minutia first, stand in one word. */
typedef struct {
    int32_t covers[VIEW_ROOM]; /* places, as in finger_view */
    int32_t places[VIEW_ROOM], turns[VIEW_ROOM];
    int cover_count, count, neighbours;
} wide_view;

WIDE __m512i pair_words(int low, int high) {
    return _mm512_set1_epi32((int32_t)((uint32_t)(uint16_t)low | (uint32_t)high << 16));
}

/* Which words have both numbers in low..low + span - 1, as 16 bits without sign. */
WIDE __mmask16 wide_within(__m512i pairs, int low, int span, __mmask16 asked) {
    const __m512i above = _mm512_sub_epi16(pairs, _mm512_set1_epi16((int16_t)low));
    const __m512i most = _mm512_min_epu16(above, _mm512_set1_epi16((int16_t)(span - 1)));
    return _mm512_mask_cmpeq_epi32_mask(asked, above, most);
}

WIDE int keep_lanes(int32_t *to, __mmask16 which, __m512i value) {
    _mm512_storeu_si512(to, _mm512_maskz_compress_epi32(which, value));
    return __builtin_popcount(which);
}

/* look_around of narrow minutiae, and the lists of valid_cells and list_parts, sixteen at a time.
 * Places wrap at 16 bits, but never into reach: a radius of 33 keeps them above -45,000 and below
 * 45,300. */
WIDE void look_around_avx512(const finger_model *model, const finger_minutiae *m, int centre,
                             wide_view *view) {
    const int c = model->frame_cosine[m->angle[centre]], s = model->frame_sine[m->angle[centre]];
    const __m512i along = pair_words(c, s), aside = pair_words(-s, c);
    const __m512i from = pair_words(m->places[2 * centre], m->places[2 * centre + 1]);
    const __m512i half = _mm512_set1_epi32(8192), middle = _mm512_set1_epi16(BUILD_MIDDLE);
    const __m512i angle = _mm512_set1_epi32(m->angle[centre]);
    int cover_count = 0, count = 0, neighbours = 0;
    for (int t = 0; t < m->count; t += 16) {
        const int rest = m->count - t, own = centre - t;
        const __mmask16 real = (__mmask16)(rest < 16 ? (1 << rest) - 1 : 0xffff);
        const __mmask16 other = (__mmask16)(own >= 0 && own < 16 ? real & ~(1 << own) : real);
        const __m512i d = _mm512_sub_epi16(_mm512_loadu_si512(m->places + 2 * t), from);
        const __m512i ahead = _mm512_add_epi32(_mm512_madd_epi16(d, along), half);
        const __m512i left = _mm512_add_epi32(_mm512_madd_epi16(d, aside), half);
        const __m512i u = _mm512_srai_epi32(ahead, 14), w = _mm512_srai_epi32(left, 14);
        const __m512i places = _mm512_add_epi16(
            middle, _mm512_mask_blend_epi16(0xaaaaaaaa, u, _mm512_slli_epi32(w, 16)));
        const __mmask16 near = _mm512_mask_cmple_epi32_mask(other, _mm512_madd_epi16(d, d),
                                                            _mm512_set1_epi32(model->reach));
        const __mmask16 covers = wide_within(places, COVER_LOW, COVER_SPAN, real);
        const __mmask16 parts = wide_within(places, PART_LOW, PART_SPAN, near);
        const __m512i turns = _mm512_sub_epi32(
            angle, _mm512_cvtepu8_epi32(
                       _mm_loadu_si128((const __m128i *)(const void *)(m->angle + t))));
        cover_count += keep_lanes(view->covers + cover_count, covers, places);
        keep_lanes(view->turns + count, parts, turns);
        count += keep_lanes(view->places + count, parts, places);
        neighbours += __builtin_popcount(near);
    }
    view->cover_count = cover_count, view->count = count, view->neighbours = neighbours;
}

/* valid_cells, eight minutiae at a time; a shift by a negative number is one by far too much. */
WIDE uint64_t valid_cells_avx512(const finger_model *model, const wide_view *view) {
    /* See move_cells: what stays on the board moved by -3..7 columns, and by -6..-4 at the end. */
    const __m512i stay_low = _mm512_setr_epi64(
        (int64_t)0xf8f8f8f8f8f8f8f8, (int64_t)0xfcfcfcfcfcfcfcfc, (int64_t)0xfefefefefefefefe, -1,
        0x7f7f7f7f7f7f7f7f, 0x3f3f3f3f3f3f3f3f, 0x1f1f1f1f1f1f1f1f, 0x0f0f0f0f0f0f0f0f);
    const __m512i stay_high = _mm512_setr_epi64(
        0x0707070707070707, 0x0303030303030303, 0x0101010101010101, 0, 0,
        (int64_t)0xc0c0c0c0c0c0c0c0, (int64_t)0xe0e0e0e0e0e0e0e0, (int64_t)0xf0f0f0f0f0f0f0f0);
    const __m256i inside = _mm256_set1_epi32(0x003e003e), step = _mm256_set1_epi32(0x00010020);
    __m512i valid = _mm512_setzero_si512();
    for (int t = 0; t < view->cover_count; t += 8) {
        const int rest = view->cover_count - t;
        const __mmask8 near = (__mmask8)(rest < 8 ? (1 << rest) - 1 : 0xff);
        const __m256i places =
            _mm256_loadu_si256((const __m256i *)(const void *)(view->covers + t));
        const __m256i at = _mm256_madd_epi16(
            _mm256_srli_epi16(_mm256_and_si256(places, inside), 1), step);
        const __m512i cover = _mm512_mask_i32gather_epi64(_mm512_setzero_si512(), near, at,
                                                          (const void *)model->cover, 8);
        const __m256i moved = _mm256_srai_epi16(places, 6); /* and three more */
        const __m512i columns = _mm512_cvtepi32_epi64(_mm256_srai_epi32(moved, 16));
        const __m512i stays = _mm512_and_si512(
            cover, _mm512_permutex2var_epi64(stay_low, columns, stay_high));
        const __m512i shift = _mm512_cvtepi32_epi64(_mm256_sub_epi32(
            _mm256_madd_epi16(moved, _mm256_set1_epi32(0x00010008)), _mm256_set1_epi32(27)));
        const __m512i against = _mm512_sub_epi64(_mm512_setzero_si512(), shift);
        valid = _mm512_or_si512(valid, _mm512_or_si512(_mm512_sllv_epi64(stays, shift),
                                                       _mm512_srlv_epi64(stays, against)));
    }
    return (uint64_t)_mm512_reduce_or_epi64(valid) & model->disc;
}

/* Where a neighbour's weights lie in the tables; see part_of. */
typedef struct {
    uint16_t at[2 * VIEW_ROOM]; /* along and across, in turn */
    int16_t first[2 * VIEW_ROOM]; /* row and column */
} wide_parts;

WIDE void list_parts_avx512(const wide_view *view, wide_parts *o) {
    const __m512i inside = _mm512_set1_epi16(FINGER_FRACTIONS - 1);
    for (int n = 0; n < view->count; n += 16) {
        const __m512i places = _mm512_loadu_si512(view->places + n);
        const __m512i cell = _mm512_srai_epi16(places, 6);
        const __m512i begin = _mm512_mullo_epi16(_mm512_and_si512(places, inside),
                                                 _mm512_set1_epi16(FINGER_SPREAD));
        const __m512i back = _mm512_sub_epi16(_mm512_set1_epi16(FINGER_SIDE + 1), cell);
        _mm512_storeu_si512(o->at + 2 * n, _mm512_add_epi16(begin, back));
        _mm512_storeu_si512(o->first + 2 * n, _mm512_sub_epi16(cell, _mm512_set1_epi16(1)));
    }
}

/* sum_parts, only the four rows that a neighbour weighs in; three rows on both sides are for those
 * that lie outside. */
#define SUM_MARGIN (FINGER_WINDOW - 1)
WIDE void sum_parts_avx512(const finger_model *model, const wide_view *view,
                           const wide_parts *parts, finger_bits bits) {
    const __m512i low = _mm512_set_epi64(
        0x0003000300030003, 0x0003000300030003, 0x0002000200020002, 0x0002000200020002,
        0x0001000100010001, 0x0001000100010001, 0, 0);
    const __m512i high = _mm512_add_epi16(low, _mm512_set1_epi16(4));
    const uint32_t *all_along = model->along[0];
    const uint16_t *all_across = model->across[0];
    __m512i sums[FINGER_SIDE + 2 * SUM_MARGIN][2];
#pragma GCC unroll 14
    for (int a = 0; a < FINGER_SIDE + 2 * SUM_MARGIN; a++)
        sums[a][0] = sums[a][1] = _mm512_setzero_si512();
    for (int n = 0; n < view->count; n++) {
        const uint16_t *across_from = all_across + parts->at[2 * n + 1];
        const uint16_t *share_from = model->direction[view->turns[n] & (FINGER_TURN - 1)];
        const __m512i across = _mm512_broadcast_i32x4(
            _mm_loadu_si128((const __m128i *)(const void *)across_from));
        const __m512i share = _mm512_castsi128_si512(
            _mm_loadu_si128((const __m128i *)(const void *)share_from));
        const __m512i left = _mm512_mulhi_epu16(_mm512_permutexvar_epi16(low, share), across);
        const __m512i right = _mm512_mulhi_epu16(_mm512_permutexvar_epi16(high, share), across);
        const int first = parts->first[2 * n];
        const uint32_t *factor = all_along + parts->at[2 * n] + first;
        __m512i(*row)[2] = sums + SUM_MARGIN + first;
#pragma GCC unroll 4
        for (int k = 0; k < FINGER_WINDOW; k++) {
            const __m512i along = _mm512_set1_epi32((int32_t)factor[k]);
            row[k][0] = _mm512_adds_epu16(row[k][0], _mm512_mulhi_epu16(left, along));
            row[k][1] = _mm512_adds_epu16(row[k][1], _mm512_mulhi_epu16(right, along));
        }
    }
    const __m512i least = _mm512_set1_epi16((int16_t)model->threshold);
    for (int a = 0; a < FINGER_SIDE; a++)
        bits[a] = (uint64_t)_mm512_cmpge_epu16_mask(sums[a + SUM_MARGIN][0], least) |
                  (uint64_t)_mm512_cmpge_epu16_mask(sums[a + SUM_MARGIN][1], least) << 32;
}

/* join_rows: byte a of plane z is byte z of row a. */
WIDE void join_rows_avx512(const finger_bits bits, uint64_t planes[FINGER_LANES]) {
    const __m512i order = _mm512_setr_epi64(
        0x3830282018100800, 0x3931292119110901, 0x3a322a221a120a02, 0x3b332b231b130b03,
        0x3c342c241c140c04, 0x3d352d251d150d05, 0x3e362e261e160e06, 0x3f372f271f170f07);
    _mm512_storeu_si512(planes, _mm512_permutexvar_epi8(order, _mm512_loadu_si512(bits)));
}

/* make_planes of every minutia in turn.  It looks around from the next one first: what was just
 * written is slow to read in other pieces. */
FINGER_AVX512_TARGET static int make_planes_avx512(const finger_model *model,
                                                   const finger_minutiae *m, int centre,
                                                   wide_view views[2],
                                                   uint64_t planes[FINGER_LANES]) {
    const wide_view *view = &views[centre & 1];
    wide_parts parts;
    finger_bits bits;
    if (centre == 0) look_around_avx512(model, m, 0, &views[0]);
    if (centre + 1 < m->count) look_around_avx512(model, m, centre + 1, &views[~centre & 1]);
    const uint64_t valid = valid_cells_avx512(model, view);
    if (!is_cylinder(model, valid, view->neighbours)) return 0;
    list_parts_avx512(view, &parts);
    sum_parts_avx512(model, view, &parts, bits);
    join_rows_avx512(bits, planes);
    planes[FINGER_VALID] = valid;
    return 1;
}
#else
typedef char wide_view;
#endif

/* The planes of one minutia and its valid cells; 0 if it has no cylinder. */
FINGER_BODY int make_planes(const finger_model *model, const finger_minutiae *m, int centre,
                            uint64_t planes[FINGER_LANES]) {
    finger_view view;
    finger_parts parts;
    finger_bits bits;
    look_around(model, m, centre, &view);
    const uint64_t valid = valid_cells(model, &view, m->count);
    if (!is_cylinder(model, valid, list_parts(model, m, centre, &view, &parts))) return 0;
    sum_parts(&parts, model->threshold, bits);
    join_rows(bits, planes);
    planes[FINGER_VALID] = valid;
    return 1;
}

/* The cylinder of a minutia into a lane; 0 if it has none.  views: for make_planes_avx512. */
FINGER_BODY int build_cylinder(const finger_model *model, const finger_minutiae *m, int centre,
                               int level, wide_view views[2], uint64_t *lane) {
    uint64_t planes[FINGER_LANES] FINGER_ALIGNED;
#if defined(__x86_64__)
    const int made = level == CPU_AVX512 && m->narrow
                         ? make_planes_avx512(model, m, centre, views, planes)
                         : make_planes(model, m, centre, planes);
#else
    (void)level, (void)views;
    const int made = make_planes(model, m, centre, planes);
#endif
    if (!made) return 0;
    for (int z = 0; z < FINGER_DIRECTIONS; z++)
        lane[FINGER_LANES * z] = planes[z] & planes[FINGER_VALID];
    lane[FINGER_LANES * FINGER_VALID] = planes[FINGER_VALID];
    lane[FINGER_LANES * FINGER_PLACE] =
        (uint64_t)m->x[centre] | (uint64_t)m->y[centre] << 16 |
        (uint64_t)model->weight[m->quality[centre]] << 32 | (uint64_t)m->angle[centre] << 48;
    return 1;
}

/* Writes a packed finger; returns its bytes. */
FINGER_BODY int64_t build_body(const finger_model *model, const finger_minutiae *m, int level,
                               finger_header *out) {
    uint64_t *blocks = (uint64_t *)(out + 1);
    wide_view views[2];
    int kept = 0, qualities = 0;
    for (int i = 0; i < m->count; i++) {
        qualities += m->quality[i];
        if (kept % FINGER_LANES == 0)
            memset(blocks + FINGER_LANES * kept, 0, sizeof(uint64_t) * FINGER_BLOCK);
        uint64_t *block = blocks + FINGER_BLOCK * (kept / FINGER_LANES);
        kept += build_cylinder(model, m, i, level, views, block + kept % FINGER_LANES);
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
