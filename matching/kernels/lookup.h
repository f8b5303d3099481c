/* Weights of some bits as a table of what every pattern of them costs. */
#ifndef EURODAC_LOOKUP_H
#define EURODAC_LOOKUP_H
#include <stdint.h>

/* Fills 2^bits entries; a positive weight wants its bit set, a negative one clear, and what is not
 * as wanted costs its size. The sizes sum to 255 at most. */
static inline void lookup_fill(uint8_t *table, const int8_t *const *weights, int bits) {
    int sum = 0;
    for (int k = 0; k < bits; k++) sum += *weights[k] > 0 ? *weights[k] : 0;
    table[0] = (uint8_t)sum;
    for (int code = 1; code < 1 << bits; code++) {
        const int last = __builtin_ctz((unsigned)code);
        table[code] = (uint8_t)(table[code & (code - 1)] - *weights[last]);
    }
}
#endif
