"""UM1: irregular crossing in A, later application in B."""

from __future__ import annotations

from eurodac.detection.build import Draft, dataset_evidence, indicator
from eurodac.detection.facts import applications, first_after, hit_at, others, same_event
from eurodac.detection.responsibility import recorded_elsewhere
from eurodac.detection.values import Case, CounterIndication, Indicator, Received
from eurodac.detection.words import day, state
from eurodac.law.detection import DetectionRule
from eurodac.record import Category, Dataset, Subtype
from eurodac.sequence import happened_on

__all__ = ["apply"]


def apply(case: Case, rule: DetectionRule) -> tuple[Indicator, ...]:
    """Find irregular crossings in other States before the viewing State's application.

    One indicator per crossing, with the first application after it (the situation at the first
    registration counts). The date of point (g) stands for the registration. After the window the
    indicator is shown as ceased.

    Law: 32024R1351#art33.1, 32025R2055#annexI
    """
    found = []
    for crossing in others(case):
        if crossing.dataset.category is not Category.IRREGULAR_CROSSING:
            continue
        application = first_after(applications(case), happened_on(crossing.dataset))
        if application and not same_event(crossing.dataset, application):
            found.append(_indicator(case, rule, crossing=crossing, application=application))
    return tuple(found)


def _indicator(
    case: Case, rule: DetectionRule, *, crossing: Received, application: Dataset
) -> Indicator:
    crossed_on, applied_on = happened_on(crossing.dataset), happened_on(application)
    last = rule.window_end(crossed_on)
    ceased = last is not None and applied_on > last
    there, here = state(crossing.dataset.member_state), state(case.viewing_state)
    sentence = (
        f"{there} recorded an irregular crossing on {day(crossed_on)}; {here} registered an "
        f"application on {day(applied_on)}."
    )
    if ceased:
        sentence += (
            f" The responsibility of {there} has ceased: it lasted {rule.window_months} months."
        )
    draft = Draft(
        points_to=crossing.dataset.member_state,
        sentence=sentence,
        evidence=(
            dataset_evidence(
                case,
                crossing.dataset,
                finding=application,
                role="crossing",
                as_of=crossing.received_at,
            ),
            dataset_evidence(case, application, finding=application, role="application"),
        ),
        since=crossed_on,
        hit_at=hit_at(case, crossing.dataset.id, finding=application),
        special=(
            *recorded_elsewhere(case, crossing.dataset.member_state),
            *_own_crossing(case, crossing),
        ),
        ceased=ceased,
    )
    return indicator(case, rule, draft)


def _own_crossing(case: Case, crossing: Received) -> tuple[CounterIndication, ...]:
    earlier = [
        each
        for each in case.own
        if each.category is Category.IRREGULAR_CROSSING
        and each.subtype is Subtype.NONE
        and happened_on(each) <= happened_on(crossing.dataset)
    ]
    if not earlier:
        return ()
    return (
        CounterIndication(
            "own_crossing_earlier",
            f"{state(case.viewing_state)} itself recorded an irregular crossing on "
            f"{day(happened_on(earlier[0]))}, before that in "
            f"{state(crossing.dataset.member_state)}.",
            "32024R1351#art33.1",
        ),
    )
