/* How two dates relate; the numbers are those of DateRelation in matching/date.py. */
#ifndef EURODAC_NAME_DATES_H
#define EURODAC_NAME_DATES_H
#include <stdint.h>

enum {
    DATE_MISSING, DATE_EQUAL, DATE_AS_FAR_AS_KNOWN, DATE_JANUARY, DATE_SWAPPED, DATE_ADJACENT,
    DATE_DAY_NEXT_YEAR, DATE_DIGIT, DATE_CALENDAR, DATE_MONTH, DATE_YEAR, DATE_DAY, DATE_NEXT_YEAR,
    DATE_DIFFERENT, DATE_RELATIONS
};

/* Relation of two days, year << 9 | month << 5 | day with 0 for unknown parts; never CALENDAR. */
int eurodac_date_relation(uint32_t a, uint32_t b);
#endif
