/* Search of an index of identities: the rows of the lists that can still matter, shortest first.
 *
 * A row is scored in full where it is met.  Lists are left out once no row that is only in them
 * could reach the worst result kept, so the answer is that of scoring every row of every list. */
#include "name_dates.h"
#include "name_index.h"
#include <string.h>

enum { NEAR = 0, BEFORE = 1, AFTER = 2, REGIONS = 3 };
#define AHEAD 12 /* rows asked for early */
#define PAIRS 32
#define WAITING 64 /* rows that are asked for before they are looked at */
/* Relations that rows of another year can have. */
#define DISTANT                                                                                    \
    (1u << DATE_MISSING | 1u << DATE_ADJACENT | 1u << DATE_DAY_NEXT_YEAR | 1u << DATE_DIGIT |      \
     1u << DATE_DAY | 1u << DATE_NEXT_YEAR | 1u << DATE_DIFFERENT)

#define DAY_ROWS 65536 /* a day that more rows have is not looked at as a whole */

typedef struct {
    int32_t evidence, mask, word;
} pair;

/* Evidence of the best pairs of words, each word and position used once; the rest costs. */
static int32_t assign(const index_matcher *with, const pair *pairs, int count, int words) {
    const index_probe *probe = with->probe;
    int32_t sum = 0, used = 0, taken = 0;
    for (;;) {
        int best = -1;
        for (int i = 0; i < count; i++)
            if (!(pairs[i].mask & used) && !(taken >> pairs[i].word & 1) &&
                (best < 0 || pairs[i].evidence > pairs[best].evidence))
                best = i;
        if (best < 0) break;
        used |= pairs[best].mask;
        taken |= 1 << pairs[best].word;
        sum += pairs[best].evidence;
    }
    const int left = words - __builtin_popcount((unsigned)taken);
    const int open = __builtin_popcount((unsigned)(probe->counted & ~used));
    for (int p = 0; p < probe->positions; p++)
        if (!(used >> p & 1)) sum -= probe->absent[p];
    return sum - left * probe->surplus - (left < open ? left : open) * probe->conflict;
}

/* Evidence of a date; rows come in the order of their days, so the last one is remembered. */
typedef struct {
    uint32_t day;
    int32_t evidence;
} dated;

static int32_t evidence_of(const index_probe *probe, uint32_t day, dated *last) {
    if (last->day != day || !last->evidence) {
        last->day = day;
        last->evidence = probe->date[eurodac_date_relation((uint32_t)probe->day, day)];
    }
    return last->evidence;
}

static int32_t of_words(const index_matcher *with, const index_row *row) {
    pair pairs[PAIRS];
    int count = 0, words = 0;
    for (int w = 0; w < INDEX_WORDS; w++) {
        const uint32_t word = row->word[w];
        if (!word) continue;
        words++;
        int slot = word < with->slot_count ? with->slots[word] : 0;
        for (; slot && slot <= with->entry_count && with->entries[slot - 1].word == word; slot++)
            if (count < PAIRS)
                pairs[count++] =
                    (pair){with->entries[slot - 1].evidence, with->entries[slot - 1].mask, w};
    }
    return assign(with, pairs, count, words);
}

static int32_t of_codes(const index_probe *probe, const index_row *row) {
    int32_t sum = 0;
    if (probe->nationality && row->nationality)
        sum += probe->nationality == row->nationality ? probe->nationality_equal
                                                      : probe->nationality_other;
    if (probe->sex && row->sex) sum += probe->sex == row->sex ? probe->sex_equal : probe->sex_other;
    return sum;
}

/* Keeps the best; of equal scores the lower row. */
static void keep(index_results *results, int64_t row, int32_t found) {
    int at = results->kept;
    if (at == results->room) {
        const int last = at - 1;
        if (found < results->score[last] ||
            (found == results->score[last] && row >= results->row[last]))
            return;
    }
    for (int i = 0; i < results->kept; i++)
        if (results->row[i] == row) return;
    at = results->kept < results->room ? results->kept++ : results->room - 1;
    while (at && (results->score[at - 1] < found ||
                  (results->score[at - 1] == found && results->row[at - 1] > row))) {
        results->score[at] = results->score[at - 1];
        results->row[at] = results->row[at - 1];
        at--;
    }
    results->score[at] = found;
    results->row[at] = row;
}

static int32_t worst(const index_probe *probe, const index_results *results) {
    if (results->kept < results->room) return probe->least;
    const int32_t last = results->score[results->kept - 1];
    return last > probe->least ? last : probe->least;
}

static void look(const index_matcher *with, const index_segment *in, int64_t number, dated *last,
                 index_results *results) {
    const index_row *row = in->rows + number;
    results->scored++;
    if (!with->permitted[row->label]) return;
    const int32_t found = of_words(with, row) + of_codes(with->probe, row) +
                          evidence_of(with->probe, row->day, last);
    if (found >= worst(with->probe, results)) keep(results, in->base + number, found);
}

/* First of `count` ascending numbers that is not below `limit`. */
static int64_t lower(const uint32_t *numbers, int64_t count, int64_t limit) {
    int64_t from = 0;
    while (count > 0) {
        const int64_t half = count / 2;
        if ((int64_t)numbers[from + half] < limit) {
            from += half + 1;
            count -= half + 1;
        } else {
            count = half;
        }
    }
    return from;
}

static int64_t first_day(const index_segment *in, int64_t day) {
    int64_t from = 0, count = in->count;
    while (count > 0) {
        const int64_t half = count / 2;
        if ((int64_t)in->rows[from + half].day < day) {
            from += half + 1;
            count -= half + 1;
        } else {
            count = half;
        }
    }
    return from;
}

/* Rows from `begin` to `end` of one word. */
typedef struct {
    int64_t begin, end;
} slice;

static slice rows_of(const index_segment *in, uint32_t word, int64_t from, int64_t to) {
    if (word >= in->words) return (slice){0, 0};
    const int64_t begin = (int64_t)in->offsets[word], end = (int64_t)in->offsets[word + 1];
    if (from == 0 && to == in->count) return (slice){begin, end};
    const uint32_t *rows = in->postings + begin;
    const int64_t first = lower(rows, end - begin, from);
    return (slice){begin + first,
                   begin + first + lower(rows + first, end - begin - first, to)};
}

static int32_t larger(int32_t a, int32_t b) { return a > b ? a : b; }

static int32_t most_of_date(const index_probe *probe, int region, uint32_t done) {
    int32_t best = INT32_MIN;
    if (!probe->day) return probe->date[DATE_MISSING];
    for (int i = 0; i < DATE_RELATIONS; i++)
        if (!(done >> i & 1) && i != DATE_CALENDAR && (region == NEAR || (DISTANT >> i & 1)))
            best = larger(best, probe->date[i]);
    return best;
}

static int32_t most_of_codes(const index_probe *probe) {
    int32_t sum = 0;
    if (probe->nationality)
        sum += larger(0, larger(probe->nationality_equal, probe->nationality_other));
    if (probe->sex) sum += larger(0, larger(probe->sex_equal, probe->sex_other));
    return sum;
}

/* Looks at every row of the probe's likely days; returns the mask of the relations that no other
 * row has. */
static uint32_t run_days(const index_matcher *with, const index_segment *in,
                         index_results *results) {
    const index_probe *probe = with->probe;
    uint32_t left = 0;
    for (int i = 0; i < probe->range_count; i++) {
        int64_t from = first_day(in, probe->first[i]);
        for (uint32_t day = probe->first[i]; day <= probe->last[i]; day++) {
            const int64_t to = first_day(in, (int64_t)day + 1);
            dated last = {0, 0};
            if (to - from <= DAY_ROWS)
                for (int64_t row = from; row < to; row++) look(with, in, row, &last, results);
            else
                left |= 1u << eurodac_date_relation((uint32_t)probe->day, day);
            from = to;
        }
    }
    return (uint32_t)probe->complete & ~left;
}

/* A list within a region. */
typedef struct {
    const index_list *list;
    int64_t length;
    int joined; /* stands for two words of the probe that were written together */
} part;

static int64_t length_of(const index_matcher *with, const index_segment *in,
                         const index_list *list, int64_t from, int64_t to) {
    int64_t length = 0;
    for (int32_t e = list->begin; e < list->end; e++) {
        const slice rows = rows_of(in, with->listed[e].word, from, to);
        length += rows.end - rows.begin;
    }
    return length;
}

/* Makes the parts of a region that have rows, the shortest first. */
static int gather(const index_matcher *with, const index_segment *in, const int64_t *edge,
                  part *parts) {
    int count = 0;
    for (int l = 0; l < with->list_count; l++) {
        const index_list *list = with->lists + l;
        const int64_t length = length_of(with, in, list, edge[0], edge[1]);
        if (!length) continue;
        int at = count++;
        for (; at && parts[at - 1].length > length; at--) parts[at] = parts[at - 1];
        const int words = __builtin_popcount((unsigned)(list->mask & with->probe->counted));
        parts[at] = (part){list, length, words > 1};
    }
    return count;
}

static int32_t absent_without(const index_probe *probe, int32_t mask) {
    int32_t sum = 0;
    for (int p = 0; p < probe->positions; p++)
        if (!(mask >> p & 1)) sum += probe->absent[p];
    return sum;
}

/* Most that the lists from `from` on add at positions outside of `without`, and what the positions
 * cost for which there is none. */
static int64_t most_of_lists(const index_probe *probe, const part *parts, int count, int from,
                             int32_t without) {
    int64_t sum = 0;
    int32_t covered = without;
    for (int i = from; i < count; i++) {
        const int32_t mask = parts[i].list->mask;
        int32_t most = parts[i].list->most;
        int first = 1;
        for (int j = from; j < count; j++)
            if (parts[j].list->mask == mask) {
                first &= j >= i;
                most = larger(most, parts[j].list->most);
            }
        if (!first || parts[i].joined || (mask & without)) continue;
        sum += most;
        covered |= mask;
    }
    return sum - absent_without(probe, covered);
}

/* Highest score of a row that is in at most one of the first `done` lists. */
static int64_t bound(const index_probe *probe, const part *parts, int count, int done) {
    int64_t best = most_of_lists(probe, parts, count, done, 0);
    for (int i = 0; i < done; i++) {
        if (parts[i].joined) continue;
        const int32_t mask = parts[i].list->mask;
        const int64_t with_it =
            parts[i].list->most + most_of_lists(probe, parts, count, done, mask);
        if (with_it > best) best = with_it;
    }
    return best;
}

typedef struct {
    uint32_t rows[WAITING];
    int count;
} queue;

static void flush(const index_matcher *with, const index_segment *in, queue *waiting,
                  index_results *results) {
    dated last = {0, 0};
    for (int i = 0; i < waiting->count; i++) look(with, in, waiting->rows[i], &last, results);
    waiting->count = 0;
}

/* Looks at the rows of a list that are in an earlier one, and remembers the others. */
static void meet(const index_matcher *with, const index_segment *in, const index_list *list,
                 const int64_t *edge, index_results *results) {
    queue waiting = {.count = 0};
    for (int32_t e = list->begin; e < list->end; e++) {
        const slice rows = rows_of(in, with->listed[e].word, edge[0], edge[1]);
        for (int64_t i = rows.begin; i < rows.end; i++) {
            const uint32_t row = in->postings[i];
            uint64_t *word = with->seen + row / 64;
            const uint64_t bit = 1ull << row % 64;
            if (!(*word & bit)) {
                *word |= bit;
                continue;
            }
            __builtin_prefetch(in->rows + row);
            waiting.rows[waiting.count++] = row;
            if (waiting.count == WAITING) flush(with, in, &waiting, results);
        }
    }
    flush(with, in, &waiting, results);
}

/* Looks at every row of a list. */
static void run(const index_matcher *with, const index_segment *in, const index_list *list,
                const int64_t *edge, index_results *results) {
    for (int32_t e = list->begin; e < list->end; e++) {
        const slice rows = rows_of(in, with->listed[e].word, edge[0], edge[1]);
        dated last = {0, 0};
        for (int64_t i = rows.begin; i < rows.end; i++) {
            if (i + AHEAD < rows.end) __builtin_prefetch(in->rows + in->postings[i + AHEAD]);
            look(with, in, in->postings[i], &last, results);
        }
    }
}

/* Searches the rows from edge[0] to edge[1]: those of words that were written together, those that
 * two lists have in common, and those of single lists that could still matter. */
static void search_region(const index_matcher *with, const index_segment *in, const int64_t *edge,
                          int64_t others, index_results *results) {
    const index_probe *probe = with->probe;
    part parts[INDEX_LISTS];
    const int count = gather(with, in, edge, parts);
    int met = 0, any = 0;
    for (int i = 0; i < count; i++) {
        const index_list *list = parts[i].list;
        if (parts[i].joined && others + list->most +
                    most_of_lists(probe, parts, count, 0, list->mask) >= worst(probe, results))
            run(with, in, list, edge, results);
    }
    for (; met < count; met++) {
        if (others + bound(probe, parts, count, met) < worst(probe, results)) break;
        if (parts[met].joined) continue;
        meet(with, in, parts[met].list, edge, results);
        any = 1;
    }
    if (any) {
        const int64_t from = edge[0] / 64, to = (edge[1] + 63) / 64;
        memset(with->seen + from, 0, (size_t)(to - from) * sizeof(*with->seen));
    }
    for (int i = 0; i < met; i++) {
        const index_list *list = parts[i].list;
        if (!parts[i].joined && others + list->most - absent_without(probe, list->mask) >=
                                    worst(probe, results))
            run(with, in, list, edge, results);
    }
}

/* Searches one segment; `results` may hold results of others, so that they narrow this one. */
int eurodac_name_search(const index_segment *in, const index_matcher *with,
                        index_results *results) {
    const index_probe *probe = with->probe;
    if (with->list_count > INDEX_LISTS || results->room > INDEX_KEPT || results->room < 1) return -1;
    const int64_t year = probe->day >> 9;
    const int64_t low = probe->day ? first_day(in, year << 9) : 0;
    const int64_t high = probe->day ? first_day(in, (year + 1) << 9) : in->count;
    const int64_t edge[REGIONS][2] = {{low, high}, {0, low}, {high, in->count}};
    const uint32_t done = run_days(with, in, results);
    const int32_t others = most_of_codes(probe);
    for (int region = 0; region < REGIONS; region++)
        if (edge[region][0] < edge[region][1])
            search_region(with, in, edge[region], others + most_of_date(probe, region, done),
                          results);
    return 0;
}
