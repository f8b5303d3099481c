/* The exported calls: one body, compiled for every instruction set, chosen at run time. */
#include "cpu.h"
#include "fingerprint_build.h"
#include "fingerprint_relax.h"

#define SPECIALISE(name, level, attributes)                                                        \
    attributes static int build_##name(const finger_model *model, const float *minutiae,           \
                                       int count, finger_header *out) {                            \
        return build_body(model, minutiae, count, out);                                            \
    }                                                                                              \
    attributes static float compare_##name(const finger_model *model, const finger_header *probe,  \
                                           const finger_header *reference, int mode) {             \
        return compare_body(model, probe, reference, mode, level);                                 \
    }

SPECIALISE(portable, FINGER_PORTABLE, )

#if defined(__x86_64__)
#define AVX2 __attribute__((target("avx2,fma,bmi,bmi2,popcnt")))
#define AVX512                                                                                     \
    __attribute__((target("avx2,fma,bmi,bmi2,popcnt,avx512f,avx512bw,avx512dq,avx512vl,"           \
                          "avx512vpopcntdq,prefer-vector-width=512")))
SPECIALISE(avx2, FINGER_AVX2, AVX2)
SPECIALISE(avx512, FINGER_AVX512, AVX512)
#else
#define build_avx2 build_portable
#define build_avx512 build_portable
#define compare_avx2 compare_portable
#define compare_avx512 compare_portable
#endif

int eurodac_finger_level(int level) { return eurodac_cpu_level(level); }

/* minutiae: rows of x, y (upwards), theta, quality.  Returns the bytes used in `out`, which has
 * room for FINGER_MAX_BYTES and is aligned to 64; -1 if this machine lacks the level. */
int eurodac_finger_build(const finger_model *model, const float *minutiae, int count, int level,
                         finger_header *out) {
    switch (eurodac_finger_level(level)) {
    case FINGER_AVX512: return build_avx512(model, minutiae, count, out);
    case FINGER_AVX2: return build_avx2(model, minutiae, count, out);
    case FINGER_PORTABLE: return build_portable(model, minutiae, count, out);
    default: return -1;
    }
}

/* One probe against many references; all scores are NaN if this machine lacks the level. */
void eurodac_finger_compare(const finger_model *model, const finger_header *probe,
                            const finger_header *const *references, int64_t count, int mode,
                            int level, float *scores) {
    level = eurodac_finger_level(level);
    for (int64_t i = 0; i < count; i++)
        scores[i] = level == FINGER_AVX512     ? compare_avx512(model, probe, references[i], mode)
                    : level == FINGER_AVX2     ? compare_avx2(model, probe, references[i], mode)
                    : level == FINGER_PORTABLE ? compare_portable(model, probe, references[i], mode)
                                               : NAN;
}
