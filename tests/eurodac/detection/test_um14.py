"""UM14: stay beyond the authorised stay, then met here."""

from datetime import date, timedelta

import pytest

from eurodac.detection.detect import detect
from eurodac.detection.stay import short_stay_end, stays
from eurodac.detection.timeline import timeline
from eurodac.detection.values import IndicatorKind, Strength
from eurodac.record import Role, System
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
    entry,
    exit_,
    only,
    with_ees,
)

pytestmark = pytest.mark.law("detection.um14")
ENTERED, UNTIL = date(2026, 7, 1), date(2026, 9, 28)
ALWAYS = {
    "overstay_excused",
    "presumption_rebuttable",
    "stamp_prevails",
    "exit_may_be_missing",
    "other_right_of_stay",
}


@pytest.mark.parametrize("illegal", [False, True])
def test_given_no_exit_after_the_authorised_stay_when_met_here_then_an_overstay(
    illegal: bool,
) -> None:
    here = dataset(ILLEGAL if illegal else APPLICATION, date(2026, 10, 8))
    found = only(
        detect(with_ees(case(here), entry(ENTERED, until=UNTIL), found_on=date(2026, 10, 8))),
        "UM14",
    )
    assert found.kind is IndicatorKind.OVERSTAY
    assert (found.strength, found.deadline) == (Strength.INDICATOR, None)
    assert found.points_to == THERE
    assert found.systems == (System.EURODAC, System.EES)
    assert "10 days" in found.sentence
    assert codes(found) == ALWAYS


@pytest.mark.parametrize(("days", "over"), [(89, 0), (90, 0), (91, 1), (120, 30)])
def test_given_a_stay_of_91_days_in_180_then_one_day_over_counting_both_ends(
    days: int, over: int
) -> None:
    met = ENTERED + timedelta(days=days - 1)
    found = detect(with_ees(case(dataset(ILLEGAL, met)), entry(ENTERED), found_on=met))
    assert bool(found) is (over > 0)
    if found:
        assert f"{over} day" in found[0].sentence
        assert codes(found[0]) == ALWAYS | {"authorised_stay_computed"}


def test_earlier_stays_within_180_days_use_up_days() -> None:
    thirty = (date(2026, 7, 1), date(2026, 7, 30))
    assert short_stay_end([thirty], date(2026, 8, 30)) == date(2026, 10, 28)
    assert short_stay_end([thirty], date(2027, 3, 1)) == date(2027, 5, 29)
    ninety = (date(2026, 7, 1), date(2026, 9, 28))
    assert short_stay_end([ninety], date(2026, 10, 1)) == date(2026, 9, 30)
    assert short_stay_end([ninety], date(2026, 12, 28)) == date(2027, 3, 27)


def test_the_short_stay_agrees_with_a_plain_count_of_days() -> None:
    earlier = [(date(2026, 6, 1), date(2026, 6, 20)), (date(2026, 8, 1), date(2026, 8, 25))]
    for start in (date(2026, 9, 1), date(2026, 11, 15), date(2027, 1, 10)):
        end = short_stay_end(earlier, start)
        for last, allowed in ((end, True), (end + timedelta(days=1), False)):
            window = [last - timedelta(days=back) for back in range(180)]
            spans = [*earlier, (start, last)]
            present = sum(any(a <= each <= b for a, b in spans) for each in window)
            assert (present <= 90) is allowed


def test_given_an_exit_before_the_finding_then_no_overstay_is_claimed() -> None:
    here = dataset(APPLICATION, date(2026, 12, 1))
    known = with_ees(
        case(here),
        entry(ENTERED, until=UNTIL),
        exit_(date(2026, 10, 5)),
        found_on=date(2026, 12, 1),
    )
    assert detect(known) == ()
    assert "overstay" in {event.kind for event in timeline(known)}


def test_given_a_later_entry_then_the_missing_exit_is_no_overstay() -> None:
    here = dataset(APPLICATION, date(2026, 12, 1))
    again = entry(date(2026, 11, 20), until=date(2027, 1, 20))
    assert (
        detect(with_ees(case(here), entry(ENTERED, until=UNTIL), again, found_on=date(2026, 12, 1)))
        == ()
    )
    first, second = stays([again, entry(ENTERED, until=UNTIL)])
    assert (first.open, first.left_on, second.open) == (False, None, True)


def test_days_are_counted_at_the_first_finding_and_the_state_may_be_the_same() -> None:
    illegal, applied = dataset(ILLEGAL, date(2026, 9, 30)), dataset(APPLICATION, date(2026, 12, 1))
    known = with_ees(
        case(applied, illegal), entry(ENTERED, state=HERE, until=UNTIL), found_on=date(2026, 9, 30)
    )
    found = only(detect(known), "UM14")
    assert found.points_to == HERE
    assert found.evidence[1].record_id == illegal.id
    assert "2 days" in found.sentence


def test_on_the_last_authorised_day_and_for_a_crossing_here_nothing_fires() -> None:
    for here in (dataset(APPLICATION, UNTIL), dataset(CROSSING, date(2026, 12, 1))):
        assert detect(with_ees(case(here), entry(ENTERED, until=UNTIL), found_on=UNTIL)) == ()


def test_an_unverified_link_is_named_and_a_rejected_one_feeds_nothing() -> None:
    here, first = dataset(APPLICATION, date(2026, 12, 1)), entry(ENTERED, until=UNTIL)
    unverified = with_ees(case(here), first, found_on=date(2026, 12, 1), link_state=PROVISIONAL)
    assert "ees_link_unverified" in codes(only(detect(unverified), "UM14"))
    rejected = with_ees(case(here), first, found_on=date(2026, 12, 1), link_state=REJECTED)
    assert detect(rejected) == ()


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.IMMIGRATION_UNIT])
def test_no_role_but_the_immigration_unit_sees_overstay_or_any_ees_event(role: Role) -> None:
    here = dataset(APPLICATION, date(2026, 12, 1))
    known = with_ees(case(here, role=role), entry(ENTERED, until=UNTIL), found_on=date(2026, 12, 1))
    assert detect(known) == ()
    assert System.EES not in {event.system for event in timeline(known)}
