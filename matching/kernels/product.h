/* Matrix product in a fixed order; product.py says what the call means. */
#ifndef EURODAC_PRODUCT_H
#define EURODAC_PRODUCT_H
#include "cpu.h"

#include <stdint.h>

/* rows [count][inner] x matrix [inner][columns] -> out [count][columns]. Returns -1 if this machine
 * lacks the level. */
int eurodac_product(const float *rows, int64_t count, int64_t inner, const float *matrix,
                    int64_t columns, int level, float *out);
#endif
