/* The scan of codes: leading codes of everybody, whole codes and rows of those that pass. */
#ifndef EURODAC_VECTOR_SCAN_H
#define EURODAC_VECTOR_SCAN_H
#include "vector.h"

#define VECTOR_WAITING 512 /* entries of each queue */

#define VECTOR_AHEAD 12    /* entries between the call for a code and its use */
#define VECTOR_NEXT 16     /* rows between the call for a row and its use, where all are read */

/* Tiles with slots that passed the first cut, and slots that passed both and whose rows are on
 * their way from memory. Entries are appended without a branch that depends on the data. */
typedef struct {
    uint64_t pass[VECTOR_WAITING];
    int64_t slot0[VECTOR_WAITING];
    int32_t probe[VECTOR_WAITING];
    int count;
} vector_passed;

typedef struct {
    int64_t slot[VECTOR_WAITING + VECTOR_TILE];
    int32_t probe[VECTOR_WAITING + VECTOR_TILE];
    int count;
} vector_queue;

/* The four sextets of a slot from three rows of a tile; the fourth is the top two bits of all. */
VECTOR_BODY void vector_sextets(const uint8_t *rows, int slot, uint8_t sextets[4]) {
    sextets[3] = 0;
    for (int i = 0; i < 3; i++) {
        const uint8_t byte = rows[VECTOR_TILE * i + slot];
        sextets[i] = byte & 63;
        sextets[3] |= (uint8_t)(byte >> 6 << 2 * i);
    }
}

/* A bit per slot of a tile whose leading code costs a probe no more than its cut. */
VECTOR_BODY uint64_t passing_each(const uint8_t *tile, const uint8_t *tables, int32_t cut) {
    uint64_t pass = 0;
    for (int s = 0; s < VECTOR_TILE; s++) {
        int32_t cost = 0;
        for (int r = 0; r < VECTOR_ROWS; r += 3) {
            uint8_t sextets[4];
            vector_sextets(tile + VECTOR_TILE * r, s, sextets);
            for (int i = 0; i < 4; i++) cost += tables[64 * (r / 3 * 4 + i) + sextets[i]];
        }
        pass |= (uint64_t)((cost < 255 ? cost : 255) <= cut) << s;
    }
    return pass;
}

VECTOR_BODY int64_t distance_each(const uint64_t *a, const uint64_t *b, const uint64_t *mask) {
    int64_t distance = 0;
    for (int w = 0; w < VECTOR_CODE; w++) distance += __builtin_popcountll((a[w] ^ b[w]) & mask[w]);
    return distance;
}

VECTOR_BODY int32_t dot_each(const int8_t *row, const int8_t *probe, int dimensions) {
    int32_t sum = 0;
    for (int i = 0; i < dimensions; i++) sum += (int32_t)row[i] * probe[i];
    return sum;
}

#if defined(__x86_64__)
#include <immintrin.h>
#define VECTOR_AVX2 __attribute__((target("avx2,fma,bmi,bmi2,popcnt")))
#define VECTOR_AVX512                                                                              \
    __attribute__((target("avx2,fma,bmi,bmi2,popcnt,avx512f,avx512bw,avx512dq,avx512vl,"           \
                          "avx512vnni,avx512vpopcntdq,avx512vbmi,avx512vbmi2,prefer-vector-width=512")))

/* What 32 sextets cost: quarters of the table by their low four bits, of which the others choose. */
VECTOR_AVX2 static inline __m256i costs_avx2(const uint8_t *table, __m256i sextets) {
    __m256i quarter[4];
    for (int i = 0; i < 4; i++)
        quarter[i] = _mm256_shuffle_epi8(
            _mm256_broadcastsi128_si256(_mm_loadu_si128((const void *)(table + 16 * i))), sextets);
    const __m256i odd = _mm256_slli_epi16(sextets, 3), upper = _mm256_slli_epi16(sextets, 2);
    return _mm256_blendv_epi8(_mm256_blendv_epi8(quarter[0], quarter[1], odd),
                              _mm256_blendv_epi8(quarter[2], quarter[3], odd), upper);
}

/* The same of 32 slots at once. */
VECTOR_AVX2 static inline uint64_t passing_avx2(const uint8_t *tile, const uint8_t *tables,
                                                int32_t cut) {
    const __m256i low = _mm256_set1_epi8(63), most = _mm256_set1_epi8((char)(cut < 255 ? cut : 255));
    uint64_t pass = 0;
    if (cut < 0) return 0;
    for (int half = 0; half < VECTOR_TILE; half += 32) {
        __m256i cost = _mm256_setzero_si256();
        for (int g = 0; g < VECTOR_SEXTETS / 4; g++) {
            const uint8_t *table = tables + 256 * g;
            __m256i fourth = _mm256_setzero_si256();
            for (int i = 0; i < 3; i++) {
                const void *row = tile + VECTOR_TILE * (3 * g + i) + half;
                const __m256i bytes = _mm256_loadu_si256(row);
                const __m256i sextets = _mm256_and_si256(bytes, low);
                cost = _mm256_adds_epu8(cost, costs_avx2(table + 64 * i, sextets));
                const __m256i pair = _mm256_set1_epi8((char)(3 << 2 * i));
                fourth = _mm256_or_si256(
                    fourth, _mm256_and_si256(_mm256_srli_epi16(bytes, 6 - 2 * i), pair));
            }
            cost = _mm256_adds_epu8(cost, costs_avx2(table + 192, fourth));
        }
        const __m256i within = _mm256_cmpeq_epi8(_mm256_max_epu8(cost, most), most);
        pass |= (uint64_t)(uint32_t)_mm256_movemask_epi8(within) << half;
    }
    return pass;
}

/* vpdpbusd multiplies unsigned by signed: the row is shifted by 128, which adds 128 * sum(probe). */
VECTOR_AVX512 static inline int32_t dot_avx512(const int8_t *row, const int8_t *probe,
                                               int dimensions) {
    const __m512i shift = _mm512_set1_epi8((char)0x80), ones = _mm512_set1_epi8(1);
    __m512i sum = _mm512_setzero_si512(), probe_sum = sum;
    for (int i = 0; i < dimensions; i += 64) {
        const __m512i p = _mm512_loadu_si512(probe + i);
        const __m512i r = _mm512_xor_si512(_mm512_loadu_si512(row + i), shift);
        sum = _mm512_dpbusd_epi32(sum, r, p);
        probe_sum = _mm512_dpbusd_epi32(probe_sum, ones, p);
    }
    return _mm512_reduce_add_epi32(_mm512_sub_epi32(sum, _mm512_slli_epi32(probe_sum, 7)));
}
#endif

VECTOR_BODY void ask_for(const int8_t *row, int dimensions) {
    for (int i = 0; i < dimensions; i += 64) __builtin_prefetch(row + i);
}

VECTOR_BODY void await_row(const vector_chunk *c, const vector_probes *q, int probe, int64_t slot,
                           vector_queue *queue) {
    if (!vector_wanted(c, q, probe, slot)) return;
    ask_for(c->rows + (int64_t)q->dimensions * slot, q->dimensions);
    queue->probe[queue->count] = probe;
    queue->slot[queue->count++] = slot;
}
#endif
