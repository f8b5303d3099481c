"""Calendar arithmetic of the law: whole months and years, last day of the month if missing.

Law: Regulation 1182/71 as the Eurodac rules use it; weekends and holidays extend nothing here.
"""

from __future__ import annotations

import calendar
from datetime import date, timedelta

__all__ = ["add_months", "add_weeks", "add_years"]


def add_months(day: date, months: int) -> date:
    """Go forward or back by calendar months.

    Args:
        day: First day, not counted.
        months: Any number; negative goes back.

    Returns:
        The same day of the month, or the last day of a month that has no such day.

    Examples:
        >>> add_months(date(2028, 1, 31), 1)
        datetime.date(2028, 2, 29)
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def add_years(day: date, years: int) -> date:
    """Go to the anniversary; 29 February becomes 28 February in a year without it.

    Examples:
        >>> add_years(date(2028, 2, 29), 10)
        datetime.date(2038, 2, 28)
    """
    return add_months(day, 12 * years)


def add_weeks(day: date, weeks: int) -> date:
    """Go forward or back by weeks, to the same weekday."""
    return day + timedelta(weeks=weeks)
