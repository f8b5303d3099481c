/* Likeness of one word to many, 64 at a time: the words lie side by side, and each step of the
 * alignment is made for all of them. */
#ifndef EURODAC_NAME_LANES_H
#define EURODAC_NAME_LANES_H
#include "name.h"

#define LANES 64
#define NAME_UNLIKE INT32_MIN

/* Words that wait to be compared. */
typedef struct {
    const name_word *words[LANES];
    uint32_t numbers[LANES];
    int count;
} name_waiting;

/* The letters of a word are read later, when they have come from memory. */
static inline void name_wait(name_waiting *in, const name_word *word, uint32_t number) {
    __builtin_prefetch(word);
    in->words[in->count] = word;
    in->numbers[in->count++] = number;
}

/* Likeness of the probe to each word, as eurodac_name_likeness; NAME_UNLIKE for some words that are
 * below `least` and begin with another letter.  `level` is one of cpu.h. */
void eurodac_name_lanes(const name_model *model, const name_word *probe, const name_waiting *in,
                        int level, int32_t least, int32_t *likeness);
#endif
