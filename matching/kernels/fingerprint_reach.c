/* Which stored people can reach a person score: each is given up at the finger that settles it. */
#include "fingerprint_calls.h"

/* The fingers that a reference has in common with the probe, in the order of their comparison. */
typedef struct {
    const uint8_t *minutiae[FINGER_POSITIONS]; /* compact, without magic and version */
    int64_t size[FINGER_POSITIONS];
    int family[FINGER_POSITIONS], position[FINGER_POSITIONS];
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

/* Lists them; -1 if a size or a header is damaged, or the order names no position. */
static int list_common(const finger_set *probe, const uint8_t *stored, int64_t room,
                       const uint8_t *order, common_fingers *o) {
    o->count = 0;
    for (int i = 0; i < FINGER_POSITIONS; i++) {
        finger_compact head;
        const int f = order[i];
        if (f >= FINGER_POSITIONS) return -1;
        const uint8_t *at = stored + f * room;
        const int64_t size = at[0] | at[1] << 8;
        if (!size || !probe->own[f]) continue;
        if (size > room - FINGER_STORED_HEAD) return -1;
        if (read_head(at + FINGER_STORED_HEAD, size, &head) < 0) return -1;
        o->minutiae[o->count] = at + FINGER_STORED_HEAD, o->size[o->count] = size;
        o->family[o->count] = head.family, o->position[o->count++] = f;
    }
    return 0;
}

/* Whether a reference may reach the floor: 0 no, 1 yes, -1 it is damaged. Where both sides are of
 * one known family, it is given up as well where it stays below `least` of its number of fingers
 * in common and of those compared so far. */
static int may_reach(const finger_judgement *judge, const finger_calls *calls,
                     const finger_set *probe, const uint8_t *families, const common_fingers *o,
                     const double *least, double floor, finger_header *scratch) {
    const double most = highest(judge);
    double score = 0;
    int known = 1;
    for (int i = 0; i < o->count; i++) {
        if (score + (o->count - i) * most < floor) return 0;
        finger_minutiae m;
        if (read_minutiae(o->minutiae[i], o->size[i], &m) < 0) return -1;
        const int f = o->position[i], family = families[f] == o->family[i] ? families[f] : 0;
        const int same = families[f] == o->family[i];
        const finger_header *mine = same ? probe->own[f] : probe->general[f];
        calls->build(judge->models[family], &m, scratch);
        const float found = calls->compare(judge->models[family], mine, scratch, FINGER_RELAXED);
        const double llr = judge_finger(judge, mine, scratch, family, found);
        score += llr > 0 ? llr : judge->against[o->count] * llr;
        known &= family > 0;
        if (known && score < least[o->count * FINGER_POSITIONS + i]) return 0;
    }
    return score >= floor;
}

/* Tells of each of `count` references whether its person score may reach the floor: nobody else
 * does.  families: of the probe's fingers.  stored: ten stored fingers of `room` bytes, `stride`
 * bytes from one reference to the next.  order: ten positions (0..9) of each reference.  least: per
 * number of fingers in common (0..10), what the score must reach after 1..10 of them.  scratch: room for one packed finger.  Returns 0, -1 - i if
 * reference i is damaged, -1 - count if this machine lacks the level. */
int64_t eurodac_finger_reach(const finger_judgement *judge, const finger_set *probe,
                             const uint8_t *families, const uint8_t *stored, int64_t stride,
                             int64_t room, int64_t count, const uint8_t *order,
                             const double *least, double floor, int level,
                             finger_header *scratch, uint8_t *near) {
    const finger_calls *calls = eurodac_finger_calls(level);
    if (!calls) return -1 - count;
    for (int64_t i = 0; i < count; i++, stored += stride) {
        common_fingers common;
        if (list_common(probe, stored, room, order + i * FINGER_POSITIONS, &common) < 0) return -1 - i;
        const int found = may_reach(judge, calls, probe, families, &common, least, floor,
                                    scratch);
        if (found < 0) return -1 - i;
        near[i] = (uint8_t)found;
    }
    return 0;
}
