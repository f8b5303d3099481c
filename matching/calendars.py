"""Dates of other calendars read as Gregorian ones; the only module that knows calendar libraries.

    lunar Hijri   hijridate, the tables of Umm al-Qura, 1343-1500 AH (August 1924 - November 2077)
    solar Hijri   jdatetime, arithmetical, 1277-1500 SH (March 1898 - March 2122)

jdatetime was chosen among three maintained libraries: it has been released since 2010, needs
microseconds where an astronomical one (convertdate) needs 27 milliseconds, and agrees with it on
every year of the range used here; before 1277 SH six years begin a day apart.

Lunar months begin by sight in much of the world, so a converted day may be one off; who compares
allows for that.
"""

from __future__ import annotations

from hijridate import Hijri
from jdatetime import date as SolarHijri

__all__ = ["FIRST_GREGORIAN_YEAR", "gregorian_readings", "gregorian_spans"]

_Day = tuple[int, int, int]

FIRST_GREGORIAN_YEAR = 1600
"""Years below are those of another calendar: nobody who is registered was born in them."""

_LUNAR_YEARS = range(1343, 1501)
_SOLAR_YEARS = range(1277, 1501)


def gregorian_readings(year: int, month: int, day: int) -> tuple[tuple[int, int, int], ...]:
    """Read a date as lunar Hijri and as solar Hijri.

    Args:
        year: 1..9999.
        month: 1..12.
        day: 1..31.

    Returns:
        Gregorian (year, month, day) of each reading in which the date exists: none, one or two,
        the lunar one first. Empty outside of the ranges of the libraries.

    Cost: 7 microseconds.

    Examples:
        >>> gregorian_readings(1413, 7, 8)
        ((1993, 1, 1), (2034, 9, 30))
        >>> gregorian_readings(1991, 8, 3)
        ()
    """
    readings = []
    if year in _LUNAR_YEARS and day <= Hijri(year, month, 1).month_length():
        lunar = Hijri(year, month, day).to_gregorian()
        readings.append((lunar.year, lunar.month, lunar.day))
    if year in _SOLAR_YEARS and day <= _solar_month_length(year, month):
        solar = SolarHijri(year, month, day).togregorian()
        readings.append((solar.year, solar.month, solar.day))
    return tuple(readings)


def gregorian_spans(year: int, month: int | None = None) -> tuple[tuple[_Day, _Day], ...]:
    """Read a year, or a month of it, as one of the lunar and one of the solar Hijri calendar.

    Args:
        year: 1..9999.
        month: 1..12, None for the whole year.

    Returns:
        First and last Gregorian (year, month, day) of each reading: none, one or two, the lunar
        one first. Empty outside of the ranges of the libraries.

    Cost: 15 microseconds.

    Examples:
        >>> gregorian_spans(1370)
        (((1950, 10, 13), (1951, 10, 1)), ((1991, 3, 21), (1992, 3, 20)))
    """
    first, last = (month, month) if month else (1, 12)
    spans = []
    if year in _LUNAR_YEARS:
        begin, end = Hijri(year, first, 1), Hijri(year, last, Hijri(year, last, 1).month_length())
        spans.append((begin.to_gregorian(), end.to_gregorian()))
    if year in _SOLAR_YEARS:
        end = SolarHijri(year, last, _solar_month_length(year, last))
        spans.append((SolarHijri(year, first, 1).togregorian(), end.togregorian()))
    return tuple(((a.year, a.month, a.day), (b.year, b.month, b.day)) for a, b in spans)


def _solar_month_length(year: int, month: int) -> int:
    if month <= 6:
        return 31
    return 30 if month < 12 or SolarHijri(year, 1, 1).isleap() else 29
