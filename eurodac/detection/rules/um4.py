"""UM4: A is recorded as the Member State responsible, the person is found in B."""

from __future__ import annotations

from datetime import datetime

from eurodac.detection.build import Draft, dataset_evidence, indicator
from eurodac.detection.facts import findings, hit_at, tie
from eurodac.detection.responsibility import Responsibility, recorded
from eurodac.detection.values import Case, CounterIndication, Evidence, Indicator
from eurodac.detection.words import day, state, told
from eurodac.law.detection import DetectionRule
from eurodac.record import Dataset, System
from eurodac.sequence import happened_on

__all__ = ["apply"]


def apply(case: Case, rule: DetectionRule) -> tuple[Indicator, ...]:
    """Compare the newest record of responsibility with the latest own finding.

    Fires where Article 17(2)(a), known from a hit or a notification, names another State, and the
    viewing State registered an application or found an illegal stay.

    Law: 32024R1351#art36.1.b, art41.1
    """
    known, found = recorded(case), findings(case)
    if not known or not found or known[0].member_state == case.viewing_state:
        return ()
    return (_indicator(case, rule, known=known, finding=found[-1]),)


def _indicator(
    case: Case, rule: DetectionRule, *, known: tuple[Responsibility, ...], finding: Dataset
) -> Indicator:
    newest = known[0]
    there = state(newest.member_state)
    kind, text = told(finding)
    draft = Draft(
        points_to=newest.member_state,
        sentence=f"{there} is recorded as the Member State responsible; {text} on "
        f"{day(happened_on(finding))}.",
        evidence=(
            _responsibility(case, newest, finding=finding),
            dataset_evidence(case, finding, finding=finding, role=kind),
        ),
        since=happened_on(newest.dataset) if newest.dataset else newest.recorded_at.date(),
        hit_at=_hit_at(case, newest, finding=finding),
        special=_special(known, finding),
    )
    return indicator(case, rule, draft)


def _responsibility(case: Case, newest: Responsibility, *, finding: Dataset) -> Evidence:
    dataset, on = newest.dataset, newest.recorded_at.date()
    how = "notified" if newest.pushed else "recorded"
    own = newest.record_id == finding.id
    return Evidence(
        record_id=newest.record_id,
        system=System.EURODAC,
        member_state=dataset.member_state if dataset else newest.member_state,
        role="responsibility",
        shows=f"{state(newest.member_state)} is the Member State responsible, {how} on {day(on)}.",
        on=on,
        as_of=newest.as_of,
        link_state=None if own else tie(case, finding.id, newest.record_id),
    )


def _hit_at(case: Case, newest: Responsibility, *, finding: Dataset) -> datetime | None:
    if not newest.pushed:
        return hit_at(
            case,
            newest.record_id,
            finding=finding,
            showing=lambda each: each.later.responsible_member_state == newest.member_state,
        )
    direct = hit_at(case, newest.record_id, finding=finding)
    return direct or max(newest.recorded_at, finding.recorded_at)


def _special(known: tuple[Responsibility, ...], finding: Dataset) -> tuple[CounterIndication, ...]:
    newest, special = known[0], []
    if newest.recorded_at.date() > happened_on(finding):
        special.append(
            CounterIndication(
                "recorded_after_finding",
                "Responsibility was recorded after the person was found here: it may be the "
                "outcome of this State's own request.",
                "32024R1351#art38.3",
            )
        )
    if any(each.member_state != newest.member_state for each in known):
        special.append(
            CounterIndication(
                "responsibility_changed",
                "An earlier record names another Member State; the newest one counts.",
                "32024R1358#art16.3",
            )
        )
    if newest.dataset and newest.dataset.later.border_procedure_decision:
        special.append(
            CounterIndication(
                "border_procedure_decision",
                "A final decision in the border procedure is recorded; responsibility ceases after "
                "15 months.",
                "32024R1351#art37.2",
            )
        )
    return tuple(special)
