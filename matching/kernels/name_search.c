/* Search of an index of identities: the rows of the lists that can still matter, shortest first.
 *
 * A row is scored where it is met, its facts first: its words only if they could still bring it
 * among the results.  Lists are left out once no row that is only in them could reach the worst
 * result kept, so the answer is that of scoring every row of every list. */
#include "name_score.h"
#include <string.h>

enum { NEAR = 0, FAR = 1, REGIONS = 2 };
#define AHEAD 12 /* rows asked for early */
#define WAITING 64 /* rows that are asked for before they are looked at */
/* Relations that rows of another year can have. */
#define DISTANT                                                                                    \
    (1u << DATE_MISSING | 1u << DATE_ADJACENT | 1u << DATE_DAY_NEXT_YEAR | 1u << DATE_DIGIT |      \
     1u << DATE_DAY | 1u << DATE_NEXT_YEAR | 1u << DATE_DIFFERENT)

#define DAY_ROWS 65536 /* a day that more rows have is not looked at as a whole */

/* Scores a row if its facts and the most that its words may bring could still matter. */
static void look(const index_matcher *with, const index_segment *in, int64_t number, int64_t most,
                 dated *last, index_results *results) {
    const index_row *row = in->rows + number;
    results->looked++;
    if (!with->permitted[row->label]) return;
    const int32_t facts = of_codes(with->probe, row) + of_date(with->probe, row->day, last);
    if (facts + most < results->worst) return;
    pairing found;
    pair_words(with, row, &found);
    if (facts + found.most < results->worst) return;
    const int32_t score = facts + assign(with, &found);
    if (score >= results->worst) keep(results, in->base + number, in->owners[number], score);
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

/* What initials add at most to what is expected of a row without them. */
static int64_t most_of_initials(const index_probe *probe) {
    int64_t sum = 0;
    for (int p = 0; p < probe->positions; p++)
        if (probe->initials[p]) sum += probe->initial + probe->absent[p];
    return sum;
}

/* Most that the words of any row bring: at each position the best of all lists. */
static int64_t most_of_words(const index_matcher *with) {
    int64_t sum = most_of_initials(with->probe);
    for (int p = 0; p < with->probe->positions; p++) {
        int32_t most = 0;
        for (int l = 0; l < with->list_count; l++)
            if (with->lists[l].mask >> p & 1) most = larger(most, with->lists[l].most);
        sum += most;
    }
    return sum;
}

/* Looks at every row of the probe's likely days; returns the mask of the relations that no other
 * row has. */
static uint32_t run_days(const index_matcher *with, const index_segment *in,
                         index_results *results) {
    const index_probe *probe = with->probe;
    const int64_t most = most_of_words(with);
    uint32_t left = 0;
    for (int i = 0; i < probe->range_count; i++) {
        int64_t from = first_day(in, probe->first[i]);
        for (uint32_t day = probe->first[i]; day <= probe->last[i]; day++) {
            const int64_t to = first_day(in, (int64_t)day + 1);
            dated last = {0, 0};
            if (to - from <= DAY_ROWS)
                for (int64_t row = from; row < to; row++) look(with, in, row, most, &last, results);
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
    return sum + most_of_initials(probe) - absent_without(probe, covered);
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

static void flush(const index_matcher *with, const index_segment *in, int64_t most, queue *waiting,
                  index_results *results) {
    dated last = {0, 0};
    for (int i = 0; i < waiting->count; i++) look(with, in, waiting->rows[i], most, &last, results);
    waiting->count = 0;
}

/* Looks at the rows of a list that are in an earlier one, and remembers the others. */
static void meet(const index_matcher *with, const index_segment *in, const index_list *list,
                 const int64_t *edge, int64_t most, index_results *results) {
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
            if (waiting.count == WAITING) flush(with, in, most, &waiting, results);
        }
    }
    flush(with, in, most, &waiting, results);
}

/* Looks at every row of a list. */
static void run(const index_matcher *with, const index_segment *in, const index_list *list,
                const int64_t *edge, int64_t most, index_results *results) {
    for (int32_t e = list->begin; e < list->end; e++) {
        const slice rows = rows_of(in, with->listed[e].word, edge[0], edge[1]);
        dated last = {0, 0};
        for (int64_t i = rows.begin; i < rows.end; i++) {
            if (i + AHEAD < rows.end) __builtin_prefetch(in->rows + in->postings[i + AHEAD]);
            look(with, in, in->postings[i], most, &last, results);
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
        const int64_t most = list->most + most_of_lists(probe, parts, count, 0, list->mask);
        if (parts[i].joined && others + most >= results->worst)
            run(with, in, list, edge, most, results);
    }
    const int64_t all = most_of_lists(probe, parts, count, 0, 0);
    for (; met < count; met++) {
        if (others + bound(probe, parts, count, met) < results->worst) break;
        if (parts[met].joined) continue;
        meet(with, in, parts[met].list, edge, all, results);
        any = 1;
    }
    if (any) {
        const int64_t from = edge[0] / 64, to = (edge[1] + 63) / 64;
        memset(with->seen + from, 0, (size_t)(to - from) * sizeof(*with->seen));
    }
    for (int i = 0; i < met; i++) {
        const index_list *list = parts[i].list;
        const int64_t most =
            list->most + most_of_initials(probe) - absent_without(probe, list->mask);
        if (!parts[i].joined && others + most >= results->worst)
            run(with, in, list, edge, most, results);
    }
}

/* Searches one segment; `results` may hold results of others, so that they narrow this one. */
int eurodac_name_search(const index_segment *in, const index_matcher *with,
                        index_results *results) {
    const index_probe *probe = with->probe;
    if (with->list_count > INDEX_LISTS || results->room > INDEX_KEPT || results->room < 1) return -1;
    const int64_t year = probe->day >> 9;
    const int64_t edge[REGIONS][2] = {
        {first_day(in, year << 9), first_day(in, (year + 1) << 9)}, {0, in->count}};
    const uint32_t done = run_days(with, in, results);
    const int32_t others = most_of_codes(probe);
    for (int region = probe->day ? NEAR : FAR; region < REGIONS; region++)
        if (edge[region][0] < edge[region][1])
            search_region(with, in, edge[region], others + most_of_date(probe, region, done),
                          results);
    return 0;
}
