"""Dates as people know them, and what two of them have to do with each other.

A date of birth is often known in part, guessed (1 January), read with day and month swapped, or
taken from a document of another calendar. ``compare_dates`` names the one relation that explains a
pair best; what a relation is worth is estimated elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from matching.calendars import FIRST_GREGORIAN_YEAR, gregorian_readings, gregorian_spans
from matching.errors import DateError

__all__ = ["DateRelation", "PartialDate", "asked_dates", "compare_dates", "day_number", "readings"]

_DAYS_BEFORE_MONTH = (0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365)


@dataclass(frozen=True, slots=True, repr=False)
class PartialDate:
    """A date: year, perhaps month, perhaps day.

    Args:
        year: 1..9999; from 1600 on Gregorian, below of another calendar.
        month: 1..12, None = unknown.
        day: 1..31, None = unknown; needs a month, and must exist if the year is Gregorian.

    Raises:
        DateError: ``date_range`` or ``no_such_day``; the parts are not quoted.
    """

    year: int
    month: int | None = None
    day: int | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.year <= 9999:
            raise DateError("date_range", "a year lies between 1 and 9999")
        if self.month is None:
            if self.day is not None:
                raise DateError("date_range", "a day needs its month")
        elif not 1 <= self.month <= 12:
            raise DateError("date_range", "a month lies between 1 and 12, or is unknown")
        elif self.day is not None:
            foreign = self.year < FIRST_GREGORIAN_YEAR
            if not 1 <= self.day <= (31 if foreign else _month_length(self.year, self.month)):
                raise DateError("no_such_day", "the month has no such day; leave the day unknown")

    @classmethod
    def read(cls, year: int, month: int | None = None, day: int | None = None) -> PartialDate:
        """Read a date as registers and documents write it: zero stands for unknown.

        Returns:
            The date; a day without a month is left out, because it says nothing by itself.

        Raises:
            DateError: as for the constructor; also for an unknown year.

        Examples:
            >>> str(PartialDate.read(1990, 0, 0))
            '1990'
        """
        return cls(year, month or None, (day or None) if month else None)

    @property
    def is_complete(self) -> bool:
        """Whether the day is known."""
        return self.day is not None

    @property
    def says_only_year(self) -> bool:
        """Whether no more than the year is known: it stands alone, or with 1 January.

        Many registers write 1 January where only the year was known.
        """
        return self.month is None or (self.month == 1 and self.day == 1)

    def __str__(self) -> str:
        if self.day is not None:
            return f"{self.year:04}-{self.month:02}-{self.day:02}"
        return f"{self.year:04}" if self.month is None else f"{self.year:04}-{self.month:02}"


class DateRelation(IntEnum):
    """What two dates have to do with each other; exactly one holds for a pair.

    Where several would, the one that stands first does: the order is the order of precedence, from
    special to general, and ``compare_dates`` is its only implementation. 1 January stands before
    the slips of a writer, because as a convention it is far more frequent than they are; for the
    same reason day and month of two first Januaries count for nothing across years.
    """

    MISSING = 0  # one of them or both are not there
    EQUAL = 1  # the same parts are known, and agree
    # In these two a year or month of another calendar agrees with the days that it may mean.
    EQUAL_AS_FAR_AS_KNOWN = 2  # year and month agree, one side has no day
    JANUARY_FIRST = 3  # same year, and one side says no more than the year
    DAY_MONTH_SWAPPED = 4
    ADJACENT_DAY = 5
    SAME_DAY_AND_MONTH_YEAR_OFF_BY_ONE = 6
    ONE_DIGIT = 7  # one of the eight digits of a complete date differs
    CALENDAR = 8  # read in another calendar they are the same day, or a day apart
    SAME_YEAR_AND_MONTH = 9
    SAME_YEAR = 10
    SAME_DAY_AND_MONTH = 11
    YEAR_OFF_BY_ONE = 12
    DIFFERENT = 13


def compare_dates(a: PartialDate | None, b: PartialDate | None) -> DateRelation:
    """Name the relation of two dates.

    Returns:
        The first relation that holds, in the order of ``DateRelation``; the same for (b, a).

    Cost: 1.6 microseconds, 16 where one year is below 1600. Integers only, but for CALENDAR.

    Examples:
        >>> compare_dates(PartialDate(1990, 5, 3), PartialDate(1990, 3, 5)).name
        'DAY_MONTH_SWAPPED'
        >>> compare_dates(PartialDate(1370, 5, 12), PartialDate(1991, 8, 3)).name
        'CALENDAR'
    """
    if a is None or b is None:
        return DateRelation.MISSING
    if a == b:
        return DateRelation.EQUAL
    return _within_a_year(a, b) if a.year == b.year else _across_years(a, b)


def day_number(date: PartialDate) -> int:
    """Count the days from 31 December of the year 0; 1 = 1 January of the year 1.

    Unknown parts count as their first value. A date of another calendar is counted as if it were
    Gregorian: good for an order, not for a distance.

    Examples:
        >>> day_number(PartialDate(2026, 6, 12)) - day_number(PartialDate(2026, 5, 12))
        31
    """
    years, month = date.year - 1, date.month or 1
    leap_day = month > 2 and _is_leap(date.year)
    before = 365 * years + years // 4 - years // 100 + years // 400
    return before + _DAYS_BEFORE_MONTH[month - 1] + leap_day + (date.day or 1)


def readings(date: PartialDate) -> tuple[PartialDate, ...]:
    """Give the Gregorian dates that a date may mean.

    Returns:
        The date itself if its year is Gregorian; otherwise its conversions, none to two; none for a
        date of another calendar whose day is unknown.
    """
    if date.year >= FIRST_GREGORIAN_YEAR:
        return (date,)
    if date.month is None or date.day is None:
        return ()
    return tuple(PartialDate(*r) for r in gregorian_readings(date.year, date.month, date.day))


def asked_dates(date: PartialDate) -> tuple[PartialDate, ...]:
    """Give the Gregorian dates by which a date is looked up.

    Returns:
        The ``readings``; of a year or month of another calendar the years or months that have days
        of it, in each calendar, none to four; none outside of the tables.

    Examples:
        >>> [str(asked) for asked in asked_dates(PartialDate(1370))]
        ['1950', '1951', '1991', '1992']
    """
    if date.year >= FIRST_GREGORIAN_YEAR or date.is_complete:
        return readings(date)
    depth = 2 if date.month else 1
    spans = gregorian_spans(date.year, date.month)
    parts = [day[:depth] for span in spans for day in span]
    return tuple(PartialDate(*part) for part in dict.fromkeys(parts))


def _within_a_year(a: PartialDate, b: PartialDate) -> DateRelation:
    same_month = a.month == b.month
    complete = a.is_complete and b.is_complete
    if same_month and a.month is not None and not complete:
        return DateRelation.EQUAL_AS_FAR_AS_KNOWN
    if a.says_only_year or b.says_only_year:
        return DateRelation.JANUARY_FIRST
    if complete:
        if (a.month, a.day) == (b.day, b.month):
            return DateRelation.DAY_MONTH_SWAPPED
        if abs(day_number(a) - day_number(b)) == 1:
            return DateRelation.ADJACENT_DAY
        if _differing_digits(a, b) == 1:
            return DateRelation.ONE_DIGIT
    return DateRelation.SAME_YEAR_AND_MONTH if same_month else DateRelation.SAME_YEAR


def _across_years(a: PartialDate, b: PartialDate) -> DateRelation:
    next_year = abs(a.year - b.year) == 1
    if a.is_complete and b.is_complete:
        same_day = (a.month, a.day) == (b.month, b.day) and not a.says_only_year
        if abs(day_number(a) - day_number(b)) == 1:
            return DateRelation.ADJACENT_DAY
        if same_day and next_year:
            return DateRelation.SAME_DAY_AND_MONTH_YEAR_OFF_BY_ONE
        if same_day and _differing_digits(a, b) == 1:
            return DateRelation.ONE_DIGIT
        if _same_in_another_calendar(a, b):
            return DateRelation.CALENDAR
        if same_day:
            return DateRelation.SAME_DAY_AND_MONTH
    elif _overlap_in_another_calendar(a, b):
        whole_year = a.month is None or b.month is None
        return DateRelation.JANUARY_FIRST if whole_year else DateRelation.EQUAL_AS_FAR_AS_KNOWN
    return DateRelation.YEAR_OFF_BY_ONE if next_year else DateRelation.DIFFERENT


def _same_in_another_calendar(a: PartialDate, b: PartialDate) -> bool:
    if min(a.year, b.year) >= FIRST_GREGORIAN_YEAR:
        return False
    of_b = [day_number(r) for r in readings(b)]
    return any(abs(day_number(r) - number) <= 1 for r in readings(a) for number in of_b)


def _overlap_in_another_calendar(a: PartialDate, b: PartialDate) -> bool:
    if min(a.year, b.year) >= FIRST_GREGORIAN_YEAR:
        return False
    of_b = _spans(b)
    return any(a1 <= b2 and b1 <= a2 for a1, a2 in _spans(a) for b1, b2 in of_b)


def _spans(date: PartialDate) -> list[tuple[int, int]]:
    """First and last day of all that a date may mean."""
    if date.is_complete:
        return [(day_number(r), day_number(r)) for r in readings(date)]
    if date.year < FIRST_GREGORIAN_YEAR:
        spans = gregorian_spans(date.year, date.month)
        return [(day_number(PartialDate(*a)), day_number(PartialDate(*b))) for a, b in spans]
    last = date.month or 12
    end = PartialDate(date.year, last, _month_length(date.year, last))
    return [(day_number(date), day_number(end))]


def _differing_digits(a: PartialDate, b: PartialDate) -> int:
    """Count the places at which YYYYMMDD differs; both are complete."""
    return sum(x != y for x, y in zip(str(a), str(b), strict=True))


def _month_length(year: int, month: int) -> int:
    leap_day = month == 2 and _is_leap(year)
    return _DAYS_BEFORE_MONTH[month] - _DAYS_BEFORE_MONTH[month - 1] + leap_day


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
