/* Compact minutiae -> bit cylinders, in integers: every instruction set gives the same bits. */
#ifndef EURODAC_FINGERPRINT_BUILD_H
#define EURODAC_FINGERPRINT_BUILD_H
#include "fingerprint.h"

#include <stddef.h>
#include <string.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

#define BUILD_FAR 16383                                 /* quarter pixels; farther is far enough */
#define BUILD_MIDDLE (FINGER_FRACTIONS * 7 / 2)         /* the minutia lies between four cells */

/* Places from which a minutia makes cells valid, and from which it counts. */
#define COVER_LOW (-3 * FINGER_FRACTIONS)
#define COVER_SPAN (14 * FINGER_FRACTIONS)
#define PART_LOW (-2 * FINGER_FRACTIONS)
#define PART_SPAN (11 * FINGER_FRACTIONS)

/* The minutiae of one finger, one array per property, sorted by angle. */
typedef struct {
    int32_t x[FINGER_MAX_MINUTIAE], y[FINGER_MAX_MINUTIAE]; /* in the unit of the compact form */
    uint8_t angle[FINGER_MAX_MINUTIAE + 16], quality[FINGER_MAX_MINUTIAE]; /* and for one load */
    int16_t places[2 * (FINGER_MAX_MINUTIAE + 16)]; /* x and -y in turn, if they are narrow */
    int count, unit, narrow; /* narrow: quarter pixels, none farther than BUILD_FAR */
} finger_minutiae;

/* The others as seen from one minutia: places in its frame, in 1/64 of a cell. */
typedef struct {
    int32_t u[FINGER_MAX_MINUTIAE], w[FINGER_MAX_MINUTIAE];
    int32_t squared[FINGER_MAX_MINUTIAE];
} finger_view;

/* What one neighbour means: weights of the rows and columns of cells, and of the directions. */
typedef struct {
    const uint32_t *along;
    const uint16_t *across, *share;
} finger_part;

typedef struct {
    finger_part parts[FINGER_MAX_MINUTIAE];
    int count;
} finger_parts;

typedef uint64_t finger_bits[FINGER_SIDE]; /* per row: eight directions x eight cells */

/* The header of compact minutiae of which magic and version are left out; -1 if it is none. */
FINGER_BODY int read_head(const uint8_t *bytes, int64_t size, finger_compact *head) {
    const int64_t left_out = offsetof(finger_compact, family);
    if (size < (int64_t)sizeof *head - left_out) return -1;
    memcpy(&head->family, bytes, sizeof *head - (size_t)left_out);
    const int fits = size + left_out == (int64_t)sizeof *head + FINGER_COMPACT_ROW * head->count;
    return fits && head->family < FINGER_FAMILIES && head->unit <= 2 &&
                   head->count <= FINGER_MAX_MINUTIAE ? 0 : -1;
}

/* Sorts by angle, stable, and reads the columns; -1 if these are no such minutiae. */
FINGER_BODY int read_minutiae(const uint8_t *bytes, int64_t size, finger_minutiae *m) {
    finger_compact head;
    if (read_head(bytes, size, &head) < 0) return -1;
    const int n = head.count;
    const uint8_t *x = bytes + sizeof head - offsetof(finger_compact, family);
    const uint8_t *y = x + 2 * n, *angle = y + 2 * n;
    const uint8_t *quality = angle + n;
    uint8_t starts[FINGER_TURN + 1] = {0};
    m->count = n, m->unit = head.unit, m->narrow = head.unit == 0;
    for (int i = 0; i < n; i++) {
        if (quality[i] >= FINGER_QUALITIES) return -1;
        starts[angle[i] + 1]++;
    }
    for (int i = 1; i <= FINGER_TURN; i++) starts[i] = (uint8_t)(starts[i] + starts[i - 1]);
    for (int i = 0; i < n; i++) {
        const int to = starts[angle[i]]++;
        m->x[to] = x[2 * i] | x[2 * i + 1] << 8, m->y[to] = y[2 * i] | y[2 * i + 1] << 8;
        m->angle[to] = angle[i], m->quality[to] = quality[i];
        m->places[2 * to] = (int16_t)m->x[to], m->places[2 * to + 1] = (int16_t)-m->y[to];
        m->narrow &= (m->x[to] <= BUILD_FAR) & (m->y[to] <= BUILD_FAR);
    }
    return 0;
}

/* The same of compact minutiae as a whole. */
FINGER_BODY int read_compact(const uint8_t *bytes, int64_t size, finger_minutiae *m) {
    const int64_t front = offsetof(finger_compact, family);
    if (size < front || bytes[0] != 'M' || bytes[1] != 'C' || bytes[2] != FINGER_COMPACT_VERSION)
        return -1;
    return read_minutiae(bytes + front, size - front, m);
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
    const int low = COVER_LOW, span = COVER_SPAN;
    const int step = FINGER_FRACTIONS / FINGER_COVERS;
    uint8_t list[FINGER_MAX_MINUTIAE];
    uint64_t valid = 0;
    int near = 0;
    for (int t = 0; t < count; t++) {
        list[near] = (uint8_t)t;
        near += ((uint32_t)(view->u[t] - low) < (uint32_t)span) &
                ((uint32_t)(view->w[t] - low) < (uint32_t)span);
    }
    for (int n = 0; n < near; n++) {
        const int u = view->u[list[n]], w = view->w[list[n]];
        const uint64_t cover = model->cover[(u & (FINGER_FRACTIONS - 1)) / step]
                                           [(w & (FINGER_FRACTIONS - 1)) / step];
        valid |= move_cells(cover, (u >> 6) - 3, (w >> 6) - 3);
    }
    return valid & model->disc;
}

/* What a neighbour means; the window begins one cell before the minutia's. */
FINGER_BODY finger_part part_of(const finger_model *model, int u, int w, int turn) {
    return (finger_part){model->along[u & (FINGER_FRACTIONS - 1)] + FINGER_SIDE + 1 - (u >> 6),
                         model->across[w & (FINGER_FRACTIONS - 1)] + FINGER_SIDE + 1 - (w >> 6),
                         model->direction[turn & (FINGER_TURN - 1)]};
}

/* Lists what each neighbour means; returns how many neighbours there are. */
FINGER_BODY int list_parts(const finger_model *model, const finger_minutiae *m, int centre,
                           const finger_view *view, finger_parts *o) {
    const int low = PART_LOW, span = PART_SPAN;
    uint8_t list[FINGER_MAX_MINUTIAE];
    int neighbours = 0;
    o->count = 0;
    for (int t = 0; t < m->count; t++) {
        const int near = (t != centre) & (view->squared[t] <= model->reach);
        list[o->count] = (uint8_t)t;
        neighbours += near;
        o->count += near & ((uint32_t)(view->u[t] - low) < (uint32_t)span) &
                    ((uint32_t)(view->w[t] - low) < (uint32_t)span);
    }
    for (int n = 0; n < o->count; n++)
        o->parts[n] = part_of(model, view->u[list[n]], view->w[list[n]],
                              m->angle[centre] - m->angle[list[n]]);
    return neighbours;
}

/* Sums along x across x direction over the neighbours: which sums reach the threshold. */
FINGER_BODY void sum_parts(const finger_parts *o, int32_t threshold, finger_bits bits) {
    uint16_t sums[FINGER_SIDE][FINGER_SIDE * FINGER_LANES];
    memset(sums, 0, sizeof sums);
    for (int n = 0; n < o->count; n++) {
        uint16_t part[FINGER_SIDE * FINGER_LANES];
        for (int z = 0; z < FINGER_LANES; z++)
            for (int b = 0; b < FINGER_SIDE; b++)
                part[FINGER_SIDE * z + b] =
                    (uint16_t)((uint32_t)o->parts[n].across[b] * o->parts[n].share[z] >> 16);
        for (int a = 0; a < FINGER_SIDE; a++) {
            const uint32_t factor = o->parts[n].along[a] & 0xffff;
            if (factor == 0) continue;
            for (int i = 0; i < FINGER_SIDE * FINGER_LANES; i++) {
                const uint32_t sum = sums[a][i] + (factor * part[i] >> 16);
                sums[a][i] = (uint16_t)(sum < 65535 ? sum : 65535);
            }
        }
    }
    for (int a = 0; a < FINGER_SIDE; a++) {
        bits[a] = 0;
        for (int i = 0; i < FINGER_SIDE * FINGER_LANES; i++)
            bits[a] |= (uint64_t)(sums[a][i] >= threshold) << i;
    }
}

/* The rows of every direction -> the directions, as planes of cells. */
FINGER_BODY void join_rows(const finger_bits bits, uint64_t planes[FINGER_LANES]) {
    for (int z = 0; z < FINGER_LANES; z++) {
        planes[z] = 0;
        for (int a = 0; a < FINGER_SIDE; a++)
            planes[z] |= (bits[a] >> (8 * z) & 255u) << (FINGER_SIDE * a);
    }
}
#endif
