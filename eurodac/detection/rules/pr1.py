"""PR1: an application was rejected in A, the person applies in B."""

from __future__ import annotations

from datetime import datetime

from eurodac.detection.build import Draft, dataset_evidence, indicator
from eurodac.detection.facts import applications, hit_at, others, same_event, tie
from eurodac.detection.responsibility import recorded_elsewhere
from eurodac.detection.values import (
    Case,
    CounterIndication,
    Evidence,
    Indicator,
    IndicatorKind,
)
from eurodac.detection.words import day, state
from eurodac.law.detection import DetectionRule
from eurodac.record import Dataset, System
from eurodac.sequence import happened_on

__all__ = ["apply"]

_FIELD = "application_rejected"
_RECORD_ONLY = CounterIndication(
    "record_only",
    "The record proves that a rejection was recorded, not its date, its grounds or that it is "
    "final; the law stores none of them.",
    "32024R1358#art17.2.j",
)


def apply(case: Case, rule: DetectionRule) -> tuple[Indicator, ...]:
    """Find recorded rejections and the viewing State's latest application after them.

    Another State's rejection counts as it stood in the newest hit result; later changes there are
    unknown. The viewing State's own rejections count too, without deadline. "After" is after the
    application that was rejected, because the rejection carries no date.

    Law: 32024R1358#art17.2.j, 32024R1351#art41.1
    """
    seen: list[tuple[Dataset, datetime | None]] = [
        *((hit.dataset, hit.received_at) for hit in others(case)),
        *((each, None) for each in case.own),
    ]
    found = []
    for rejected, as_of in seen:
        application = _application_after(case, rejected)
        if rejected.later.application_rejected and application:
            found.append(
                _indicator(case, rule, rejected=rejected, application=application, as_of=as_of)
            )
    return tuple(found)


def _application_after(case: Case, rejected: Dataset) -> Dataset | None:
    later = [
        each
        for each in applications(case)
        if each.id != rejected.id
        and (happened_on(each), each.transmitted_at)
        >= (happened_on(rejected), rejected.transmitted_at)
        and not same_event(each, rejected)
    ]
    return later[-1] if later else None


def _indicator(
    case: Case,
    rule: DetectionRule,
    *,
    rejected: Dataset,
    application: Dataset,
    as_of: datetime | None,
) -> Indicator:
    there, here = state(rejected.member_state), state(case.viewing_state)
    recorded_on = dict(rejected.later_recorded_at).get(_FIELD, rejected.recorded_at).date()
    known = f" (as of the hit of {day(as_of.date())})" if as_of else ""
    shows = f"{there} recorded a rejection of the application on {day(recorded_on)}{known}"
    draft = Draft(
        points_to=rejected.member_state,
        sentence=f"{shows}; {here} registered an application on {day(happened_on(application))}.",
        evidence=(
            Evidence(
                record_id=rejected.id,
                system=System.EURODAC,
                member_state=rejected.member_state,
                role="rejection",
                shows=f"{shows}.",
                on=recorded_on,
                as_of=as_of,
                link_state=tie(case, application.id, rejected.id),
            ),
            dataset_evidence(case, application, finding=application, role="application"),
        ),
        since=happened_on(rejected),
        hit_at=_clock(case, rule, rejected=rejected, application=application),
        special=_special(case, rejected=rejected, application=application),
        kind=IndicatorKind.PRIOR_REJECTION,
    )
    return indicator(case, rule, draft)


def _clock(
    case: Case, rule: DetectionRule, *, rejected: Dataset, application: Dataset
) -> datetime | None:
    if rule.deadline_needs_different_states and rejected.member_state == case.viewing_state:
        return None
    return hit_at(
        case,
        rejected.id,
        finding=application,
        showing=lambda each: bool(each.later.application_rejected),
    )


def _special(
    case: Case, *, rejected: Dataset, application: Dataset
) -> tuple[CounterIndication, ...]:
    special = [_RECORD_ONLY]
    recorded_on = dict(rejected.later_recorded_at).get(_FIELD, rejected.recorded_at).date()
    if recorded_on > happened_on(application):
        special.append(
            CounterIndication(
                "recorded_after_application",
                "The rejection was recorded after the application here was registered.",
                "32024R1358#art17.2.j",
            )
        )
    return (*special, *recorded_elsewhere(case, rejected.member_state))
