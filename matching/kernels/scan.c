/* The exported calls of the scan: prepare the probes, then one body per instruction set. */
#include "scan.h"

#include "lookup.h"

#include <string.h>

#if defined(__x86_64__)
#include "scan_avx2.h"
#include "scan_avx512.h"
#else
#define SCAN_AVX2
#define SCAN_AVX512
#endif

int64_t eurodac_scan_pass_bytes(void) { return (int64_t)sizeof(scan_pass); }

static void fill_sextets(uint8_t (*tables)[64], const int8_t *weights) {
    const int8_t *chosen[6];
    for (int row = 0; row < SCAN_ROWS; row++) {
        for (int k = 0; k < 6; k++) chosen[k] = weights + 8 * row + k;
        lookup_fill(tables[row == 15 ? 20 : 4 * (row / 3) + row % 3], chosen, 6);
    }
    for (int g = 0; g < 5; g++) {
        for (int k = 0; k < 6; k++) chosen[k] = weights + 8 * (3 * g + k / 2) + 6 + k % 2;
        lookup_fill(tables[4 * g + 3], chosen, 6);
    }
    for (int k = 0; k < 2; k++) chosen[k] = weights + 8 * 15 + 6 + k;
    lookup_fill(tables[21], chosen, 2);
    for (int code = 4; code < 64; code++) tables[21][code] = tables[21][code & 3];
}

static void fill_nibbles(uint8_t (*tables)[16], const int8_t *weights) {
    const int8_t *chosen[4];
    for (int nibble = 0; nibble < 2 * SCAN_ROWS; nibble++) {
        for (int k = 0; k < 4; k++) chosen[k] = weights + 4 * nibble + k;
        lookup_fill(tables[nibble], chosen, 4);
    }
}

static void prepare(scan_pass *pass, const scan_probe *probes, int count, int level) {
    pass->probes = count;
    for (int f = 0; f < SCAN_FINGERS; f++) {
        pass->used[f] = 0;
        for (int q = 0; q < count; q++) {
            const int8_t *weights = probes[q].weights[f];
            pass->neutral[f][q] = probes[q].neutral[f];
            for (int k = 0; k < SCAN_BITS; k++) pass->used[f] |= weights[k] != 0;
            pass->used[f] |= probes[q].neutral[f] != 0;
            if (level == CPU_AVX512)
                fill_sextets(pass->sextets[f][q], weights);
            else
                fill_nibbles(pass->nibbles[f][q], weights);
        }
    }
}

static void leading_portable(const scan_range *r, int64_t block, int finger, int probe,
                             scan_pass *pass, uint16_t *sums) {
    const int64_t tile = block / SCAN_BLOCKS, at = block % SCAN_BLOCKS;
    const uint8_t *rows = r->leading + ((tile * SCAN_FINGERS + finger) * SCAN_BLOCKS + at) *
                                           SCAN_ROWS * SCAN_LANES;
    const uint8_t(*table)[16] = pass->nibbles[finger][probe];
    memset(sums, 0, SCAN_LANES * sizeof(*sums));
    for (int row = 0; row < SCAN_ROWS; row++)
        for (int lane = 0; lane < SCAN_LANES; lane++) {
            const uint8_t bits = rows[row * SCAN_LANES + lane];
            sums[lane] += (uint16_t)(table[2 * row][bits & 15] + table[2 * row + 1][bits >> 4]);
        }
}

/* One block of one probe, finger by finger. */
static void by_finger(const scan_range *r, int64_t block, int probe, int level, scan_pass *pass) {
    uint16_t *out = r->distances + probe * r->stride + block * SCAN_LANES;
    const uint64_t permitted = r->permitted[probe * r->blocks + block];
    uint16_t total[SCAN_LANES] = {0}, sums[SCAN_LANES];
    for (int f = 0; permitted && f < SCAN_FINGERS; f++) {
        if (!pass->used[f]) continue;
#if defined(__x86_64__)
        if (level == CPU_AVX2)
            leading_avx2(r, block, f, probe, pass, sums);
        else
#endif
            leading_portable(r, block, f, probe, pass, sums);
        const uint64_t present = r->presence[block * SCAN_FINGERS + f];
        for (int lane = 0; lane < SCAN_LANES; lane++)
            total[lane] += present >> lane & 1 ? sums[lane] : pass->neutral[f][probe];
    }
    (void)level;
    for (int lane = 0; lane < SCAN_LANES; lane++)
        out[lane] = permitted >> lane & 1 ? total[lane] : SCAN_NEVER;
}

/* Distances of up to SCAN_PROBES probes in one pass; -1 if this machine lacks the level. */
int eurodac_scan_leading(const scan_range *r, const scan_probe *probes, int count, int level,
                         scan_pass *pass) {
    level = eurodac_cpu_level(level);
    if (level < 0) return -1;
    prepare(pass, probes, count, level);
    for (int64_t tile = r->begin; tile < r->end; tile++) {
#if defined(__x86_64__)
        if (level == CPU_AVX512) {
            uint64_t wanted[SCAN_BLOCKS] = {0};
            for (int q = 0; q < count; q++)
                for (int b = 0; b < SCAN_BLOCKS; b++)
                    wanted[b] |= r->permitted[q * r->blocks + tile * SCAN_BLOCKS + b];
            memset(pass->low, 0, sizeof(pass->low[0]) * (size_t)count);
            memset(pass->high, 0, sizeof(pass->high[0]) * (size_t)count);
            memset(pass->absent_low, 0, sizeof(pass->absent_low[0]) * (size_t)count);
            memset(pass->absent_high, 0, sizeof(pass->absent_high[0]) * (size_t)count);
            leading_avx512(r, tile, pass, wanted);
            continue;
        }
#endif
        for (int q = 0; q < count; q++)
            for (int64_t b = tile * SCAN_BLOCKS; b < (tile + 1) * SCAN_BLOCKS; b++)
                by_finger(r, b, q, level, pass);
    }
    return 0;
}
