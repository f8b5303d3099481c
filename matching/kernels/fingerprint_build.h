/* Compact minutiae -> bit cylinders, in integers: every instruction set gives the same bits. */
#ifndef EURODAC_FINGERPRINT_BUILD_H
#define EURODAC_FINGERPRINT_BUILD_H
#include "fingerprint.h"

#include <string.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

#define BUILD_FAR 16383                                 /* quarter pixels; farther is far enough */
#define BUILD_MIDDLE (FINGER_FRACTIONS * 7 / 2)         /* the minutia lies between four cells */

/* The minutiae of one finger, one array per property, sorted by angle. */
typedef struct {
    int32_t x[FINGER_MAX_MINUTIAE], y[FINGER_MAX_MINUTIAE]; /* in the unit of the compact form */
    uint8_t angle[FINGER_MAX_MINUTIAE], quality[FINGER_MAX_MINUTIAE];
    int count, unit;
} finger_minutiae;

/* The others as seen from one minutia: places in its frame, in 1/64 of a cell. */
typedef struct {
    int32_t u[FINGER_MAX_MINUTIAE], w[FINGER_MAX_MINUTIAE];
    int32_t squared[FINGER_MAX_MINUTIAE];
} finger_view;

/* What one neighbour means: weights of the rows and columns of cells, and of the directions. */
typedef struct {
    const uint32_t *along;
    const uint16_t *across, *share;
} finger_part;

typedef struct {
    finger_part parts[FINGER_MAX_MINUTIAE];
    int count;
} finger_parts;

typedef uint64_t finger_bits[FINGER_SIDE]; /* per row: eight cells x eight directions */

/* Sorts by angle, stable, and reads the columns; -1 if these are no compact minutiae. */
FINGER_BODY int read_compact(const uint8_t *bytes, int64_t size, finger_minutiae *m) {
    finger_compact head;
    if (size < (int64_t)sizeof head) return -1;
    memcpy(&head, bytes, sizeof head);
    const int n = head.count;
    if (head.magic[0] != 'M' || head.magic[1] != 'C' || head.version != FINGER_COMPACT_VERSION ||
        head.unit > 2 || n > FINGER_MAX_MINUTIAE ||
        size != (int64_t)sizeof head + FINGER_COMPACT_ROW * n)
        return -1;
    const uint8_t *x = bytes + sizeof head, *y = x + 2 * n, *angle = y + 2 * n;
    const uint8_t *quality = angle + n;
    uint8_t starts[FINGER_TURN + 1] = {0};
    m->count = n, m->unit = head.unit;
    for (int i = 0; i < n; i++) {
        if (quality[i] >= FINGER_QUALITIES) return -1;
        starts[angle[i] + 1]++;
    }
    for (int i = 1; i <= FINGER_TURN; i++) starts[i] = (uint8_t)(starts[i] + starts[i - 1]);
    for (int i = 0; i < n; i++) {
        const int to = starts[angle[i]]++;
        m->x[to] = x[2 * i] | x[2 * i + 1] << 8, m->y[to] = y[2 * i] | y[2 * i + 1] << 8;
        m->angle[to] = angle[i], m->quality[to] = quality[i];
    }
    return 0;
}

FINGER_BODY int32_t clamp_far(int32_t value) {
    value = value < -BUILD_FAR ? -BUILD_FAR : value;
    return value > BUILD_FAR ? BUILD_FAR : value;
}

FINGER_BODY void look_around(const finger_model *model, const finger_minutiae *m, int centre,
                             finger_view *view) {
    const int32_t c = model->frame_cosine[m->angle[centre]];
    const int32_t s = model->frame_sine[m->angle[centre]];
    const int32_t x = m->x[centre], y = m->y[centre], scale = 1 << m->unit;
    for (int t = 0; t < m->count; t++) { /* y runs downwards, angles are seen the other way */
        const int32_t dx = clamp_far((m->x[t] - x) * scale), dy = clamp_far((y - m->y[t]) * scale);
        view->u[t] = BUILD_MIDDLE + ((c * dx + s * dy + 8192) >> 14);
        view->w[t] = BUILD_MIDDLE + ((c * dy - s * dx + 8192) >> 14);
        view->squared[t] = dx * dx + dy * dy;
    }
}

/* Moves a board of 8 x 8 cells by rows and columns; what leaves it is gone. */
FINGER_BODY uint64_t move_cells(uint64_t cells, int rows, int columns) {
    const uint64_t all = 0x0101010101010101ULL;
    const uint64_t row = columns >= 0 ? 255u >> columns : (255u << -columns) & 255u;
    const int shift = FINGER_SIDE * rows + columns;
    cells &= row * all;
    return shift >= 0 ? cells << shift : cells >> -shift;
}

/* Cells that some minutia lies near. */
FINGER_BODY uint64_t valid_cells(const finger_model *model, const finger_view *view, int count) {
    const int low = -3 * FINGER_FRACTIONS, span = 14 * FINGER_FRACTIONS;
    const int step = FINGER_FRACTIONS / FINGER_COVERS;
    uint8_t list[FINGER_MAX_MINUTIAE];
    uint64_t valid = 0;
    int near = 0;
    for (int t = 0; t < count; t++) {
        list[near] = (uint8_t)t;
        near += ((uint32_t)(view->u[t] - low) < (uint32_t)span) &
                ((uint32_t)(view->w[t] - low) < (uint32_t)span);
    }
    for (int n = 0; n < near; n++) {
        const int u = view->u[list[n]], w = view->w[list[n]];
        const uint64_t cover = model->cover[(u & (FINGER_FRACTIONS - 1)) / step]
                                           [(w & (FINGER_FRACTIONS - 1)) / step];
        valid |= move_cells(cover, (u >> 6) - 3, (w >> 6) - 3);
    }
    return valid & model->disc;
}

#if defined(__x86_64__)
/* The same, eight minutiae at a time; a shift by a negative number is one by far too much. */
FINGER_AVX512_TARGET static inline uint64_t valid_cells_avx512(const finger_model *model,
                                                               const finger_view *view,
                                                               int count) {
    const __m256i low = _mm256_set1_epi32(3 * FINGER_FRACTIONS), three = _mm256_set1_epi32(3);
    const __m256i span = _mm256_set1_epi32(14 * FINGER_FRACTIONS);
    const __m256i inside = _mm256_set1_epi32(FINGER_FRACTIONS - 1);
    __m512i valid = _mm512_setzero_si512();
    for (int t = 0; t < count; t += 8) {
        const __m256i u = _mm256_loadu_si256((const __m256i *)(const void *)(view->u + t));
        const __m256i w = _mm256_loadu_si256((const __m256i *)(const void *)(view->w + t));
        const __mmask8 near = (__mmask8)(count - t < 8 ? (1 << (count - t)) - 1 : 0xff) &
                              _mm256_cmplt_epu32_mask(_mm256_add_epi32(u, low), span) &
                              _mm256_cmplt_epu32_mask(_mm256_add_epi32(w, low), span);
        if (!near) continue;
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
#else
static inline uint64_t valid_cells_avx512(const finger_model *model, const finger_view *view,
                                          int count) {
    return valid_cells(model, view, count);
}
#endif

/* Lists what each neighbour means; returns how many neighbours there are. */
FINGER_BODY int list_parts(const finger_model *model, const finger_minutiae *m, int centre,
                           const finger_view *view, finger_parts *o) {
    const int low = -2 * FINGER_FRACTIONS, span = 11 * FINGER_FRACTIONS;
    uint8_t list[FINGER_MAX_MINUTIAE];
    int neighbours = 0;
    o->count = 0;
    for (int t = 0; t < m->count; t++) {
        const int near = (t != centre) & (view->squared[t] <= model->reach);
        list[o->count] = (uint8_t)t;
        neighbours += near;
        o->count += near & ((uint32_t)(view->u[t] - low) < (uint32_t)span) &
                    ((uint32_t)(view->w[t] - low) < (uint32_t)span);
    }
    for (int n = 0; n < o->count; n++) { /* the window begins one cell before the minutia's */
        const int t = list[n], u = view->u[t], w = view->w[t];
        o->parts[n] = (finger_part){
            model->along[u & (FINGER_FRACTIONS - 1)] + FINGER_SIDE + 1 - (u >> 6),
            model->across[w & (FINGER_FRACTIONS - 1)] + FINGER_SIDE + 1 - (w >> 6),
            model->direction[(m->angle[centre] - m->angle[t]) & (FINGER_TURN - 1)]};
    }
    return neighbours;
}

/* Sums along x across x direction over the neighbours: which sums reach the threshold. */
FINGER_BODY void sum_parts(const finger_parts *o, int32_t threshold, finger_bits bits) {
    uint16_t sums[FINGER_SIDE][FINGER_SIDE * FINGER_LANES];
    memset(sums, 0, sizeof sums);
    for (int n = 0; n < o->count; n++) {
        uint16_t part[FINGER_SIDE * FINGER_LANES];
        for (int b = 0; b < FINGER_SIDE; b++)
            for (int z = 0; z < FINGER_LANES; z++)
                part[FINGER_LANES * b + z] =
                    (uint16_t)((uint32_t)o->parts[n].across[b] * o->parts[n].share[z] >> 16);
        for (int a = 0; a < FINGER_SIDE; a++) {
            const uint32_t factor = o->parts[n].along[a] & 0xffff;
            if (factor == 0) continue;
            for (int i = 0; i < FINGER_SIDE * FINGER_LANES; i++) {
                const uint32_t sum = sums[a][i] + (factor * part[i] >> 16);
                sums[a][i] = (uint16_t)(sum < 65535 ? sum : 65535);
            }
        }
    }
    for (int a = 0; a < FINGER_SIDE; a++) {
        bits[a] = 0;
        for (int i = 0; i < FINGER_SIDE * FINGER_LANES; i++)
            bits[a] |= (uint64_t)(sums[a][i] >= threshold) << i;
    }
}

#if defined(__x86_64__)
/* The same with all sums in registers. */
FINGER_AVX512_TARGET static inline void sum_parts_avx512(const finger_parts *o, int32_t threshold,
                                                         finger_bits bits) {
    const __m512i low = _mm512_set_epi64(
        0x0003000300030003, 0x0003000300030003, 0x0002000200020002, 0x0002000200020002,
        0x0001000100010001, 0x0001000100010001, 0, 0);
    const __m512i high = _mm512_add_epi16(low, _mm512_set1_epi16(4));
    __m512i sums[FINGER_SIDE][2];
    for (int a = 0; a < FINGER_SIDE; a++) sums[a][0] = sums[a][1] = _mm512_setzero_si512();
    for (int n = 0; n < o->count; n++) {
        const finger_part part = o->parts[n];
        const __m512i across =
            _mm512_castsi128_si512(_mm_loadu_si128((const __m128i *)(const void *)part.across));
        const __m512i share =
            _mm512_broadcast_i32x4(_mm_loadu_si128((const __m128i *)(const void *)part.share));
        const __m512i left = _mm512_mulhi_epu16(_mm512_permutexvar_epi16(low, across), share);
        const __m512i right = _mm512_mulhi_epu16(_mm512_permutexvar_epi16(high, across), share);
        for (int a = 0; a < FINGER_SIDE; a++) {
            const __m512i along = _mm512_set1_epi32((int32_t)part.along[a]);
            sums[a][0] = _mm512_adds_epu16(sums[a][0], _mm512_mulhi_epu16(left, along));
            sums[a][1] = _mm512_adds_epu16(sums[a][1], _mm512_mulhi_epu16(right, along));
        }
    }
    const __m512i least = _mm512_set1_epi16((int16_t)threshold);
    for (int a = 0; a < FINGER_SIDE; a++)
        bits[a] = (uint64_t)_mm512_cmpge_epu16_mask(sums[a][0], least) |
                  (uint64_t)_mm512_cmpge_epu16_mask(sums[a][1], least) << 32;
}
#else
static inline void sum_parts_avx512(const finger_parts *o, int32_t threshold, finger_bits bits) {
    sum_parts(o, threshold, bits);
}
#endif

/* Swaps rows and columns of 8 x 8 bits. */
FINGER_BODY uint64_t transpose_bits(uint64_t m) {
    uint64_t t = (m ^ (m >> 7)) & 0x00AA00AA00AA00AAULL;
    m ^= t ^ (t << 7);
    t = (m ^ (m >> 14)) & 0x0000CCCC0000CCCCULL;
    m ^= t ^ (t << 14);
    t = (m ^ (m >> 28)) & 0x00000000F0F0F0F0ULL;
    return m ^ t ^ (t << 28);
}

/* The cylinder of one minutia into a lane; 0 if too few cells are valid or neighbours near. */
FINGER_BODY int build_cylinder(const finger_model *model, const finger_minutiae *m, int centre,
                               int level, uint64_t *lane) {
    finger_view view;
    finger_parts parts;
    finger_bits bits;
    look_around(model, m, centre, &view);
    const uint64_t valid = level == CPU_AVX512 ? valid_cells_avx512(model, &view, m->count)
                                                  : valid_cells(model, &view, m->count);
    const float cells = (float)__builtin_popcountll(valid);
    if (cells < model->p.min_valid_share * (float)model->disc_cells) return 0;
    const int neighbours = list_parts(model, m, centre, &view, &parts);
    if ((float)neighbours < model->p.min_neighbours) return 0;
    if (level == CPU_AVX512)
        sum_parts_avx512(&parts, model->threshold, bits);
    else
        sum_parts(&parts, model->threshold, bits);
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

/* Writes a packed finger; returns its bytes, -1 if these are no compact minutiae. */
FINGER_BODY int64_t build_body(const finger_model *model, const uint8_t *compact, int64_t size,
                               int level, finger_header *out) {
    finger_minutiae m;
    uint64_t *blocks = (uint64_t *)(out + 1);
    int kept = 0, qualities = 0;
    if (read_compact(compact, size, &m) < 0) return -1;
    for (int i = 0; i < m.count; i++) {
        qualities += m.quality[i];
        if (kept % FINGER_LANES == 0)
            memset(blocks + FINGER_LANES * kept, 0, sizeof(uint64_t) * FINGER_BLOCK);
        uint64_t *block = blocks + FINGER_BLOCK * (kept / FINGER_LANES);
        kept += build_cylinder(model, &m, i, level, block + kept % FINGER_LANES);
    }
    memset(out, 0, sizeof *out);
    out->format = FINGER_FORMAT, out->tuning = model->tuning, out->cylinders = kept;
    out->blocks = (kept + FINGER_LANES - 1) / FINGER_LANES;
    out->bytes = (int)sizeof *out + 8 * FINGER_BLOCK * out->blocks;
    out->unit = 0.25f * (float)(1 << m.unit);
    if (m.count) out->quality = (float)qualities / (float)((FINGER_QUALITIES - 1) * m.count);
    return out->bytes;
}
#endif
