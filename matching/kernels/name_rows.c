/* Postings of an index of identities: which rows hold each word. */
#include "name_index.h"
#include <string.h>

static int repeated(const index_row *row, int w) {
    for (int i = 0; i < w; i++)
        if (row->word[i] == row->word[w]) return 1;
    return 0;
}

/* offsets: words + 1, filled; postings: room for every word of every row, filled in the order of
 * rows.  Rows without a label are left out.  Returns the number of postings; -1 for a word that
 * is out of range. */
int64_t eurodac_index_postings(const index_row *rows, int64_t count, int64_t words,
                               uint64_t *offsets, uint32_t *postings) {
    memset(offsets, 0, (size_t)(words + 1) * sizeof(*offsets));
    for (int64_t i = 0; i < count; i++)
        for (int w = 0; rows[i].label && w < INDEX_WORDS; w++) {
            const uint32_t word = rows[i].word[w];
            if (word >= words) return -1;
            if (word && !repeated(rows + i, w)) offsets[word + 1]++;
        }
    for (int64_t v = 0; v < words; v++) offsets[v + 1] += offsets[v];
    const int64_t total = (int64_t)offsets[words];
    for (int64_t i = 0; i < count; i++)
        for (int w = 0; rows[i].label && w < INDEX_WORDS; w++)
            if (rows[i].word[w] && !repeated(rows + i, w))
                postings[offsets[rows[i].word[w]]++] = (uint32_t)i;
    /* Each offset now stands where its successor began. */
    memmove(offsets + 1, offsets, (size_t)words * sizeof(*offsets));
    offsets[0] = 0;
    return total;
}
