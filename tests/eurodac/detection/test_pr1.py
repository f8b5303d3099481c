"""PR1: rejected in A, applies in B."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from eurodac.detection.detect import detect
from eurodac.detection.values import IndicatorKind, Strength
from eurodac.record import LaterData, Role
from tests.eurodac.detection.story import (
    APPLICATION,
    HERE,
    ILLEGAL,
    PROVISIONAL,
    REJECTED,
    case,
    codes,
    dataset,
    hit,
    noon,
    only,
)

pytestmark = pytest.mark.law("detection.pr1")
REJECTION = LaterData(application_rejected=True)
THERE = "SE"


def test_given_a_rejection_in_the_hit_when_applying_here_then_two_weeks_from_the_hit() -> None:
    there = dataset(
        APPLICATION, date(2026, 7, 1), state=THERE, later=REJECTION, later_on=date(2026, 9, 1)
    )
    here = dataset(APPLICATION, date(2026, 12, 1))
    found = only(detect(case(here, received=(hit(there, here, on=date(2026, 12, 2)),))), "PR1")
    assert found.kind is IndicatorKind.PRIOR_REJECTION
    assert (found.points_to, found.strength) == (THERE, Strength.PROOF)
    assert found.deadline is not None
    assert found.deadline.on == date(2026, 12, 16)
    assert found.evidence[0].on == date(2026, 9, 1)
    assert found.evidence[0].as_of == noon(date(2026, 12, 2))
    assert "as of the hit of 2 December 2026" in found.sentence
    assert codes(found) == {"record_only"}


def test_given_the_rejection_came_after_the_hit_then_it_is_unknown_here() -> None:
    there, here = (
        dataset(APPLICATION, date(2026, 7, 1), state=THERE),
        dataset(APPLICATION, date(2026, 8, 1)),
    )
    snapshot = hit(there, here)
    live = replace(
        there,
        later=REJECTION,
        later_recorded_at=(("application_rejected", noon(date(2026, 9, 1))),),
    )
    assert detect(case(here, received=(snapshot,))) == ()
    again = dataset(ILLEGAL, date(2026, 10, 1))
    found = only(detect(case(here, again, received=(snapshot, hit(live, again)))), "PR1")
    assert "recorded_after_application" in codes(found)
    assert found.deadline is not None
    assert found.deadline.on == date(2026, 10, 15)


def test_given_an_own_rejection_then_it_is_shown_without_a_clock() -> None:
    earlier = dataset(APPLICATION, date(2026, 7, 1), later=REJECTION, later_on=date(2026, 9, 1))
    here = dataset(APPLICATION, date(2026, 12, 1))
    found = only(detect(case(here, earlier, received=(hit(earlier, here),))), "PR1")
    assert (found.points_to, found.deadline) == (HERE, None)
    assert found.evidence[0].as_of is None
    assert "identity_provisional" not in codes(found)
    unsure = hit(earlier, here, link_state=PROVISIONAL)
    assert "identity_provisional" in codes(
        only(detect(case(here, earlier, received=(unsure,))), "PR1")
    )


def test_given_only_the_rejected_application_or_an_earlier_one_then_nothing_fires() -> None:
    rejected = dataset(APPLICATION, date(2026, 7, 1), later=REJECTION)
    assert detect(case(rejected)) == ()
    before = dataset(APPLICATION, date(2026, 6, 20))
    there = dataset(APPLICATION, date(2026, 7, 1), state=THERE, later=REJECTION)
    assert detect(case(before, received=(hit(there, before, on=date(2026, 8, 1)),))) == ()


@pytest.mark.parametrize(("minutes", "fires"), [(-1, False), (1, True)])
def test_given_the_applications_are_of_one_day_then_the_transmission_decides(
    minutes: int, fires: bool
) -> None:
    there = dataset(APPLICATION, date(2026, 7, 1), state=THERE, later=REJECTION)
    sent = there.transmitted_at + timedelta(minutes=minutes)
    here = replace(dataset(APPLICATION, date(2026, 7, 1)), transmitted_at=sent)
    found = detect(case(here, received=(hit(there, here, on=date(2026, 8, 1)),)))
    assert [each.rule_id for each in found if each.rule_id == "PR1"] == ["PR1"] * fires


def test_given_an_illegal_stay_here_then_it_is_no_new_application() -> None:
    there = dataset(APPLICATION, date(2026, 7, 1), state=THERE, later=REJECTION)
    here = dataset(ILLEGAL, date(2026, 12, 1))
    found = detect(case(here, received=(hit(there, here),)))
    assert [each.rule_id for each in found] == ["UM5"]


def test_the_latest_application_counts_and_each_rejection_is_shown() -> None:
    one, two = (
        dataset(APPLICATION, date(2026, 7, day), state=state, later=REJECTION)
        for day, state in ((1, THERE), (2, "AT"))
    )
    first, second = (dataset(APPLICATION, date(2026, month, 1)) for month in (9, 11))
    received = (hit(one, first), hit(one, second), hit(two, second))
    found = [
        each for each in detect(case(first, second, received=received)) if each.rule_id == "PR1"
    ]
    assert [each.points_to for each in found] == [THERE, "AT"]
    assert {each.evidence[1].record_id for each in found} == {second.id}


def test_another_responsible_state_a_departure_and_a_false_link_are_told() -> None:
    later = LaterData(
        application_rejected=True,
        responsible_member_state="FR",
        return_departure_on=date(2026, 10, 1),
    )
    there = dataset(APPLICATION, date(2026, 7, 1), state=THERE, later=later)
    here = dataset(APPLICATION, date(2026, 12, 1))
    found = only(detect(case(here, received=(hit(there, here),))), "PR1")
    assert codes(found) == {"record_only", "responsibility_recorded", "returned"}
    assert detect(case(here, received=(hit(there, here, link_state=REJECTED),))) == ()


@pytest.mark.parametrize("role", list(Role))
def test_only_asylum_and_immigration_units_see_a_rejection(role: Role) -> None:
    there = dataset(APPLICATION, date(2026, 7, 1), state=THERE, later=REJECTION)
    here = dataset(APPLICATION, date(2026, 12, 1))
    found = detect(case(here, received=(hit(there, here),), role=role))
    assert bool(found) is (role in {Role.ASYLUM_UNIT, Role.IMMIGRATION_UNIT})
