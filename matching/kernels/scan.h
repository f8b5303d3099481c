/* Exhaustive scan of finger sketches: memory layout and limits. scan.py says what the calls mean,
 * scan_twin.py says the same in NumPy.
 *
 * A distance is a sum of small integers: every coordinate of the probe is a signed weight, and its
 * magnitude counts where the sign bit of the reference differs. Integers add up to the same value
 * in any order, so every instruction set and every split into ranges gives the same distances.
 */
#ifndef EURODAC_SCAN_H
#define EURODAC_SCAN_H
#include "cpu.h"

#include <stdint.h>

#define SCAN_FINGERS 10
#define SCAN_BITS 128  /* of a finger in the leading array */
#define SCAN_ROWS 16   /* the same in bytes */
#define SCAN_LANES 64  /* references per block: one byte each in a register */
#define SCAN_BLOCKS 8  /* blocks per tile */
#define SCAN_TILE (SCAN_LANES * SCAN_BLOCKS)
#define SCAN_PROBES 8  /* most probes per pass */
#define SCAN_LOOKUPS 22 /* sextets of 128 bits: see sextets() in scan_avx512.h */
#define SCAN_PLANES 3 /* of a code: signs, and sizes 0..3 in two bits */
#define SCAN_NEVER 65535 /* distance of a reference that is not permitted */
/* Partial sums are bytes: the magnitudes of rows 0-5, of rows 6-11 and of rows 12-15 of a finger
 * must each add up to 255 at most. */

/* Leading array: bytes [tile][finger][block][row][lane], so that a pass reads it in order, one
 * finger of a tile after the other, and a missing finger of the probe is never read.
 * Presence: words [block][finger], bit = lane. Permitted: words [probe][block], bit = lane.
 * Distances: [probe][reference], `stride` apart. */
typedef struct {
    const uint8_t *leading;
    const uint64_t *presence;
    const uint64_t *permitted;
    uint16_t *distances;
    int64_t blocks; /* of the whole gallery: words between two probes of `permitted` */
    int64_t stride;
    int64_t begin, end; /* tiles */
} scan_range;

/* One probe: weights in the order of the bits, and what a finger adds that the reference lacks. */
typedef struct {
    int8_t weights[SCAN_FINGERS][SCAN_BITS];
    uint16_t neutral[SCAN_FINGERS];
} scan_probe;

/* What a pass knows of its probes; the caller owns the memory, aligned to 64 bytes. */
typedef struct {
    uint8_t sextets[SCAN_FINGERS][SCAN_PROBES][SCAN_LOOKUPS][64];
    uint8_t nibbles[SCAN_FINGERS][SCAN_PROBES][2 * SCAN_ROWS][16];
    uint16_t low[SCAN_PROBES][SCAN_BLOCKS][32], high[SCAN_PROBES][SCAN_BLOCKS][32];
    uint16_t absent_low[SCAN_PROBES][SCAN_BLOCKS][32], absent_high[SCAN_PROBES][SCAN_BLOCKS][32];
    uint16_t neutral[SCAN_FINGERS][SCAN_PROBES];
    uint8_t used[SCAN_FINGERS];
    int probes;
} scan_pass;

/* Who is near enough. Limits: by the fingers in common and the strength of the reference, negative =
 * nobody. */
typedef struct {
    const uint16_t *distances;
    const uint64_t *presence;
    const uint64_t *permitted;
    const uint8_t *strengths;     /* [reference] */
    const int32_t (*limits)[256]; /* [SCAN_FINGERS + 1] */
    const uint8_t *used;          /* fingers of the probe, 0 or 1 */
    int64_t blocks;
} scan_near;

int64_t eurodac_scan_pass_bytes(void);
int eurodac_scan_leading(const scan_range *range, const scan_probe *probes, int count, int level,
                         scan_pass *pass);
int eurodac_scan_refine(const uint64_t *rows, const uint64_t *presence, int words,
                        const int64_t *references, int64_t count, const int8_t *weights,
                        const uint32_t *neutral, int level, uint32_t *distances);
int eurodac_scan_codes(const uint64_t *codes, const uint8_t *present, int64_t count,
                       const int8_t *weights, const int32_t *neutral, int level,
                       int32_t *likeness);
int64_t eurodac_scan_near(const scan_near *job, int level, int64_t *found, uint8_t *common);
int eurodac_scan_permit(const uint64_t *enrolled, const uint64_t *attributes, int64_t blocks,
                        const uint64_t *masks, int count, int level, uint64_t *permitted);
#endif
