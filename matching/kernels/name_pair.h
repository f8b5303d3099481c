/* Two names as words with weights, and what their comparison found. */
#ifndef EURODAC_NAME_PAIR_H
#define EURODAC_NAME_PAIR_H
#include "name.h"

#define PAIR_WORDS 16
#define PAIR_GROUPS 4
#define PAIR_STEPS 320      /* likeness from which a word is worth no more */
#define PAIR_HALF 2         /* fewest letters of a half of a word */
#define PAIR_SLIPS 2        /* letters that a half may have more or fewer than its word */
#define PAIR_INITIAL (-100) /* likeness of an initial and a word that begins with it */

/* One word of a name; 44 bytes. */
typedef struct {
    name_word word;
    int32_t weight;               /* of an agreement, 256ths of a bit */
    uint16_t groups[PAIR_GROUPS]; /* equivalent names, 0 none */
} pair_word;

/* All in 256ths of a bit, likenesses in 256ths. */
typedef struct {
    int32_t most[PAIR_STEPS + 1]; /* by likeness: the most that the rarity of a word counts */
    int32_t share[2][PAIR_STEPS + 1]; /* by likeness: how much of it counts, 256ths; of words that
                                       * are both written with vowels or without, and of others */
    int32_t unmatched, conflict, particle, initial;
    int32_t same, equivalent, shortened;
    int32_t joining; /* what it costs that two words are written together on the other side */
    int32_t strict; /* not 0: different known names are no counterparts, initials are in conflict */
} pair_weights;

typedef struct {
    int32_t total;
    int8_t partner[PAIR_WORDS]; /* word of b for each of a; -1 none */
    int32_t likeness[PAIR_WORDS], evidence[PAIR_WORDS];
    int8_t joined_a, joined_next; /* these two, in this order, are written together ... */
    int8_t joined_b;              /* ... in this one */
    int8_t turned; /* the lists are exchanged: joined_a is of b, partner[] of b */
    int32_t joined_evidence, joined_likeness;
} pair_result;
#endif
