/* Compact minutiae -> bit cylinders, in integers: every instruction set gives the same bits. */
#ifndef EURODAC_FINGERPRINT_BUILD_H
#define EURODAC_FINGERPRINT_BUILD_H
#include "fingerprint.h"

#include <string.h>

#define BUILD_PAD 3                                     /* cells around the cylinder */
#define BUILD_GRID (FINGER_SIDE + 2 * BUILD_PAD)        /* a window never leaves the grid */
#define BUILD_FAR 16383                                 /* quarter pixels; farther is far enough */
#define BUILD_MIDDLE (FINGER_FRACTIONS * 7 / 2)         /* the minutia lies between four cells */

/* The minutiae of one finger, one array per property, sorted by angle. */
typedef struct {
    int32_t x[FINGER_MAX_MINUTIAE], y[FINGER_MAX_MINUTIAE]; /* in the unit of the compact form */
    uint8_t angle[FINGER_MAX_MINUTIAE], quality[FINGER_MAX_MINUTIAE];
    int count, unit;
} finger_minutiae;

/* The others as seen from one minutia: places in its frame, in 1/64 of a cell. */
typedef struct {
    int32_t u[FINGER_MAX_MINUTIAE], w[FINGER_MAX_MINUTIAE];
    int32_t squared[FINGER_MAX_MINUTIAE];
} finger_view;

typedef uint16_t finger_sums[BUILD_GRID][BUILD_GRID + 2][FINGER_LANES];

/* Sorts by angle, stable, and reads the columns; -1 if these are no compact minutiae. */
FINGER_BODY int read_compact(const uint8_t *bytes, int64_t size, finger_minutiae *m) {
    finger_compact head;
    if (size < (int64_t)sizeof head) return -1;
    memcpy(&head, bytes, sizeof head);
    const int n = head.count;
    if (head.magic[0] != 'M' || head.magic[1] != 'C' || head.version != FINGER_COMPACT_VERSION ||
        head.unit > 2 || n > FINGER_MAX_MINUTIAE ||
        size != (int64_t)sizeof head + FINGER_COMPACT_ROW * n)
        return -1;
    const uint8_t *x = bytes + sizeof head, *y = x + 2 * n, *angle = y + 2 * n;
    const uint8_t *quality = angle + n;
    uint8_t starts[FINGER_TURN + 1] = {0};
    m->count = n, m->unit = head.unit;
    for (int i = 0; i < n; i++) {
        if (quality[i] >= FINGER_QUALITIES) return -1;
        starts[angle[i] + 1]++;
    }
    for (int i = 1; i <= FINGER_TURN; i++) starts[i] = (uint8_t)(starts[i] + starts[i - 1]);
    for (int i = 0; i < n; i++) {
        const int to = starts[angle[i]]++;
        m->x[to] = x[2 * i] | x[2 * i + 1] << 8, m->y[to] = y[2 * i] | y[2 * i + 1] << 8;
        m->angle[to] = angle[i], m->quality[to] = quality[i];
    }
    return 0;
}

FINGER_BODY int32_t clamp_far(int32_t value) {
    value = value < -BUILD_FAR ? -BUILD_FAR : value;
    return value > BUILD_FAR ? BUILD_FAR : value;
}

FINGER_BODY void look_around(const finger_model *model, const finger_minutiae *m, int centre,
                             finger_view *view) {
    const int32_t c = model->frame_cosine[m->angle[centre]];
    const int32_t s = model->frame_sine[m->angle[centre]];
    const int32_t x = m->x[centre], y = m->y[centre], scale = 1 << m->unit;
    for (int t = 0; t < m->count; t++) { /* y runs downwards, angles are seen the other way */
        const int32_t dx = clamp_far((m->x[t] - x) * scale), dy = clamp_far((y - m->y[t]) * scale);
        view->u[t] = BUILD_MIDDLE + ((c * dx + s * dy + 8192) >> 14);
        view->w[t] = BUILD_MIDDLE + ((c * dy - s * dx + 8192) >> 14);
        view->squared[t] = dx * dx + dy * dy;
    }
}

/* Moves a board of 8 x 8 cells by rows and columns; what leaves it is gone. */
FINGER_BODY uint64_t move_cells(uint64_t cells, int rows, int columns) {
    const uint64_t all = 0x0101010101010101ULL;
    const uint64_t row = columns >= 0 ? 255u >> columns : (255u << -columns) & 255u;
    const int shift = FINGER_SIDE * rows + columns;
    cells &= row * all;
    return shift >= 0 ? cells << shift : cells >> -shift;
}

/* Cells that some minutia lies near. */
FINGER_BODY uint64_t valid_cells(const finger_model *model, const finger_view *view, int count) {
    const int low = -3 * FINGER_FRACTIONS, span = 14 * FINGER_FRACTIONS;
    const int step = FINGER_FRACTIONS / FINGER_COVERS;
    uint64_t valid = 0;
    for (int t = 0; t < count; t++) {
        const int u = view->u[t], w = view->w[t];
        if ((uint32_t)(u - low) >= (uint32_t)span || (uint32_t)(w - low) >= (uint32_t)span)
            continue;
        const uint64_t cover = model->cover[(u & (FINGER_FRACTIONS - 1)) / step]
                                           [(w & (FINGER_FRACTIONS - 1)) / step];
        valid |= move_cells(cover, (u >> 6) - 3, (w >> 6) - 3);
    }
    return valid & model->disc;
}

/* Adds what one neighbour means to the cells of its window: near x near x direction. */
FINGER_BODY void add_neighbour(const finger_model *model, int u, int w, int turn,
                               finger_sums sums) {
    const uint16_t *along = model->near[u & (FINGER_FRACTIONS - 1)];
    const uint16_t *across = model->near[w & (FINGER_FRACTIONS - 1)];
    const uint16_t *share = model->direction[turn];
    uint16_t part[FINGER_WINDOW * FINGER_LANES] FINGER_ALIGNED;
    for (int b = 0; b < FINGER_WINDOW; b++)
        for (int z = 0; z < FINGER_LANES; z++)
            part[FINGER_LANES * b + z] = (uint16_t)((uint32_t)across[b] * share[z] >> 16);
    for (int a = 0; a < FINGER_WINDOW; a++) {
        uint16_t *sum = sums[(u >> 6) - 1 + a + BUILD_PAD][(w >> 6) - 1 + BUILD_PAD];
        const uint32_t factor = along[a] >> 2;
        for (int i = 0; i < FINGER_WINDOW * FINGER_LANES; i++) {
            const uint16_t before = sum[i] < FINGER_FULL ? sum[i] : FINGER_FULL;
            sum[i] = (uint16_t)(before + (factor * part[i] >> 16));
        }
    }
}

/* Sums of all neighbours; returns how many there are. */
FINGER_BODY int add_neighbours(const finger_model *model, const finger_minutiae *m, int centre,
                               const finger_view *view, finger_sums sums) {
    const int low = -2 * FINGER_FRACTIONS, span = 11 * FINGER_FRACTIONS;
    int neighbours = 0;
    memset(sums, 0, sizeof(finger_sums));
    for (int t = 0; t < m->count; t++) {
        if (t == centre || view->squared[t] > model->reach) continue;
        neighbours++;
        const int u = view->u[t], w = view->w[t];
        if ((uint32_t)(u - low) >= (uint32_t)span || (uint32_t)(w - low) >= (uint32_t)span)
            continue;
        add_neighbour(model, u, w, (m->angle[centre] - m->angle[t]) & (FINGER_TURN - 1), sums);
    }
    return neighbours;
}

/* Swaps rows and columns of 8 x 8 bits. */
FINGER_BODY uint64_t transpose_bits(uint64_t m) {
    uint64_t t = (m ^ (m >> 7)) & 0x00AA00AA00AA00AAULL;
    m ^= t ^ (t << 7);
    t = (m ^ (m >> 14)) & 0x0000CCCC0000CCCCULL;
    m ^= t ^ (t << 14);
    t = (m ^ (m >> 28)) & 0x00000000F0F0F0F0ULL;
    return m ^ t ^ (t << 28);
}

/* Which of 64 sums (8 cells x 8 directions) reach the threshold. */
FINGER_BODY uint64_t row_bits(const uint16_t *row, int32_t threshold) {
    uint8_t reached[FINGER_SIDE * FINGER_LANES];
    uint64_t bits = 0;
    for (int i = 0; i < FINGER_SIDE * FINGER_LANES; i++) reached[i] = row[i] >= threshold;
    for (int i = 0; i < FINGER_SIDE; i++) {
        uint64_t bytes;
        memcpy(&bytes, reached + 8 * i, sizeof bytes);
        bits |= (bytes * 0x0102040810204080ULL >> 56) << (8 * i);
    }
    return bits;
}

/* The cylinder of one minutia into a lane; 0 if too few cells are valid or neighbours near. */
FINGER_BODY int build_cylinder(const finger_model *model, const finger_minutiae *m, int centre,
                               uint64_t *lane) {
    finger_view view;
    finger_sums sums FINGER_ALIGNED;
    look_around(model, m, centre, &view);
    const uint64_t valid = valid_cells(model, &view, m->count);
    const float cells = (float)__builtin_popcountll(valid);
    if (cells < model->p.min_valid_share * (float)model->disc_cells) return 0;
    const int neighbours = add_neighbours(model, m, centre, &view, sums);
    if ((float)neighbours < model->p.min_neighbours) return 0;
    uint64_t planes[FINGER_LANES] = {0};
    for (int a = 0; a < FINGER_SIDE; a++) {
        const uint64_t bits =
            transpose_bits(row_bits(sums[a + BUILD_PAD][BUILD_PAD], model->threshold));
        for (int z = 0; z < FINGER_DIRECTIONS; z++)
            planes[z] |= (bits >> (8 * z) & 255u) << (FINGER_SIDE * a);
    }
    for (int z = 0; z < FINGER_DIRECTIONS; z++) lane[FINGER_LANES * z] = planes[z] & valid;
    lane[FINGER_LANES * FINGER_VALID] = valid;
    lane[FINGER_LANES * FINGER_PLACE] =
        (uint64_t)m->x[centre] | (uint64_t)m->y[centre] << 16 |
        (uint64_t)model->weight[m->quality[centre]] << 32 | (uint64_t)m->angle[centre] << 48;
    return 1;
}

/* Writes a packed finger; returns its bytes, -1 if these are no compact minutiae. */
FINGER_BODY int64_t build_body(const finger_model *model, const uint8_t *compact, int64_t size,
                               finger_header *out) {
    finger_minutiae m;
    uint64_t *blocks = (uint64_t *)(out + 1);
    int kept = 0;
    if (read_compact(compact, size, &m) < 0) return -1;
    for (int i = 0; i < m.count; i++) {
        if (kept % FINGER_LANES == 0)
            memset(blocks + FINGER_LANES * kept, 0, sizeof(uint64_t) * FINGER_BLOCK);
        uint64_t *block = blocks + FINGER_BLOCK * (kept / FINGER_LANES);
        kept += build_cylinder(model, &m, i, block + kept % FINGER_LANES);
    }
    memset(out, 0, sizeof *out);
    out->format = FINGER_FORMAT, out->tuning = model->tuning, out->cylinders = kept;
    out->blocks = (kept + FINGER_LANES - 1) / FINGER_LANES;
    out->bytes = (int)sizeof *out + 8 * FINGER_BLOCK * out->blocks;
    out->unit = 0.25f * (float)(1 << m.unit);
    return out->bytes;
}
#endif
