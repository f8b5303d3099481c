/* Search of int8 vectors: memory layout, arguments, limits. vector_twin.py says the same in NumPy.
 *
 * A chunk holds slots in tiles of 64. Every slot has a leading code of twenty sextets and a whole
 * code of 512 bits (the signs of chosen coordinates). A sextet says which of 64 sign vectors a group
 * of coordinates is most like. The leading codes stand in tiles, one lane a slot, so that a scan
 * needs no shuffles and reads few bytes; the whole code stands row by row, one cache line, and is
 * read for the few slots that pass the first cut. A sign vector costs a probe the more the less the
 * probe is like it; costs are looked up and added up to 255 at most. The whole code is compared by
 * counting. Slots that pass both cuts are scored exactly:
 *     score = (float)(int8 row . int8 probe) * factor[pattern of common segments].
 *
 * No function keeps state or allocates. Slots of a chunk that are not live may be written while a
 * search runs.
 */
#ifndef EURODAC_VECTOR_H
#define EURODAC_VECTOR_H
#include <stdint.h>

#define VECTOR_TILE 64           /* slots per tile, one bit each of a live word */
#define VECTOR_ROWS 15           /* bytes of a leading code, a multiple of 3 */
#define VECTOR_SEXTETS (4 * VECTOR_ROWS / 3)
#define VECTOR_PAIRS 32          /* of opposite sign vectors: what a sextet can say */
#define VECTOR_CODE 8            /* 64-bit words of the whole code */
#define VECTOR_ALTERNATING 0x5555555555555555u /* half-way from every other word, on average */
#define VECTOR_MASKS 4           /* attribute masks of a probe; zero masks are not used */
#define VECTOR_MAX_DIMENSIONS 4096
#define VECTOR_COSTLY 250        /* cost of the first cut: fits in a byte, divided finely */
#define VECTOR_SCRATCH(count, dimensions) (4 * ((count) + 15) + 6 * (dimensions))
#define VECTOR_LANES 16          /* probes of a register of the exact scan */
#define VECTOR_MOST 256          /* probes of a call */

typedef struct {
    const uint8_t *leading;     /* [tiles][VECTOR_ROWS][VECTOR_TILE], see vector_sextets */
    const uint64_t *codes;      /* [slots][VECTOR_CODE] */
    const int8_t *rows;         /* [slots][dimensions] */
    const uint64_t *live;       /* [tiles], bit s = slot s of the tile can be found */
    const uint64_t *always;     /* [tiles], bit s = the slot passes every cut */
    const uint32_t *attributes; /* [slots] */
    const uint16_t *present;    /* [slots], bit m = segment m was captured */
    const int64_t *ids;         /* [slots] */
    int64_t base;               /* number of the first slot */
} vector_chunk;

/* Some tiles of a chunk. */
typedef struct {
    const vector_chunk *chunk;
    int64_t tile0, tile1; /* first and last + 1 */
} vector_part;

typedef struct {
    int32_t count, dimensions; /* probes, VECTOR_MOST at most; coordinates, a multiple of 64 */
    const int8_t *rows;        /* [count][dimensions] */
    const uint8_t *sextets;    /* [count][VECTOR_SEXTETS][64], aligned to 64: what they cost */
    const uint64_t *codes;     /* [count][VECTOR_CODE] */
    const uint64_t *masks;     /* likewise, which bits count */
    const int32_t *cuts;       /* [count][2], the most that passes: leading code, whole code */
    const float *factor;       /* [patterns], >= 0, by the segments that both have */
    const uint16_t *held;      /* [count], bit m = segment m was captured: a pattern */
    const float *highest;      /* [count], the largest factor; for exact scans */
    const int32_t *transposed; /* [registers][dimensions / 4][VECTOR_LANES], four bytes of a probe
                                  each, aligned to 64 */
    const int32_t *shift;      /* [registers * VECTOR_LANES], -128 * sum of the probe, likewise */
    const uint32_t *wanted;    /* [count][VECTOR_MASKS], each shares a bit with the attributes */
} vector_probes;

typedef struct {
    int32_t k;
    float *floor;        /* [count], lowest score that counts; raised to the k-th best */
    int32_t *found;      /* [count], entries of the lists */
    float *scores;       /* [count][k], best first; equal scores by slot */
    int64_t *slots;      /* [count][k] */
    int64_t *ids;        /* [count][k], of the references in those slots */
    int64_t *candidates; /* [count], how many slots a scan scored exactly */
} vector_best;

/* `count` parts in turn, in the order of the slots. Returns 0, or -1 if this machine lacks the level.
 * `scratch` of the exact scan: VECTOR_SCRATCH(probes, dimensions) bytes aligned to 64. */
int eurodac_vector_scan(const vector_part *parts, int64_t count, const vector_probes *probes,
                        vector_best *best, int level);
int eurodac_vector_exact(const vector_part *parts, int64_t count, const vector_probes *probes,
                         vector_best *best, uint8_t *scratch, int level);
/* Writes `count` leading codes to the lanes of their slots. */
void eurodac_vector_put(uint8_t *leading, const int64_t *slots, const uint8_t *codes,
                        int64_t count);

/* Rows of which codes are made, before they are references or probes: vector_codes.c. */
typedef struct {
    int64_t count, dimensions;
    const int8_t *rows;     /* [count][dimensions] */
    const int32_t *sources; /* coordinates, -1 for none: of whole codes [64 * VECTOR_CODE], of */
    int64_t width;          /* leading codes [VECTOR_SEXTETS][width], and 8, 16 or 32 */
} vector_rows;

/* Whole codes: a bit is set where the coordinate is negative; those that `masks` leaves out
 * alternate. */
void eurodac_vector_codes(const vector_rows *rows, const uint64_t *masks, uint64_t *codes);
/* Leading codes [count][VECTOR_ROWS]: the sign vector that each group is most like. */
void eurodac_vector_leading(const vector_rows *rows, uint8_t *codes);
/* What sextets cost probes [count][VECTOR_SEXTETS][64], and the cuts [count], `z` deviations below
 * what strangers cost on average; -1 where nobody can be so near. */
void eurodac_vector_tables(const vector_rows *rows, const double *z, uint8_t *sextets,
                           int32_t *cuts);

#define VECTOR_BODY static inline __attribute__((always_inline))

/* Whether a slot may be scored for a probe. */
VECTOR_BODY int vector_wanted(const vector_chunk *c, const vector_probes *q, int probe,
                              int64_t slot) {
    const uint32_t *wanted = q->wanted + VECTOR_MASKS * probe, word = c->attributes[slot];
    for (int i = 0; i < VECTOR_MASKS; i++)
        if (wanted[i] && !(wanted[i] & word)) return 0;
    return 1;
}

/* Inserts a score into a probe's list unless it is full of better ones. */
VECTOR_BODY void vector_keep(vector_best *b, int probe, float score, int64_t slot, int64_t id) {
    float *scores = b->scores + (int64_t)b->k * probe;
    int64_t *slots = b->slots + (int64_t)b->k * probe, *ids = b->ids + (int64_t)b->k * probe;
    int place = b->found[probe];
    if (place == b->k) {
        if (score <= scores[place - 1]) return; /* an equal score of an earlier slot stays */
        place--;
    } else {
        b->found[probe]++;
    }
    for (; place > 0 && scores[place - 1] < score; place--)
        scores[place] = scores[place - 1], slots[place] = slots[place - 1],
        ids[place] = ids[place - 1];
    scores[place] = score, slots[place] = slot, ids[place] = id;
    if (b->found[probe] == b->k && scores[b->k - 1] > b->floor[probe])
        b->floor[probe] = scores[b->k - 1];
}

/* Scores one slot exactly. */
VECTOR_BODY void vector_score(const vector_chunk *c, const vector_probes *q, vector_best *b,
                              int probe, int64_t slot, int32_t dot) {
    const float score = (float)dot * q->factor[c->present[slot] & q->held[probe]];
    if (score >= b->floor[probe]) vector_keep(b, probe, score, c->base + slot, c->ids[slot]);
}
#endif
