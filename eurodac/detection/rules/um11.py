"""UM11: visa issued by A, application in B."""

from __future__ import annotations

from datetime import date, datetime

from eurodac.detection.build import Draft, dataset_evidence, indicator
from eurodac.detection.facts import applications, first_after, hit_at, others, tie
from eurodac.detection.values import (
    Case,
    CounterIndication,
    Evidence,
    Indicator,
    Linked,
    Strength,
)
from eurodac.detection.words import day, state
from eurodac.law.detection import DetectionRule
from eurodac.record import Dataset, System, Visa, VisApplication, VisaState
from eurodac.sequence import happened_on

__all__ = ["apply"]

_ENDED = {
    VisaState.ISSUED: "valid until",
    VisaState.ANNULLED: "annulled on",
    VisaState.REVOKED: "revoked on",
}
_WINDOW_UNKNOWN = CounterIndication(
    "window_not_checkable",
    "Eurodac stores the fact of the visa without dates: whether it was valid, or ended within the "
    "period of the rule, cannot be checked without the VIS record.",
    "32024R1358#art17.2.h",
)

_SEVERAL = CounterIndication(
    "several_visas",
    "Several visas count; the longest validity or the latest expiry decides.",
    "32024R1351#art29.3",
)


def apply(case: Case, rule: DetectionRule) -> tuple[Indicator, ...]:
    """Find visas of other States that count for the viewing State's application.

    A visible VIS record is proof; it counts if the visa was valid when the application was
    registered, or had expired, or been annulled or revoked, less than the window before. The note
    of Article 17(2)(h) alone is an indicator; where the VIS record of the same visa is visible,
    that record speaks instead.

    Law: 32024R1351#art29.2, art29.4, 32025R2055#annexI
    """
    counting = [
        (linked, application)
        for linked in case.vis_applications
        if (application := first_after(applications(case), linked.record.lodged_on))
        and _counts(case, rule, record=linked.record, application=application)
    ]
    proofs = (
        _proof(case, rule, linked=linked, application=application, several=len(counting) > 1)
        for linked, application in counting
    )
    return (*proofs, *_notes(case, rule))


def _issuer(record: VisApplication) -> str:
    return record.represented_member_state or record.member_state


def _end(record: VisApplication) -> date | None:
    if record.state is VisaState.ISSUED:
        return record.valid_until
    if record.state not in _ENDED or record.decided_on is None:
        return None
    # A visa that had expired already did not end a second time when it was revoked.
    return min(record.decided_on, record.valid_until or record.decided_on)


def _counts(
    case: Case, rule: DetectionRule, *, record: VisApplication, application: Dataset
) -> bool:
    end = _end(record)
    if end is None or _issuer(record) == case.viewing_state:
        return False
    if (record.valid_from or record.lodged_on) > happened_on(application):
        return False  # there was no visa yet
    closes = rule.window_end(end)
    # "less than 18 months before": the day on which they are full is outside.
    return closes is None or happened_on(application) < closes


def _proof(
    case: Case,
    rule: DetectionRule,
    *,
    linked: Linked[VisApplication],
    application: Dataset,
    several: bool,
) -> Indicator:
    record, end = linked.record, _end(linked.record)
    shows = f"{state(_issuer(record))} issued a visa"
    if record.represented_member_state:
        shows = f"{state(record.member_state)} issued a visa on behalf of {state(_issuer(record))}"
    if end:
        shows += f", {_ENDED[record.state]} {day(end)}"
    draft = Draft(
        points_to=_issuer(record),
        sentence=f"{shows}; {state(case.viewing_state)} registered an application on "
        f"{day(happened_on(application))}.",
        evidence=(
            Evidence(
                record_id=record.id,
                system=System.VIS,
                member_state=record.member_state,
                role="visa",
                shows=f"{shows}.",
                on=record.valid_from or record.lodged_on,
                as_of=linked.found_at,
                link_state=linked.link_state,
            ),
            dataset_evidence(case, application, finding=application, role="application"),
        ),
        since=record.lodged_on,
        hit_at=max(linked.found_at, application.recorded_at),
        special=(_SEVERAL,) if several else (),
    )
    return indicator(case, rule, draft)


def _notes(case: Case, rule: DetectionRule) -> tuple[Indicator, ...]:
    applied = applications(case)
    in_vis = {linked.record.application_number for linked in case.vis_applications}
    seen = (
        *((each, None) for each in case.own),
        *((hit.dataset, hit.received_at) for hit in others(case)),
    )
    found: dict[Visa, Indicator] = {}
    for dataset, as_of in seen if applied else ():
        visa = dataset.later.visa
        if visa is None or visa.application_number in in_vis:
            continue
        if visa.member_state != case.viewing_state:
            found[visa] = _note(case, rule, dataset=dataset, visa=visa, as_of=as_of)
    return tuple(found.values())


def _note(
    case: Case, rule: DetectionRule, *, dataset: Dataset, visa: Visa, as_of: datetime | None
) -> Indicator:
    application = applications(case)[-1]
    recorded_at = dict(dataset.later_recorded_at).get("visa", dataset.recorded_at)
    shows = f"{state(dataset.member_state)} noted that {state(visa.member_state)} issued a visa"
    draft = Draft(
        points_to=visa.member_state,
        sentence=f"{shows}; {state(case.viewing_state)} registered an application on "
        f"{day(happened_on(application))}. The dates of the visa are not stored.",
        evidence=(
            Evidence(
                record_id=dataset.id,
                system=System.EURODAC,
                member_state=dataset.member_state,
                role="visa",
                shows=f"{shows}, recorded on {day(recorded_at.date())}.",
                on=recorded_at.date(),
                as_of=as_of,
                link_state=None if as_of is None else tie(case, application.id, dataset.id),
            ),
            dataset_evidence(case, application, finding=application, role="application"),
        ),
        since=happened_on(dataset),
        hit_at=None if as_of is None else hit_at(case, dataset.id, finding=application),
        special=(_WINDOW_UNKNOWN,),
        strength=Strength(rule.strength_without_record or rule.strength),
    )
    return indicator(case, rule, draft)
