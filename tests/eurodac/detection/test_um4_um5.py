"""UM4 and UM5: responsible or applied elsewhere, found here."""

from dataclasses import replace
from datetime import date

import pytest

from eurodac.detection.detect import detect
from eurodac.detection.values import Push, Strength
from eurodac.record import Category, LaterData, RecordId, Subtype
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
    noon,
    only,
    rules,
)


def push(about: RecordId, value: str, on: date) -> Push:
    return Push("responsible_member_state", value, about, noon(on))


def responsible(state: str) -> LaterData:
    return LaterData(responsible_member_state=state)


@pytest.mark.law("detection.um4")
@pytest.mark.parametrize("category", [APPLICATION, ILLEGAL])
def test_given_responsibility_in_the_hit_when_found_here_then_two_weeks_from_the_hit(
    category: Category,
) -> None:
    there = dataset(APPLICATION, date(2026, 8, 1), state=THERE, later=responsible(THERE))
    here = dataset(category, date(2026, 12, 20))
    found = only(detect(case(here, received=(hit(there, here),))), "UM4")
    assert (found.points_to, found.strength) == (THERE, Strength.PROOF)
    assert found.deadline is not None
    assert found.deadline.on == date(2027, 1, 3)
    assert found.deadline.article == "32024R1351#art41.1"
    assert found.evidence[0].role == "responsibility"
    assert codes(found) == set()


@pytest.mark.law("detection.um4")
def test_given_the_viewing_state_is_responsible_then_nothing_is_indicated() -> None:
    there = dataset(APPLICATION, date(2026, 8, 1), state=THERE, later=responsible(HERE))
    here = dataset(ILLEGAL, date(2026, 12, 20))
    assert detect(case(here, received=(hit(there, here),))) == ()


@pytest.mark.law("detection.um4")
def test_given_only_a_crossing_here_then_the_person_was_not_found_here() -> None:
    there = dataset(APPLICATION, date(2026, 8, 1), state=THERE, later=responsible(THERE))
    here = dataset(CROSSING, date(2026, 12, 20))
    assert detect(case(here, received=(hit(there, here),))) == ()


@pytest.mark.law("detection.um4")
def test_given_responsibility_recorded_after_the_hit_then_only_a_push_makes_it_known() -> None:
    there, here = (
        dataset(APPLICATION, date(2026, 8, 1), state=THERE),
        dataset(ILLEGAL, date(2026, 9, 1)),
    )
    unaware = case(here, received=(hit(there, here),))
    assert rules(detect(unaware)) == ["UM5"]
    told = replace(unaware, pushes=(push(there.id, THERE, date(2026, 9, 20)),))
    found = only(detect(told), "UM4")
    assert rules(detect(told)) == ["UM4"]
    assert "recorded_after_finding" in codes(found)
    assert found.evidence[0].as_of == noon(date(2026, 9, 20))
    assert found.deadline is not None
    assert found.deadline.on == date(2026, 9, 15)
    assert rules(detect(replace(told, at=noon(date(2026, 9, 19))))) == ["UM5"]


@pytest.mark.law("detection.um4")
def test_a_push_about_a_dataset_never_received_still_counts() -> None:
    here = dataset(ILLEGAL, date(2026, 9, 1))
    known = case(here, pushes=(push(RecordId("f" * 32), THERE, date(2026, 9, 20)),))
    found = only(detect(known), "UM4")
    assert "identity_provisional" in codes(found)
    assert found.deadline is not None
    assert found.deadline.on == date(2026, 10, 4)


@pytest.mark.law("detection.um4")
def test_a_push_about_a_rejected_dataset_feeds_nothing() -> None:
    there, here = (
        dataset(APPLICATION, date(2026, 8, 1), state=THERE),
        dataset(ILLEGAL, date(2026, 9, 1)),
    )
    known = case(
        here,
        received=(hit(there, here, link_state=REJECTED),),
        pushes=(push(there.id, THERE, date(2026, 9, 20)),),
    )
    assert detect(known) == ()


@pytest.mark.law("detection.um4")
def test_the_newest_record_of_responsibility_counts() -> None:
    here = dataset(APPLICATION, date(2026, 12, 1))
    older = dataset(APPLICATION, date(2026, 8, 1), state=THERE, later=responsible(THERE))
    newer = dataset(APPLICATION, date(2026, 9, 1), state="AT", later=responsible("AT"))
    found = only(detect(case(here, received=(hit(older, here), hit(newer, here)))), "UM4")
    assert found.points_to == "AT"
    assert "responsibility_changed" in codes(found)


@pytest.mark.law("detection.um4")
def test_an_own_later_record_of_own_responsibility_ends_it() -> None:
    there = dataset(APPLICATION, date(2026, 8, 1), state=THERE, later=responsible(THERE))
    here = dataset(
        APPLICATION, date(2026, 12, 1), later=responsible(HERE), later_on=date(2026, 12, 20)
    )
    assert detect(case(here, received=(hit(there, here),))) == ()


@pytest.mark.law("detection.um4")
def test_the_latest_finding_here_counts() -> None:
    there = dataset(APPLICATION, date(2026, 8, 1), state=THERE, later=responsible(THERE))
    first, second = dataset(APPLICATION, date(2026, 10, 1)), dataset(ILLEGAL, date(2026, 12, 1))
    received = (hit(there, first), hit(there, second))
    found = only(detect(case(first, second, received=received)), "UM4")
    assert found.evidence[1].record_id == second.id
    assert found.deadline is not None
    assert found.deadline.on == date(2026, 12, 15)


@pytest.mark.law("detection.um4")
def test_a_departure_and_a_border_decision_are_counter_indications() -> None:
    there = dataset(
        APPLICATION,
        date(2026, 8, 1),
        state=THERE,
        later=LaterData(
            responsible_member_state=THERE,
            left_territory_on=date(2026, 10, 1),
            border_procedure_decision="unfounded",
        ),
    )
    here = dataset(ILLEGAL, date(2026, 12, 1))
    found = only(detect(case(here, received=(hit(there, here, link_state=PROVISIONAL),))), "UM4")
    assert codes(found) == {"left_territory", "border_procedure_decision", "identity_provisional"}


@pytest.mark.law("detection.um5")
def test_given_an_application_there_and_no_responsibility_when_found_here_then_um5() -> None:
    there, here = (
        dataset(APPLICATION, date(2026, 8, 1), state=THERE),
        dataset(ILLEGAL, date(2026, 9, 1)),
    )
    found = only(detect(case(here, received=(hit(there, here),))), "UM5")
    assert (found.points_to, found.strength) == (THERE, Strength.PROOF)
    assert "Responsibility is not recorded" in found.sentence
    assert codes(found) == {"responsibility_not_recorded"}
    assert found.deadline is not None
    assert found.deadline.on == date(2026, 9, 15)


@pytest.mark.law("detection.um5")
def test_given_an_application_here_instead_of_illegal_stay_then_um5_is_silent() -> None:
    there, here = (
        dataset(APPLICATION, date(2026, 8, 1), state=THERE),
        dataset(APPLICATION, date(2026, 9, 1)),
    )
    assert detect(case(here, received=(hit(there, here),))) == ()


@pytest.mark.law("detection.um5")
def test_given_the_illegal_stay_came_first_or_the_state_is_the_same_then_um5_is_silent() -> None:
    there, here = (
        dataset(APPLICATION, date(2026, 9, 2), state=THERE),
        dataset(ILLEGAL, date(2026, 9, 1)),
    )
    assert detect(case(here, received=(hit(there, here),))) == ()
    own = dataset(APPLICATION, date(2026, 8, 1))
    assert detect(case(own, here, received=(hit(own, here),))) == ()


@pytest.mark.law("detection.um5")
def test_an_arrival_after_a_transfer_is_no_application() -> None:
    there = replace(
        dataset(
            APPLICATION,
            date(2026, 7, 1),
            state=THERE,
            later=LaterData(take_charge_arrival_on=date(2026, 8, 1)),
        ),
        subtype=Subtype.TRANSFER_ARRIVAL,
    )
    here = dataset(ILLEGAL, date(2026, 9, 1))
    assert detect(case(here, received=(hit(there, here),))) == ()


@pytest.mark.law("detection.um5")
def test_one_indicator_per_state_with_its_latest_application() -> None:
    here = dataset(ILLEGAL, date(2026, 9, 1))
    several = [
        dataset(APPLICATION, date(2026, month, 1), state=state)
        for month, state in ((7, THERE), (8, THERE), (6, "AT"))
    ]
    found = detect(case(here, received=tuple(hit(each, here) for each in several)))
    assert [(each.points_to, each.evidence[0].on) for each in found] == [
        ("AT", date(2026, 6, 1)),
        (THERE, date(2026, 8, 1)),
    ]
