"""One timeline over three systems."""

from dataclasses import replace
from datetime import date

import pytest

from eurodac.detection.detect import detect
from eurodac.detection.timeline import timeline
from eurodac.detection.values import Case, Push
from eurodac.record import Category, LaterData, Role, Subtype, System, Visa, VisaState
from tests.eurodac.detection.story import (
    APPLICATION,
    CROSSING,
    HERE,
    ILLEGAL,
    PROVISIONAL,
    REJECTED,
    THERE,
    case,
    dataset,
    entry,
    exit_,
    hit,
    noon,
    visa,
    with_ees,
    with_visa,
)


def story(role: Role = Role.IMMIGRATION_UNIT) -> Case:
    there = dataset(CROSSING, date(2026, 8, 1), state=THERE)
    rejected = dataset(
        APPLICATION,
        date(2026, 8, 5),
        state="AT",
        later=LaterData(application_rejected=True, responsible_member_state="AT"),
        later_on=date(2026, 9, 1),
    )
    here = dataset(APPLICATION, date(2026, 12, 1))
    known = case(
        here,
        received=(hit(there, here, link_state=PROVISIONAL), hit(rejected, here)),
        pushes=(Push("responsible_member_state", "AT", rejected.id, noon(date(2026, 12, 20))),),
        role=role,
        at=date(2027, 1, 1),
    )
    with_file = with_ees(
        known,
        entry(date(2026, 3, 1), until=date(2026, 5, 29)),
        exit_(date(2026, 6, 2)),
        found_on=date(2026, 12, 1),
    )
    return with_visa(
        with_file,
        visa(until=date(2026, 2, 1), decided_on=date(2024, 1, 9)),
        found_on=date(2026, 12, 1),
    )


def test_events_of_three_systems_stand_in_the_order_of_time() -> None:
    assert [(event.on, event.system, event.kind) for event in timeline(story())] == [
        (date(2024, 1, 2), System.VIS, "visa_application"),
        (date(2024, 1, 9), System.VIS, "visa_issued"),
        (date(2026, 2, 1), System.VIS, "visa_expired"),
        (date(2026, 3, 1), System.EES, "entry"),
        (date(2026, 5, 29), System.EES, "authorised_stay_end"),
        (date(2026, 5, 30), System.EES, "overstay"),
        (date(2026, 6, 2), System.EES, "exit"),
        (date(2026, 8, 1), System.EURODAC, "crossing"),
        (date(2026, 8, 5), System.EURODAC, "application"),
        (date(2026, 9, 1), System.EURODAC, "rejection"),
        (date(2026, 9, 1), System.EURODAC, "responsibility"),
        (date(2026, 12, 1), System.EURODAC, "application"),
        (date(2026, 12, 20), System.EURODAC, "notification"),
    ]


def test_the_order_of_the_inputs_does_not_matter() -> None:
    known = story()
    turned = replace(known, received=known.received[::-1], own=known.own[::-1])
    assert timeline(turned) == timeline(known)
    assert detect(turned) == detect(known)


def test_own_events_are_live_and_others_are_as_of_the_hit() -> None:
    events = timeline(story())
    own = [event for event in events if event.member_state == HERE]
    assert {(event.link_state, event.as_of) for event in own} == {(None, None)}
    (crossing,) = [event for event in events if event.kind == "crossing"]
    assert (crossing.link_state, crossing.as_of) == (PROVISIONAL, noon(date(2026, 12, 1)))
    assert crossing.text == "Italy recorded an irregular crossing in Town IT."


def test_what_lies_in_the_future_of_the_case_is_left_out() -> None:
    kinds = {event.kind for event in timeline(replace(story(), at=noon(date(2026, 12, 19))))}
    assert "notification" not in kinds
    assert timeline(replace(story(), at=noon(date(2026, 5, 1)))) == ()


@pytest.mark.parametrize(
    ("role", "systems"),
    [
        (Role.IMMIGRATION_UNIT, {System.EURODAC, System.EES, System.VIS}),
        (Role.ASYLUM_UNIT, {System.EURODAC, System.VIS}),
        (Role.VISA_AUTHORITY, {System.VIS}),
        (Role.FINGERPRINT_EXPERT, {System.EURODAC}),
        (Role.SCREENING_OFFICER, set()),
        (Role.AUDITOR, set()),
        (Role.OPERATOR, set()),
        (Role.LAW_ENFORCEMENT, set()),
    ],
)
def test_each_role_sees_only_the_systems_of_its_profile(role: Role, systems: set[System]) -> None:
    assert {event.system for event in timeline(story(role))} == systems
    seen = {item.system for found in detect(story(role)) for item in found.evidence}
    assert seen <= systems


def test_rejected_links_bring_no_event() -> None:
    here, there = (
        dataset(APPLICATION, date(2026, 12, 1)),
        dataset(CROSSING, date(2026, 8, 1), state=THERE),
    )
    known = case(here, received=(hit(there, here, link_state=REJECTED),))
    assert [event.record_id for event in timeline(known)] == [here.id]


def test_later_data_tell_their_own_events() -> None:
    own = replace(
        dataset(
            APPLICATION,
            date(2026, 8, 1),
            later=LaterData(
                take_back_arrival_on=date(2026, 9, 1),
                left_territory_on=date(2026, 10, 1),
                return_departure_on=date(2026, 11, 1),
                relocation_member_state="FR",
                border_procedure_decision="inadmissible",
                avrr_granted=True,
                visa=Visa("ES", "ES1"),
            ),
            later_on=date(2026, 12, 1),
        ),
        id=dataset(APPLICATION, date(2026, 8, 1)).id,
    )
    assert [(event.on.month, event.kind) for event in timeline(case(own))] == [
        (8, "application"),
        (9, "transfer_arrival"),
        (10, "departure"),
        (11, "return"),
        (12, "rejection"),
        (12, "relocation"),
        (12, "visa_noted"),
        (12, "voluntary_return"),
    ]


@pytest.mark.parametrize(
    ("category", "subtype", "kind"),
    [
        (Category.SEARCH_AND_RESCUE, Subtype.NONE, "disembarkation"),
        (Category.ILLEGAL_STAY, Subtype.NONE, "illegal_stay"),
        (Category.TEMPORARY_PROTECTION, Subtype.NONE, "temporary_protection"),
        (Category.NATIONAL_RESETTLEMENT, Subtype.NONE, "resettlement"),
        (Category.ADMISSION, Subtype.GRANTED, "admission"),
        (Category.ADMISSION, Subtype.REFUSED, "admission_refused"),
        (Category.ADMISSION, Subtype.DISCONTINUED, "admission_discontinued"),
        (Category.ILLEGAL_STAY, Subtype.RELOCATION_ARRIVAL, "relocation_arrival"),
        (Category.APPLICANT, Subtype.RELOCATION_ARRIVAL, "relocation_arrival"),
    ],
)
def test_every_category_has_its_event(category: Category, subtype: Subtype, kind: str) -> None:
    own = replace(dataset(category, date(2026, 8, 1)), subtype=subtype)
    assert [event.kind for event in timeline(case(own))] == [kind]


def test_an_arrival_after_transfer_is_told_once_on_its_day() -> None:
    own = replace(
        dataset(
            APPLICATION, date(2026, 8, 1), later=LaterData(take_charge_arrival_on=date(2026, 9, 1))
        ),
        subtype=Subtype.TRANSFER_ARRIVAL,
    )
    assert [(e.on, e.kind) for e in timeline(case(own))] == [(date(2026, 9, 1), "transfer_arrival")]


@pytest.mark.parametrize(
    ("decided", "kind"),
    [
        (VisaState.REFUSED, "visa_refused"),
        (VisaState.ANNULLED, "visa_annulled"),
        (VisaState.REVOKED, "visa_revoked"),
    ],
)
def test_every_visa_decision_has_its_event(decided: VisaState, kind: str) -> None:
    here = dataset(ILLEGAL, date(2026, 12, 1))
    record = visa(until=date(2027, 1, 1), visa_state=decided)
    kinds = [e.kind for e in timeline(with_visa(case(here), record, found_on=date(2026, 12, 1)))]
    assert kinds == ["visa_application", kind, "illegal_stay"]


def test_no_event_or_indicator_carries_personal_data() -> None:
    text = repr(timeline(story())) + repr(detect(story())) + repr(story())
    assert "Haddad" not in text
    assert "Homs" not in text
