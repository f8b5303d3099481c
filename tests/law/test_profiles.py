"""Profiles: a role sees the systems and indicators of its rows, and nothing else appears."""

from datetime import date

import pytest

from eurodac.detection.detect import detect
from eurodac.detection.facts import visible
from eurodac.detection.values import Case
from eurodac.law import profiles
from eurodac.record import LaterData, Role
from tests.eurodac.detection.story import (
    APPLICATION,
    CROSSING,
    ILLEGAL,
    THERE,
    case,
    dataset,
    entry,
    hit,
    visa,
    with_ees,
    with_visa,
)

BEFORE, MET = date(2027, 1, 10), date(2027, 6, 10)


def after_hit(reference_later: LaterData | None = None, *, illegal: bool = False) -> Case:
    own = dataset(ILLEGAL if illegal else APPLICATION, MET)
    there = dataset(APPLICATION, BEFORE, state=THERE, later=reference_later)
    return case(own, received=(hit(there, own),))


def crossed() -> Case:
    own = dataset(APPLICATION, MET)
    return case(own, received=(hit(dataset(CROSSING, BEFORE, state=THERE), own),))


def with_expired_visa() -> Case:
    return with_visa(case(dataset(APPLICATION, MET)), visa(until=BEFORE), found_on=MET)


def with_overstay() -> Case:
    return with_ees(
        case(dataset(APPLICATION, MET)), entry(BEFORE, until=date(2027, 4, 10)), found_on=MET
    )


FIRES = {
    "UM1": crossed(),
    "UM4": after_hit(LaterData(responsible_member_state=THERE)),
    "UM5": after_hit(illegal=True),
    "UM11": with_expired_visa(),
    "UM14": with_overstay(),
    "PR1": after_hit(LaterData(application_rejected=True)),
}
SHOWS = {"EURODAC": crossed(), "EES": with_overstay(), "VIS": with_expired_visa()}


def pairs(things: tuple[str, ...]) -> list[object]:
    found = []
    for role in Role:
        for thing in things:
            row = profiles.sees(role.value, thing)
            marks = [pytest.mark.law(row.id)] if row else []
            found.append(pytest.param(role, thing, row is not None, marks=marks))
    return list(found)


def seen_as(role: Role, seen: Case) -> Case:
    values = {name: getattr(seen, name) for name in Case.__slots__}
    return Case(**{**values, "role": role})


@pytest.mark.parametrize(("role", "indicator", "shown"), pairs(profiles.INDICATORS))
def test_an_indicator_appears_for_the_roles_of_its_rows_only(
    role: Role, indicator: str, shown: bool
) -> None:
    found = {each.rule_id for each in detect(seen_as(role, FIRES[indicator]))}
    assert (indicator in found) is shown


@pytest.mark.parametrize(("role", "system", "shown"), pairs(profiles.SYSTEMS))
def test_a_system_appears_for_the_roles_of_its_rows_only(
    role: Role, system: str, shown: bool
) -> None:
    seen = visible(seen_as(role, SHOWS[system]))
    records = {"EURODAC": seen.received, "EES": seen.ees_files, "VIS": seen.vis_applications}
    assert (records[system] != ()) is shown


def test_only_the_immigration_unit_learns_of_overstays() -> None:
    """UM14 and EES have one route, an explicit row; tests elsewhere may not widen it unseen."""
    roles = {role for role in Role if profiles.sees(role.value, "UM14")}
    assert roles == {role for role in Role if profiles.sees(role.value, "EES")}
    assert roles == {Role.IMMIGRATION_UNIT}
