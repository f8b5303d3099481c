/* The scan of codes once more, by hand: the same candidates in the same order.
 *
 * A few tiles meet 64 probes at a time: the tables of a probe stay in registers while it meets all
 * of them. First come the bits of all probes, which are only written; then what passed is listed,
 * pair by pair, without a branch that depends on the data; when the list is full, the whole codes
 * are compared, eight pairs at a time. */
#ifndef EURODAC_VECTOR_SCAN_AVX512_H
#define EURODAC_VECTOR_SCAN_AVX512_H
#include "vector_scan.h"

#include <stddef.h>
#include <string.h>

#if defined(__x86_64__)
#define SCAN_PROBES 64  /* that meet a tile together */
#define SCAN_GROUP 8    /* tiles that meet them */
#define SCAN_AHEAD 16384 /* bytes between the call for leading bits and their use, */
#define SCAN_SOON 4608   /* and of a probe alone, which waits for memory only */
#define SCAN_MANY 32    /* probes from which on the whole codes of a tile are asked for */
#define SCAN_LISTED 512 /* pairs from which on the whole codes are compared, and */
#define SCAN_LISTED_ALONE 128 /* the same of a probe alone, whose codes must not leave the cache */
#define SCAN_MOST (SCAN_LISTED + SCAN_PROBES * VECTOR_TILE + 8)
#define SCAN_SLOT_BITS 40
#define SCAN_SLOT (((uint64_t)1 << SCAN_SLOT_BITS) - 1)

/* Pairs that passed the first cut, each a probe and, in the lower bits, a slot. */
typedef struct {
    uint64_t pair[SCAN_MOST];
    int count;
    int always; /* whether some of the slots pass every cut */
} scan_list;

/* Three bytes of every slot of a tile as four indices of six bits; a look-up reads no others. */
VECTOR_AVX512 static inline __attribute__((always_inline)) void
sextet_indices(const uint8_t *rows, __m512i index[4]) {
    const __m512i two = _mm512_set1_epi8(0x03), four = _mm512_set1_epi8(0x0f);
    for (int i = 0; i < 3; i++) index[i] = _mm512_loadu_si512(rows + i * VECTOR_TILE);
    index[3] = _mm512_ternarylogic_epi64(_mm512_srli_epi16(index[0], 6),
                                         _mm512_srli_epi16(index[1], 4), two, 0xe4);
    index[3] = _mm512_ternarylogic_epi64(index[3], _mm512_srli_epi16(index[2], 2), four, 0xe4);
}

/* A group of tiles, and where their whole codes are. */
typedef struct {
    __m512i index[SCAN_GROUP][VECTOR_SEXTETS];
    uint64_t bits[SCAN_GROUP][SCAN_PROBES]; /* slots within the cut of each probe */
    const uint64_t *codes;
    int tiles;
} scan_group;

/* The bits of up to 64 probes. Memory is asked for in between, so that it is busy all the time: of
 * many probes nearly every slot passes for some; of few, most codes are never read. */
VECTOR_AVX512 __attribute__((noinline)) static void group_bits(scan_group *group,
                                                               const vector_probes *q, int first,
                                                               int count) {
    for (int p = 0; p < count; p++) {
        const uint8_t *tables = q->sextets + (int64_t)(first + p) * VECTOR_SEXTETS * 64;
        const int32_t cut = q->cuts[2 * (first + p)];
        const __m512i most = _mm512_set1_epi8((char)(cut < 255 ? cut : 255));
        const uint64_t any = cut < 0 ? 0 : ~(uint64_t)0;
        __m512i table[VECTOR_SEXTETS];
#pragma GCC unroll 32
        for (int i = 0; i < VECTOR_SEXTETS; i++) table[i] = _mm512_load_si512(tables + 64 * i);
        if (count >= SCAN_MANY)
            for (int i = 0; i < SCAN_GROUP; i++)
                __builtin_prefetch(group->codes + VECTOR_CODE * (SCAN_GROUP * p + i), 0, 2);
        for (int t = 0; t < group->tiles; t++) {
            __m512i cost = _mm512_permutexvar_epi8(group->index[t][0], table[0]);
#pragma GCC unroll 32
            for (int i = 1; i < VECTOR_SEXTETS; i++)
                cost = _mm512_adds_epu8(
                    cost, _mm512_permutexvar_epi8(_mm512_load_si512(&group->index[t][i]), table[i]));
            group->bits[t][p] = any & _mm512_cmple_epu8_mask(cost, most);
        }
    }
}

/* Lists the slots of one probe, and asks for their codes unless that is NULL; nearly always there
 * are three at most. */
VECTOR_AVX512 static inline __attribute__((always_inline)) void
list_slots(scan_list *list, int64_t slot0, int probe, uint64_t pass, const uint64_t *codes) {
    const uint64_t first = (uint64_t)probe << SCAN_SLOT_BITS | (uint64_t)slot0;
    uint64_t *pair = list->pair + list->count, lane = 0;
    list->count += __builtin_popcountll(pass);
    do {
#pragma GCC unroll 3
        for (int i = 0; i < 3; i++, pass &= pass - 1) { /* what is not there is overwritten */
            lane = pass || !codes ? _tzcnt_u64(pass) : lane;
            pair[i] = first + lane;
            if (codes) __builtin_prefetch(codes + VECTOR_CODE * lane);
        }
        pair += 3;
    } while (__builtin_expect(pass != 0, 0));
}

/* Lists what passed the first cut of up to 64 probes and a tile. */
VECTOR_AVX512 static void list_tile(const vector_chunk *c, const vector_probes *q, int64_t tile,
                                    const uint64_t *bits, int first, scan_list *list) {
    const int count = q->count - first < SCAN_PROBES ? q->count - first : SCAN_PROBES;
    const uint64_t live = c->live[tile], always = c->always[tile] & live;
    const __m512i alive = _mm512_set1_epi64((int64_t)live);
    const __m512i whatever = _mm512_set1_epi64((int64_t)always);
    const __m512i eight = _mm512_setr_epi64(0, 1, 2, 3, 4, 5, 6, 7);
    uint64_t pass[SCAN_PROBES + 8];
    int64_t probes[SCAN_PROBES + 8];
    int passed = 0;
    for (int p = 0; p < count; p += 8) {
        const __mmask8 real = (__mmask8)(count - p < 8 ? (1 << (count - p)) - 1 : 0xff);
        __m512i found = _mm512_maskz_load_epi64(real, bits + p);
        found = _mm512_or_si512(_mm512_and_si512(found, alive), whatever);
        const __mmask8 some = _mm512_mask_test_epi64_mask(real, found, found);
        const __m512i number = _mm512_add_epi64(eight, _mm512_set1_epi64(first + p));
        _mm512_storeu_si512(pass + passed, _mm512_maskz_compress_epi64(some, found));
        _mm512_storeu_si512(probes + passed, _mm512_maskz_compress_epi64(some, number));
        passed += __builtin_popcount(some);
    }
    const uint64_t *codes = c->codes + VECTOR_CODE * VECTOR_TILE * tile;
    list->always |= always != 0;
    for (int i = 0; i < passed; i++)
        if (count < SCAN_MANY)
            list_slots(list, VECTOR_TILE * tile, (int)probes[i], pass[i], codes);
        else /* they are on their way already */
            list_slots(list, VECTOR_TILE * tile, (int)probes[i], pass[i], NULL);
}

/* Sums of the eight words of eight counts. A count is at most 64, so four sums fit in a word. */
VECTOR_AVX512 static inline __m128i add_words(const __m512i count[8]) {
    __m512i four[2];
    for (int h = 0; h < 2; h++) {
        const __m512i *c = count + 4 * h;
        four[h] = _mm512_add_epi64(
            _mm512_add_epi64(c[0], _mm512_slli_epi64(c[1], 16)),
            _mm512_add_epi64(_mm512_slli_epi64(c[2], 32), _mm512_slli_epi64(c[3], 48)));
    }
    __m512i sum = _mm512_add_epi64(_mm512_shuffle_i64x2(four[0], four[1], 0x44),
                                   _mm512_shuffle_i64x2(four[0], four[1], 0xee));
    sum = _mm512_add_epi64(sum, _mm512_shuffle_i64x2(sum, sum, 0xb1));
    sum = _mm512_add_epi64(sum, _mm512_shuffle_epi32(sum, _MM_PERM_BADC));
    return _mm_unpacklo_epi64(_mm512_castsi512_si128(sum), _mm512_extracti64x2_epi64(sum, 2));
}

/* Which of eight pairs are within the second cut. */
VECTOR_AVX512 static inline __attribute__((always_inline)) uint32_t
eight_near(const vector_chunk *c, const vector_probes *q, const uint64_t *pair) {
    const __m512i probes = _mm512_srli_epi64(_mm512_loadu_si512(pair), SCAN_SLOT_BITS);
    const __m256i limits = _mm512_i64gather_epi32(probes, q->cuts + 1, 8);
    __m512i counts[8];
#pragma GCC unroll 8
    for (int n = 0; n < 8; n++) {
        const uint64_t probe = pair[n] >> SCAN_SLOT_BITS;
        const uint64_t slot = pair[n] & SCAN_SLOT;
        const __m512i x = _mm512_xor_si512(_mm512_loadu_si512(c->codes + VECTOR_CODE * slot),
                                           _mm512_loadu_si512(q->codes + VECTOR_CODE * probe));
        counts[n] = _mm512_popcnt_epi64(
            _mm512_and_si512(x, _mm512_loadu_si512(q->masks + VECTOR_CODE * probe)));
    }
    return _mm256_cmple_epi32_mask(_mm256_cvtepu16_epi32(add_words(counts)), limits);
}

/* The second cut of what is listed; rows of what passes are asked for and then scored. */
VECTOR_AVX512 static void refine_list(const vector_chunk *c, const vector_probes *q,
                                      vector_best *b, scan_list *list, vector_queue *queue) {
    memset(list->pair + list->count, 0, 8 * sizeof(*list->pair));
    for (int i = 0; i < list->count; i += 8) {
        const uint64_t *pair = list->pair + i;
        uint32_t near = eight_near(c, q, pair);
        for (int n = 0; list->always && n < 8; n++) {
            const uint64_t slot = pair[n] & SCAN_SLOT;
            near |= (uint32_t)(c->always[slot / VECTOR_TILE] >> slot % VECTOR_TILE & 1) << n;
        }
        for (near &= list->count - i < 8 ? (1u << (list->count - i)) - 1 : 0xff; near;
             near &= near - 1) {
            const uint64_t found = pair[__builtin_ctz(near)];
            await_row(c, q, (int)(found >> SCAN_SLOT_BITS),
                      (int64_t)(found & SCAN_SLOT), queue);
        }
        if (queue->count >= VECTOR_WAITING) drain_avx512(c, q, b, queue);
    }
    list->count = list->always = 0;
}

/* Lists the slots of a probe alone; nearly always there are eight at most. */
VECTOR_AVX512 static inline __attribute__((always_inline)) void
list_lanes(scan_list *list, int64_t slot0, uint64_t pass, __m512i lanes) {
    const __m512i found = _mm512_maskz_compress_epi8(pass, lanes);
    _mm512_storeu_si512(list->pair + list->count, /* what is not there is overwritten */
                        _mm512_add_epi64(_mm512_set1_epi64(slot0),
                                         _mm512_cvtepu8_epi64(_mm512_castsi512_si128(found))));
    if (__builtin_expect(__builtin_popcountll(pass) > 8, 0))
        list_slots(list, slot0, 0, pass, NULL);
    else
        list->count += __builtin_popcountll(pass);
}

/* Which slots of a tile are within the first cut of a probe alone. */
VECTOR_AVX512 static inline __attribute__((always_inline)) uint64_t
near_alone(const uint8_t *rows, const uint8_t *sextets, __m512i most) {
    __m512i cost[2] = {_mm512_setzero_si512(), _mm512_setzero_si512()};
#pragma GCC unroll 8
    for (int g = 0; g < VECTOR_SEXTETS / 4; g++) {
        __m512i index[4];
        for (int i = 0; i < 3; i++)
            __builtin_prefetch(rows + (3 * g + i) * VECTOR_TILE + SCAN_SOON);
        sextet_indices(rows + 3 * g * VECTOR_TILE, index);
#pragma GCC unroll 4
        for (int i = 0; i < 4; i++)
            cost[i % 2] = _mm512_adds_epu8(
                cost[i % 2], _mm512_permutexvar_epi8(
                                 index[i], _mm512_load_si512(sextets + 64 * (4 * g + i))));
    }
    return _mm512_cmple_epu8_mask(_mm512_adds_epu8(cost[0], cost[1]), most);
}

/* A probe alone: nothing is kept of a tile. The codes of what passed are asked for a group at a
 * time, because a loop that ends after one or two turns is mispredicted every time. */
VECTOR_AVX512 static void alone_avx512(const vector_chunk *c, const vector_probes *q,
                                       vector_best *b, int64_t tile0, int64_t tile1,
                                       scan_list *list, vector_queue *queue) {
    const int32_t cut = q->cuts[0];
    const __m512i most = _mm512_set1_epi8((char)(cut < 255 ? cut : 255));
    const uint64_t any = cut < 0 ? 0 : ~(uint64_t)0;
    uint8_t numbers[VECTOR_TILE];
    for (int i = 0; i < VECTOR_TILE; i++) numbers[i] = (uint8_t)i;
    const __m512i lanes = _mm512_loadu_si512(numbers);
    for (int64_t t = tile0; t < tile1;) {
        const int64_t end = t + SCAN_GROUP < tile1 ? t + SCAN_GROUP : tile1;
        int asked = list->count;
        for (; t < end; t++) {
            const uint64_t always = c->always[t];
            const uint64_t near =
                any & near_alone(c->leading + VECTOR_ROWS * VECTOR_TILE * t, q->sextets, most);
            list->always |= always != 0;
            list_lanes(list, VECTOR_TILE * t, c->live[t] & (near | always), lanes);
        }
        for (; asked < list->count; asked++)
            __builtin_prefetch(c->codes + VECTOR_CODE * list->pair[asked]);
        if (list->count >= SCAN_LISTED_ALONE) refine_list(c, q, b, list, queue);
    }
}

/* Any number of probes. */
VECTOR_AVX512 static void together_avx512(const vector_chunk *c, const vector_probes *q,
                                          vector_best *b, int64_t tile0, int64_t tile1,
                                          scan_list *list, vector_queue *queue) {
    scan_group group __attribute__((aligned(64)));
    for (int64_t t = tile0; t < tile1; t += SCAN_GROUP) {
        const uint8_t *rows = c->leading + VECTOR_ROWS * VECTOR_TILE * t;
        group.tiles = (int)(t + SCAN_GROUP < tile1 ? SCAN_GROUP : tile1 - t);
        group.codes = c->codes + VECTOR_CODE * VECTOR_TILE * t;
        for (int i = 0; i < group.tiles; i++)
            for (int g = 0; g < VECTOR_SEXTETS / 4; g++, rows += 3 * VECTOR_TILE) {
                for (int row = 0; row < 3; row++)
                    __builtin_prefetch(rows + row * VECTOR_TILE + SCAN_AHEAD, 0, 2);
                sextet_indices(rows, group.index[i] + 4 * g);
            }
        for (int first = 0; first < q->count; first += SCAN_PROBES) {
            const int count = q->count - first < SCAN_PROBES ? q->count - first : SCAN_PROBES;
            group_bits(&group, q, first, count);
            for (int i = 0; i < group.tiles; i++) {
                if (!c->live[t + i]) continue;
                list_tile(c, q, t + i, group.bits[i], first, list);
                if (list->count >= SCAN_LISTED) refine_list(c, q, b, list, queue);
            }
        }
    }
}

VECTOR_AVX512 static void scan_avx512(const vector_chunk *c, const vector_probes *q,
                                      vector_best *b, int64_t tile0, int64_t tile1) {
    scan_list list;
    vector_queue queue = {.count = 0};
    list.count = list.always = 0;
    (q->count == 1 ? alone_avx512 : together_avx512)(c, q, b, tile0, tile1, &list, &queue);
    refine_list(c, q, b, &list, &queue);
    drain_avx512(c, q, b, &queue);
}
#endif
#endif
