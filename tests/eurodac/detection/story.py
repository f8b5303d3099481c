"""Tiny domain words for the tests of detection."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time
from itertools import count

from eurodac.detection.values import Case, Indicator, Linked, Push, Received
from eurodac.record import (
    Category,
    Dataset,
    EesCrossing,
    EesFile,
    Event,
    LaterData,
    LinkState,
    Name,
    NameKind,
    PartialDate,
    RecordId,
    Role,
    Sex,
    Subtype,
    VisApplication,
    VisaState,
)

HERE, THERE = "DE", "IT"
CROSSING, APPLICATION, ILLEGAL = (
    Category.IRREGULAR_CROSSING,
    Category.APPLICANT,
    Category.ILLEGAL_STAY,
)
CONFIRMED, PROVISIONAL, REJECTED = LinkState.CONFIRMED, LinkState.PROVISIONAL, LinkState.REJECTED
_IDS: Iterator[int] = count(1)


def new_id() -> RecordId:
    return RecordId(f"{next(_IDS):032x}")


def noon(on: date) -> datetime:
    return datetime.combine(on, time(12), UTC)


def dataset(
    category: Category,
    on: date,
    *,
    state: str = HERE,
    place: str = "Town",
    later: LaterData | None = None,
    later_on: date | None = None,
) -> Dataset:
    """A dataset of an event, transmitted at noon of the same day."""
    later = later or LaterData()
    filled = [name for name in LaterData.__slots__ if getattr(later, name) is not None]
    return Dataset(
        id=new_id(),
        category=category,
        subtype=Subtype.NONE,
        member_state=state,
        reference_number=f"{state}1TEST",
        names=(Name(NameKind.CURRENT, "Haddad", "Omar"),),
        nationalities=("SYR",),
        sex=Sex.MALE,
        date_of_birth=PartialDate(1990),
        place_of_birth="Homs",
        event=Event(f"{place} {state}", on),
        biometrics_taken_at=noon(on),
        transmitted_at=noon(on),
        operator_user_id="operator",
        recorded_at=noon(on),
        expires_on=date(2050, 1, 1),
        later=later,
        later_recorded_at=tuple((name, noon(later_on or on)) for name in filled),
    )


def hit(
    reference: Dataset,
    probe: Dataset,
    *,
    on: date | None = None,
    link_state: LinkState = CONFIRMED,
) -> Received:
    """The snapshot of ``reference`` that came with the result of ``probe``."""
    received_at = noon(on) if on else probe.transmitted_at
    own = reference.member_state == probe.member_state
    return Received(reference, received_at, probe.id, link_state, own)


def case(
    *own: Dataset,
    received: tuple[Received, ...] = (),
    role: Role = Role.IMMIGRATION_UNIT,
    at: date | None = None,
    pushes: tuple[Push, ...] = (),
) -> Case:
    """A case of the viewing State HERE, far in the future unless told otherwise."""
    return Case(
        viewing_state=HERE,
        role=role,
        at=noon(at or date(2032, 1, 1)),
        own=own,
        received=received,
        pushes=pushes,
    )


def with_visa(
    base: Case, record: VisApplication, *, found_on: date, link_state: LinkState = CONFIRMED
) -> Case:
    linked = Linked(record, link_state, noon(found_on))
    return replace(base, vis_applications=(*base.vis_applications, linked))


def with_ees(
    base: Case, *crossings: EesCrossing, found_on: date, link_state: LinkState = CONFIRMED
) -> Case:
    file = EesFile(
        id=new_id(),
        member_state=THERE,
        names=(Name(NameKind.CURRENT, "Haddad", "Omar"),),
        nationalities=("BRA",),
        sex=Sex.MALE,
        date_of_birth=PartialDate(1990),
        documents=(),
        created_at=noon(crossings[0].at.date()),
        crossings=crossings,
    )
    linked = Linked(file, link_state, noon(found_on))
    return replace(base, ees_files=(*base.ees_files, linked))


def entry(on: date, *, state: str = THERE, until: date | None = None) -> EesCrossing:
    return EesCrossing("entry", noon(on), state, until)


def exit_(on: date, *, state: str = THERE) -> EesCrossing:
    return EesCrossing("exit", noon(on), state, None)


def visa(
    *,
    state: str = "FR",
    until: date,
    represented: str | None = None,
    visa_state: VisaState = VisaState.ISSUED,
    decided_on: date = date(2025, 1, 10),
    number: str = "FR0001",
) -> VisApplication:
    decided = visa_state is not VisaState.APPLIED
    valid = decided and visa_state is not VisaState.REFUSED
    return VisApplication(
        id=new_id(),
        member_state=state,
        represented_member_state=represented,
        application_number=number,
        names=(Name(NameKind.CURRENT, "Haddad", "Omar"),),
        nationalities=("SYR",),
        sex=Sex.MALE,
        date_of_birth=PartialDate(1990),
        documents=(),
        lodged_on=date(2024, 1, 2),
        state=visa_state,
        decided_on=decided_on if decided else None,
        valid_from=date(2024, 1, 10) if valid else None,
        valid_until=until if valid else None,
        created_at=noon(date(2024, 1, 2)),
    )


def codes(found: Indicator) -> set[str]:
    """Codes of the counter-indications."""
    return {each.code for each in found.counter_indications}


def only(found: tuple[Indicator, ...], rule: str) -> Indicator:
    """The one indicator of a rule."""
    (one,) = [each for each in found if each.rule_id == rule]
    return one


def rules(found: tuple[Indicator, ...]) -> list[str]:
    return [each.rule_id for each in found]
