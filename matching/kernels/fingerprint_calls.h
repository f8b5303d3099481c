/* What is specialised for every instruction set. */
#ifndef EURODAC_FINGERPRINT_CALLS_H
#define EURODAC_FINGERPRINT_CALLS_H
#include "fingerprint_build.h"

typedef struct {
    int64_t (*build)(const finger_model *model, const finger_minutiae *m, finger_header *out);
    float (*compare)(const finger_model *model, const finger_header *probe,
                     const finger_header *reference, int mode);
} finger_calls;

/* Those of a level; NULL if this machine lacks it. */
const finger_calls *eurodac_finger_calls(int level);
#endif
