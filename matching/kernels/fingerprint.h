/* Minutia cylinders and their comparison: memory layout, parameters and limits.
 *
 * Source: R. Cappelli, M. Ferrara, D. Maltoni, "Minutia Cylinder-Code: a new representation and
 * matching technique for fingerprint recognition" (2010), bit form, and the relaxation of the same
 * authors (local similarity sort with relaxation, LSS-R). twin.py says the same in NumPy.
 *
 * No function keeps state: parameters and tables live in a model that the caller owns, so every
 * function may run in any number of threads.
 */
#ifndef EURODAC_FINGERPRINT_H
#define EURODAC_FINGERPRINT_H
#include <stdint.h>

#define FINGER_PI 3.14159265f
#define FINGER_FORMAT 0x31435946u /* "FYC1" read as a little-endian word */
#define FINGER_MAX_MINUTIAE 128   /* more are not read */
#define FINGER_SIDE 8             /* cells along one side of a cylinder */
#define FINGER_CELLS 64           /* one bit each in a 64-bit plane */
#define FINGER_DIRECTIONS 6       /* planes of direction difference */
#define FINGER_VALID 6            /* the plane that says which cells count */
#define FINGER_LANES 8            /* cylinders per block */
#define FINGER_BLOCK 64           /* words per block: 8 planes x 8 lanes, the last plane unused */
#define FINGER_GAUSS 2048         /* steps of the table of spatial contributions */
#define FINGER_TURNS 512          /* steps of the table of directional contributions */
#define FINGER_PAIRS 48           /* most pairs that enter the relaxation, a multiple of 16 */

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
    float gauss_scale;  /* table steps per squared pixel */
    int32_t disc_cells; /* cells inside the radius */
    uint64_t disc;      /* their bits */
    uint32_t tuning;    /* identity of the parameters, copied into every packed finger */
    float gauss[FINGER_GAUSS];
    float direction[FINGER_TURNS][FINGER_LANES];
} finger_model;

/* A packed finger: this header (64 bytes), then x, y, theta and quality weight (float, `padded`
 * each), then `blocks` blocks of 8 cylinders; every part starts at a multiple of 64 bytes.
 * Cylinders are sorted by theta (-pi..pi), so that the rotation limit skips whole blocks; unused
 * lanes have theta NaN, which no limit accepts. */
typedef struct {
    uint32_t format, tuning;
    int32_t cylinders, padded, blocks, bytes;
    int32_t reserved[10];
} finger_header;

#define FINGER_MAX_BYTES                                                                           \
    ((int)(sizeof(finger_header) + 4 * sizeof(float) * FINGER_MAX_MINUTIAE +                       \
           sizeof(uint64_t) * FINGER_BLOCK * (FINGER_MAX_MINUTIAE / FINGER_LANES)))

static inline const float *finger_x(const finger_header *h) {
    return (const float *)((const char *)h + sizeof(finger_header));
}
static inline const float *finger_y(const finger_header *h) { return finger_x(h) + h->padded; }
static inline const float *finger_theta(const finger_header *h) { return finger_y(h) + h->padded; }
static inline const float *finger_weight(const finger_header *h) {
    return finger_theta(h) + h->padded;
}
static inline const uint64_t *finger_blocks(const finger_header *h) {
    return (const uint64_t *)(finger_weight(h) + h->padded);
}

/* Bodies that the compiler specialises for each instruction set. */
#define FINGER_BODY static inline __attribute__((always_inline))

/* How a call compares: the sum of the best local similarities, or the same after relaxation. */
enum { FINGER_LOCAL = 0, FINGER_RELAXED = 1 };

/* Instruction sets, as in cpu.h. */
enum { FINGER_AUTO = 0, FINGER_PORTABLE = 1, FINGER_AVX2 = 2, FINGER_AVX512 = 3 };

int eurodac_finger_level(int level); /* -1 if this machine lacks it */
int eurodac_finger_model_bytes(void);
int eurodac_finger_max_bytes(void);
void eurodac_finger_prepare(const finger_parameters *parameters, uint32_t tuning,
                            finger_model *model);
int eurodac_finger_build(const finger_model *model, const float *minutiae, int count, int level,
                         finger_header *out);
void eurodac_finger_compare(const finger_model *model, const finger_header *probe,
                            const finger_header *const *references, int64_t count, int mode,
                            int level, float *scores);
#endif
