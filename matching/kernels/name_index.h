/* Rows of an index of identities and what a search asks of them. */
#ifndef EURODAC_NAME_INDEX_H
#define EURODAC_NAME_INDEX_H
#include "name.h"
#include <stdint.h>

#define INDEX_WORDS 6      /* words of a row; longer names keep their rarest */
#define INDEX_POSITIONS 16 /* places of a probe that a word can take */
#define INDEX_LISTS 64
#define INDEX_DAYS 64
#define INDEX_KEPT 256 /* longest list of results */

/* One recorded identity, 32 bytes.  Word 0 is no word.  The day is year << 9 | month << 5 | day with
 * 0 for what is unknown; rows of a segment lie in the order of their days.  The label says who may
 * search the row; 0 is an erased one. */
typedef struct {
    uint32_t word[INDEX_WORDS];
    uint32_t day;
    uint8_t nationality, sex; /* 0: unknown */
    uint16_t label;
} index_row;

typedef struct {
    const index_row *rows;
    const uint32_t *owners;   /* of each row: the reference it belongs to */
    const uint32_t *postings; /* rows of each word, ascending */
    const uint64_t *offsets;  /* words + 1 */
    int64_t count, words, base; /* base: added to the number of a row in results */
} index_segment;

/* Words that may stand at the positions of `mask`, from `begin` to `end` in `entries`. */
typedef struct {
    int32_t begin, end, mask, most; /* most: the highest evidence among them */
} index_list;

typedef struct {
    uint32_t word;
    int32_t mask, evidence, unused;
} index_entry;

/* All evidence in 256ths of a bit; costs are positive. */
typedef struct {
    int32_t positions, day;
    int32_t absent[INDEX_POSITIONS]; /* cost of a position without counterpart */
    int32_t counted;                 /* mask of the positions that count as a word left over */
    int32_t surplus;                 /* cost of a row's word without counterpart */
    int32_t conflict;                /* cost of a pair of words left over on both sides */
    int32_t nationality, sex;
    int32_t nationality_equal, nationality_other, sex_equal, sex_other;
    int32_t date[16]; /* by relation, see name_dates.h */
    int32_t least;    /* lowest score that is kept */
    int32_t complete; /* mask of the date relations that only days of the ranges have */
    int32_t range_count;
    uint32_t first[INDEX_DAYS], last[INDEX_DAYS]; /* likely days: all their rows are looked at */
    int32_t initial;                   /* evidence of a word that begins with an initial; 0 without */
    uint8_t initials[INDEX_POSITIONS]; /* the letter of an initial + 1; 0 where there is none */
} index_probe;

/* What the words of a row are held against: `entries` ordered by word, `listed` the same by list. */
typedef struct {
    const index_probe *probe;
    const index_entry *entries, *listed;
    const index_list *lists;
    const uint16_t *slots; /* of each word, the number of its first entry + 1 */
    const uint8_t *permitted; /* of each label */
    const name_word *words;   /* of the vocabulary; those that are newer begin with no initial */
    uint64_t *seen;           /* a zero bit for each row of the largest segment; left zero */
    int64_t slot_count, word_count;
    int32_t entry_count, list_count;
} index_matcher;

/* The best references, each at its best row. */
typedef struct {
    int64_t row[INDEX_KEPT];
    int32_t score[INDEX_KEPT];
    uint32_t owner[INDEX_KEPT];
    int32_t kept, room, worst; /* worst: lowest score that is kept; `least` at first */
    int64_t looked;            /* rows that were looked at */
} index_results;
#endif
