"""Dates of birth: ages as asylum authorities see them, and the dates that unknown days become.

22 % are minors, 60 % were born about 1997, 18 % about 1979. Where a day is not known it is
recorded as 1 January (by nationality, up to a third of people), or left out (day or day and month
00). 3 % stand on the 1st or the 15th of their month instead of the true day.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["LAST_YEAR", "clip_years", "draw_years", "record_dates", "true_dates"]

_FIRST_YEAR = 1930
LAST_YEAR = 2024
_MINORS, _YOUNG = 0.22, 0.60
_ROUND = 0.03
_YEAR_ONLY = 0.7  # of partial dates; the others have a month
Years = NDArray[np.int64]
Dates = NDArray[np.int32]


def _calendar() -> tuple[Dates, Years]:
    days = np.arange(f"{_FIRST_YEAR}-01-01", f"{LAST_YEAR + 1}-01-01", dtype="datetime64[D]")
    months = days.astype("datetime64[M]")
    year = days.astype("datetime64[Y]").astype(np.int64) + 1970
    month = months.astype(np.int64) % 12 + 1
    day = (days - months).astype(np.int64) + 1
    return (year * 10_000 + month * 100 + day).astype(np.int32), np.searchsorted(
        year, np.arange(_FIRST_YEAR, LAST_YEAR + 2)
    )


_DAYS, _BEGINS = _calendar()


def draw_years(n: int, rng: np.random.Generator) -> Years:
    """Draw (n,) years of birth, 1930..2024."""
    chance = rng.random(n)
    minors = LAST_YEAR - (rng.random(n) * 17).astype(np.int64)
    spread = rng.standard_normal(n)
    young, old = 1997 + 5.5 * spread, 1979 + 11 * spread
    adults = np.where(chance < _MINORS + _YOUNG, young, old).astype(np.int64)
    return clip_years(np.where(chance < _MINORS, minors, adults))


def clip_years(years: Years) -> Years:
    """Return years within 1930..2024."""
    found: Years = np.clip(years, _FIRST_YEAR, LAST_YEAR)
    return found


def true_dates(years: Years, rng: np.random.Generator) -> Dates:
    """Draw a day of each year: yyyymmdd."""
    years = clip_years(years)
    begin, end = _BEGINS[years - _FIRST_YEAR], _BEGINS[years - _FIRST_YEAR + 1]
    found: Dates = _DAYS[begin + (rng.random(len(years)) * (end - begin)).astype(np.int64)]
    return found


def record_dates(
    dates: Dates,
    rng: np.random.Generator,
    *,
    heaped: NDArray[np.float64],
    partial: NDArray[np.float64],
) -> Dates:
    """Return what an authority records of true dates.

    Args:
        dates: (N,) yyyymmdd.
        rng: Where chances come from.
        heaped: (N,) chance of 1 January.
        partial: (N,) chance that day, or day and month, are 00.
    """
    found = dates.copy()
    chance, other = rng.random(len(dates)), rng.random(len(dates))
    round_ = other < _ROUND
    found[round_] = found[round_] // 100 * 100 + np.where(other[round_] < _ROUND / 2, 1, 15)
    january = chance < heaped
    found[january] = found[january] // 10_000 * 10_000 + 101
    unknown = (chance >= heaped) & (chance < heaped + partial)
    year_only = unknown & (chance < heaped + partial * _YEAR_ONLY)
    found[unknown] = found[unknown] // 100 * 100
    found[year_only] = found[year_only] // 10_000 * 10_000
    return found
