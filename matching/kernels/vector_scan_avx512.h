/* The scan of codes once more, by hand: the same candidates in the same order.
 *
 * A few tiles meet 64 probes at a time: the tables of a probe stay in registers while it meets all
 * of them. First come the bits of all probes, which are only written; then what passed for others
 * before is listed, pair by pair, without a branch that depends on the data; when the list is full,
 * the whole codes are compared, eight pairs at a time. */
#ifndef EURODAC_VECTOR_SCAN_AVX512_H
#define EURODAC_VECTOR_SCAN_AVX512_H
#include "vector_scan.h"

#include <string.h>

#if defined(__x86_64__)
#define SCAN_PROBES 64  /* that meet a tile together */
#define SCAN_GROUP 8    /* tiles that meet them */
#define SCAN_AHEAD 16384 /* bytes between the call for leading codes and their use, */
#define SCAN_SOON 4608   /* and of a probe alone, which waits for memory only */
#define SCAN_LISTED 512 /* pairs from which on the whole codes are compared, and */
#define SCAN_LISTED_ALONE 128 /* the same of a probe alone, whose codes must not leave the cache */
#define SCAN_MOST (SCAN_LISTED + SCAN_PROBES * VECTOR_TILE + 8)
#define SCAN_SLOT_BITS 40
#define SCAN_SLOT (((uint64_t)1 << SCAN_SLOT_BITS) - 1)
#define SCAN_LIMIT_BITS 48
#define SCAN_PROBE(pair) ((pair) >> SCAN_SLOT_BITS & 255)

/* Pairs that passed the first cut: from the lowest bits a slot, a probe, and the
 * distance that is too large by the second cut. */
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

/* Some tiles, as indices of look-ups. */
typedef struct {
    __m512i index[SCAN_GROUP][VECTOR_SEXTETS];
    int tiles;
} scan_group;

/* What passed the first cut of up to 64 probes and some tiles, and the slots whose whole codes are
 * still to be asked for, counted from the first. */
typedef struct {
    uint64_t bits[SCAN_GROUP][SCAN_PROBES] __attribute__((aligned(64)));
    int64_t tile;
    int tiles, first, count, wanted, always;
    uint16_t slots[SCAN_GROUP * VECTOR_TILE + VECTOR_TILE];
} scan_unit;

VECTOR_AVX512 static inline void ask_codes(const vector_chunk *c, const scan_unit *unit, int from,
                                           int to) {
    const uint64_t *codes = c->codes + VECTOR_CODE * VECTOR_TILE * unit->tile;
    for (int i = from; i < to && i < unit->wanted; i++)
        __builtin_prefetch(codes + VECTOR_CODE * unit->slots[i], 0, 2);
}

/* The bits of the probes of a unit. Meanwhile the codes that the unit before needs are asked for, a
 * few for each probe, so that memory is busy all the time. */
VECTOR_AVX512 __attribute__((noinline)) static void unit_bits(const vector_chunk *c,
                                                              const vector_probes *q,
                                                              const scan_group *group,
                                                              scan_unit *unit,
                                                              const scan_unit *before) {
    const uint64_t *live = c->live + unit->tile;
    uint64_t always[SCAN_GROUP];
    unit->always = 0;
    for (int t = 0; t < unit->tiles; t++) {
        always[t] = c->always[unit->tile + t] & live[t];
        unit->always |= always[t] != 0;
    }
    const int few = (before->wanted + unit->count - 1) / unit->count;
    for (int p = 0; p < unit->count; p++) {
        const uint8_t *tables = q->sextets + (int64_t)(unit->first + p) * VECTOR_SEXTETS * 64;
        const int32_t cut = q->cuts[2 * (unit->first + p)];
        const __m512i most = _mm512_set1_epi8((char)(cut < 255 ? cut : 255));
        const uint64_t any = cut < 0 ? 0 : ~(uint64_t)0;
        __m512i table[VECTOR_SEXTETS];
#pragma GCC unroll 32
        for (int i = 0; i < VECTOR_SEXTETS; i++) table[i] = _mm512_load_si512(tables + 64 * i);
        ask_codes(c, before, few * p, few * (p + 1));
        for (int t = 0; t < unit->tiles; t++) {
            __m512i cost = _mm512_permutexvar_epi8(group->index[t][0], table[0]);
#pragma GCC unroll 32
            for (int i = 1; i < VECTOR_SEXTETS; i++)
                cost = _mm512_adds_epu8(
                    cost, _mm512_permutexvar_epi8(_mm512_load_si512(&group->index[t][i]), table[i]));
            unit->bits[t][p] = (any & live[t] & _mm512_cmple_epu8_mask(cost, most)) | always[t];
        }
    }
}

/* Which slots of a unit passed for some probe; `asked` are those whose codes came for earlier ones. */
VECTOR_AVX512 static void unit_slots(scan_unit *unit, uint64_t asked[SCAN_GROUP]) {
    uint8_t numbers[VECTOR_TILE];
    for (int i = 0; i < VECTOR_TILE; i++) numbers[i] = (uint8_t)i;
    const __m512i lanes = _mm512_loadu_si512(numbers);
    unit->wanted = 0;
    for (int t = 0; t < unit->tiles; t++) {
        __m512i any = _mm512_setzero_si512();
        for (int p = unit->count; p % 8; p++) unit->bits[t][p] = 0;
        for (int p = 0; p < unit->count; p += 8)
            any = _mm512_or_si512(any, _mm512_load_si512(unit->bits[t] + p));
        const uint64_t fresh = (uint64_t)_mm512_reduce_or_epi64(any) & ~asked[t];
        const __m512i found = _mm512_maskz_compress_epi8(fresh, lanes);
        const __m512i slot0 = _mm512_set1_epi16((short)(VECTOR_TILE * t));
        uint16_t *slots = unit->slots + unit->wanted; /* what is not there is overwritten */
        _mm512_storeu_si512(slots, _mm512_add_epi16(
            slot0, _mm512_cvtepu8_epi16(_mm512_castsi512_si256(found))));
        _mm512_storeu_si512(slots + 32, _mm512_add_epi16(
            slot0, _mm512_cvtepu8_epi16(_mm512_extracti64x4_epi64(found, 1))));
        unit->wanted += __builtin_popcountll(fresh);
        asked[t] |= fresh;
    }
}

/* What a pair says of its probe. */
static inline uint64_t pair_of(const vector_probes *q, int probe) {
    const int32_t cut = q->cuts[2 * probe + 1];
    const uint64_t limit = cut < 0 ? 0 : cut < 512 ? (uint64_t)cut + 1 : 513;
    return limit << SCAN_LIMIT_BITS | (uint64_t)probe << SCAN_SLOT_BITS;
}

/* Lists the lowest slot of eight probes each, from their first of a tile, and takes it off. */
VECTOR_AVX512 static inline __attribute__((always_inline)) __m512i
list_lowest(uint64_t **end, __m512i pass, __m512i first) {
    const __m512i below = _mm512_sub_epi64(pass, _mm512_set1_epi64(1));
    const __m512i pair =
        _mm512_add_epi64(first, _mm512_popcnt_epi64(_mm512_andnot_si512(pass, below)));
    const __mmask8 some = _mm512_test_epi64_mask(pass, pass);
    _mm512_storeu_si512(*end, _mm512_maskz_compress_epi64(some, pair));
    *end += __builtin_popcount(some); /* what is beyond is overwritten */
    return _mm512_and_si512(pass, below);
}

/* Lists what passed of up to 64 probes and a tile: of a probe, slots in their order. Nearly always
 * there are three at most; no branch before depends on the data. */
VECTOR_AVX512 __attribute__((noinline)) static void list_tile(const uint64_t *ours, int count,
                                                              int64_t tile, const uint64_t *bits,
                                                              scan_list *list) {
    const __m512i slot0 = _mm512_set1_epi64(VECTOR_TILE * tile);
    uint64_t *end = list->pair + list->count;
    for (int p = 0; p < count; p += 8) {
        const __m512i first = _mm512_add_epi64(_mm512_loadu_si512(ours + p), slot0);
        __m512i pass = _mm512_load_si512(bits + p);
#pragma GCC unroll 3
        for (int i = 0; i < 3; i++) pass = list_lowest(&end, pass, first);
        while (__builtin_expect(_mm512_test_epi64_mask(pass, pass), 0))
            pass = list_lowest(&end, pass, first);
    }
    list->count = (int)(end - list->pair);
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

/* Which pairs are within the second cut, a byte for every eight. By itself, because every pointer
 * must stay in a register. */
VECTOR_AVX512 __attribute__((noinline)) static void near_pairs(const uint64_t *pair, int count,
                                                               const uint64_t *theirs,
                                                               const uint64_t *ours,
                                                               const uint64_t *masks,
                                                               uint8_t *near) {
    for (int i = 0; i < count; i += 8) {
        __m512i counts[8];
#pragma GCC unroll 8
        for (int n = 0; n < 8; n++) {
            const uint64_t probe = SCAN_PROBE(pair[i + n]), slot = pair[i + n] & SCAN_SLOT;
            counts[n] = _mm512_popcnt_epi64(_mm512_ternarylogic_epi64( /* (a ^ b) & c */
                _mm512_loadu_si512(theirs + VECTOR_CODE * slot),
                _mm512_loadu_si512(ours + VECTOR_CODE * probe),
                _mm512_loadu_si512(masks + VECTOR_CODE * probe), 0x28));
        }
        const __m512i limits = _mm512_srli_epi64(_mm512_loadu_si512(pair + i), SCAN_LIMIT_BITS);
        near[i / 8] = _mm_cmplt_epu16_mask(add_words(counts), _mm512_cvtepi64_epi16(limits));
    }
}

/* The second cut of what is listed; rows of what passes are asked for and then scored. */
VECTOR_AVX512 static void refine_list(const vector_chunk *c, const vector_probes *q,
                                      vector_best *b, scan_list *list, vector_queue *queue) {
    uint8_t near[SCAN_MOST / 8 + 8];
    memset(list->pair + list->count, 0, 8 * sizeof(*list->pair)); /* no distance is below 0 */
    near_pairs(list->pair, list->count, c->codes, q->codes, q->masks, near);
    for (int i = 0; list->always && i < list->count; i++) {
        const uint64_t slot = list->pair[i] & SCAN_SLOT;
        near[i / 8] |= (uint8_t)((c->always[slot / VECTOR_TILE] >> slot % VECTOR_TILE & 1) << i % 8);
    }
    memset(near + (list->count + 7) / 8, 0, 8);
    for (int i = 0; i < list->count; i += 64) {
        uint64_t left;
        for (memcpy(&left, near + i / 8, 8); left; left &= left - 1) {
            const uint64_t found = list->pair[i + __builtin_ctzll(left)];
            await_row(c, q, (int)SCAN_PROBE(found), (int64_t)(found & SCAN_SLOT), queue);
        }
        if (queue->count >= VECTOR_WAITING) drain_avx512(c, q, b, queue);
    }
    list->count = list->always = 0;
}

/* Lists the slots of a probe alone; nearly always there are eight at most. */
VECTOR_AVX512 static inline __attribute__((always_inline)) void
list_lanes(scan_list *list, uint64_t first, uint64_t pass, __m512i lanes) {
    const __m512i found = _mm512_maskz_compress_epi8(pass, lanes);
    _mm512_storeu_si512(list->pair + list->count, /* what is not there is overwritten */
                        _mm512_add_epi64(_mm512_set1_epi64((int64_t)first),
                                         _mm512_cvtepu8_epi64(_mm512_castsi512_si128(found))));
    if (__builtin_expect(__builtin_popcountll(pass) > 8, 0))
        for (; pass; pass &= pass - 1) list->pair[list->count++] = first + _tzcnt_u64(pass);
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
    const uint64_t ours = pair_of(q, 0);
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
            list_lanes(list, ours + (uint64_t)(VECTOR_TILE * t), c->live[t] & (near | always), lanes);
        }
        for (; asked < list->count; asked++)
            __builtin_prefetch(c->codes + VECTOR_CODE * (list->pair[asked] & SCAN_SLOT));
        if (list->count >= SCAN_LISTED_ALONE) refine_list(c, q, b, list, queue);
    }
}

/* Lists what passed of a unit, whose codes have been asked for, and refines the list when full. */
VECTOR_AVX512 static void list_unit(const vector_chunk *c, const vector_probes *q, vector_best *b,
                                    const scan_unit *unit, const uint64_t *ours, scan_list *list,
                                    vector_queue *queue) {
    for (int t = 0; t < unit->tiles; t++) {
        list_tile(ours + unit->first, unit->count, unit->tile + t, unit->bits[t], list);
        list->always |= unit->always;
        if (list->count >= SCAN_LISTED) refine_list(c, q, b, list, queue);
    }
}

VECTOR_AVX512 static void load_group(const vector_chunk *c, int64_t tile, int64_t end,
                                     scan_group *group) {
    const uint8_t *rows = c->leading + VECTOR_ROWS * VECTOR_TILE * tile;
    group->tiles = (int)(tile + SCAN_GROUP < end ? SCAN_GROUP : end - tile);
    for (int i = 0; i < group->tiles; i++)
        for (int g = 0; g < VECTOR_SEXTETS / 4; g++, rows += 3 * VECTOR_TILE) {
            for (int row = 0; row < 3; row++)
                __builtin_prefetch(rows + row * VECTOR_TILE + SCAN_AHEAD, 0, 2);
            sextet_indices(rows, group->index[i] + 4 * g);
        }
}

/* Any number of probes: a unit is listed after the bits of the next one, when its codes are there. */
VECTOR_AVX512 static void together_avx512(const vector_chunk *c, const vector_probes *q,
                                          vector_best *b, int64_t tile0, int64_t tile1,
                                          scan_list *list, vector_queue *queue) {
    scan_group group __attribute__((aligned(64)));
    scan_unit units[2];
    uint64_t ours[VECTOR_MOST + 8] = {0};
    int now = 0;
    for (int probe = 0; probe < q->count; probe++) ours[probe] = pair_of(q, probe);
    for (int i = 0; i < 2; i++) units[i].tile = units[i].tiles = units[i].wanted = 0;
    for (int64_t t = tile0; t < tile1; t += SCAN_GROUP) {
        uint64_t asked[SCAN_GROUP] = {0};
        load_group(c, t, tile1, &group);
        for (int first = 0; first < q->count; first += SCAN_PROBES, now ^= 1) {
            scan_unit *unit = units + now;
            unit->tile = t, unit->tiles = group.tiles, unit->first = first;
            unit->count = q->count - first < SCAN_PROBES ? q->count - first : SCAN_PROBES;
            unit_bits(c, q, &group, unit, units + (now ^ 1));
            unit_slots(unit, asked);
            list_unit(c, q, b, units + (now ^ 1), ours, list, queue);
        }
    }
    ask_codes(c, units + (now ^ 1), 0, SCAN_GROUP * VECTOR_TILE);
    list_unit(c, q, b, units + (now ^ 1), ours, list, queue);
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
