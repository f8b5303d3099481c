/* The scan of codes once more, by hand: the same candidates in the same order.
 *
 * A tile meets 64 probes at a time. First come the bits of all of them, which are only written;
 * then what passed is listed, pair by pair, without a branch that depends on the data; when the
 * list is full, the whole codes are compared, eight pairs at a time. */
#ifndef EURODAC_VECTOR_SCAN_AVX512_H
#define EURODAC_VECTOR_SCAN_AVX512_H
#include "vector_scan.h"

#if defined(__x86_64__)
#define SCAN_PROBES 64  /* that meet a tile together */
#define SCAN_MANY 32    /* probes from which on the whole codes of a tile are asked for */
#define SCAN_LISTED 512 /* pairs from which on the whole codes are compared */
#define SCAN_MOST (SCAN_LISTED + SCAN_PROBES * VECTOR_TILE + 8)
#define SCAN_ANY 0x7fff /* no distance is larger */

/* Pairs that passed the first cut. */
typedef struct {
    int64_t slot[SCAN_MOST];
    int32_t probe[SCAN_MOST];
    int16_t limit[SCAN_MOST]; /* largest distance of the whole codes that passes */
    int count;
} scan_list;

/* Distances of the first halves of one probe and one tile, as a bit per slot within the cut. */
VECTOR_AVX512 static inline __attribute__((always_inline)) void
first_bits(const uint64_t *tile, const vector_probes *q, int probe, int masked, uint8_t *bits) {
    const uint64_t *code = q->codes + VECTOR_CODE * probe, *mask = q->masks + VECTOR_CODE * probe;
    const __m512i limit = _mm512_set1_epi64(q->cuts[2 * probe]);
    __m512i p[VECTOR_WORDS], m[VECTOR_WORDS];
#pragma GCC unroll 4
    for (int w = 0; w < VECTOR_WORDS; w++) {
        p[w] = _mm512_set1_epi64((int64_t)code[w]);
        m[w] = _mm512_set1_epi64((int64_t)mask[w]);
    }
#pragma GCC unroll 8
    for (int lane = 0; lane < VECTOR_TILE; lane += 8) {
        __m512i sum[VECTOR_WORDS];
#pragma GCC unroll 4
        for (int w = 0; w < VECTOR_WORDS; w++) {
            __m512i x = _mm512_xor_si512(_mm512_load_si512(tile + VECTOR_TILE * w + lane), p[w]);
            if (masked) x = _mm512_and_si512(x, m[w]);
            sum[w] = _mm512_popcnt_epi64(x);
        }
        const __m512i distance = _mm512_adds_epu16(_mm512_adds_epu16(sum[0], sum[1]),
                                                   _mm512_adds_epu16(sum[2], sum[3]));
        _store_mask8((__mmask8 *)(bits + lane / 8), _mm512_cmple_epi64_mask(distance, limit));
    }
}

/* A tile, and what will be read next: the first halves of another, the whole codes of this one. */
typedef struct {
    const uint64_t *first, *next, *codes;
} scan_tile;

/* The bits of `count` probes; memory is asked for in between, so that it is busy all the time. Of
 * many probes nearly every slot passes for some; of few, most codes are never read. */
VECTOR_AVX512 static inline __attribute__((always_inline)) void
tile_bits(const scan_tile *tile, const vector_probes *q, int first, int count, int masked,
          uint64_t *bits) {
    for (int p = 0; p < count; p++) {
        if (p < VECTOR_WORDS * 8) __builtin_prefetch(tile->next + 8 * p);
        if (count >= SCAN_MANY) __builtin_prefetch(tile->codes + VECTOR_CODE * p);
        first_bits(tile->first, q, first + p, masked, (uint8_t *)(bits + p));
    }
}

/* Most often no code is masked. */
VECTOR_AVX512 __attribute__((noinline)) static void
all_bits(const scan_tile *tile, const vector_probes *q, int first, int count, uint64_t *bits) {
    tile_bits(tile, q, first, count, 0, bits);
}
VECTOR_AVX512 __attribute__((noinline)) static void
masked_bits(const scan_tile *tile, const vector_probes *q, int first, int count, uint64_t *bits) {
    tile_bits(tile, q, first, count, 1, bits);
}

/* Lists the slots of one probe; nearly always there are three at most. */
VECTOR_AVX512 static inline void list_slots(scan_list *list, int64_t slot0, int probe,
                                            uint64_t pass, uint64_t always, int16_t limit) {
    int at = list->count;
    list->count += __builtin_popcountll(pass);
    do {
#pragma GCC unroll 3
        for (int i = 0; i < 3; i++, pass &= pass - 1) { /* what is not there is overwritten */
            const uint64_t lane = _tzcnt_u64(pass);
            list->slot[at + i] = slot0 + (int64_t)lane;
            list->probe[at + i] = probe;
            list->limit[at + i] = always >> (lane & 63) & 1 ? SCAN_ANY : limit;
        }
        at += 3;
    } while (__builtin_expect(pass != 0, 0));
}

/* Lists what passed the first cut of up to 64 probes and a tile. */
VECTOR_AVX512 static void list_tile(const vector_chunk *c, const vector_probes *q, int64_t tile,
                                    int64_t next, int first, scan_list *list) {
    const int count = q->count - first < SCAN_PROBES ? q->count - first : SCAN_PROBES;
    const uint64_t live = c->live[tile], always = c->always[tile] & live;
    const __m512i alive = _mm512_set1_epi64((int64_t)live);
    const __m512i whatever = _mm512_set1_epi64((int64_t)always);
    const __m512i eight = _mm512_setr_epi64(0, 1, 2, 3, 4, 5, 6, 7);
    uint64_t bits[SCAN_PROBES] __attribute__((aligned(64))), pass[SCAN_PROBES + 8];
    int64_t probes[SCAN_PROBES + 8];
    const scan_tile here = {c->first + VECTOR_WORDS * VECTOR_TILE * tile,
                             c->first + VECTOR_WORDS * VECTOR_TILE * next,
                             c->codes + VECTOR_CODE * VECTOR_TILE * tile};
    int passed = 0;
    (q->masked ? masked_bits : all_bits)(&here, q, first, count, bits);
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
    for (int i = 0; i < passed; i++) {
        const int probe = (int)probes[i], cut = q->cuts[2 * probe + 1];
        if (count < SCAN_MANY) /* of many they are on their way already */
            for (uint64_t left = pass[i]; left; left &= left - 1)
                __builtin_prefetch(here.codes + VECTOR_CODE * __builtin_ctzll(left));
        list_slots(list, VECTOR_TILE * tile, probe, pass[i], always,
                   (int16_t)(cut < -1 ? -1 : cut < SCAN_ANY ? cut : SCAN_ANY));
    }
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

/* The second cut of what is listed; rows of what passes are asked for and then scored. */
VECTOR_AVX512 static void refine_list(const vector_chunk *c, const vector_probes *q,
                                      vector_best *b, scan_list *list, vector_queue *queue) {
    for (int i = list->count; i < list->count + 8; i++) /* cannot pass */
        list->slot[i] = list->probe[i] = 0, list->limit[i] = -1;
    for (int i = 0; i < list->count; i += 8) {
        __m512i counts[8];
#pragma GCC unroll 8
        for (int n = 0; n < 8; n++) {
            const __m512i x =
                _mm512_xor_si512(_mm512_loadu_si512(c->codes + VECTOR_CODE * list->slot[i + n]),
                                 _mm512_loadu_si512(q->codes + VECTOR_CODE * list->probe[i + n]));
            counts[n] = _mm512_popcnt_epi64(_mm512_and_si512(
                x, _mm512_loadu_si512(q->masks + VECTOR_CODE * list->probe[i + n])));
        }
        const __m128i limit = _mm_loadu_si128((const __m128i *)(const void *)(list->limit + i));
        for (uint32_t near = _mm_cmple_epi16_mask(add_words(counts), limit); near;
             near &= near - 1) {
            const int at = i + __builtin_ctz(near);
            await_row(c, q, list->probe[at], list->slot[at], queue);
        }
        if (queue->count >= VECTOR_WAITING) drain_avx512(c, q, b, queue);
    }
    list->count = 0;
}

VECTOR_AVX512 static void scan_avx512(const vector_chunk *c, const vector_probes *q,
                                      vector_best *b, int64_t tile0, int64_t tile1) {
    scan_list list;
    vector_queue queue = {.count = 0};
    list.count = 0;
    for (int64_t t = tile0; t < tile1; t++)
        for (int first = 0; c->live[t] && first < q->count; first += SCAN_PROBES) {
            list_tile(c, q, t, t + 1 < tile1 ? t + 1 : t, first, &list);
            if (list.count >= SCAN_LISTED) refine_list(c, q, b, &list, &queue);
        }
    refine_list(c, q, b, &list, &queue);
    drain_avx512(c, q, b, &queue);
}
#endif
#endif
