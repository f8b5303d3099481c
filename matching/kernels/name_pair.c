/* Two names, word by word: the assignment of words that brings the most evidence. */
#include "name.h"
#include "name_pair.h"
#include <string.h>

#define MOST PAIR_WORDS
#define NEVER (-(1 << 28))

static int32_t smaller(int32_t a, int32_t b) { return a < b ? a : b; }

/* Two names that are both known, and not for each other; a word whose groups did not all find room
 * is never sure to be another. */
static int opposed(const pair_word *a, const pair_word *b) {
    const int last = PAIR_GROUPS - 1;
    return a->groups[0] && b->groups[0] && !a->groups[last] && !b->groups[last];
}

static int same_group(const pair_word *a, const pair_word *b) {
    for (int i = 0; i < PAIR_GROUPS && a->groups[i]; i++)
        for (int j = 0; j < PAIR_GROUPS && b->groups[j]; j++)
            if (a->groups[i] == b->groups[j]) return 1;
    return 0;
}

static int is_initial(const pair_word *word) { return word->word.kind == 1; }

static int begins(const name_word *whole, const name_word *part) {
    if (part->length < 4 || part->length >= whole->length || part->script != whole->script) return 0;
    return !memcmp(whole->letters, part->letters, part->length);
}

/* Likeness of two words by all rules; -1 where an initial has nothing to say. */
static int32_t alike(const name_model *model, const pair_weights *weights, const pair_word *a,
                     const pair_word *b) {
    if (is_initial(a) || is_initial(b)) {
        const int first = a->word.length && b->word.length &&
                          a->word.letters[0] == b->word.letters[0];
        return first ? PAIR_INITIAL : -1;
    }
    if (!a->word.length || !b->word.length) return -1;
    int32_t found = eurodac_name_likeness(model, &a->word, &b->word);
    const int same = same_group(a, b);
    if (weights->strict && !same && found < PAIR_STEPS && opposed(a, b)) return -1;
    if (found < weights->equivalent && same) found = weights->equivalent;
    if (found < weights->shortened && (begins(&a->word, &b->word) || begins(&b->word, &a->word)))
        found = weights->shortened;
    return found < 0 ? -1 : found;
}

static int32_t cost(const pair_weights *weights, const pair_word *word) {
    return word->word.kind ? weights->particle : weights->unmatched;
}

static int32_t agreed(const pair_weights *weights, const pair_word *a, const pair_word *b,
                      int32_t likeness) {
    const int32_t step = smaller(likeness, PAIR_STEPS);
    const int32_t most = smaller(smaller(a->weight, b->weight), weights->most[step]);
    return (int32_t)((int64_t)most * weights->share[a->word.script != b->word.script][step] / 256);
}

static int32_t worth(const pair_weights *weights, const pair_word *a, const pair_word *b,
                     int32_t likeness) {
    if (likeness == PAIR_INITIAL) return weights->initial;
    if (a->word.kind == 2 || b->word.kind == 2)
        return likeness >= weights->same ? weights->particle : NEVER;
    return agreed(weights, a, b, likeness);
}

/* Most gain over a square matrix, gains at least 0 (Kuhn 1955; shortest augmenting paths as in
 * Jonker and Volgenant 1987).  row_of[j]: the row of column j. */
static void best_rows(int n, int32_t gain[MOST][MOST], int row_of[MOST]) {
    int64_t u[MOST + 1] = {0}, v[MOST + 1] = {0};
    int p[MOST + 1] = {0}, way[MOST + 1];
    for (int i = 1; i <= n; i++) {
        int64_t least[MOST + 1];
        char used[MOST + 1] = {0};
        for (int j = 0; j <= n; j++) least[j] = INT64_MAX;
        p[0] = i;
        int j0 = 0;
        do {
            used[j0] = 1;
            int64_t delta = INT64_MAX;
            int next = 0;
            for (int j = 1; j <= n; j++) {
                if (used[j]) continue;
                const int64_t reduced = -(int64_t)gain[p[j0] - 1][j - 1] - u[p[j0]] - v[j];
                if (reduced < least[j]) {
                    least[j] = reduced;
                    way[j] = j0;
                }
                if (least[j] < delta) {
                    delta = least[j];
                    next = j;
                }
            }
            for (int j = 0; j <= n; j++)
                if (used[j]) {
                    u[p[j]] += delta;
                    v[j] -= delta;
                } else {
                    least[j] -= delta;
                }
            j0 = next;
        } while (p[j0]);
        do {
            const int before = way[j0];
            p[j0] = p[before];
            j0 = before;
        } while (j0);
    }
    for (int j = 1; j <= n; j++) row_of[j - 1] = p[j] - 1;
}

typedef struct {
    const name_model *model;
    const pair_weights *weights;
    int32_t likeness[MOST][MOST];
    int32_t evidence[MOST][MOST];
} matrix;

/* Whether a word that is left over contradicts one that is left over on the other side. */
static int contradicts(const pair_weights *weights, const pair_word *word) {
    return weights->strict ? word->word.kind != 2 : word->word.kind == 0;
}

/* Takes the cost of the words that are not in the mask; returns how many can contradict. */
static int leftover(const pair_weights *weights, const pair_word *words, int count, uint32_t taken,
                    int32_t *sum) {
    int plain = 0;
    for (int i = 0; i < count; i++)
        if (!(taken >> i & 1)) {
            *sum -= cost(weights, words + i);
            plain += contradicts(weights, words + i);
        }
    return plain;
}

/* Evidence of two lists of words without those in the masks.  What a pair gains is what it brings
 * and what its words would cost if left over; an initial that stands for a word is counted as if a
 * conflict remained, which only matters for which of two such pairs is preferred. */
static int32_t assign(matrix *in, const pair_word *a, int n, const pair_word *b, int m,
                      uint32_t skip_a, uint32_t skip_b, pair_result *result) {
    int rows[MOST], columns[MOST], row_of[MOST];
    int rn = 0, cn = 0;
    int32_t gain[MOST][MOST];
    const pair_weights *weights = in->weights;
    for (int i = 0; i < n; i++)
        if (!(skip_a >> i & 1)) rows[rn++] = i;
    for (int j = 0; j < m; j++)
        if (!(skip_b >> j & 1)) columns[cn++] = j;
    const int size = rn > cn ? rn : cn;
    for (int i = 0; i < size; i++)
        for (int j = 0; j < size; j++) {
            gain[i][j] = 0;
            if (i >= rn || j >= cn) continue;
            const pair_word *x = a + rows[i], *y = b + columns[j];
            const int32_t evidence = in->evidence[rows[i]][columns[j]];
            if (evidence <= NEVER) continue;
            const int both = contradicts(weights, x) && contradicts(weights, y);
            const int32_t more = evidence + cost(weights, x) + cost(weights, y) +
                                 (both ? weights->conflict : 0);
            if (more > 0) gain[i][j] = more;
        }
    best_rows(size, gain, row_of);
    uint32_t taken_a = skip_a, taken_b = skip_b;
    int32_t sum = 0;
    for (int j = 0; j < cn; j++) {
        const int i = row_of[j];
        if (i >= rn || gain[i][j] <= 0) continue;
        sum += in->evidence[rows[i]][columns[j]];
        taken_a |= 1u << rows[i];
        taken_b |= 1u << columns[j];
        result->partner[rows[i]] = (int8_t)columns[j];
        result->likeness[rows[i]] = in->likeness[rows[i]][columns[j]];
        result->evidence[rows[i]] = in->evidence[rows[i]][columns[j]];
    }
    const int left_a = leftover(weights, a, n, taken_a, &sum);
    const int left_b = leftover(weights, b, m, taken_b, &sum);
    return sum - smaller(left_a, left_b) * weights->conflict;
}

static void clear(pair_result *result) {
    memset(result, 0, sizeof(*result));
    for (int i = 0; i < MOST; i++) result->partner[i] = -1;
    result->joined_a = result->joined_next = result->joined_b = -1;
}

/* Whether two words can be written together, in this order.  Only what is as long as oglu stands
 * behind its word, not an article. */
static int can_join(const pair_word *first, const pair_word *second) {
    const name_word *x = &first->word, *y = &second->word;
    return x->kind != 1 && y->kind != 1 && (!y->kind || y->length >= 4) &&
           x->script == y->script && x->length && y->length;
}

/* Whether a word can begin with another by their first letters, which spares most comparisons; a
 * script without vowels has other letters. */
static int can_begin(const name_model *model, const name_word *whole, const name_word *word) {
    return whole->script != word->script ||
           model->group[whole->letters[0]] == model->group[word->letters[0]];
}

/* Whether two words of one script can be a word by their lengths; a script without vowels has fewer
 * letters. */
static int can_be_one(const name_word *x, const name_word *y, const name_word *whole) {
    const int length = x->length + y->length, differ = length - whole->length;
    if (x->script == whole->script) return -PAIR_SLIPS <= differ && differ <= PAIR_SLIPS;
    const int more = x->script ? -differ : differ; /* letters of the side that has its vowels */
    return -2 < more && more <= (x->script ? length : whole->length);
}

/* What a word brings that is the letters from..to of another; NEVER if it is unlike them. */
static int32_t half(const matrix *in, const pair_word *word, const pair_word *whole, int from,
                    int to, int32_t *likeness) {
    pair_word part = *whole;
    part.word.length = (uint8_t)(to - from);
    memcpy(part.word.letters, whole->word.letters + from, (size_t)(to - from));
    *likeness = eurodac_name_likeness(in->model, &word->word, &part.word);
    if (*likeness < 0) return NEVER;
    return word->word.kind ? in->weights->particle
                           : agreed(in->weights, word, &part, *likeness);
}

typedef struct {
    int32_t evidence, likeness;
} halves;

/* Two words against a word in which they are written together, each against its half: the place of
 * the cut that brings most. */
static halves cut(const matrix *in, const pair_word *x, const pair_word *y,
                  const pair_word *whole) {
    const int n = x->word.length, m = y->word.length, all = whole->word.length;
    const int slips = x->word.script == whole->word.script ? PAIR_SLIPS : NAME_LETTERS;
    const uint8_t last = x->word.letters[n - 1];
    halves best = {NEVER, 0};
    for (int at = PAIR_HALF; at + PAIR_HALF <= all; at++) {
        if (at - n > slips || n - at > slips || all - at - m > slips || m - all + at > slips)
            continue;
        int32_t likeness, other;
        const int32_t first = half(in, x, whole, 0, at, &likeness);
        if (first <= NEVER) continue;
        /* A doubled letter is one, and then belongs to both. */
        const int shared = last == y->word.letters[0] && last == whole->word.letters[at - 1];
        for (int from = at; from >= at - shared; from--) {
            const int32_t second = half(in, y, whole, from, all, &other);
            if (second <= NEVER || first + second <= best.evidence) continue;
            best.evidence = first + second;
            best.likeness = smaller(likeness, other);
        }
    }
    best.evidence = smaller(best.evidence - in->weights->joining, whole->weight);
    return best;
}

/* Whether two words could bring more as halves of a word than one of them as its counterpart. */
static int could_gain(const matrix *in, const pair_word *a, int i, int k, const pair_word *b,
                      int j) {
    const pair_weights *weights = in->weights;
    const int32_t most = smaller(a[i].weight + a[k].weight - weights->joining, b[j].weight);
    const int32_t one = in->evidence[i][j] - cost(weights, a + k);
    const int32_t other = in->evidence[k][j] - cost(weights, a + i);
    return most + weights->conflict > one && most + weights->conflict > other;
}

/* The best assignment in which two words of `a`, in any order, are one word of `b`; NEVER if there
 * is none. */
static int32_t joined(matrix *in, const pair_word *a, int n, const pair_word *b, int m,
                      pair_result *result) {
    int32_t best = NEVER;
    for (int j = 0; j < m; j++)
        for (int i = 0; i < n; i++) {
            if (b[j].word.kind || !can_begin(in->model, &b[j].word, &a[i].word)) continue;
            for (int k = 0; k < n; k++) {
                if (i == k || !can_be_one(&a[i].word, &a[k].word, &b[j].word) ||
                    !can_join(a + i, a + k) || !could_gain(in, a, i, k, b, j))
                    continue;
                const halves found = cut(in, a + i, a + k, b + j);
                if (found.evidence <= 0) continue;
                pair_result trial;
                clear(&trial);
                const int32_t sum = found.evidence +
                                    assign(in, a, n, b, m, 1u << i | 1u << k, 1u << j, &trial);
                if (sum <= best) continue;
                best = sum;
                trial.joined_a = (int8_t)i;
                trial.joined_next = (int8_t)k;
                trial.joined_b = (int8_t)j;
                trial.joined_evidence = found.evidence;
                trial.joined_likeness = found.likeness;
                *result = trial;
            }
        }
    return best;
}

static void fill(matrix *in, const pair_word *a, int n, const pair_word *b, int m) {
    for (int i = 0; i < n; i++)
        for (int j = 0; j < m; j++) {
            const int32_t found = alike(in->model, in->weights, a + i, b + j);
            in->likeness[i][j] = found;
            in->evidence[i][j] = found < 0 && found != PAIR_INITIAL
                                     ? NEVER
                                     : worth(in->weights, a + i, b + j, found);
        }
}

static void turn(const matrix *from, matrix *to, int n, int m) {
    for (int i = 0; i < n; i++)
        for (int j = 0; j < m; j++) {
            to->likeness[j][i] = from->likeness[i][j];
            to->evidence[j][i] = from->evidence[i][j];
        }
}

/* Compares two names of at most PAIR_WORDS words; returns the evidence, 256ths of a bit. */
int32_t eurodac_name_pair(const name_model *model, const pair_weights *weights, const pair_word *a,
                          int n, const pair_word *b, int m, pair_result *result) {
    matrix in = {.model = model, .weights = weights}, turned = in;
    pair_result trial;
    fill(&in, a, n, b, m);
    clear(result);
    int32_t best = assign(&in, a, n, b, m, 0, 0, result);
    int32_t other = joined(&in, a, n, b, m, &trial);
    if (other > best) {
        best = other;
        *result = trial;
    }
    turn(&in, &turned, n, m);
    other = joined(&turned, b, m, a, n, &trial);
    if (other > best) {
        best = other;
        *result = trial;
        result->turned = 1;
    }
    result->total = best;
    return best;
}

/* Many pairs of names: the k-th is a[a_starts[k]].. against b[b_starts[k]]... Returns how many were
 * compared: it stops at a name of too many words. */
int64_t eurodac_name_many(const name_model *model, const pair_weights *weights, const pair_word *a,
                          const int64_t *a_starts, const pair_word *b, const int64_t *b_starts,
                          int64_t count, pair_result *results) {
    for (int64_t k = 0; k < count; k++) {
        const int64_t n = a_starts[k + 1] - a_starts[k], m = b_starts[k + 1] - b_starts[k];
        if (n < 0 || m < 0 || n > PAIR_WORDS || m > PAIR_WORDS) return k;
        eurodac_name_pair(model, weights, a + a_starts[k], (int)n, b + b_starts[k], (int)m,
                          results + k);
    }
    return count;
}
