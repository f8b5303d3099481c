/* How two dates relate: compare_dates of matching/date.py, without other calendars. */
#include "name_dates.h"

typedef struct {
    int year, month, day;
} date;

static int digits(int a, int b, int count) {
    int differ = 0;
    for (int i = 0; i < count; i++, a /= 10, b /= 10) differ += a % 10 != b % 10;
    return differ;
}

static int last_day(int year, int month) {
    static const int days[] = {0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const int leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return days[month] + (month == 2 && leap);
}

static int follows(date a, date b) {
    if (a.day < last_day(a.year, a.month))
        return b.year == a.year && b.month == a.month && b.day == a.day + 1;
    if (a.month < 12) return b.year == a.year && b.month == a.month + 1 && b.day == 1;
    return b.year == a.year + 1 && b.month == 1 && b.day == 1;
}

static int only_year(date a) { return !a.month || (a.month == 1 && a.day == 1); }

static int differing(date a, date b) {
    return digits(a.year, b.year, 4) + digits(a.month, b.month, 2) + digits(a.day, b.day, 2);
}

static int within_a_year(date a, date b) {
    const int complete = a.day && b.day;
    if (a.month && a.month == b.month && !complete) return DATE_AS_FAR_AS_KNOWN;
    if (only_year(a) || only_year(b)) return DATE_JANUARY;
    if (complete) {
        if (a.month == b.day && a.day == b.month) return DATE_SWAPPED;
        if (follows(a, b) || follows(b, a)) return DATE_ADJACENT;
        if (differing(a, b) == 1) return DATE_DIGIT;
    }
    return a.month == b.month ? DATE_MONTH : DATE_YEAR;
}

static int across_years(date a, date b) {
    const int next = a.year - b.year == 1 || b.year - a.year == 1;
    if (a.day && b.day) {
        const int same = a.month == b.month && a.day == b.day && !only_year(a);
        if (follows(a, b) || follows(b, a)) return DATE_ADJACENT;
        if (same && next) return DATE_DAY_NEXT_YEAR;
        if (same && differing(a, b) == 1) return DATE_DIGIT;
        if (same) return DATE_DAY;
    }
    return next ? DATE_NEXT_YEAR : DATE_DIFFERENT;
}

int eurodac_date_relation(uint32_t a, uint32_t b) {
    const date x = {(int)(a >> 9), a >> 5 & 15, a & 31}, y = {(int)(b >> 9), b >> 5 & 15, b & 31};
    if (!x.year || !y.year) return DATE_MISSING;
    if (a == b) return DATE_EQUAL;
    return x.year == y.year ? within_a_year(x, y) : across_years(x, y);
}

void eurodac_date_relations(uint32_t probe, const uint32_t *days, int64_t count, uint8_t *found) {
    for (int64_t i = 0; i < count; i++) found[i] = (uint8_t)eurodac_date_relation(probe, days[i]);
}
