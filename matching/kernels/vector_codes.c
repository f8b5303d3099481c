/* Codes of rows, and what they cost a probe. vector_twin.py says the same in NumPy.
 *
 * A group of 32 coordinates is compared with the 32 rows of the Hadamard matrix of that order and
 * their opposites: 64 sign vectors, as far from each other as so many can be. A shorter group is
 * compared with those of its own order, again with the signs of some coordinates turned, until
 * there are 64. */
#include "vector.h"

#include <math.h>
#include <string.h>

#define GROUPS 24 /* VECTOR_SEXTETS and whole vectors */

/* Whether the sign of a coordinate is turned. The turned vectors are far from all others: they
 * belong to words of the second-order Reed-Muller code that are no words of the first. */
static inline int turned(int view, int i) {
    const int pairs = (i & i >> 1) ^ (i >> 2 & i >> 3), chain = i >> 1 & i >> 2;
    return ((view & pairs) ^ (view >> 1 & chain)) & 1;
}

/* Products of all groups with one of each pair of opposite sign vectors: groups lie side by side, so
 * that every step runs in vectors. A product is at most 32 times 128. */
typedef struct {
    int16_t of[VECTOR_PAIRS][GROUPS];
    int16_t highest[GROUPS]; /* sizes */
} group_products;

static void multiply(const vector_rows *rows, const int8_t *row, group_products *products) {
    const int width = (int)rows->width;
    memset(products, 0, sizeof *products);
    for (int g = 0; g < VECTOR_SEXTETS; g++)
        for (int i = 0; i < width; i++) {
            const int32_t source = rows->sources[width * g + i];
            products->of[i][g] = source < 0 ? 0 : row[source];
        }
    for (int i = width; i < VECTOR_PAIRS; i++)
        for (int g = 0; g < GROUPS; g++) {
            const int16_t value = products->of[i % width][g];
            products->of[i][g] = turned(i / width, i % width) ? (int16_t)-value : value;
        }
    for (int half = 1; half < width; half *= 2)
        for (int i = 0; i < VECTOR_PAIRS; i++)
            for (int g = 0; g < GROUPS && !(i & half); g++) {
                const int16_t a = products->of[i][g], b = products->of[i + half][g];
                products->of[i][g] = (int16_t)(a + b);
                products->of[i + half][g] = (int16_t)(a - b);
            }
    for (int i = 0; i < VECTOR_PAIRS; i++)
        for (int g = 0; g < GROUPS; g++) {
            const int16_t value = products->of[i][g], size = (int16_t)(value < 0 ? -value : value);
            products->highest[g] = size > products->highest[g] ? size : products->highest[g];
        }
}

void eurodac_vector_leading(const vector_rows *rows, uint8_t *codes) {
    const int8_t *row = rows->rows;
    for (int64_t n = 0; n < rows->count; n++, row += rows->dimensions, codes += VECTOR_ROWS) {
        group_products products;
        int16_t sextets[GROUPS] = {0};
        multiply(rows, row, &products);
        for (int i = VECTOR_PAIRS - 1; i >= 0; i--) /* of equals the first one stays */
            for (int g = 0; g < GROUPS; g++) {
                const int16_t value = products.of[i][g];
                sextets[g] = value == products.highest[g]    ? (int16_t)i
                             : value == -products.highest[g] ? (int16_t)(i + VECTOR_PAIRS)
                                                             : sextets[g];
            }
        for (int r = 0; r < VECTOR_ROWS; r++) /* three bytes hold four */
            codes[r] = (uint8_t)(sextets[r / 3 * 4 + r % 3] |
                                 (sextets[r / 3 * 4 + 3] >> 2 * (r % 3) & 3) << 6);
    }
}

/* A cost as a byte, rounded to nearest, of equals to the even one; unlike rint it runs in vectors. */
static inline uint8_t rounded(double cost) {
    const double whole = (cost + 6755399441055744.0) - 6755399441055744.0;
    return (uint8_t)(int32_t)(whole < 255 ? whole : 255);
}

void eurodac_vector_tables(const vector_rows *rows, const double *z, uint8_t *sextets,
                           int32_t *cuts) {
    const int8_t *row = rows->rows;
    for (int64_t q = 0; q < rows->count; q++, row += rows->dimensions) {
        group_products products;
        int32_t sum = 0;
        int64_t squares = 0;
        multiply(rows, row, &products);
        for (int g = 0; g < VECTOR_SEXTETS; g++) sum += products.highest[g];
        for (int i = 0; i < VECTOR_PAIRS; i++)
            for (int g = 0; g < GROUPS; g++)
                squares += (int32_t)products.of[i][g] * products.of[i][g];
        /* Of strangers a product is zero on average, and its square that of any sign vector. */
        const double margin = sum - z[q] * sqrt((double)squares / VECTOR_PAIRS);
        const double scale = margin > 0 ? VECTOR_COSTLY / margin : 0;
        cuts[q] = margin > 0 || !squares ? VECTOR_COSTLY : -1; /* nothing to say: everybody passes */
        for (int g = 0; g < VECTOR_SEXTETS; g++, sextets += 2 * VECTOR_PAIRS)
            for (int i = 0; i < VECTOR_PAIRS; i++) {
                const int32_t highest = products.highest[g], product = products.of[i][g];
                sextets[i] = rounded((highest - product) * scale);
                sextets[VECTOR_PAIRS + i] = rounded((highest + product) * scale);
            }
    }
}

void eurodac_vector_codes(const vector_rows *rows, const uint64_t *masks, uint64_t *codes) {
    const int8_t *row = rows->rows;
    for (int64_t i = 0; i < rows->count; i++, row += rows->dimensions)
        for (int w = 0; w < VECTOR_CODE; w++, masks++, codes++) {
            uint64_t word = 0;
            for (int bit = 0; bit < 64; bit++) {
                const int32_t source = rows->sources[64 * w + bit];
                word |= (uint64_t)(source >= 0 && row[source] < 0) << bit;
            }
            *codes = (word & *masks) | (VECTOR_ALTERNATING & ~*masks);
        }
}
