/* The leading array with AVX2: one shuffle answers four bits of 32 references. */
#ifndef EURODAC_SCAN_AVX2_H
#define EURODAC_SCAN_AVX2_H
#include "scan.h"
#include <immintrin.h>

#define SCAN_AVX2 __attribute__((target("avx2,bmi,bmi2,popcnt")))
#define SCAN_AVX2_INLINE static inline SCAN_AVX2 __attribute__((always_inline))

/* Magnitudes of rows begin..end-1 of 32 references, as bytes. */
SCAN_AVX2_INLINE __m256i shuffled(const uint8_t *rows, const uint8_t (*table)[16], int begin,
                                  int end) {
    const __m256i nibble = _mm256_set1_epi8(15);
    __m256i sum = _mm256_setzero_si256();
    for (int row = begin; row < end; row++) {
        const __m256i bits = _mm256_loadu_si256((const __m256i *)(rows + row * SCAN_LANES));
        const __m128i *both = (const __m128i *)table[2 * row];
        const __m256i low = _mm256_broadcastsi128_si256(_mm_load_si128(both));
        const __m256i high = _mm256_broadcastsi128_si256(_mm_load_si128(both + 1));
        sum = _mm256_add_epi8(sum, _mm256_shuffle_epi8(low, _mm256_and_si256(bits, nibble)));
        sum = _mm256_add_epi8(
            sum, _mm256_shuffle_epi8(high, _mm256_and_si256(_mm256_srli_epi16(bits, 4), nibble)));
    }
    return sum;
}

SCAN_AVX2 static void leading_avx2(const scan_range *r, int64_t block, int finger, int probe,
                                   scan_pass *pass, uint16_t *sums) {
    const int64_t tile = block / SCAN_BLOCKS, at = block % SCAN_BLOCKS;
    const uint8_t *rows = r->leading + ((tile * SCAN_FINGERS + finger) * SCAN_BLOCKS + at) *
                                           SCAN_ROWS * SCAN_LANES;
    static const int edges[4] = {0, 6, 12, 16};
    for (int half = 0; half < 2; half++) {
        __m256i first = _mm256_setzero_si256(), second = first;
        for (int g = 0; g < 3; g++) {
            const __m256i bytes =
                shuffled(rows + 32 * half, pass->nibbles[finger][probe], edges[g], edges[g + 1]);
            first = _mm256_add_epi16(first, _mm256_cvtepu8_epi16(_mm256_castsi256_si128(bytes)));
            second =
                _mm256_add_epi16(second, _mm256_cvtepu8_epi16(_mm256_extracti128_si256(bytes, 1)));
        }
        _mm256_storeu_si256((__m256i *)(sums + 32 * half), first);
        _mm256_storeu_si256((__m256i *)(sums + 32 * half + 16), second);
    }
}
#endif
