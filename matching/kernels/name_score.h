/* Score of one row, and the list of the best references; part of name_search.c. */
#ifndef EURODAC_NAME_SCORE_H
#define EURODAC_NAME_SCORE_H
#include "name_dates.h"
#include "name_index.h"

#define PAIRS 32

typedef struct {
    int32_t evidence, mask, word;
} pair;

/* Pairs of words of a row and positions of the probe, and a bound of what they bring. */
typedef struct {
    pair pairs[PAIRS];
    int32_t count, words, most;
} pairing;

static inline int bits_in(int32_t mask) {
    int count = 0;
    for (; mask; mask &= mask - 1) count++;
    return count;
}

/* Evidence of the best pairs of words, each word and position used once; the rest costs.  `most`
 * positions may be taken by one word. */
static int32_t assign_within(const index_matcher *with, const pairing *found, int most) {
    const index_probe *probe = with->probe;
    int32_t sum = 0, used = 0, taken = 0;
    int left = found->words;
    for (;; left--) {
        const pair *best = 0;
        for (const pair *p = found->pairs; p < found->pairs + found->count; p++)
            if (!(p->mask & used) && !(taken >> p->word & 1) && bits_in(p->mask) <= most &&
                (!best || p->evidence > best->evidence))
                best = p;
        if (!best) break;
        used |= best->mask;
        taken |= 1 << best->word;
        sum += best->evidence;
    }
    const int open = bits_in(probe->counted & ~used);
    for (int p = 0; p < probe->positions; p++)
        if (!(used >> p & 1)) sum -= probe->absent[p];
    return sum - left * probe->surplus - (left < open ? left : open) * probe->conflict;
}

/* The better of two: a word that takes several positions may bring more than any other and still
 * less than two words that share them. */
static int32_t assign(const index_matcher *with, const pairing *found) {
    const int32_t any = assign_within(with, found, INDEX_POSITIONS);
    int32_t several = 0;
    for (int i = 0; i < found->count; i++) several |= found->pairs[i].mask & (found->pairs[i].mask - 1);
    if (!several) return any;
    const int32_t single = assign_within(with, found, 1);
    return single > any ? single : any;
}

/* Adds the initials that a word of a row may stand for; returns the evidence of one. */
static int32_t pair_initials(const index_matcher *with, uint32_t word, int at, pairing *found) {
    const index_probe *probe = with->probe;
    int32_t most = 0;
    if (word >= with->word_count || !with->words[word].length) return 0;
    for (int p = 0; p < probe->positions; p++)
        if (probe->initials[p] == with->words[word].letters[0] + 1 && found->count < PAIRS) {
            found->pairs[found->count++] = (pair){probe->initial, 1 << p, at};
            most = probe->initial;
        }
    return most;
}

static void pair_words(const index_matcher *with, const index_row *row, pairing *found) {
    found->count = found->words = found->most = 0;
    for (int w = 0; w < INDEX_WORDS; w++) {
        const uint32_t word = row->word[w];
        if (!word) continue;
        found->words++;
        const int before = found->count;
        int slot = word < with->slot_count ? with->slots[word] : 0;
        int32_t most = with->probe->initial ? pair_initials(with, word, w, found) : 0;
        for (; slot && slot <= with->entry_count && with->entries[slot - 1].word == word; slot++) {
            const index_entry *entry = with->entries + slot - 1;
            if (entry->evidence > most) most = entry->evidence;
            if (found->count < PAIRS)
                found->pairs[found->count++] = (pair){entry->evidence, entry->mask, w};
        }
        found->most += found->count > before ? most : -with->probe->surplus;
    }
}

static inline int32_t of_codes(const index_probe *probe, const index_row *row) {
    int32_t sum = 0;
    if (probe->nationality && row->nationality)
        sum += probe->nationality == row->nationality ? probe->nationality_equal
                                                      : probe->nationality_other;
    if (probe->sex && row->sex) sum += probe->sex == row->sex ? probe->sex_equal : probe->sex_other;
    return sum;
}

/* Evidence of a date; rows come in the order of their days, so the last one is remembered. */
typedef struct {
    uint32_t day;
    int32_t evidence;
} dated;

static inline int32_t of_date(const index_probe *probe, uint32_t day, dated *last) {
    if (last->day != day || !last->evidence) {
        last->day = day;
        last->evidence = probe->date[eurodac_date_relation((uint32_t)probe->day, day)];
    }
    return last->evidence;
}

/* Whether `score` of `row` comes before the result at `at`: higher, or of equal ones lower. */
static inline int comes_before(const index_results *results, int at, int32_t score, int64_t row) {
    return score > results->score[at] || (score == results->score[at] && row < results->row[at]);
}

static inline void move(index_results *results, int from, int to) {
    results->score[to] = results->score[from];
    results->row[to] = results->row[from];
    results->owner[to] = results->owner[from];
}

/* Keeps the best rows, one of each owner. */
static void keep(index_results *results, int64_t row, uint32_t owner, int32_t score) {
    int at = 0;
    while (at < results->kept && results->owner[at] != owner) at++;
    if (at == results->room) {
        at--;
    } else if (at == results->kept) {
        results->kept++;
        results->score[at] = INT32_MIN;
    }
    if (!comes_before(results, at, score, row)) return;
    for (; at && comes_before(results, at - 1, score, row); at--) move(results, at - 1, at);
    results->score[at] = score;
    results->row[at] = row;
    results->owner[at] = owner;
    if (results->kept == results->room && results->score[results->room - 1] > results->worst)
        results->worst = results->score[results->room - 1];
}
#endif
