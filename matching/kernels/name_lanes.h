/* Evidence of one word against many, 64 at a time: the words lie side by side, and each step of the
 * alignment is made for all of them. */
#ifndef EURODAC_NAME_LANES_H
#define EURODAC_NAME_LANES_H
#include "name.h"

#define LANES 64

/* Words side by side; letters after the end of a word are any, and change nothing before it.  All
 * but count and what is added is filled by eurodac_name_lanes. */
typedef struct {
    _Alignas(64) uint8_t letters[NAME_LETTERS][LANES];
    _Alignas(64) int16_t alone[NAME_LETTERS][LANES]; /* letters without counterpart in the probe */
    _Alignas(64) int16_t rows[3][NAME_LETTERS + 1][LANES]; /* of the alignment, the last three */
    _Alignas(64) uint8_t script[LANES];
    _Alignas(64) uint8_t none[LANES]; /* letters before the first */
    const name_word *words[LANES];
    uint32_t numbers[LANES];
    int count, longest;
} name_lanes;

/* Puts a word beside the others; its letters are read later, when they have come from memory. */
static inline void name_lanes_add(name_lanes *to, const name_word *word, uint32_t number) {
    __builtin_prefetch(word);
    to->words[to->count] = word;
    to->numbers[to->count++] = number;
}

#define NAME_UNLIKE INT32_MIN

/* Likeness of the probe to each word, as eurodac_name_likeness; NAME_UNLIKE for some words that are
 * below `least` and begin with another letter.  `level` is one of cpu.h. */
void eurodac_name_lanes(const name_model *model, const name_word *probe, name_lanes *in, int level,
                        int32_t least, int32_t *likeness);
#endif
