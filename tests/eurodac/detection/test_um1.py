"""UM1: irregular crossing in A, application in B."""

from dataclasses import replace
from datetime import date

import pytest

from eurodac.detection.detect import detect
from eurodac.detection.values import Indicator, IndicatorKind, Strength
from eurodac.record import Event, LaterData, LinkState, System
from tests.eurodac.detection.story import (
    APPLICATION,
    CROSSING,
    HERE,
    ILLEGAL,
    PROVISIONAL,
    REJECTED,
    THERE,
    case,
    codes,
    dataset,
    hit,
    only,
    rules,
)

pytestmark = pytest.mark.law("detection.um1")


def movement(
    crossed: date,
    applied: date,
    *,
    received: date | None = None,
    link_state: LinkState = LinkState.CONFIRMED,
    at: date | None = None,
) -> tuple[Indicator, ...]:
    there = dataset(CROSSING, crossed, state=THERE, place="Lampedusa")
    here = dataset(APPLICATION, applied)
    return detect(
        case(here, received=(hit(there, here, on=received, link_state=link_state),), at=at)
    )


def test_given_a_crossing_ten_months_ago_when_registered_and_hit_then_the_state_is_indicated() -> (
    None
):
    found = only(movement(date(2026, 9, 1), date(2027, 7, 1), received=date(2027, 7, 2)), "UM1")
    assert found.points_to == THERE
    assert found.kind is IndicatorKind.UNAUTHORISED_MOVEMENT
    assert found.strength is Strength.PROOF
    assert found.systems == (System.EURODAC,)
    assert [(item.role, item.on) for item in found.evidence] == [
        ("crossing", date(2026, 9, 1)),
        ("application", date(2027, 7, 1)),
    ]
    assert found.deadline is not None
    assert found.deadline.on == date(2027, 8, 2)
    assert found.article == "32024R1351#art33.1"
    assert found.needs_human
    assert not found.ceased
    assert "Italy" in found.sentence
    assert "1 September 2026" in found.sentence


def test_given_the_same_crossing_21_months_ago_then_it_is_shown_as_ceased() -> None:
    found = only(movement(date(2026, 9, 1), date(2028, 6, 1)), "UM1")
    assert found.ceased
    assert found.deadline is None
    assert "ceased" in found.sentence


@pytest.mark.parametrize(
    ("crossed", "applied", "ceased"),
    [
        (date(2026, 9, 15), date(2028, 5, 15), False),
        (date(2026, 9, 15), date(2028, 5, 16), True),
        (date(2026, 6, 30), date(2028, 2, 29), False),
        (date(2026, 6, 30), date(2028, 3, 1), True),
        (date(2028, 2, 29), date(2029, 10, 29), False),
        (date(2028, 2, 29), date(2029, 10, 30), True),
    ],
)
def test_the_period_is_exactly_twenty_calendar_months(
    crossed: date, applied: date, ceased: bool
) -> None:
    assert only(movement(crossed, applied), "UM1").ceased is ceased


@pytest.mark.parametrize(
    ("received", "deadline"),
    [
        (date(2027, 1, 31), date(2027, 2, 28)),
        (date(2028, 1, 31), date(2028, 2, 29)),
        (date(2027, 3, 31), date(2027, 4, 30)),
        (date(2026, 12, 15), date(2027, 1, 15)),
    ],
)
def test_the_deadline_is_one_calendar_month_from_the_hit(received: date, deadline: date) -> None:
    found = only(movement(date(2026, 9, 1), date(2026, 12, 1), received=received), "UM1")
    assert found.deadline is not None
    assert found.deadline.on == deadline


def test_the_deadline_is_called_passed_only_after_its_last_day() -> None:
    for at, passed in ((date(2027, 1, 15), False), (date(2027, 1, 16), True)):
        found = only(
            movement(date(2026, 9, 1), date(2026, 12, 1), received=date(2026, 12, 15), at=at), "UM1"
        )
        assert found.deadline is not None
        assert found.deadline.passed is passed


def test_given_a_crossing_in_the_viewing_state_then_it_is_no_movement() -> None:
    earlier, here = dataset(CROSSING, date(2026, 9, 1)), dataset(APPLICATION, date(2026, 10, 1))
    assert detect(case(earlier, here, received=(hit(earlier, here),))) == ()


def test_given_an_application_before_the_crossing_then_it_is_no_movement() -> None:
    assert movement(date(2026, 9, 2), date(2026, 9, 1)) == ()


def test_given_one_event_in_two_categories_then_it_is_no_movement() -> None:
    there = dataset(CROSSING, date(2026, 9, 1), state=THERE)
    here = dataset(APPLICATION, date(2026, 9, 1))
    there = replace(there, event=Event("Harbour ", date(2026, 9, 1)))
    here = replace(here, event=Event("harbour", date(2026, 9, 1)))
    assert detect(case(here, received=(hit(there, here),))) == ()


def test_a_provisional_link_is_named_and_a_rejected_one_feeds_nothing() -> None:
    provisional = movement(date(2026, 9, 1), date(2026, 10, 1), link_state=PROVISIONAL)
    assert "identity_provisional" in codes(only(provisional, "UM1"))
    confirmed = movement(date(2026, 9, 1), date(2026, 10, 1))
    assert "identity_provisional" not in codes(only(confirmed, "UM1"))
    assert movement(date(2026, 9, 1), date(2026, 10, 1), link_state=REJECTED) == ()


def test_the_first_application_after_the_crossing_counts() -> None:
    there = dataset(CROSSING, date(2026, 9, 1), state=THERE)
    first, second = (dataset(APPLICATION, date(2026, month, 1)) for month in (10, 12))
    received = (hit(there, second), hit(there, first))
    found = only(detect(case(second, first, received=received)), "UM1")
    assert found.evidence[1].record_id == first.id
    assert found.deadline is not None
    assert found.deadline.on == date(2026, 11, 1)


def test_a_hit_through_another_dataset_does_not_start_the_clock_before_the_application() -> None:
    there = dataset(CROSSING, date(2026, 9, 1), state=THERE)
    illegal, applied = dataset(ILLEGAL, date(2026, 10, 1)), dataset(APPLICATION, date(2026, 12, 1))
    found = only(detect(case(illegal, applied, received=(hit(there, illegal),))), "UM1")
    assert found.deadline is not None
    assert found.deadline.on == date(2027, 1, 1)
    assert "identity_provisional" in codes(found)  # nothing ties the application to the crossing


def test_the_direct_hit_starts_the_clock_even_if_the_crossing_was_known_before() -> None:
    there = dataset(CROSSING, date(2026, 9, 1), state=THERE)
    illegal, applied = dataset(ILLEGAL, date(2026, 10, 1)), dataset(APPLICATION, date(2026, 12, 1))
    received = (hit(there, illegal), hit(there, applied, on=date(2026, 12, 5)))
    found = only(detect(case(illegal, applied, received=received)), "UM1")
    assert found.deadline is not None
    assert found.deadline.on == date(2027, 1, 5)


def test_given_the_hit_is_not_answered_yet_then_nothing_is_known() -> None:
    late = date(2026, 10, 3)
    assert movement(date(2026, 9, 1), date(2026, 10, 1), received=late, at=date(2026, 10, 2)) == ()
    assert movement(date(2026, 9, 1), date(2026, 10, 1), received=late, at=late)


def test_what_came_after_the_instant_of_the_case_is_not_known() -> None:
    assert movement(date(2026, 9, 1), date(2026, 10, 1), at=date(2026, 9, 30)) == ()


def test_departure_transfer_marks_and_responsibility_are_counter_indications() -> None:
    here = dataset(APPLICATION, date(2027, 3, 1))
    there = replace(
        dataset(
            CROSSING,
            date(2026, 9, 1),
            state=THERE,
            later=LaterData(return_departure_on=date(2026, 11, 1), relocation_member_state="FR"),
        ),
        residence_mark=True,
    )
    third = replace(
        dataset(
            APPLICATION,
            date(2026, 10, 1),
            state="AT",
            later=LaterData(left_territory_on=date(2026, 12, 1), responsible_member_state="AT"),
        ),
        protection_mark=True,
    )
    found = only(detect(case(here, received=(hit(there, here), hit(third, here)))), "UM1")
    assert codes(found) == {
        "returned",
        "left_territory",
        "transfer_or_relocation",
        "residence_mark",
        "protection_mark",
        "responsibility_recorded",
    }


def test_a_departure_before_the_crossing_does_not_matter() -> None:
    here = dataset(APPLICATION, date(2027, 3, 1))
    there = dataset(
        CROSSING,
        date(2026, 9, 1),
        state=THERE,
        later=LaterData(return_departure_on=date(2026, 8, 31)),
    )
    assert codes(only(detect(case(here, received=(hit(there, here),))), "UM1")) == set()


def test_an_own_crossing_before_that_of_the_other_state_is_a_counter_indication() -> None:
    own, here = dataset(CROSSING, date(2026, 8, 1)), dataset(APPLICATION, date(2026, 10, 1))
    there = dataset(CROSSING, date(2026, 9, 1), state=THERE)
    found = only(detect(case(own, here, received=(hit(there, here),))), "UM1")
    assert "own_crossing_earlier" in codes(found)


def test_before_the_time_limits_apply_there_is_no_deadline() -> None:
    there, here = (
        dataset(CROSSING, date(2026, 6, 13), state=THERE),
        dataset(APPLICATION, date(2026, 6, 20)),
    )
    known = case(here, received=(hit(there, here),))
    assert only(detect(known), "UM1").deadline is not None
    later_start = only(detect(replace(known, ammr_from=date(2026, 7, 1))), "UM1")
    assert later_start.deadline is None
    assert "clock_not_yet_applicable" in codes(later_start)


def test_only_the_snapshot_counts_and_of_several_the_newest() -> None:
    first, second = dataset(APPLICATION, date(2026, 10, 1)), dataset(ILLEGAL, date(2026, 12, 1))
    there = dataset(CROSSING, date(2026, 9, 1), state=THERE)
    corrected = replace(there, event=Event("Bari", date(2026, 9, 20)))
    known = case(first, second, received=(hit(corrected, second), hit(there, first)))
    assert only(detect(known), "UM1").evidence[0].on == date(2026, 9, 20)
    assert rules(detect(case(first, second))) == []
    assert HERE not in {each.points_to for each in detect(known)}
