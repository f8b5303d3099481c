/* Physical limits of this machine that the benchmarks hold the kernels against: how fast memory is
 * read and how many vector instructions a core executes.  No clock and no threads here: every
 * function does a stated amount of work, the caller measures it, on as many threads as it likes.
 *
 * A limit is the best that the hardware does, so the loops keep enough work in flight: eight
 * accumulators hide the latency of an addition, sixteen that of the slowest instruction measured.
 */
#include <stdint.h>
#include <string.h>

#include "cpu.h"

enum { LIMIT_DPBUSD, LIMIT_POPCNT, LIMIT_XOR, LIMIT_FMA, LIMIT_PERMB };

#define CHAINS 16 /* independent instructions in flight */
#define READ_STEP 512 /* bytes per turn of every reading loop */

/* The sum of all 64-bit words: a result that depends on every byte cannot be left out. */
static uint64_t read_portable(const uint8_t *memory, int64_t bytes) {
    uint64_t sums[8] = {0}, words[8];
    for (int64_t at = 0; at < bytes; at += sizeof words) {
        memcpy(words, memory + at, sizeof words);
        for (int lane = 0; lane < 8; lane++) sums[lane] += words[lane];
    }
    for (int lane = 1; lane < 8; lane++) sums[0] += sums[lane];
    return sums[0];
}

#if defined(__x86_64__)
#include <immintrin.h>

/* The compiler must not keep what it read of cached memory between two passes. */
#define FORGET __asm__ volatile("" ::: "memory")

__attribute__((target("avx2"))) static uint64_t read_avx2(const uint8_t *memory, int64_t bytes) {
    __m256i sums[8];
    uint64_t words[4];
    for (int i = 0; i < 8; i++) sums[i] = _mm256_setzero_si256();
    for (int64_t at = 0; at < bytes; at += 256)
#pragma GCC unroll 8
        for (int i = 0; i < 8; i++)
            sums[i] = _mm256_add_epi64(
                sums[i], _mm256_loadu_si256((const __m256i *)(memory + at + 32 * i)));
    for (int i = 1; i < 8; i++) sums[0] = _mm256_add_epi64(sums[0], sums[i]);
    _mm256_storeu_si256((__m256i *)words, sums[0]);
    return words[0] + words[1] + words[2] + words[3];
}

__attribute__((target("avx512f"))) static uint64_t read_avx512(const uint8_t *memory,
                                                               int64_t bytes) {
    __m512i sums[8];
    for (int i = 0; i < 8; i++) sums[i] = _mm512_setzero_si512();
    for (int64_t at = 0; at < bytes; at += READ_STEP)
#pragma GCC unroll 8
        for (int i = 0; i < 8; i++)
            sums[i] = _mm512_add_epi64(sums[i], _mm512_loadu_si512(memory + at + 64 * i));
    for (int i = 1; i < 8; i++) sums[0] = _mm512_add_epi64(sums[0], sums[i]);
    return (uint64_t)_mm512_reduce_add_epi64(sums[0]);
}

/* One turn executes `instruction` once per chain; each chain waits for itself only. */
#define CHAINED(instruction)                                                                       \
    __asm__ volatile(instruction(0) instruction(1) instruction(2) instruction(3) instruction(4)    \
                         instruction(5) instruction(6) instruction(7) instruction(8)               \
                             instruction(9) instruction(10) instruction(11) instruction(12)        \
                                 instruction(13) instruction(14) instruction(15)                   \
                     :                                                                             \
                     :                                                                             \
                     : "zmm0", "zmm1", "zmm2", "zmm3", "zmm4", "zmm5", "zmm6", "zmm7", "zmm8",      \
                       "zmm9", "zmm10", "zmm11", "zmm12", "zmm13", "zmm14", "zmm15")
#define DPBUSD(n) "vpdpbusd %%zmm16, %%zmm16, %%zmm" #n "\n\t"
#define POPCNT(n) "vpopcntq %%zmm" #n ", %%zmm" #n "\n\t"
#define XOR(n) "vpxorq %%zmm16, %%zmm" #n ", %%zmm" #n "\n\t"
#define FMA(n) "vfmadd231ps %%zmm16, %%zmm16, %%zmm" #n "\n\t"
#define PERMB(n) "vpermb %%zmm16, %%zmm" #n ", %%zmm" #n "\n\t"
#define CLEAR(n) "vpxorq %%zmm" #n ", %%zmm" #n ", %%zmm" #n "\n\t"
#define REPEAT(instruction)                                                                        \
    for (int64_t turn = 0; turn < turns; turn++) CHAINED(instruction)

__attribute__((target("avx512f"))) static void execute(int kind, int64_t turns) {
    __asm__ volatile("vpxorq %%zmm16, %%zmm16, %%zmm16" ::: "zmm16"); /* zeros: no denormals */
    CHAINED(CLEAR);
    switch (kind) {
    case LIMIT_DPBUSD: REPEAT(DPBUSD); break;
    case LIMIT_POPCNT: REPEAT(POPCNT); break;
    case LIMIT_XOR: REPEAT(XOR); break;
    case LIMIT_PERMB: REPEAT(PERMB); break;
    default: REPEAT(FMA); break;
    }
    __asm__ volatile("vzeroupper" :::);
}

static int executes(int kind) {
    return kind >= LIMIT_DPBUSD && kind <= LIMIT_PERMB && eurodac_cpu_level(0) == CPU_AVX512;
}
#else
#define FORGET ((void)0)
#define read_avx2 read_portable
#define read_avx512 read_portable

static void execute(int kind, int64_t turns) { (void)kind, (void)turns; }

static int executes(int kind) {
    (void)kind;
    return 0;
}
#endif

/* Reads `bytes` (a multiple of 512) from `memory` `passes` times; `sum` becomes the sum of all
 * 64-bit words of all passes, modulo 2^64.  Returns the level it ran at; -1 if this machine lacks
 * it or the size is no multiple. */
int eurodac_limit_read(const uint8_t *memory, int64_t bytes, int64_t passes, int level,
                       uint64_t *sum) {
    level = eurodac_cpu_level(level);
    if (level < 0 || bytes % READ_STEP) return -1;
    *sum = 0;
    for (int64_t pass = 0; pass < passes; pass++) {
        *sum += level == CPU_AVX512 ? read_avx512(memory, bytes)
                : level == CPU_AVX2 ? read_avx2(memory, bytes)
                                      : read_portable(memory, bytes);
        FORGET;
    }
    return level;
}

/* Executes at least `count` 512-bit instructions of a kind, sixteen of them independent; returns
 * how many it executed, -1 if this machine has no such instruction. */
int64_t eurodac_limit_execute(int kind, int64_t count) {
    if (!executes(kind)) return -1;
    const int64_t turns = (count + CHAINS - 1) / CHAINS;
    execute(kind, turns);
    return turns * CHAINS;
}
