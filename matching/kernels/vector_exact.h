/* The exact scan of many probes. The probes are transposed once, sixteen in a register, and stay in
 * the first-level cache; a row needs no shuffle: four of its bytes at a time are broadcast against
 * them. Six rows and up to 64 probes make a block of sums in registers. The rows of the next tile
 * are asked for meanwhile. */
#ifndef EURODAC_VECTOR_EXACT_H
#define EURODAC_VECTOR_EXACT_H
#include "vector.h"

#define VECTOR_FEW 5   /* fewer probes are compared row by row: most lanes would stand empty */
#define EXACT_ROWS 6   /* of a block; with four registers of probes, 24 sums of 32 registers */
#define EXACT_WIDTH 4  /* registers of probes of a block */
#define EXACT_BLOCK (EXACT_WIDTH * VECTOR_LANES)

#if defined(__x86_64__)
#include <immintrin.h>
#define EXACT_AVX512                                                                               \
    __attribute__((target("avx2,bmi,bmi2,popcnt,avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,"    \
                          "prefer-vector-width=512")))

/* Sums of a block: those that may count are not negative. */
typedef struct {
    int32_t sums[EXACT_ROWS][EXACT_BLOCK] __attribute__((aligned(64)));
} exact_sums;

/* What a block reads: shifted rows, probes and their numbers, and the rows to ask for. */
typedef struct {
    const uint8_t *rows;          /* [rows][dimensions] */
    const int32_t *probes;        /* [registers][dimensions / 4][16] */
    const int32_t *start;         /* [16 * registers], what the sums start from */
    const int8_t *ahead;          /* [rows][dimensions] */
    int dimensions;
} exact_block;

/* vpdpbusd multiplies unsigned by signed: rows are shifted by 128. */
EXACT_AVX512 static inline void shift_rows(const int8_t *rows, int bytes, uint8_t *out) {
    const __m512i shift = _mm512_set1_epi8((char)0x80);
    for (int i = 0; i < bytes; i += 64)
        _mm512_store_si512(out + i, _mm512_xor_si512(_mm512_loadu_si512(rows + i), shift));
}

/* Inline assembly keeps the sums in registers; with the intrinsic the compiler spills them and half
 * the speed is lost. */
#define DOT(sum, row, probe) __asm__("vpdpbusd %2, %1, %0" : "+v"(sum) : "v"(row), "v"(probe))
EXACT_AVX512 static inline __attribute__((always_inline)) int block_sums(const exact_block *o,
                                                                         exact_sums *out,
                                                                         int rows, int width) {
    const int64_t register_ints = 4 * (int64_t)o->dimensions;
    const int dimensions = o->dimensions;
    __m512i s[EXACT_ROWS][EXACT_WIDTH];
#pragma GCC unroll 6
    for (int r = 0; r < rows; r++)
#pragma GCC unroll 4
        for (int v = 0; v < width; v++) s[r][v] = _mm512_load_si512(o->start + VECTOR_LANES * v);
    for (int line = 0; line < dimensions; line += 64) {
        const uint8_t *row = o->rows + line;
        const int32_t *probe = o->probes + 4 * line;
#pragma GCC unroll 6
        for (int r = 0; r < rows; r++)
            _mm_prefetch((const char *)(o->ahead + line + r * dimensions), _MM_HINT_T1);
#pragma GCC unroll 4
        for (int i = 0; i < 16; i++, row += 4, probe += VECTOR_LANES) {
            __m512i p[EXACT_WIDTH];
#pragma GCC unroll 4
            for (int v = 0; v < width; v++) p[v] = _mm512_load_si512(probe + register_ints * v);
#pragma GCC unroll 6
            for (int r = 0; r < rows; r++) {
                const __m512i x = _mm512_set1_epi32(*(const int32_t *)(row + r * dimensions));
#pragma GCC unroll 4
                for (int v = 0; v < width; v++) DOT(s[r][v], x, p[v]);
            }
        }
    }
    __m512i negative = s[0][0];
#pragma GCC unroll 6
    for (int r = 0; r < rows; r++)
#pragma GCC unroll 4
        for (int v = 0; v < width; v++) negative = _mm512_and_si512(negative, s[r][v]);
    if (_mm512_movepi32_mask(negative) == 0xffff) return 0;
#pragma GCC unroll 6
    for (int r = 0; r < rows; r++)
#pragma GCC unroll 4
        for (int v = 0; v < width; v++)
            _mm512_store_si512(out->sums[r] + VECTOR_LANES * v, s[r][v]);
    return 1;
}
#undef DOT

#define EXACT_SUMS(rows, width)                                                                    \
    EXACT_AVX512 __attribute__((noinline)) static int sums_##rows##_##width(const exact_block *o,  \
                                                                            exact_sums *out) {     \
        return block_sums(o, out, rows, width);                                                    \
    }
EXACT_SUMS(6, 1)
EXACT_SUMS(6, 2)
EXACT_SUMS(6, 3)
EXACT_SUMS(6, 4)
EXACT_SUMS(4, 1)
EXACT_SUMS(4, 2)
EXACT_SUMS(4, 3)
EXACT_SUMS(4, 4)

/* By whether it is the rest of a tile, 64 rows being ten times six and four, and by registers.
 * They return whether any sum may count, and only then write the sums. */
static int (*const exact_calls[2][EXACT_WIDTH])(const exact_block *, exact_sums *) = {
    {sums_6_1, sums_6_2, sums_6_3, sums_6_4}, {sums_4_1, sums_4_2, sums_4_3, sums_4_4}};

/* What the sums of a probe start from: such that they end negative if they cannot reach its floor.
 * No sum of products is beyond 2^28, whatever the rows. */
VECTOR_BODY int32_t exact_start(const vector_probes *q, const vector_best *b, int probe) {
    const int32_t most = 1 << 29;
    if (probe >= q->count) return -most;
    const double least = (double)b->floor[probe] / (double)q->highest[probe] * (1 - 1e-6) - 2;
    return q->shift[probe] - (least > most ? most : least > 0 ? (int32_t)least : -most);
}

/* One block of probes on its way over the rows. */
typedef struct {
    const vector_chunk *c;
    const vector_probes *q;
    vector_best *b;
    int first, width;    /* probe, registers of probes */
    int32_t *start;      /* [16 * width] */
    uint8_t *shifted;    /* [EXACT_ROWS][dimensions] */
    const int8_t *ahead; /* the rows of the next tile */
} exact_pass;

/* Scores what may count of one row. */
EXACT_AVX512 static void score_row(const exact_pass *o, int64_t slot, const int32_t *sums) {
    for (int v = 0; v < o->width; v++) {
        const __m512i row = _mm512_load_si512(sums + VECTOR_LANES * v);
        for (uint32_t pass = (uint16_t)~_mm512_movepi32_mask(row); pass; pass &= pass - 1) {
            const int lane = VECTOR_LANES * v + __builtin_ctz(pass), probe = o->first + lane;
            if (vector_wanted(o->c, o->q, probe, slot))
                vector_score(o->c, o->q, o->b, probe, slot,
                             sums[lane] - o->start[lane] + o->q->shift[probe]);
        }
    }
}

/* The rows of a tile; floors rise as the lists fill. */
EXACT_AVX512 static void exact_tile(const exact_pass *o, int64_t tile) {
    const int64_t dimensions = o->q->dimensions;
    const int32_t *probes = o->q->transposed + o->first * (dimensions / 4);
    exact_sums found;
    for (int row = 0; row < VECTOR_TILE; row += EXACT_ROWS) {
        const int rest = VECTOR_TILE - row < EXACT_ROWS;
        const int rows = rest ? VECTOR_TILE % EXACT_ROWS : EXACT_ROWS;
        const int64_t slot = VECTOR_TILE * tile + row;
        const exact_block block = {o->shifted, probes, o->start, o->ahead + row * dimensions,
                                   (int)dimensions};
        shift_rows(o->c->rows + dimensions * slot, rows * (int)dimensions, o->shifted);
        if (!exact_calls[rest][o->width - 1](&block, &found)) continue;
        for (int r = 0; r < rows; r++)
            if (o->c->live[tile] >> (row + r) & 1) score_row(o, slot + r, found.sums[r]);
        for (int lane = 0; lane < VECTOR_LANES * o->width; lane++)
            o->start[lane] = exact_start(o->q, o->b, o->first + lane);
    }
}

/* The scratch memory holds `start` of every probe, then the shifted rows of a block. */
EXACT_AVX512 static void exact_avx512(const vector_chunk *c, const vector_probes *q, vector_best *b,
                                      int64_t tile0, int64_t tile1, uint8_t *scratch) {
    const int registers = (q->count + VECTOR_LANES - 1) / VECTOR_LANES;
    int32_t *start = (int32_t *)(void *)scratch;
    exact_pass pass = {.c = c, .q = q, .b = b};
    pass.shifted = (uint8_t *)(start + VECTOR_LANES * registers);
    for (int p = 0; p < VECTOR_LANES * registers; p++) start[p] = exact_start(q, b, p);
    for (int64_t t = tile0; t < tile1; t++) {
        if (!c->live[t]) continue;
        pass.ahead = c->rows + (int64_t)q->dimensions * VECTOR_TILE * (t + 1 < tile1 ? t + 1 : t);
        for (int v = 0; v < registers; v += EXACT_WIDTH) {
            pass.first = VECTOR_LANES * v, pass.start = start + VECTOR_LANES * v;
            pass.width = registers - v < EXACT_WIDTH ? registers - v : EXACT_WIDTH;
            exact_tile(&pass, t);
        }
    }
}
#endif
#endif
