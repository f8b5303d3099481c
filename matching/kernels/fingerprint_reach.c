/* Which people can reach a person score: each is given up at the finger that settles it. */
#include "fingerprint_calls.h"

/* A finger of a reference that the probe has too. */
typedef struct {
    const uint8_t *minutiae; /* compact, without magic and version, of `size` bytes; or */
    const finger_header *packed;
    int64_t size, price;
    int position, family;
} common_finger;

/* Those of a reference in the order of their comparison. */
typedef struct {
    common_finger list[FINGER_POSITIONS];
    int count;
} common_fingers;

static double held(double value, double low, double high) {
    return value < low ? low : value > high ? high : value;
}

static double line_at(const finger_calibration *c, double similarity, double u) {
    const double line = c->intercept + c->tilt * u + (c->slope + c->gain * u) * similarity;
    return held(line, c->lowest, c->highest);
}

/* The log-likelihood ratio of a similarity, or the most that it can be. */
static double judge_finger(const finger_judgement *judge, const finger_header *a,
                           const finger_header *b, int family, float similarity) {
    const finger_calibration *c = &judge->calibrations[family];
    if (c->by_quality == 0) {
        const double poor = line_at(c, similarity, -2), rich = line_at(c, similarity, 2);
        return poor > rich ? poor : rich;
    }
    const double mine = a->quality > 0 ? a->quality : judge->neutral;
    const double theirs = b->quality > 0 ? b->quality : judge->neutral;
    const double poorer = mine < theirs ? mine : theirs;
    return line_at(c, similarity, held((poorer - c->centre) / c->spread, -2, 2));
}

static double highest(const finger_judgement *judge) {
    double most = 0;
    for (int i = 0; i < FINGER_FAMILIES; i++)
        most = judge->calibrations[i].highest > most ? judge->calibrations[i].highest : most;
    return most;
}

/* Adds a finger after those that are cheaper to compare or equal. */
static void add_common(common_fingers *o, common_finger one) {
    int at = o->count++;
    for (; at > 0 && o->list[at - 1].price > one.price; at--) o->list[at] = o->list[at - 1];
    o->list[at] = one;
}

static const finger_header *form_of(const finger_set *set, int position, int same) {
    return same ? set->own[position] : set->general[position];
}

/* Lists the common fingers of a stored reference in the order given; -1 if a size or a header is
 * damaged, or the order names no position. */
static int list_stored(const finger_set *probe, const uint8_t *stored, int64_t room,
                       const uint8_t *order, common_fingers *o) {
    o->count = 0;
    for (int i = 0; i < FINGER_POSITIONS; i++) {
        finger_compact head;
        const int f = order[i];
        if (f >= FINGER_POSITIONS) return -1;
        const uint8_t *at = stored + f * room, *minutiae = at + FINGER_STORED_HEAD;
        const int64_t size = at[0] | at[1] << 8;
        if (!size || !probe->own[f]) continue;
        if (size > room - FINGER_STORED_HEAD) return -1;
        if (read_head(minutiae, size, &head) < 0) return -1;
        add_common(o, (common_finger){minutiae, 0, size, 0, f, head.family});
    }
    return 0;
}

/* Those of a packed one, the cheapest first: strangers are given up before the dear ones. */
static void list_packed(const finger_set *probe, const finger_set *reference, common_fingers *o) {
    o->count = 0;
    for (int f = 0; f < FINGER_POSITIONS; f++) {
        if (!probe->own[f] || !reference->own[f]) continue;
        const int family = reference->families[f];
        const finger_header *packed = form_of(reference, f, probe->families[f] == family);
        const int64_t price = (int64_t)packed->cylinders * probe->own[f]->cylinders;
        add_common(o, (common_finger){0, packed, 0, price, f, family});
    }
}

/* Whether a reference may reach the floor: 0 no, 1 yes, -1 it is damaged. Where both sides of
 * every finger are of one known family, it is given up as well where it stays below `least` of its number of fingers
 * in common and of those compared so far; NULL: nobody is. */
static int may_reach(const finger_judgement *judge, const finger_calls *calls,
                     const finger_set *probe, const common_fingers *o, const double *least,
                     double floor, finger_header *scratch) {
    const double most = highest(judge);
    double score = 0;
    int known = least != 0;
    for (int i = 0; i < o->count; i++)
        known &= o->list[i].family > 0 && probe->families[o->list[i].position] == o->list[i].family;
    for (int i = 0; i < o->count; i++) {
        if (score + (o->count - i) * most < floor) return 0;
        const common_finger *one = &o->list[i];
        const int same = probe->families[one->position] == one->family;
        const int family = same ? one->family : 0;
        const finger_header *mine = form_of(probe, one->position, same), *theirs = one->packed;
        if (!theirs) {
            finger_minutiae m;
            if (read_minutiae(one->minutiae, one->size, &m) < 0) return -1;
            calls->build(judge->models[family], &m, scratch);
            theirs = scratch;
        }
        const float found = calls->compare(judge->models[family], mine, theirs, FINGER_RELAXED);
        const double llr = judge_finger(judge, mine, theirs, family, found);
        score += llr > 0 ? llr : judge->against[o->count] * llr;
        if (known && score < least[o->count * FINGER_POSITIONS + i]) return 0;
    }
    return score >= floor;
}

/* Tells of each of `count` references whether its person score may reach the floor: nobody else
 * does.  stored: ten stored fingers of `room` bytes, `stride` bytes from one reference to the next.
 * order: ten positions of each reference.  least: (11, 10), per number of fingers in common what
 * the score must reach after 1..10 of them.  scratch: room for one packed finger.  Returns 0,
 * -1 - i if reference i is damaged, -1 - count if this machine lacks the level. */
int64_t eurodac_finger_reach(const finger_judgement *judge, const finger_set *probe,
                             const uint8_t *stored, int64_t stride, int64_t room, int64_t count,
                             const uint8_t *order, const double *least, double floor, int level,
                             finger_header *scratch, uint8_t *near) {
    const finger_calls *calls = eurodac_finger_calls(level);
    if (!calls) return -1 - count;
    for (int64_t i = 0; i < count; i++, stored += stride) {
        common_fingers common;
        const uint8_t *positions = order + i * FINGER_POSITIONS;
        if (list_stored(probe, stored, room, positions, &common) < 0) return -1 - i;
        const int found = may_reach(judge, calls, probe, &common, least, floor, scratch);
        if (found < 0) return -1 - i;
        near[i] = (uint8_t)found;
    }
    return 0;
}

/* The same of packed references; returns 0, or -1 if this machine lacks the level. */
int64_t eurodac_finger_reach_sets(const finger_judgement *judge, const finger_set *probe,
                                  const finger_set *const *references, int64_t count,
                                  double floor, int level, uint8_t *near) {
    const finger_calls *calls = eurodac_finger_calls(level);
    if (!calls) return -1;
    for (int64_t i = 0; i < count; i++) {
        common_fingers common;
        list_packed(probe, references[i], &common);
        near[i] = (uint8_t)may_reach(judge, calls, probe, &common, 0, floor, 0);
    }
    return 0;
}
