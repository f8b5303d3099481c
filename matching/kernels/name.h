/* Words of names as letters, and the learned model that compares them. */
#ifndef EURODAC_NAME_H
#define EURODAC_NAME_H
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define NAME_LETTERS 24 /* letters of a word that are compared */
#define NAME_CODES 128  /* letters of all scripts, numbered by matching/name/letters.py */
#define NAME_SCRIPTS 2  /* 0 written with vowels, 1 without */

/* One word; 32 bytes, two to a cache line. */
typedef struct {
    uint8_t letters[NAME_LETTERS];
    uint8_t length, script, kind, unused;
    uint32_t count; /* how many rows hold the word */
} name_word;

/* Evidence in eighths of a bit: for two letters that stand for each other, for one that has no
 * counterpart in a word of the other script, and what a letter brings on average in words that
 * are the same name. */
typedef struct {
    int8_t pair[NAME_CODES][NAME_CODES];
    int8_t alone[NAME_CODES][NAME_SCRIPTS];
    int8_t expected[NAME_CODES][NAME_SCRIPTS];
    int8_t swapped; /* two neighbours that changed places, once */
    uint8_t group[NAME_CODES]; /* letters of one group are written for each other; 0 a vowel */
} name_model;

/* Evidence that two words are one name, eighths of a bit: the best alignment. */
int32_t eurodac_name_evidence(const name_model *model, const name_word *a, const name_word *b);

/* The same as a share of what the two words could bring, 256 = what two spellings of one name bring
 * on average; from -32768 to NAME_SAME, which words with the same letters have. */
#define NAME_SAME 320
int32_t eurodac_name_likeness(const name_model *model, const name_word *a, const name_word *b);

static inline int name_same(const name_word *a, const name_word *b) {
    return a->length == b->length && a->script == b->script &&
           !memcmp(a->letters, b->letters, a->length);
}

/* Likeness of words whose letters differ; `full` is what they bring on average if they are one. */
static inline int32_t name_share(int32_t evidence, int32_t full) {
    const int32_t share = evidence * 512 / (full > 2 ? full : 2);
    return share > NAME_SAME ? NAME_SAME : share < -32768 ? -32768 : share;
}
#endif
