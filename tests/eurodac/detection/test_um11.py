"""UM11: visa of A, application in B."""

from dataclasses import replace
from datetime import date

import pytest

from eurodac.detection.detect import detect
from eurodac.detection.values import Indicator, Strength
from eurodac.record import LaterData, Role, System, Visa, VisaState
from tests.eurodac.detection.story import (
    APPLICATION,
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
    visa,
    with_visa,
)

pytestmark = pytest.mark.law("detection.um11")
APPLIED = date(2026, 9, 15)


def with_record(**about: object) -> tuple[Indicator, ...]:
    here = dataset(APPLICATION, APPLIED)
    return detect(with_visa(case(here), visa(**about), found_on=APPLIED))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("until", "fires"),
    [
        (date(2027, 1, 1), True),  # still valid
        (date(2025, 4, 15), True),  # expired 17 months before
        (date(2025, 3, 16), True),
        (date(2025, 3, 15), False),  # exactly 18 months: no longer less than 18
        (date(2025, 2, 15), False),  # 19 months before
    ],
)
def test_given_a_visa_when_it_ended_less_than_18_months_before_then_the_issuer_is_indicated(
    until: date, fires: bool
) -> None:
    found = with_record(until=until)
    assert bool(found) is fires
    if fires:
        one = only(found, "UM11")
        assert (one.points_to, one.strength) == ("FR", Strength.PROOF)
        assert one.systems == (System.EURODAC, System.VIS)
        assert one.deadline is not None
        assert one.deadline.on == date(2026, 10, 15)


def test_month_ends_and_leap_days_count_by_the_calendar() -> None:
    here = dataset(APPLICATION, date(2028, 2, 28))
    record = visa(until=date(2026, 8, 29), state="FR")
    assert detect(with_visa(case(here), record, found_on=date(2028, 2, 28)))
    on_the_day = dataset(APPLICATION, date(2028, 2, 29))
    assert detect(with_visa(case(on_the_day), record, found_on=date(2028, 2, 29))) == ()


@pytest.mark.parametrize("ended", [VisaState.ANNULLED, VisaState.REVOKED])
def test_an_annulled_or_revoked_visa_counts_from_that_day(ended: VisaState) -> None:
    assert with_record(until=date(2027, 1, 1), visa_state=ended, decided_on=date(2025, 4, 1))
    assert not with_record(until=date(2027, 1, 1), visa_state=ended, decided_on=date(2025, 3, 1))


def test_a_visa_that_began_after_the_application_does_not_count() -> None:
    here = dataset(APPLICATION, APPLIED)
    for begins, fires in ((APPLIED, True), (date(2026, 9, 16), False)):
        record = replace(visa(until=date(2027, 1, 1)), valid_from=begins)
        assert bool(detect(with_visa(case(here), record, found_on=date(2026, 12, 5)))) is fires


def test_a_visa_that_had_expired_does_not_end_again_by_its_revocation() -> None:
    late = date(2026, 1, 1)
    expired = date(2025, 1, 1)  # outside the 18 months
    assert not with_record(until=expired, visa_state=VisaState.REVOKED, decided_on=late)


@pytest.mark.parametrize("without", [VisaState.APPLIED, VisaState.REFUSED])
def test_without_an_issued_visa_nothing_fires(without: VisaState) -> None:
    assert with_record(until=date(2027, 1, 1), visa_state=without) == ()


def test_a_represented_state_is_the_responsible_one() -> None:
    found = only(with_record(until=date(2027, 1, 1), represented="BE"), "UM11")
    assert found.points_to == "BE"
    assert "on behalf of Belgium" in found.sentence
    assert with_record(until=date(2027, 1, 1), represented=HERE) == ()
    assert with_record(until=date(2027, 1, 1), state=HERE) == ()


def test_without_an_application_here_nothing_fires() -> None:
    here = dataset(ILLEGAL, APPLIED)
    assert detect(with_visa(case(here), visa(until=date(2027, 1, 1)), found_on=APPLIED)) == ()


def test_an_unverified_link_is_named_and_a_rejected_one_feeds_nothing() -> None:
    here, record = dataset(APPLICATION, APPLIED), visa(until=date(2027, 1, 1))
    unverified = with_visa(case(here), record, found_on=APPLIED, link_state=PROVISIONAL)
    assert codes(only(detect(unverified), "UM11")) == {"vis_link_unverified"}
    assert detect(with_visa(case(here), record, found_on=APPLIED, link_state=REJECTED)) == ()


def test_several_visas_are_all_shown_and_say_so() -> None:
    base = with_visa(
        case(dataset(APPLICATION, APPLIED)), visa(until=date(2027, 1, 1)), found_on=APPLIED
    )
    second = visa(until=date(2026, 12, 1), state="ES", number="ES0001")
    found = detect(with_visa(base, second, found_on=APPLIED))
    assert [each.points_to for each in found] == ["FR", "ES"]
    assert all("several_visas" in codes(each) for each in found)


def test_the_clock_does_not_start_before_the_application() -> None:
    here = dataset(APPLICATION, APPLIED)
    found = only(
        detect(with_visa(case(here), visa(until=date(2027, 1, 1)), found_on=date(2026, 7, 1))),
        "UM11",
    )
    assert found.deadline is not None
    assert found.deadline.on == date(2026, 10, 15)


def noted(number: str = "FR0001", issuer: str = "FR") -> LaterData:
    return LaterData(visa=Visa(issuer, number))


def test_the_eurodac_note_alone_is_an_indicator_with_an_unknown_window() -> None:
    here = dataset(APPLICATION, APPLIED)
    there = dataset(APPLICATION, date(2026, 8, 1), state=THERE, later=noted())
    found = only(detect(case(here, received=(hit(there, here),))), "UM11")
    assert (found.points_to, found.strength) == ("FR", Strength.INDICATOR)
    assert "window_not_checkable" in codes(found)
    assert found.systems == (System.EURODAC,)
    assert found.deadline is not None
    assert found.deadline.on == date(2026, 10, 15)


def test_the_vis_record_speaks_instead_of_the_note_of_the_same_visa() -> None:
    here = dataset(APPLICATION, APPLIED)
    there = dataset(APPLICATION, date(2026, 8, 1), state=THERE, later=noted())
    base = case(here, received=(hit(there, here),))
    strong = detect(with_visa(base, visa(until=date(2027, 1, 1)), found_on=APPLIED))
    assert [each.strength for each in strong] == [Strength.PROOF]
    assert detect(with_visa(base, visa(until=date(2025, 1, 1)), found_on=APPLIED)) == ()


def test_a_note_of_a_visa_of_the_viewing_state_is_no_movement() -> None:
    here = dataset(APPLICATION, APPLIED)
    there = dataset(APPLICATION, date(2026, 8, 1), state=THERE, later=noted(issuer=HERE))
    assert detect(case(here, received=(hit(there, here),))) == ()


def test_the_same_note_on_two_datasets_is_one_indicator_and_an_own_note_has_no_clock() -> None:
    here = dataset(APPLICATION, APPLIED, later=noted())
    found = only(detect(case(here)), "UM11")
    assert found.deadline is None
    there = dataset(APPLICATION, date(2026, 8, 1), state=THERE, later=noted())
    assert len(detect(case(here, received=(hit(there, here),)))) == 1


@pytest.mark.parametrize("role", list(Role))
def test_only_roles_with_a_route_to_vis_base_anything_on_it(role: Role) -> None:
    here = dataset(APPLICATION, APPLIED)
    found = detect(with_visa(case(here, role=role), visa(until=date(2027, 1, 1)), found_on=APPLIED))
    assert bool(found) is (role in {Role.ASYLUM_UNIT, Role.IMMIGRATION_UNIT})
