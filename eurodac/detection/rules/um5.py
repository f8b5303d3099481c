"""UM5: illegal stay in B after an application in A, responsibility not recorded."""

from __future__ import annotations

from eurodac.detection.build import Draft, dataset_evidence, indicator
from eurodac.detection.facts import findings, hit_at, others, same_event
from eurodac.detection.responsibility import recorded
from eurodac.detection.values import Case, CounterIndication, Indicator, Received
from eurodac.detection.words import day, state
from eurodac.law.detection import DetectionRule
from eurodac.record import Category, Dataset, Subtype
from eurodac.sequence import happened_on

__all__ = ["apply"]

_NOT_RECORDED = CounterIndication(
    "responsibility_not_recorded",
    "No Member State is recorded as responsible; that is not proof that none was determined, for "
    "example under Regulation 604/2013.",
    "32025R2055#art13",
)


def apply(case: Case, rule: DetectionRule) -> tuple[Indicator, ...]:
    """Find applications in other States before the latest illegal stay here.

    Fires only where no record of Article 17(2)(a) is known; one indicator per State of
    application, with its latest application.

    Law: 32024R1351#art36.1.b, art41.1
    """
    illegal = [each for each in findings(case) if each.category is Category.ILLEGAL_STAY]
    if not illegal or recorded(case):
        return ()
    latest: dict[str, Received] = {}
    for hit in others(case):
        applied = hit.dataset
        if (
            applied.category is Category.APPLICANT
            and applied.subtype is Subtype.NONE
            and happened_on(applied) <= happened_on(illegal[-1])
            and not same_event(applied, illegal[-1])
        ):
            latest[applied.member_state] = hit
    return tuple(_indicator(case, rule, hit=hit, found=illegal[-1]) for hit in latest.values())


def _indicator(case: Case, rule: DetectionRule, *, hit: Received, found: Dataset) -> Indicator:
    applied = hit.dataset
    draft = Draft(
        points_to=applied.member_state,
        sentence=f"{state(applied.member_state)} registered an application on "
        f"{day(happened_on(applied))}; {state(case.viewing_state)} found an illegal stay on "
        f"{day(happened_on(found))}. Responsibility is not recorded.",
        evidence=(
            dataset_evidence(
                case, applied, finding=found, role="application", as_of=hit.received_at
            ),
            dataset_evidence(case, found, finding=found, role="illegal_stay"),
        ),
        since=happened_on(applied),
        hit_at=hit_at(case, applied.id, finding=found),
        special=(_NOT_RECORDED,),
    )
    return indicator(case, rule, draft)
