/* Matrix product whose sums are always added in the same order, so that a row's result depends
 * neither on the rows beside it nor on the instruction set; without threads. */
#include "product.h"
#include <string.h>

#define PRODUCT_BODY static inline __attribute__((always_inline))
#define PRODUCT_ROWS 4     /* share every read of the matrix */
#define PRODUCT_COLUMNS 64 /* kept in registers */

/* rows [PRODUCT_ROWS][inner], fewer if `count` is less; one strip of columns. */
PRODUCT_BODY void strip(const float *rows, int64_t count, int64_t inner, const float *matrix,
                        int64_t columns, int64_t width, float *out) {
    float sums[PRODUCT_ROWS][PRODUCT_COLUMNS];
    memset(sums, 0, sizeof(sums));
    for (int64_t k = 0; k < inner; k++) {
        const float *line = matrix + k * columns;
        for (int64_t r = 0; r < count; r++) {
            const float factor = rows[r * inner + k];
            for (int64_t c = 0; c < width; c++) sums[r][c] += factor * line[c];
        }
    }
    for (int64_t r = 0; r < count; r++)
        memcpy(out + r * columns, sums[r], (size_t)width * sizeof(float));
}

PRODUCT_BODY void product_body(const float *rows, int64_t count, int64_t inner,
                               const float *matrix, int64_t columns, float *out) {
    for (int64_t r = 0; r < count; r += PRODUCT_ROWS)
        for (int64_t c = 0; c < columns; c += PRODUCT_COLUMNS) {
            const float *some = rows + r * inner;
            float *at = out + r * columns + c;
            const int64_t wide = columns - c < PRODUCT_COLUMNS ? columns - c : PRODUCT_COLUMNS;
            const int64_t left = count - r < PRODUCT_ROWS ? count - r : PRODUCT_ROWS;
            /* Constants in the usual case let the sums stay in registers. */
            if (wide == PRODUCT_COLUMNS && left == PRODUCT_ROWS)
                strip(some, PRODUCT_ROWS, inner, matrix + c, columns, PRODUCT_COLUMNS, at);
            else
                strip(some, left, inner, matrix + c, columns, wide, at);
        }
}

#define SPECIALISE(name, attributes)                                                               \
    attributes static void product_##name(const float *rows, int64_t count, int64_t inner,         \
                                          const float *matrix, int64_t columns, float *out) {      \
        product_body(rows, count, inner, matrix, columns, out);                                    \
    }

SPECIALISE(portable, )
#if defined(__x86_64__)
SPECIALISE(avx2, __attribute__((target("avx2,bmi,bmi2"))))
SPECIALISE(avx512, __attribute__((target("avx2,bmi,bmi2,avx512f,avx512bw,avx512dq,avx512vl,"
                                         "prefer-vector-width=512"))))
#else
#define product_avx2 product_portable
#define product_avx512 product_portable
#endif

int eurodac_product(const float *rows, int64_t count, int64_t inner, const float *matrix,
                    int64_t columns, int level, float *out) {
    switch (eurodac_cpu_level(level)) {
    case CPU_AVX512: product_avx512(rows, count, inner, matrix, columns, out); return 0;
    case CPU_AVX2: product_avx2(rows, count, inner, matrix, columns, out); return 0;
    case CPU_PORTABLE: product_portable(rows, count, inner, matrix, columns, out); return 0;
    default: return -1;
    }
}
