"""Stays of one EES file: entries with their exits and the end of the authorised stay."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from eurodac.record import EesCrossing

__all__ = ["Stay", "short_stay_end", "stays"]

# Schengen Borders Code (2016/399), Article 6(1): 90 days in any period of 180 days.
_DAYS = 90
_PERIOD = 180


@dataclass(frozen=True, slots=True)
class Stay:
    """One stay, from an entry to what ended it.

    Args:
        member_state: State of entry.
        entered_on: Day of entry (UTC), counted as a day of stay.
        authorised_until: Last authorised day, as recorded or computed.
        computed: True if ``authorised_until`` was computed because none was recorded.
        left_on: Day of exit, counted as a day of stay; None = no exit record.
        open: True if neither an exit nor a later entry ended it.
    """

    member_state: str
    entered_on: date
    authorised_until: date
    computed: bool
    left_on: date | None
    open: bool

    def days_over(self, on: date) -> int:
        """Days stayed beyond the authorised stay by a day on which the person was present, >= 0."""
        return max(0, (on - self.authorised_until).days)


def stays(crossings: Iterable[EesCrossing]) -> tuple[Stay, ...]:
    """Pair entries with exits.

    An entry without exit before the next entry is a missing record: that stay has ended, on a day
    nobody knows, and is not counted as days of stay beyond its entry.

    Args:
        crossings: Entry and exit records of one file, in any order.

    Returns:
        One stay per entry, in order of time; exits without an entry are left out.
    """
    ordered = sorted(crossings, key=lambda crossing: crossing.at)
    found: list[Stay] = []
    for index, entry in enumerate(ordered):
        if entry.kind != "entry":
            continue
        following = ordered[index + 1] if index + 1 < len(ordered) else None
        left_on = following.at.date() if following and following.kind == "exit" else None
        entered_on = entry.at.date()
        earlier = [(stay.entered_on, stay.left_on or stay.entered_on) for stay in found]
        found.append(
            Stay(
                member_state=entry.member_state,
                entered_on=entered_on,
                authorised_until=entry.authorised_until or short_stay_end(earlier, entered_on),
                computed=entry.authorised_until is None,
                left_on=left_on,
                open=following is None,
            )
        )
    return tuple(found)


def short_stay_end(earlier: Iterable[tuple[date, date]], entered_on: date) -> date:
    """Compute the last authorised day of a short stay.

    Args:
        earlier: First and last day of each earlier stay; both count.
        entered_on: First day of the stay.

    Returns:
        The last day on which the person, staying on, has been present no more than 90 days in the
        180 days up to and including it. The day before entry if not even that day is left.

    Source: Regulation (EU) 2016/399, Article 6(1).

    Examples:
        >>> short_stay_end([], date(2026, 1, 1))
        datetime.date(2026, 3, 31)
    """
    present = {
        first + timedelta(days=offset)
        for first, last in earlier
        for offset in range((last - first).days + 1)
    }
    day = entered_on
    while True:
        present.add(day)
        opened = day - timedelta(days=_PERIOD - 1)
        if sum(opened <= other <= day for other in present) > _DAYS:
            return day - timedelta(days=1)
        day += timedelta(days=1)
