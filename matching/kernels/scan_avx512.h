/* The leading array with AVX-512: one table look-up answers six bits of 64 references. */
#ifndef EURODAC_SCAN_AVX512_H
#define EURODAC_SCAN_AVX512_H
#include "scan.h"
#include <immintrin.h>

#define SCAN_AVX512                                                                                \
    __attribute__((target("avx2,bmi,bmi2,popcnt,avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi,"    \
                          "avx512vpopcntdq,prefer-vector-width=512")))
#define SCAN_AHEAD 32768 /* bytes; from 4 KB on measured alike, without it 30 % slower */
#define SCAN_AVX512_INLINE static inline SCAN_AVX512 __attribute__((always_inline))

/* The top two bits of three rows as one index; vpermb reads its low six bits only. */
SCAN_AVX512_INLINE __m512i top_bits(__m512i a, __m512i b, __m512i c) {
    const __m512i two = _mm512_set1_epi8(0x03), four = _mm512_set1_epi8(0x0f);
    __m512i index = _mm512_ternarylogic_epi64(_mm512_srli_epi16(a, 6), _mm512_srli_epi16(b, 4), two,
                                              0xe4); /* two ? first : second */
    return _mm512_ternarylogic_epi64(index, _mm512_srli_epi16(c, 2), four, 0xe4);
}

/* Rows of one finger of one block -> 22 indices: per three rows their low six bits, then the top
 * bits of the three; the last row alone at the end. */
SCAN_AVX512_INLINE void sextets(const uint8_t *rows, __m512i *index) {
    for (int g = 0; g < 5; g++) {
        for (int i = 0; i < 3; i++)
            index[4 * g + i] = _mm512_loadu_si512(rows + (3 * g + i) * SCAN_LANES);
        index[4 * g + 3] = top_bits(index[4 * g], index[4 * g + 1], index[4 * g + 2]);
    }
    index[20] = _mm512_loadu_si512(rows + 15 * SCAN_LANES);
    index[21] = _mm512_srli_epi16(index[20], 6);
}

#define LOOKUP(i) _mm512_permutexvar_epi8(index[i], _mm512_load_si512(table[i]))

SCAN_AVX512_INLINE __m512i look_up(const __m512i *index, const uint8_t (*table)[64], int begin,
                                   int end) {
    __m512i sum = LOOKUP(begin);
    for (int i = begin + 1; i < end; i++) sum = _mm512_add_epi8(sum, LOOKUP(i));
    return sum;
}

/* Adds one finger of one block to the sums of one probe. `low` sums pairs of bytes as they are,
 * `high` the upper ones; finish() takes the upper ones out of `low` again. */
SCAN_AVX512_INLINE void add_finger(scan_pass *pass, int finger, int probe, int block,
                                   const __m512i *index, uint64_t present) {
    const uint8_t(*table)[64] = pass->sextets[finger][probe];
    __m512i sums[3] = {look_up(index, table, 0, 8), look_up(index, table, 8, 16),
                       look_up(index, table, 16, 22)};
    __m512i low = _mm512_load_si512(pass->low[probe][block]);
    __m512i high = _mm512_load_si512(pass->high[probe][block]);
    for (int i = 0; i < 3; i++) {
        if (__builtin_expect(~present != 0, 0)) sums[i] = _mm512_maskz_mov_epi8(present, sums[i]);
        low = _mm512_add_epi16(low, sums[i]);
        high = _mm512_add_epi16(high, _mm512_srli_epi16(sums[i], 8));
    }
    _mm512_store_si512(pass->low[probe][block], low);
    _mm512_store_si512(pass->high[probe][block], high);
    if (__builtin_expect(~present != 0, 0)) {
        const __m512i neutral = _mm512_set1_epi16((short)pass->neutral[finger][probe]);
        const uint64_t even = 0x5555555555555555u;
        uint16_t *lows = pass->absent_low[probe][block], *highs = pass->absent_high[probe][block];
        __m512i a = _mm512_load_si512(lows), b = _mm512_load_si512(highs);
        _mm512_store_si512(
            lows, _mm512_mask_add_epi16(a, (__mmask32)_pext_u64(~present, even), a, neutral));
        _mm512_store_si512(
            highs, _mm512_mask_add_epi16(b, (__mmask32)_pext_u64(~present, ~even), b, neutral));
    }
}

/* Writes the 64 distances of one block in the order of the references. */
SCAN_AVX512_INLINE void finish_block(const scan_pass *pass, int probe, int block,
                                     uint64_t permitted, uint16_t *out) {
    const __m512i high = _mm512_load_si512(pass->high[probe][block]);
    __m512i low = _mm512_load_si512(pass->low[probe][block]);
    low = _mm512_sub_epi16(low, _mm512_slli_epi16(high, 8));
    low = _mm512_add_epi16(low, _mm512_load_si512(pass->absent_low[probe][block]));
    const __m512i odd = _mm512_add_epi16(high, _mm512_load_si512(pass->absent_high[probe][block]));
    const __m512i step = _mm512_set_epi16(
        47, 15, 46, 14, 45, 13, 44, 12, 43, 11, 42, 10, 41, 9, 40, 8, 39, 7, 38, 6, 37, 5, 36, 4,
        35, 3, 34, 2, 33, 1, 32, 0);
    const __m512i next = _mm512_add_epi16(step, _mm512_set1_epi16(16));
    const __m512i never = _mm512_set1_epi16(-1);
    const __m512i first = _mm512_permutex2var_epi16(low, step, odd);
    const __m512i second = _mm512_permutex2var_epi16(low, next, odd);
    _mm512_storeu_si512(out, _mm512_mask_mov_epi16(never, (__mmask32)permitted, first));
    _mm512_storeu_si512(out + 32,
                        _mm512_mask_mov_epi16(never, (__mmask32)(permitted >> 32), second));
}

SCAN_AVX512 static void leading_avx512(const scan_range *r, int64_t tile, scan_pass *pass,
                                       const uint64_t *wanted) {
    const int64_t finger_bytes = (int64_t)SCAN_BLOCKS * SCAN_ROWS * SCAN_LANES;
    for (int f = 0; f < SCAN_FINGERS; f++) {
        if (!pass->used[f]) continue;
        const uint8_t *rows = r->leading + (tile * SCAN_FINGERS + f) * finger_bytes;
        for (int b = 0; b < SCAN_BLOCKS; b++) {
            if (!wanted[b]) continue;
            __m512i index[SCAN_LOOKUPS];
            for (int i = 0; i < SCAN_ROWS; i++)
                __builtin_prefetch(rows + (b * SCAN_ROWS + i) * SCAN_LANES + SCAN_AHEAD, 0, 2);
            sextets(rows + b * SCAN_ROWS * SCAN_LANES, index);
            const uint64_t present = r->presence[(tile * SCAN_BLOCKS + b) * SCAN_FINGERS + f];
            for (int q = 0; q < pass->probes; q++) add_finger(pass, f, q, b, index, present);
        }
    }
    for (int q = 0; q < pass->probes; q++)
        for (int b = 0; b < SCAN_BLOCKS; b++)
            finish_block(pass, q, b, r->permitted[q * r->blocks + tile * SCAN_BLOCKS + b],
                         r->distances + q * r->stride + tile * SCAN_TILE + b * SCAN_LANES);
}
#endif
