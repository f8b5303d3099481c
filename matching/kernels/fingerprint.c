/* The exported calls: one body, compiled for every instruction set, chosen at run time. */
#include "fingerprint_calls.h"
#include "fingerprint_cylinder.h"
#include "fingerprint_relax_avx512.h"
#include "fingerprint_select_avx512.h"

/* Pairs that tie are told apart by their place, so the order of the two fingers would show in the
 * score: both are put into one order first, that of their bytes. */
FINGER_BODY void order_fingers(const finger_header **a, const finger_header **b) {
    const int32_t bytes = (*a)->bytes < (*b)->bytes ? (*a)->bytes : (*b)->bytes;
    if (memcmp(*a, *b, (size_t)bytes) <= 0) return;
    const finger_header *first = *a;
    *a = *b;
    *b = first;
}

FINGER_BODY float compare_body(const finger_model *model, const finger_header *probe,
                               const finger_header *reference, int mode, int level) {
    const finger_parameters *p = &model->p;
    order_fingers(&probe, &reference);
    const int fewest = probe->cylinders < reference->cylinders ? probe->cylinders
                                                               : reference->cylinders;
    if (fewest == 0) return 0.0f;
    const int best = model->deciding[fewest];
    const int wanted = mode == FINGER_LOCAL ? best : (int)((float)best * p->relaxation_factor);
    finger_selection selection;
    finger_pairs pairs FINGER_ALIGNED;
    finger_links links FINGER_ALIGNED;
    float value[FINGER_PAIRS] FINGER_ALIGNED;
    int k = wanted < fewest ? wanted : fewest;
    k = k < FINGER_PAIRS ? k : FINGER_PAIRS;
    if (level == CPU_AVX512)
        select_pairs_avx512(model, probe, reference, k, &selection);
    else
        select_pairs(model, probe, reference, k, level, &selection);
    if (mode == FINGER_LOCAL) {
        float total = 0;
        for (int i = 0; i < selection.count; i++)
            total += 1.0f - sqrtf(key_value(selection.keys[i]));
        return total / (float)best;
    }
    if (selection.count < 2) return 0.0f;
    load_pairs(model, probe, reference, &selection, &pairs);
    if (level == CPU_AVX512)
        find_links_avx512(model, &pairs, selection.count, &links);
    else
        find_links(model, &pairs, selection.count, &links);
    weigh_links(model, &links);
    relax(p, &pairs, &links, selection.count, value);
    return relaxed_score(&pairs, value, selection.count, best, p->iterations, level);
}

#define SPECIALISE(name, level, attributes)                                                        \
    attributes static int64_t build_##name(const finger_model *model, const finger_minutiae *m,    \
                                           finger_header *out) {                                   \
        return build_body(model, m, level, out);                                                   \
    }                                                                                              \
    attributes static float compare_##name(const finger_model *model, const finger_header *probe,  \
                                           const finger_header *reference, int mode) {             \
        return compare_body(model, probe, reference, mode, level);                                 \
    }                                                                                              \
    static const finger_calls calls_##name = {build_##name, compare_##name};

SPECIALISE(portable, CPU_PORTABLE, )

#if defined(__x86_64__)
SPECIALISE(avx2, CPU_AVX2, FINGER_AVX2_TARGET)
SPECIALISE(avx512, CPU_AVX512, FINGER_AVX512_TARGET)
#else
#define calls_avx2 calls_portable
#define calls_avx512 calls_portable
#endif

const finger_calls *eurodac_finger_calls(int level) {
    switch (eurodac_cpu_level(level)) {
    case CPU_AVX512: return &calls_avx512;
    case CPU_AVX2: return &calls_avx2;
    case CPU_PORTABLE: return &calls_portable;
    default: return 0;
    }
}

/* Packs `count` fingers, whose compact minutiae follow each other, one after the other into `out`,
 * which starts at a multiple of 64 and has room for a header and all blocks of each.  starts: where
 * each begins, and where the last ends.  Returns the bytes used, or -1 - i if finger i is not
 * compact minutiae; -1 - count if this machine lacks the level. */
int64_t eurodac_finger_build(const finger_model *model, const uint8_t *compact,
                             const int64_t *sizes, int64_t count, int level, uint8_t *out,
                             int64_t *starts) {
    const finger_calls *calls = eurodac_finger_calls(level);
    if (!calls) return -1 - count;
    starts[0] = 0;
    for (int64_t i = 0; i < count; i++) {
        finger_minutiae m;
        finger_header *to = (finger_header *)(void *)(out + starts[i]);
        if (read_compact(compact, sizes[i], &m) < 0) return -1 - i;
        starts[i + 1] = starts[i] + calls->build(model, &m, to);
        compact += sizes[i];
    }
    return starts[count];
}

/* One probe against many references; all scores are NaN if this machine lacks the level. */
void eurodac_finger_compare(const finger_model *model, const finger_header *probe,
                            const finger_header *const *references, int64_t count, int mode,
                            int level, float *scores) {
    const finger_calls *calls = eurodac_finger_calls(level);
    for (int64_t i = 0; i < count; i++)
        scores[i] = calls ? calls->compare(model, probe, references[i], mode) : NAN;
}

static const finger_model *model_of(const finger_model *const *models, int count,
                                    uint32_t tuning) {
    for (int i = 0; i < count; i++)
        if (models[i]->tuning == tuning) return models[i];
    return 0;
}

/* One probe person against many: scores holds one row of ten per reference, NaN where a finger is
 * missing on either side.  Fingers of one tuning are compared with it, others with the general. */
void eurodac_finger_compare_sets(const finger_model *const *models, int model_count,
                                 const finger_set *probe, const finger_set *const *references,
                                 int64_t count, int level, float *scores) {
    const finger_calls *calls = eurodac_finger_calls(level);
    for (int64_t i = 0; i < count; i++)
        for (int f = 0; f < FINGER_POSITIONS; f++) {
            const finger_header *a = probe->own[f], *b = references[i]->own[f];
            const finger_model *model = 0;
            if (a && b && a->tuning != b->tuning)
                a = probe->general[f], b = references[i]->general[f];
            if (a && b) model = model_of(models, model_count, a->tuning);
            scores[FINGER_POSITIONS * i + f] =
                model && calls ? calls->compare(model, a, b, FINGER_RELAXED) : NAN;
        }
}
