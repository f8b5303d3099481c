/* Evidence of two words by their letters: the best alignment of pairs, single letters and swaps. */
#include "name.h"

static inline int32_t larger(int32_t a, int32_t b) { return a > b ? a : b; }

int32_t eurodac_name_evidence(const name_model *model, const name_word *a, const name_word *b) {
    int32_t row[3][NAME_LETTERS + 1];
    int32_t *above2 = row[0], *above = row[1], *here = row[2];
    const int n = a->length, m = b->length;
    above[0] = 0;
    for (int j = 1; j <= m; j++)
        above[j] = above[j - 1] + model->alone[b->letters[j - 1]][a->script];
    for (int i = 1; i <= n; i++) {
        const uint8_t x = a->letters[i - 1];
        const int8_t *pair = model->pair[x];
        const int32_t x_alone = model->alone[x][b->script];
        here[0] = above[0] + x_alone;
        for (int j = 1; j <= m; j++) {
            const uint8_t y = b->letters[j - 1];
            int32_t best = above[j - 1] + pair[y];
            best = larger(best, above[j] + x_alone);
            best = larger(best, here[j - 1] + model->alone[y][a->script]);
            if (i > 1 && j > 1 && a->letters[i - 2] == y && b->letters[j - 2] == x)
                best = larger(best, above2[j - 2] + pair[x] + model->pair[y][y] + model->swapped);
            here[j] = best;
        }
        int32_t *spare = above2;
        above2 = above;
        above = here;
        here = spare;
    }
    return above[m];
}

static int32_t expected(const name_model *model, const name_word *word, int script) {
    int32_t sum = 0;
    for (int i = 0; i < word->length; i++) sum += model->expected[word->letters[i]][script];
    return sum;
}

int32_t eurodac_name_likeness(const name_model *model, const name_word *a, const name_word *b) {
    if (name_same(a, b)) return NAME_SAME;
    const int32_t full = expected(model, a, b->script) + expected(model, b, a->script);
    return name_share(eurodac_name_evidence(model, a, b), full);
}

/* Likeness of one word to many: tokens[order[i]] for every i. */
void eurodac_name_likenesses(const name_model *model, const name_word *probe,
                             const name_word *words, const int64_t *order, int64_t count,
                             int32_t *likeness) {
    for (int64_t i = 0; i < count; i++)
        likeness[i] = eurodac_name_likeness(model, probe, words + order[i]);
}
