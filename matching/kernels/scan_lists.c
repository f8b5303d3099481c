/* What happens to the distances of a scan: who is permitted, who is near, and who stays near when
 * more bits are looked at. */
#include "scan.h"
#include <string.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

#define LIST_BODY static inline __attribute__((always_inline))
#define LIST_WORDS 8 /* most 64-bit words per finger of an array */
#define LIST_PLANES 4 /* bits of a magnitude */

enum { LIST_PORTABLE = 1, LIST_AVX2 = 2, LIST_AVX512 = 3 };

LIST_BODY int ones(uint64_t x, int level) {
    if (level != LIST_PORTABLE) return __builtin_popcountll(x);
    x -= x >> 1 & 0x5555555555555555u;
    x = (x & 0x3333333333333333u) + (x >> 2 & 0x3333333333333333u);
    x = (x + (x >> 4)) & 0x0f0f0f0f0f0f0f0fu;
    return (int)(x * 0x0101010101010101u >> 56);
}

/* Signs and magnitudes of a probe as bits, in the order of a reference's words. */
typedef struct {
    uint64_t sign[SCAN_FINGERS * LIST_WORDS];
    uint64_t plane[LIST_PLANES][SCAN_FINGERS * LIST_WORDS];
    uint8_t used[SCAN_FINGERS];
} list_probe;

static void split(list_probe *probe, const int8_t *weights, const uint32_t *neutral, int words) {
    memset(probe, 0, sizeof(*probe));
    for (int i = 0; i < SCAN_FINGERS * words * 64; i++) {
        const int w = weights[i], size = w < 0 ? -w : w;
        probe->used[i / (words * 64)] |= w != 0;
        probe->sign[i / 64] |= (uint64_t)(w > 0) << (i % 64);
        for (int b = 0; b < LIST_PLANES; b++)
            probe->plane[b][i / 64] |= (uint64_t)(size >> b & 1) << (i % 64);
    }
    for (int f = 0; f < SCAN_FINGERS; f++) probe->used[f] |= neutral[f] != 0;
}

/* What some words of a reference differ by; a compiler makes registers of the words. */
LIST_BODY uint32_t differ_by(const list_probe *probe, const uint64_t *row, int begin, int end,
                             int level) {
    uint64_t sum = 0;
    for (int w = begin; w < end; w++) {
        const uint64_t differ = row[w] ^ probe->sign[w];
        uint64_t each = 0;
        for (int b = 0; b < LIST_PLANES; b++)
            each += (uint64_t)ones(differ & probe->plane[b][w], level) << b;
        sum += each;
    }
    return (uint32_t)sum;
}

LIST_BODY void refine_body(const list_probe *probe, const uint64_t *rows, const uint64_t *presence,
                           int words, const int64_t *references, int64_t count,
                           const uint32_t *neutral, int level, uint32_t *distances) {
    const int size = SCAN_FINGERS * words;
    for (int64_t i = 0; i < count; i++) {
        const int64_t reference = references[i];
        if (i + 16 < count) { /* references lie anywhere in memory: ask for them early */
            const char *ahead = (const char *)(rows + references[i + 16] * size);
            for (int byte = 0; byte < 8 * size; byte += 64) __builtin_prefetch(ahead + byte);
            __builtin_prefetch(presence + references[i + 16] / SCAN_LANES * SCAN_FINGERS);
        }
        const uint64_t *row = rows + reference * size;
        const uint64_t *present = presence + reference / SCAN_LANES * SCAN_FINGERS;
        uint32_t sum = differ_by(probe, row, 0, size, level);
        for (int f = 0; f < SCAN_FINGERS; f++) /* nearly all have nearly all fingers */
            if (probe->used[f] && !(present[f] >> (reference % SCAN_LANES) & 1))
                sum += neutral[f] - differ_by(probe, row, f * words, (f + 1) * words, level);
        distances[i] += sum;
    }
}

/* Sum over bits of weight x sign x (1 + 2 low + 4 high): bits that agree count for, others against.
 * Only words and counts, so that a compiler makes one register of the eight words of a plane. */
LIST_BODY void codes_body(const list_probe *probe, const uint64_t *codes, const uint8_t *present,
                          int64_t count, const int32_t *neutral, int level, int32_t *likeness) {
    for (int64_t i = 0; i < count; i++) {
        int64_t sum = 0;
        for (int f = 0; f < SCAN_FINGERS; f++) {
            const uint64_t *sign = codes + (i * SCAN_FINGERS + f) * SCAN_PLANES * LIST_WORDS;
            const uint64_t *low = sign + LIST_WORDS, *high = low + LIST_WORDS;
            if (!probe->used[f]) continue;
            if (!present[i * SCAN_FINGERS + f]) {
                sum += neutral[f];
                continue;
            }
            for (int w = 0; w < LIST_WORDS; w++) {
                const uint64_t differ = sign[w] ^ probe->sign[f * LIST_WORDS + w];
                for (int b = 0; b < LIST_PLANES; b++) {
                    const uint64_t all = probe->plane[b][f * LIST_WORDS + w], not = all & differ;
                    const int once = ones(all, level) - 2 * ones(not, level);
                    const int twice = ones(all & low[w], level) - 2 * ones(not & low[w], level);
                    const int four = ones(all & high[w], level) - 2 * ones(not & high[w], level);
                    sum += (int64_t)(once + 2 * twice + 4 * four) * (1 << b);
                }
            }
        }
        likeness[i] = (int32_t)sum;
    }
}

/* Which permitted references of a block are near enough, and how many fingers each has in common
 * with the probe. */
LIST_BODY uint64_t inside(const scan_near *near, int64_t block, uint8_t common[SCAN_LANES]) {
    const uint64_t *presence = near->presence + block * SCAN_FINGERS;
    const uint16_t *distances = near->distances + block * SCAN_LANES;
    const uint8_t *strengths = near->strengths + block * SCAN_LANES;
    uint64_t bits = 0;
    memset(common, 0, SCAN_LANES);
    for (int f = 0; f < SCAN_FINGERS; f++)
        for (int j = 0; j < SCAN_LANES; j++)
            common[j] = (uint8_t)(common[j] + (near->used[f] & (presence[f] >> j & 1)));
    for (int j = 0; j < SCAN_LANES; j++)
        bits |= (uint64_t)(distances[j] <= near->limits[common[j]][strengths[j]]) << j;
    return bits & near->permitted[block];
}

/* Says for eight references at once whether they share a bit with every mask. */
LIST_BODY uint64_t shares(const uint64_t *words, const uint64_t *masks, int count) {
    uint64_t bits = 0;
    for (int i = 0; i < 8; i++) {
        uint64_t kept = 1;
        for (int m = 0; m < count; m++) kept &= (words[i] & masks[m]) != 0;
        bits |= kept << i;
    }
    return bits;
}

#if defined(__x86_64__)
__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl"))) static inline uint64_t
shares_avx512(const uint64_t *words, const uint64_t *masks, int count) {
    const __m512i eight = _mm512_loadu_si512(words);
    __mmask8 kept = 0xff;
    for (int m = 0; m < count; m++)
        kept = _mm512_mask_test_epi64_mask(kept, eight, _mm512_set1_epi64((long long)masks[m]));
    return kept;
}

__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl"))) static inline uint64_t
inside_avx512(const scan_near *near, int64_t block, uint8_t common[SCAN_LANES]) {
    const uint64_t *presence = near->presence + block * SCAN_FINGERS;
    const uint8_t *strengths = near->strengths + block * SCAN_LANES;
    __m512i count = _mm512_setzero_si512();
    uint64_t bits = 0;
    for (int f = 0; f < SCAN_FINGERS; f++)
        if (near->used[f])
            count = _mm512_mask_add_epi8(count, presence[f], count, _mm512_set1_epi8(1));
    _mm512_storeu_si512(common, count);
    for (int j = 0; j < SCAN_LANES; j += 16) {
        const __m512i counts = _mm512_cvtepu8_epi32(_mm_loadu_si128((const void *)(common + j)));
        const __m512i at = _mm512_add_epi32(
            _mm512_slli_epi32(counts, 8),
            _mm512_cvtepu8_epi32(_mm_loadu_si128((const void *)(strengths + j))));
        const __m512i far = _mm512_cvtepu16_epi32(_mm256_loadu_si256(
            (const void *)(near->distances + block * SCAN_LANES + j)));
        const __m512i most = _mm512_i32gather_epi32(at, near->limits, 4);
        bits |= (uint64_t)_mm512_cmple_epi32_mask(far, most) << j;
    }
    return bits & near->permitted[block];
}
#endif

#define PERMIT(name, one, attributes_)                                                             \
    attributes_ static void permit_##name(const uint64_t *enrolled, const uint64_t *attributes,    \
                                          int64_t blocks, const uint64_t *masks, int count,        \
                                          uint64_t *permitted) {                                   \
        for (int64_t b = 0; b < blocks; b++) {                                                     \
            uint64_t bits = 0;                                                                     \
            for (int i = 0; i < SCAN_LANES; i += 8)                                                \
                bits |= one(attributes + b * SCAN_LANES + i, masks, count) << i;                   \
            permitted[b] = bits & enrolled[b];                                                     \
        }                                                                                          \
    }

/* Writes the permitted references within the limits, in ascending order. */
#define NEAR(name, one, attributes_)                                                               \
    attributes_ static int64_t near_##name(const scan_near *near, int64_t *found, uint8_t *common) { \
        int64_t total = 0;                                                                         \
        for (int64_t b = 0; b < near->blocks; b++) {                                               \
            uint8_t have[SCAN_LANES];                                                              \
            if (!near->permitted[b]) continue;                                                     \
            for (uint64_t bits = one(near, b, have); bits; bits &= bits - 1, total++) {            \
                const int lane = __builtin_ctzll(bits);                                            \
                found[total] = b * SCAN_LANES + lane;                                              \
                common[total] = have[lane];                                                        \
            }                                                                                      \
        }                                                                                          \
        return total;                                                                              \
    }

#define SPECIALISE(name, level, attributes_)                                                       \
    attributes_ static void refine_##name(                                                         \
        const list_probe *probe, const uint64_t *rows, const uint64_t *presence, int words,        \
        const int64_t *references, int64_t count, const uint32_t *neutral, uint32_t *distances) {  \
        if (words == 2) /* the usual case, with loops of known length */                           \
            refine_body(probe, rows, presence, 2, references, count, neutral, level, distances);   \
        else                                                                                       \
            refine_body(probe, rows, presence, words, references, count, neutral, level,           \
                        distances);                                                                \
    }                                                                                              \
    attributes_ static void codes_##name(const list_probe *probe, const uint64_t *codes,           \
                                         const uint8_t *present, int64_t count,                    \
                                         const int32_t *neutral, int32_t *likeness) {              \
        codes_body(probe, codes, present, count, neutral, level, likeness);                        \
    }

SPECIALISE(portable, LIST_PORTABLE, )
PERMIT(portable, shares, )
NEAR(portable, inside, )
#if defined(__x86_64__)
#define AVX2 __attribute__((target("avx2,bmi,bmi2,popcnt")))
#define AVX512                                                                                     \
    __attribute__((target("avx2,bmi,bmi2,popcnt,avx512f,avx512bw,avx512dq,avx512vl,"               \
                          "avx512vpopcntdq")))
SPECIALISE(avx2, LIST_AVX2, AVX2)
SPECIALISE(avx512, LIST_AVX512, AVX512)
PERMIT(avx2, shares, AVX2)
NEAR(avx2, inside, AVX2)
PERMIT(avx512, shares_avx512, AVX512)
NEAR(avx512, inside_avx512, AVX512)
#define CALL(level, name, ...)                                                                     \
    ((level) == LIST_AVX512 ? name##_avx512(__VA_ARGS__)                                           \
     : (level) == LIST_AVX2 ? name##_avx2(__VA_ARGS__)                                             \
                            : name##_portable(__VA_ARGS__))
#else
#define CALL(level, name, ...) name##_portable(__VA_ARGS__)
#endif

/* Adds to the distances what the arrays of `words` words per finger say: rows [reference][finger]
 * [word]. Returns -1 if this machine lacks the level. */
int eurodac_scan_refine(const uint64_t *rows, const uint64_t *presence, int words,
                        const int64_t *references, int64_t count, const int8_t *weights,
                        const uint32_t *neutral, int level, uint32_t *distances) {
    list_probe probe;
    level = eurodac_cpu_level(level);
    if (level < 0 || words < 1 || words > LIST_WORDS) return -1;
    split(&probe, weights, neutral, words);
    CALL(level, refine, &probe, rows, presence, words, references, count, neutral, distances);
    return 0;
}

/* How like a probe is to codes [reference][finger][sign, low, high][word]; a finger that the
 * reference lacks counts as `neutral`. Returns -1 if this machine lacks the level. */
int eurodac_scan_codes(const uint64_t *codes, const uint8_t *present, int64_t count,
                       const int8_t *weights, const int32_t *neutral, int level,
                       int32_t *likeness) {
    const uint32_t none[SCAN_FINGERS] = {0};
    list_probe probe;
    level = eurodac_cpu_level(level);
    if (level < 0) return -1;
    split(&probe, weights, none, LIST_WORDS);
    CALL(level, codes, &probe, codes, present, count, neutral, likeness);
    return 0;
}

/* The references within their limits, at most 64 a block; returns how many they are, or -1 if this
 * machine lacks the level. */
int64_t eurodac_scan_near(const scan_near *job, int level, int64_t *found, uint8_t *common) {
    level = eurodac_cpu_level(level);
    return level < 0 ? -1 : CALL(level, near, job, found, common);
}

/* Enrolled references whose attribute word shares a bit with every mask. */
int eurodac_scan_permit(const uint64_t *enrolled, const uint64_t *attributes, int64_t blocks,
                        const uint64_t *masks, int count, int level, uint64_t *permitted) {
    level = eurodac_cpu_level(level);
    if (level < 0) return -1;
    CALL(level, permit, enrolled, attributes, blocks, masks, count, permitted);
    return 0;
}
