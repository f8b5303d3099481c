"""Partial dates and the relation of two of them, held against the standard library's calendar."""

import datetime
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.calendars import FIRST_GREGORIAN_YEAR
from matching.date import (
    DateRelation,
    PartialDate,
    asked_dates,
    compare_dates,
    day_number,
    readings,
)
from matching.errors import DateError

R = DateRelation


def gregorian(day: datetime.date) -> PartialDate:
    return PartialDate(day.year, day.month, day.day)


def read(text: str) -> PartialDate:
    return PartialDate(*map(int, text.split("-")))


def as_day(date: PartialDate) -> datetime.date:
    assert date.month is not None
    assert date.day is not None
    return datetime.date(date.year, date.month, date.day)


COMPLETE = st.dates(datetime.date(1850, 1, 1), datetime.date(2200, 12, 31)).map(gregorian)
FOREIGN = st.builds(PartialDate, st.integers(1270, 1510), st.integers(1, 12), st.integers(1, 31))
PARTIAL = st.one_of(
    COMPLETE,
    FOREIGN,
    st.builds(PartialDate, st.integers(1, 9999)),
    st.builds(PartialDate, st.integers(1, 9999), st.integers(1, 12)),
)


@st.composite
def near(draw: st.DrawFn) -> tuple[PartialDate, PartialDate]:
    """Two dates of which one was made from the other: pairs in which something agrees."""
    a = draw(COMPLETE)
    year = a.year + draw(st.sampled_from((0, 0, 0, 1, -1, 10)))
    month = draw(st.sampled_from((a.month, a.day, 1, None)))
    day = draw(st.sampled_from((a.day, a.month, 1, None)))
    try:
        return a, PartialDate.read(year, month, day)
    except DateError:
        return a, PartialDate(year)


PAIRS = st.one_of(near(), st.tuples(PARTIAL, PARTIAL))


@pytest.mark.parametrize(
    ("a", "b", "relation"),
    [
        ("1990-05-03", "1990-05-03", R.EQUAL),
        ("1990", "1990", R.EQUAL),
        ("1990-05", "1990-05-03", R.EQUAL_AS_FAR_AS_KNOWN),
        ("1990-01", "1990-01-01", R.EQUAL_AS_FAR_AS_KNOWN),
        ("1990", "1990-05-03", R.JANUARY_FIRST),
        ("1990", "1990-05", R.JANUARY_FIRST),
        ("1990-01-01", "1990-05-03", R.JANUARY_FIRST),
        ("1990-01-01", "1990-01-02", R.JANUARY_FIRST),
        ("1990-05-03", "1990-03-05", R.DAY_MONTH_SWAPPED),
        ("1990-05-03", "1990-05-04", R.ADJACENT_DAY),
        ("1990-05-31", "1990-06-01", R.ADJACENT_DAY),
        ("1988-02-28", "1988-02-29", R.ADJACENT_DAY),
        ("1990-12-31", "1991-01-01", R.ADJACENT_DAY),
        ("1990-05-03", "1991-05-03", R.SAME_DAY_AND_MONTH_YEAR_OFF_BY_ONE),
        ("1999-05-03", "2000-05-03", R.SAME_DAY_AND_MONTH_YEAR_OFF_BY_ONE),
        ("1990-05-03", "1990-05-13", R.ONE_DIGIT),
        ("1990-05-03", "1990-06-03", R.ONE_DIGIT),
        ("1990-05-03", "1970-05-03", R.ONE_DIGIT),
        ("1990-05-03", "1990-05-26", R.SAME_YEAR_AND_MONTH),
        ("1990-05-03", "1990-12-26", R.SAME_YEAR),
        ("1990-05", "1990-06-26", R.SAME_YEAR),
        ("1990-05-03", "1978-05-03", R.SAME_DAY_AND_MONTH),
        ("1990-05-03", "1991-12-26", R.YEAR_OFF_BY_ONE),
        ("1990", "1991-12-26", R.YEAR_OFF_BY_ONE),
        ("1990-05-03", "1978-12-26", R.DIFFERENT),
    ],
)
def test_each_relation_has_its_pairs(a: str, b: str, relation: DateRelation) -> None:
    assert compare_dates(read(a), read(b)) is relation


@pytest.mark.parametrize(("other", "relation"), [(1991, R.YEAR_OFF_BY_ONE), (1980, R.DIFFERENT)])
def test_day_and_month_of_two_first_januaries_count_for_nothing(
    other: int, relation: DateRelation
) -> None:
    assert compare_dates(PartialDate(1990, 1, 1), PartialDate(other, 1, 1)) is relation


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("1370-05-12", "1991-08-03"),  # solar
        ("1370-02-31", "1991-05-21"),  # a month of 31 days where the Gregorian has 28
        ("1370-05-12", "1991-08-02"),  # a day off
        ("1410-01-01", "1989-08-02"),  # lunar
        ("1410-01-01", "1989-08-03"),
        ("1410-01-01", "1368-05-12"),  # lunar and solar
    ],
)
def test_a_date_of_another_calendar_is_recognised(written: str, meant: str) -> None:
    assert compare_dates(read(written), read(meant)) is R.CALENDAR


@pytest.mark.parametrize(
    ("written", "other"),
    [
        ("1370-05-12", "1991-08-05"),  # two days off
        ("1276-01-01", "1897-03-21"),  # before the tables
        ("1342-01-01", "1923-08-14"),
        ("1371-12-30", "1993-03-20"),  # no leap year
        ("1501-01-01", "2077-11-17"),
        ("1276", "1897"),
        ("1370", "1952"),
        ("1370", "1993-02-01"),
        ("1370-05", "1991-08-23"),  # the day after
        ("1370-05", "1992"),
    ],
)
def test_outside_of_the_tables_there_is_no_relation_of_calendars(written: str, other: str) -> None:
    assert compare_dates(read(written), read(other)) is R.DIFFERENT


@pytest.mark.parametrize(
    ("written", "meant", "relation"),
    [
        ("1370", "1991-03-21", R.JANUARY_FIRST),  # the first day, and the last
        ("1370", "1992-03-20", R.JANUARY_FIRST),
        ("1370", "1951-05-12", R.JANUARY_FIRST),  # lunar
        ("1370", "1991", R.JANUARY_FIRST),
        ("1370", "1370-05-12", R.JANUARY_FIRST),
        ("1370", "1991-08", R.JANUARY_FIRST),
        ("1370", "1412-01", R.JANUARY_FIRST),  # solar and lunar
        ("1370-05", "1991-08-22", R.EQUAL_AS_FAR_AS_KNOWN),
        ("1370-05", "1991-07", R.EQUAL_AS_FAR_AS_KNOWN),
        ("1370-05", "1370-05-12", R.EQUAL_AS_FAR_AS_KNOWN),
        ("1370-05", "1991", R.JANUARY_FIRST),
    ],
)
def test_a_year_or_month_of_another_calendar_is_all_of_its_days(
    written: str, meant: str, relation: DateRelation
) -> None:
    assert compare_dates(read(written), read(meant)) is relation


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("1990-05-03", ["1990-05-03"]),
        ("1990", ["1990"]),
        ("1366-12-28", ["1947-11-12", "1988-03-18"]),
        ("1366-12", ["1947-10", "1947-11", "1988-02", "1988-03"]),
        ("1366", ["1946", "1947", "1987", "1988"]),
        ("1300", ["1921", "1922"]),  # solar alone
        ("1200", []),
    ],
)
def test_a_date_is_asked_by_all_that_it_may_mean(written: str, asked: list[str]) -> None:
    assert [str(date) for date in asked_dates(read(written))] == asked


@pytest.mark.parametrize("date", [None, PartialDate(1990)])
def test_a_date_that_is_not_there_has_its_own_relation(date: PartialDate | None) -> None:
    assert compare_dates(date, None) is compare_dates(None, date) is R.MISSING


@given(PAIRS)
def test_the_relation_is_symmetric(pair: tuple[PartialDate, PartialDate]) -> None:
    a, b = pair
    assert compare_dates(a, b) is compare_dates(b, a)


@given(PAIRS)
def test_dates_are_equal_if_and_only_if_they_are_the_same(
    pair: tuple[PartialDate, PartialDate],
) -> None:
    a, b = pair
    assert (compare_dates(a, b) is R.EQUAL) == (str(a) == str(b))
    assert compare_dates(a, PartialDate(a.year, a.month, a.day)) is R.EQUAL


def same_day_and_month(a: PartialDate, b: PartialDate) -> bool:
    return a.is_complete and (a.month, a.day) == (b.month, b.day)


HOLDS: dict[DateRelation, Callable[[PartialDate, PartialDate], bool]] = {
    R.EQUAL: lambda a, b: a == b,
    R.EQUAL_AS_FAR_AS_KNOWN: lambda a, b: str(a)[:7] == str(b)[:7] and len(str(a)) >= 7,
    R.JANUARY_FIRST: lambda a, b: (
        a.year == b.year and any(str(d)[4:] in ("", "-01-01") for d in (a, b))
    ),
    R.DAY_MONTH_SWAPPED: lambda a, b: (a.month, a.day) == (b.day, b.month),
    R.ADJACENT_DAY: lambda a, b: abs(day_number(a) - day_number(b)) == 1,
    R.SAME_DAY_AND_MONTH_YEAR_OFF_BY_ONE: lambda a, b: (
        same_day_and_month(a, b) and abs(a.year - b.year) == 1
    ),
    R.ONE_DIGIT: lambda a, b: sum(x != y for x, y in zip(str(a), str(b), strict=True)) == 1,
    R.CALENDAR: lambda a, b: min(a.year, b.year) < FIRST_GREGORIAN_YEAR,
    R.SAME_YEAR_AND_MONTH: lambda a, b: str(a)[:7] == str(b)[:7],
    R.SAME_YEAR: lambda a, b: a.year == b.year,
    R.SAME_DAY_AND_MONTH: same_day_and_month,
    R.YEAR_OFF_BY_ONE: lambda a, b: abs(a.year - b.year) == 1,
    R.DIFFERENT: lambda a, b: abs(a.year - b.year) > 1,
}


@given(PAIRS)
def test_what_a_relation_says_holds(pair: tuple[PartialDate, PartialDate]) -> None:
    assert HOLDS[compare_dates(*pair)](*pair)


@given(COMPLETE, COMPLETE)
def test_days_are_counted_like_the_calendar_counts_them(a: PartialDate, b: PartialDate) -> None:
    assert day_number(a) == as_day(a).toordinal()
    adjacent = abs((as_day(a) - as_day(b)).days) == 1
    assert adjacent <= (compare_dates(a, b) in (R.ADJACENT_DAY, R.JANUARY_FIRST))


@given(FOREIGN)
def test_a_reading_is_the_same_day_for_everybody(date: PartialDate) -> None:
    for reading in readings(date):
        assert readings(reading) == (reading,)
        assert compare_dates(date, reading) is R.CALENDAR


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ((0,), "date_range"),
        ((10_000,), "date_range"),
        ((1990, 13), "date_range"),
        ((1990, 0), "date_range"),
        ((1990, None, 3), "date_range"),
        ((1990, 2, 30), "no_such_day"),
        ((1900, 2, 29), "no_such_day"),
        ((1990, 4, 31), "no_such_day"),
        ((1990, 4, 0), "no_such_day"),
        ((1370, 2, 32), "no_such_day"),
    ],
)
def test_what_is_no_date_is_refused_without_quoting_it(
    parts: tuple[int | None, ...], code: str
) -> None:
    with pytest.raises(DateError) as refused:
        PartialDate(*parts)  # type: ignore[arg-type]  # a test of what types do not catch
    assert refused.value.code == code
    assert str(parts[0]) not in str(refused.value).replace("9999", "")


@pytest.mark.parametrize(
    ("parts", "written"),
    [((1990, 0, 0), "1990"), ((1990, 5, 0), "1990-05"), ((1990, 0, 7), "1990"), ((1990,), "1990")],
)
def test_zero_stands_for_unknown(parts: tuple[int, ...], written: str) -> None:
    assert str(PartialDate.read(*parts)) == written


def test_a_date_does_not_show_itself_by_accident() -> None:
    assert "1990" not in repr(PartialDate(1990, 5, 3))
