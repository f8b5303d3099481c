/* Minutia cylinders and their comparison: memory layout, parameters and limits.
 *
 * Source: R. Cappelli, M. Ferrara, D. Maltoni, "Minutia Cylinder-Code: a new representation and
 * matching technique for fingerprint recognition" (2010), bit form, and the relaxation of the same
 * authors (local similarity sort with relaxation, LSS-R). fingerprint_twin.py says the same in
 * NumPy.
 *
 * No function keeps state: parameters and tables live in a model that the caller owns, so every
 * function may run in any number of threads.
 */
#ifndef EURODAC_FINGERPRINT_H
#define EURODAC_FINGERPRINT_H
#include "cpu.h"

#include <stdint.h>

#define FINGER_FORMAT 0x32435946u /* "FYC2" read as a little-endian word */
#define FINGER_MAX_MINUTIAE 128
#define FINGER_SIDE 8       /* cells along one side of a cylinder; 64 cells, one bit each */
#define FINGER_DIRECTIONS 6 /* planes of direction difference */
#define FINGER_VALID 6      /* the plane that says which cells count */
#define FINGER_PLACE 7      /* the word that says where the minutia is */
#define FINGER_LANES 8      /* cylinders per block */
#define FINGER_BLOCK 64     /* words per block: 8 planes x 8 lanes */
#define FINGER_MAX_BLOCKS (FINGER_MAX_MINUTIAE / FINGER_LANES)
#define FINGER_TURN 256      /* steps of a full turn */
#define FINGER_QUALITIES 201 /* steps of quality; 0 is "not reported" */
#define FINGER_FRACTIONS 64  /* steps of a cell in which a place is measured */
#define FINGER_WINDOW 4      /* cells along each axis that a minutia contributes to */
#define FINGER_SPREAD (FINGER_WINDOW + 2 * FINGER_SIDE) /* the window, and zeros on both sides */
#define FINGER_COVERS 32     /* steps of a cell in the table of valid cells */
#define FINGER_PAIRS 48      /* most pairs that enter the relaxation, a multiple of 16 */
#define FINGER_POSITIONS 10  /* fingers of a person */
#define FINGER_FAMILIES 3    /* of extractors: unknown, MINDTCT, LEADER */

/* Tuned constants; matching/parameters.py holds the values, their units and their origin. */
typedef struct {
    float radius, spatial_sigma, direction_sigma, validity_radius;
    float bit_threshold, min_valid_share, min_neighbours, min_common_cells;
    float max_rotation, min_pairs, max_pairs, pairs_centre;
    float pairs_slope, relaxation_factor, distance_centre, distance_slope;
    float direction_centre, direction_slope, radial_centre, radial_slope;
    float keep_weight, iterations, quality_exponent, quality_floor;
} finger_parameters;

/* Parameters and the tables computed from them. */
typedef struct {
    finger_parameters p;
    uint32_t tuning;        /* identity of the parameters, copied into every packed finger */
    int32_t disc_cells;     /* cells inside the radius */
    uint64_t disc;          /* their bits */
    int32_t reach;          /* squared distance within which minutiae are neighbours, 1/16 pixel^2 */
    int32_t threshold;      /* sum from which a bit is set, same unit as along x across x direction */
    int32_t turn_limit;     /* max_rotation in steps */
    int32_t direction_steps; /* difference of turn without support above this, steps */
    float distance_limit;   /* squared difference of distance without support above this */
    float radial_limit;     /* tangent of the joining direction without support above this */
    float cosine[FINGER_TURN], sine[FINGER_TURN];
    float direction_support[FINGER_TURN / 2 + 1];
    int32_t frame_cosine[FINGER_TURN], frame_sine[FINGER_TURN]; /* 1/4 pixel -> 2^-20 cell */
    int32_t deciding[FINGER_MAX_MINUTIAE + 1]; /* pairs that decide, by the fewer cylinders */
    uint16_t weight[FINGER_QUALITIES];         /* of a cylinder, in 1/2048 */
    uint16_t across[FINGER_FRACTIONS][FINGER_SPREAD]; /* Gaussian of the distance of cells */
    uint32_t along[FINGER_FRACTIONS][FINGER_SPREAD];  /* a quarter of that, in both halves */
    uint16_t direction[FINGER_TURN][FINGER_LANES];
    uint64_t cover[FINGER_COVERS][FINGER_COVERS];
} finger_model;

/* Compact minutiae, as matching/fingerprint/compact.py writes them: this header, then all x, all y
 * (uint16, little endian, unit 2^unit/4 pixel, y downwards), all angles (256 steps, counter-
 * clockwise as seen) and all qualities (200 steps; 0: not reported).  No alignment. */
typedef struct {
    uint8_t magic[2], version, family, count, unit;
} finger_compact;
#define FINGER_COMPACT_VERSION 1
#define FINGER_COMPACT_ROW 6 /* bytes per minutia */

/* A finger as a gallery stores it: its size (two bytes, little endian; 0: no finger), then so many
 * bytes of compact minutiae, without magic and version. */
#define FINGER_STORED_HEAD 2

/* A packed finger: this header (64 bytes), then `blocks` blocks of 8 cylinders (512 bytes): words
 * 0..5 the planes, 6 the valid cells, 7 the place: x and y as in the compact form, weight, angle,
 * unused byte.  It starts at a multiple of 64.  Cylinders are sorted by angle, so that the
 * rotation limit skips whole blocks; unused lanes have no valid cell, so they never count. */
typedef struct {
    uint32_t format, tuning;
    int32_t cylinders, blocks, bytes;
    float unit;    /* pixels per step of x and y */
    float quality; /* mean of the minutiae, 0..1; 0 if there are none */
    int32_t reserved[9];
} finger_header;

/* One capture of a person: packed fingers by position, NULL where missing, each with the tuning of
 * its family and with the general one; and the family's number, as in compact minutiae. */
typedef struct {
    const finger_header *own[FINGER_POSITIONS], *general[FINGER_POSITIONS];
    uint8_t families[FINGER_POSITIONS];
} finger_set;

static inline const uint64_t *finger_blocks(const finger_header *h) {
    return (const uint64_t *)(h + 1);
}
static inline uint64_t finger_word(const finger_header *h, int cylinder, int word) {
    return finger_blocks(h)[FINGER_BLOCK * (cylinder / FINGER_LANES) + FINGER_LANES * word +
                            cylinder % FINGER_LANES];
}
static inline int place_x(uint64_t place) { return (int)(place & 0xffff); }
static inline int place_y(uint64_t place) { return (int)(place >> 16 & 0xffff); }
static inline float place_weight(uint64_t place) {
    return (float)(int)(place >> 32 & 0xffff) * (1.0f / 2048);
}
static inline int place_angle(uint64_t place) { return (int)(place >> 48 & 0xff); }

/* What a similarity means: see matching/calibrated.py.  by_quality is 0 where the covariate is
 * another; then the most is taken that any makes of it. */
typedef struct {
    double centre, spread, intercept, slope, tilt, gain, lowest, highest, by_quality;
} finger_calibration;

/* How a person score is made; by family of both fingers, 0 where they differ. */
typedef struct {
    const finger_model *models[FINGER_FAMILIES];
    finger_calibration calibrations[FINGER_FAMILIES];
    double against[FINGER_POSITIONS + 1]; /* weight of what speaks against, by common fingers */
    double neutral;                       /* quality of a finger of which none is known */
} finger_judgement;

/* Bodies that the compiler specialises for each instruction set. */
#define FINGER_BODY static inline __attribute__((always_inline))
#define FINGER_ALIGNED __attribute__((aligned(64)))
#if defined(__x86_64__)
#define FINGER_AVX2_TARGET __attribute__((target("avx2,fma,bmi,bmi2,popcnt")))
#define FINGER_AVX512_TARGET                                                                       \
    __attribute__((target("avx2,fma,bmi,bmi2,popcnt,avx512f,avx512bw,avx512dq,avx512vl,"           \
                          "avx512vnni,avx512vpopcntdq,avx512vbmi,prefer-vector-width=512")))
#define WIDE FINGER_AVX512_TARGET static inline __attribute__((always_inline))
#endif

/* How a call compares: the sum of the best local similarities, or the same after relaxation. */
enum { FINGER_LOCAL = 0, FINGER_RELAXED = 1 };

int eurodac_finger_model_bytes(void);
int eurodac_finger_prepare(const finger_parameters *parameters, uint32_t tuning,
                           finger_model *model);
int64_t eurodac_finger_build(const finger_model *model, const uint8_t *compact,
                             const int64_t *sizes, int64_t count, int level, uint8_t *out,
                             int64_t *starts);
void eurodac_finger_compare(const finger_model *model, const finger_header *probe,
                            const finger_header *const *references, int64_t count, int mode,
                            int level, float *scores);
void eurodac_finger_compare_sets(const finger_model *const *models, int model_count,
                                 const finger_set *probe, const finger_set *const *references,
                                 int64_t count, int level, float *scores);
int64_t eurodac_finger_reach(const finger_judgement *judge, const finger_set *probe,
                             const uint8_t *stored, int64_t stride, int64_t room, int64_t count,
                             const uint8_t *order, const double *least, double floor, int level,
                             finger_header *scratch, uint8_t *near);
int64_t eurodac_finger_reach_sets(const finger_judgement *judge, const finger_set *probe,
                                  const finger_set *const *references, int64_t count,
                                  double floor, int level, uint8_t *near);
#endif
