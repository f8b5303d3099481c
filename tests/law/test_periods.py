"""Calendar arithmetic and the periods of the indications."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eurodac.law import detection
from eurodac.law.detection import DetectionRule
from eurodac.law.periods import add_months, add_weeks, add_years

ROWS = [
    pytest.param(row, marks=pytest.mark.law(row.id), id=row.id) for row in detection.RULES.values()
]
DAYS = st.dates(date(2000, 1, 1), date(2090, 12, 31))


def walked(day: date, months: int) -> date:
    """Go to the first of each following month in turn, then as far into it as it goes."""
    first = day.replace(day=1)
    for _ in range(months):
        first = (first + timedelta(days=31)).replace(day=1)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return min(first + timedelta(days=day.day - 1), last)


@given(day=DAYS, months=st.integers(0, 150))
def test_months_are_calendar_months(day: date, months: int) -> None:
    assert add_months(day, months) == walked(day, months)


@given(day=DAYS, months=st.integers(0, 150))
def test_going_back_ends_at_or_before_the_start(day: date, months: int) -> None:
    back = add_months(add_months(day, months), -months)
    assert day - timedelta(days=3) <= back <= day


@given(day=DAYS, one=st.integers(0, 60), two=st.integers(0, 60))
def test_more_months_never_end_earlier(day: date, one: int, two: int) -> None:
    assert (add_months(day, one) <= add_months(day, two)) == (one <= two)


@given(day=DAYS, years=st.integers(0, 10))
def test_years_keep_the_day_or_end_february(day: date, years: int) -> None:
    end = add_years(day, years)
    assert (end.year, end.month) == (day.year + years, day.month)
    assert end.day == day.day or (day.month, day.day, end.day) == (2, 29, 28)


@pytest.mark.parametrize("row", ROWS)
@given(hit=DAYS)
def test_a_deadline_runs_from_the_hit_over_weekends(row: DetectionRule, hit: date) -> None:
    end = row.deadline(hit)
    assert (end is None) == (row.deadline_article is None)
    if row.deadline_weeks:
        assert end is not None
        assert (end - hit).days == 7 * row.deadline_weeks
        assert end == add_weeks(hit, row.deadline_weeks)
    if row.deadline_months:
        assert end == walked(hit, row.deadline_months)


@pytest.mark.parametrize("row", ROWS)
@given(event=DAYS)
def test_a_window_ends_after_its_months(row: DetectionRule, event: date) -> None:
    end = row.window_end(event)
    assert (end is None) == (row.window_months is None)
    if row.window_months:
        assert end == walked(event, row.window_months)


@pytest.mark.law("detection.um1")
def test_a_crossing_counts_for_twenty_months() -> None:
    """Given a crossing on 31 August, then 30 April, 20 months later, is the last day."""
    assert detection.RULES["detection.um1"].window_end(date(2026, 8, 31)) == date(2028, 4, 30)
