"""Histories over three systems: what happens to each invented person, and what is true of it.

Every history says, beside its steps, which indicators each viewing State must find. That truth is
written by hand from the law, never computed by the detection it checks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

import numpy as np

from eurodac.demo.people import Person, make_person

__all__ = ["HERO", "Capture", "Expected", "Story", "Update", "make_stories"]

_STATES = ("IT", "EL", "ES", "DE", "FR", "NL", "SE", "AT", "BE", "BG", "HR", "CY")
_FIRST_DAY = date(2026, 6, 15)  # the system applies from 12 June 2026
_LAST_DAY = date(2026, 10, 20)
_DIGITS = {
    "applicant": "1",
    "irregular_crossing": "2",
    "illegal_stay": "3",
    "search_and_rescue": "9",
}
HERO = 1  # number of the person whose case the demo tells


@dataclass(frozen=True, slots=True)
class Capture:
    """A capture of the person's fingers that becomes a record of one of the systems.

    Args:
        kind: Eurodac category, ``"ees"`` or ``"vis"``.
        state: Member State that captures.
        on: Day of event and capture.
        number: Reference number (Eurodac), application number (VIS) or "" (EES).
        person: Identity as given on this day; it may differ from one capture to the next.
        fingers: Positions that were captured.
        extra: Further values of the message.
    """

    kind: str
    state: str
    on: date
    number: str
    person: Person
    fingers: tuple[int, ...]
    extra: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Update:
    """Later data on an earlier dataset of the story."""

    state: str
    on: date
    number: str
    later: dict[str, object]


@dataclass(frozen=True, slots=True, order=True)
class Expected:
    """An indicator that a viewing State must find."""

    viewing_state: str
    rule: str
    points_to: str


@dataclass(frozen=True, slots=True)
class Story:
    """One person, what happened, and what must be found."""

    person: Person
    steps: tuple[Capture | Update, ...]
    expected: frozenset[Expected]

    @property
    def captures(self) -> tuple[Capture, ...]:
        """The steps that make records, in order."""
        return tuple(step for step in self.steps if isinstance(step, Capture))


class _Teller:
    """Writes one story step by step, moving forward in time."""

    def __init__(self, number: int, rng: np.random.Generator, *, nationality: str | None) -> None:
        self.rng = rng
        self.person = make_person(number, rng, nationality=nationality)
        self.day = _FIRST_DAY + timedelta(days=int(rng.integers(0, 30)))
        self.steps: list[Capture | Update] = []
        self.expected: set[Expected] = set()

    def states(self, count: int) -> list[str]:
        """Draw different Member States."""
        return [str(s) for s in self.rng.choice(_STATES, count, replace=False)]

    def wait(self, low: int, high: int) -> None:
        """Let some days pass."""
        self.day = min(self.day + timedelta(days=int(self.rng.integers(low, high))), _LAST_DAY)

    def capture(self, kind: str, state: str, **extra: object) -> str:
        """Capture ten fingers (EES: four) and transmit; returns the reference number."""
        serial = f"P{self.person.number:03}N{len(self.steps):02}"
        number = "" if kind == "ees" else f"{state}V{serial}"
        if kind in _DIGITS:
            number = f"{state}{_DIGITS[kind]}{serial}"
        fingers = (2, 3, 4, 5) if kind == "ees" else tuple(range(1, 11))
        self.steps.append(Capture(kind, state, self.day, number, self.person, fingers, extra))
        return number

    def update(self, state: str, number: str, **later: object) -> None:
        """Record later data."""
        self.steps.append(Update(state, self.day, number, later))

    def expect(self, viewing_state: str, rule: str, points_to: str) -> None:
        """Write down what must be found."""
        self.expected.add(Expected(viewing_state, rule, points_to))

    def story(self) -> Story:
        """Close the book."""
        return Story(self.person, tuple(self.steps), frozenset(self.expected))


def _single_application(tell: _Teller) -> None:
    (a,) = tell.states(1)
    tell.capture("applicant", a)


def _crossing_and_application_at_once(tell: _Teller) -> None:
    (a,) = tell.states(1)
    tell.capture("irregular_crossing", a)
    tell.capture("applicant", a)


def _crossing_then_application(tell: _Teller) -> None:
    a, b = tell.states(2)
    tell.capture("irregular_crossing", a)
    tell.wait(20, 60)
    tell.capture("applicant", b)
    tell.expect(b, "UM1", a)


def _responsible_elsewhere(tell: _Teller) -> None:
    a, b = tell.states(2)
    number = tell.capture("applicant", a)
    tell.wait(15, 30)
    tell.update(a, number, responsible_member_state=a)
    tell.wait(10, 40)
    tell.capture("applicant", b)
    tell.expect(b, "UM4", a)


def _responsible_after_the_hit(tell: _Teller) -> None:
    a, b = tell.states(2)
    number = tell.capture("applicant", a)
    tell.wait(15, 30)
    tell.capture("applicant", b)
    tell.wait(3, 10)
    tell.update(a, number, responsible_member_state=a)
    tell.expect(b, "UM4", a)  # told by the push of Article 16(4)


def _found_after_application(tell: _Teller) -> None:
    a, b = tell.states(2)
    tell.capture("applicant", a)
    tell.wait(15, 50)
    tell.capture("illegal_stay", b)
    tell.expect(b, "UM5", a)


def _rejected_elsewhere(tell: _Teller) -> None:
    a, b = tell.states(2)
    number = tell.capture("applicant", a)
    tell.wait(20, 40)
    tell.update(a, number, responsible_member_state=a, application_rejected=True)
    tell.wait(10, 30)
    tell.capture("applicant", b)
    tell.expect(b, "UM4", a)
    tell.expect(b, "PR1", a)


def _rejected_and_again(tell: _Teller) -> None:
    (a,) = tell.states(1)
    number = tell.capture("applicant", a)
    tell.wait(30, 50)
    tell.update(a, number, application_rejected=True)
    tell.wait(10, 30)
    tell.capture("applicant", a)
    tell.expect(a, "PR1", a)


def _visa_then_application(tell: _Teller) -> None:
    f, d = tell.states(2)
    valid_until = tell.day + timedelta(days=30)
    tell.capture("vis", f, visa_state="issued", valid_until=valid_until)
    tell.wait(40, 60)
    tell.capture("applicant", d)
    tell.expect(d, "UM11", f)


def _overstay_then_application(tell: _Teller) -> None:
    a, b = tell.states(2)
    tell.capture("ees", a, authorised_until=tell.day + timedelta(days=20))
    tell.wait(45, 70)
    tell.capture("applicant", b)
    tell.expect(b, "UM14", a)


def _rescued_then_application(tell: _Teller) -> None:
    a, b = tell.states(2)
    tell.capture("search_and_rescue", a)
    tell.wait(15, 40)
    tell.capture("applicant", b)


def _three_countries(tell: _Teller) -> None:
    a, b, c = tell.states(3)
    tell.capture("irregular_crossing", a)
    tell.wait(10, 30)
    tell.capture("applicant", b)
    tell.expect(b, "UM1", a)
    tell.wait(20, 40)
    tell.capture("illegal_stay", c)
    tell.expect(c, "UM5", b)


def _everything(tell: _Teller) -> None:
    """Tell the story of the demo: visa, entry, crossing, rejection, onward movement."""
    given = tell.person
    tell.day = date(2026, 6, 15)
    # The visa was asked for with another spelling, another birthday and another passport.
    tell.person = replace(
        given,
        surname=f"{given.surname}i",
        birth=replace(given.birth, day=(given.birth.day or 0) % 28 + 1),
        nationality="ARM",
    )
    tell.capture("vis", "FR", visa_state="issued", valid_until=date(2026, 7, 31))
    tell.person = given
    tell.day = date(2026, 6, 20)
    tell.capture("ees", "PL", authorised_until=date(2026, 7, 10))
    tell.day = date(2026, 7, 3)
    tell.capture("irregular_crossing", "EL")
    tell.day = date(2026, 7, 20)
    number = tell.capture("applicant", "IT")
    tell.expect("IT", "UM1", "EL")
    tell.expect("IT", "UM11", "FR")
    tell.expect("IT", "UM14", "PL")
    tell.day = date(2026, 9, 15)
    tell.update("IT", number, responsible_member_state="IT", application_rejected=True)
    tell.day = date(2026, 10, 5)
    # In Germany another spelling and year of birth were written down: both stay side by side.
    tell.person = replace(
        given,
        surname=given.surname.replace("dze", "dse"),
        birth=replace(given.birth, year=given.birth.year + 10),
    )
    tell.capture("applicant", "DE")
    for rule, points_to in (
        ("UM1", "EL"),
        ("UM4", "IT"),
        ("UM11", "FR"),
        ("UM14", "PL"),
        ("PR1", "IT"),
    ):
        tell.expect("DE", rule, points_to)


_PLOTS: tuple[tuple[Callable[[_Teller], None], int], ...] = (
    (_single_application, 3),
    (_crossing_and_application_at_once, 3),
    (_crossing_then_application, 5),
    (_responsible_elsewhere, 2),
    (_responsible_after_the_hit, 2),
    (_found_after_application, 2),
    (_rejected_elsewhere, 2),
    (_rejected_and_again, 2),
    (_visa_then_application, 2),
    (_overstay_then_application, 2),
    (_rescued_then_application, 1),
    (_three_countries, 4),
)


def make_stories(seed: int) -> Iterator[Story]:
    """Tell the stories of a population: 31 people, 60 Eurodac datasets, 6 records elsewhere.

    Args:
        seed: 0 or more; the same seed tells the same stories.
    """
    plots = [_everything] + [plot for plot, times in _PLOTS for _ in range(times)]
    for number, plot in enumerate(plots, start=HERO):
        rng = np.random.default_rng([seed, number])
        tell = _Teller(number, rng, nationality="GEO" if plot is _everything else None)
        plot(tell)
        yield tell.story()
