/* Histogram of close pairs of minutiae; sketch.py says what it means, twin in sketch_twin.py. */
#ifndef EURODAC_SKETCH_H
#define EURODAC_SKETCH_H
#include "cpu.h"

#include <stdint.h>

#define SKETCH_MAX_MINUTIAE 80   /* the best by quality are used */
#define SKETCH_ROOM 256          /* minutiae of a template at most, and one */
#define SKETCH_DISTANCES 12      /* cells along the square root of the distance */
#define SKETCH_DIRECTIONS 12     /* cells along each of the two directions */
#define SKETCH_FOLDED 78         /* unordered pairs of directions */
#define SKETCH_CELLS (SKETCH_DISTANCES * SKETCH_FOLDED)

/* Tuned constants; matching/parameters.py holds the values and their origin. */
typedef struct {
    float min_distance, max_distance, quality_exponent, neutral_quality;
} sketch_parameters;

int eurodac_sketch_cells(const sketch_parameters *parameters, const float *minutiae,
                         const int64_t *ends, int64_t count, int level, float *cells);
#endif
