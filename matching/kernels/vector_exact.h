/* The exact scan of many probes: a tile of 64 rows is transposed into the cache once, then every
 * group of six probes runs over it with one lane per slot. */
#ifndef EURODAC_VECTOR_EXACT_H
#define EURODAC_VECTOR_EXACT_H
#include "vector.h"

#define VECTOR_FEW 5 /* fewer probes are compared row by row: transposing would cost more */

#if defined(__x86_64__)
#include <immintrin.h>
#define EXACT_AVX512                                                                               \
    __attribute__((target("avx2,bmi,bmi2,popcnt,avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,"    \
                          "prefer-vector-width=512")))

/* 16 rows x 64 bytes -> 16 registers of [4 bytes] x [16 rows]. The first two steps are loads: a
 * register takes the same 16 bytes of four rows. */
EXACT_AVX512 static inline void transpose16(const int8_t *rows, int64_t stride, uint8_t *out) {
    const __m512i shift = _mm512_set1_epi8((char)0x80);
    __m512i part[16];
#pragma GCC unroll 4
    for (int column = 0; column < 4; column++) /* 16 bytes each */
#pragma GCC unroll 4
        for (int r = 0; r < 4; r++) { /* lane l of the register: row r + 4 l */
            const int8_t *at = rows + stride * r + 16 * column;
            __m512i x = _mm512_castsi128_si512(_mm_loadu_si128((const void *)at));
            const __m128i *second = (const void *)(at + 4 * stride);
            const __m128i *third = (const void *)(at + 8 * stride);
            const __m128i *fourth = (const void *)(at + 12 * stride);
            x = _mm512_mask_broadcast_i32x4(x, 0x00f0, _mm_loadu_si128(second));
            x = _mm512_mask_broadcast_i32x4(x, 0x0f00, _mm_loadu_si128(third));
            x = _mm512_mask_broadcast_i32x4(x, 0xf000, _mm_loadu_si128(fourth));
            part[4 * column + r] = _mm512_xor_si512(x, shift);
        }
#pragma GCC unroll 4
    for (int column = 0; column < 4; column++) {
        const __m512i *p = part + 4 * column;
        const __m512i a = _mm512_unpacklo_epi32(p[0], p[1]), b = _mm512_unpackhi_epi32(p[0], p[1]);
        const __m512i c = _mm512_unpacklo_epi32(p[2], p[3]), d = _mm512_unpackhi_epi32(p[2], p[3]);
        uint8_t *to = out + 4 * column * 4 * VECTOR_TILE;
        _mm512_store_si512(to, _mm512_unpacklo_epi64(a, c));
        _mm512_store_si512(to + 4 * VECTOR_TILE, _mm512_unpackhi_epi64(a, c));
        _mm512_store_si512(to + 8 * VECTOR_TILE, _mm512_unpacklo_epi64(b, d));
        _mm512_store_si512(to + 12 * VECTOR_TILE, _mm512_unpackhi_epi64(b, d));
    }
}

/* Rows of a tile as [dimensions / 4][64 slots][4 bytes], shifted by 128. */
EXACT_AVX512 static void transpose_tile(const int8_t *rows, int dimensions, uint8_t *out) {
    for (int group = 0; group < VECTOR_TILE; group += 16)
        for (int i = 0; i < dimensions; i += 64)
            transpose16(rows + (int64_t)dimensions * group + i, dimensions,
                        out + (int64_t)i * VECTOR_TILE + 4 * group);
}

/* Dot products of six probes and a tile; pass[p] has a bit for every slot above least[p], and only
 * then are they written. Inline assembly keeps the 24 sums in registers; with the intrinsic the
 * compiler spills them and half the speed is lost. */
#define DOT(sum, g, p) __asm__("vpdpbusd %2, %1, %0" : "+v"(sum) : "v"(g), "v"(p))
EXACT_AVX512 __attribute__((noinline)) static void tile_dots(const uint8_t *tile,
                                                             const int32_t *probes, int quads,
                                                             const int32_t *shift,
                                                             const int32_t *least, uint64_t *pass,
                                                             int32_t *out) {
    __m512i s[VECTOR_GROUP][4];
#pragma GCC unroll 6
    for (int p = 0; p < VECTOR_GROUP; p++)
#pragma GCC unroll 4
        for (int g = 0; g < 4; g++) s[p][g] = _mm512_set1_epi32(shift[p]);
    for (int i = 0; i < quads; i++, tile += 4 * VECTOR_TILE, probes += VECTOR_GROUP) {
        const __m512i g0 = _mm512_load_si512(tile), g1 = _mm512_load_si512(tile + 64);
        const __m512i g2 = _mm512_load_si512(tile + 128), g3 = _mm512_load_si512(tile + 192);
#pragma GCC unroll 6
        for (int p = 0; p < VECTOR_GROUP; p++) {
            const __m512i q = _mm512_set1_epi32(probes[p]);
            DOT(s[p][0], g0, q);
            DOT(s[p][1], g1, q);
            DOT(s[p][2], g2, q);
            DOT(s[p][3], g3, q);
        }
    }
#pragma GCC unroll 6
    for (int p = 0; p < VECTOR_GROUP; p++) {
        const __m512i limit = _mm512_set1_epi32(least[p]);
        pass[p] = 0;
#pragma GCC unroll 4
        for (int g = 0; g < 4; g++)
            pass[p] |= (uint64_t)_mm512_cmpgt_epi32_mask(s[p][g], limit) << (16 * g);
        if (!pass[p]) continue;
#pragma GCC unroll 4
        for (int g = 0; g < 4; g++) _mm512_store_si512(out + VECTOR_TILE * p + 16 * g, s[p][g]);
    }
}
#undef DOT

/* Integers up to this cannot reach the floor of the probe. */
VECTOR_BODY int32_t least_dot(const vector_probes *q, const vector_best *b, int probe) {
    if (probe >= q->count) return INT32_MAX;
    const double least = (double)b->floor[probe] / (double)q->highest[probe] * (1 - 1e-6) - 1;
    return least > 0 ? (int32_t)least : INT32_MIN;
}

EXACT_AVX512 static void exact_avx512(const vector_chunk *c, const vector_probes *q, vector_best *b,
                                     int64_t tile0, int64_t tile1, uint8_t *scratch) {
    int32_t out[VECTOR_GROUP * VECTOR_TILE] __attribute__((aligned(64)));
    int32_t least[VECTOR_GROUP];
    uint64_t pass[VECTOR_GROUP];
    const int quads = q->dimensions / 4;
    for (int64_t t = tile0; t < tile1; t++) {
        const int64_t slot0 = VECTOR_TILE * t;
        if (!c->live[t]) continue;
        transpose_tile(c->rows + (int64_t)q->dimensions * slot0, q->dimensions, scratch);
        for (int first = 0; first < q->count; first += VECTOR_GROUP) {
            for (int p = 0; p < VECTOR_GROUP; p++) least[p] = least_dot(q, b, first + p);
            tile_dots(scratch, q->grouped + (int64_t)first * quads, quads, q->shift + first, least,
                      pass, out);
            for (int p = 0; p < VECTOR_GROUP; p++)
                for (uint64_t left = pass[p] & c->live[t]; left; left &= left - 1) {
                    const int lane = __builtin_ctzll(left);
                    if (vector_wanted(c, q, first + p, slot0 + lane))
                        vector_score(c, q, b, first + p, slot0 + lane,
                                     out[VECTOR_TILE * p + lane]);
                }
        }
    }
}
#endif
#endif
