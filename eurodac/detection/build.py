"""The parts that every rule builds in the same way: evidence, deadline, indicator."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from eurodac.detection.counter import common
from eurodac.detection.facts import tie
from eurodac.detection.values import (
    Case,
    CounterIndication,
    Deadline,
    Evidence,
    Indicator,
    IndicatorKind,
    Strength,
)
from eurodac.detection.words import day, told
from eurodac.law.detection import DetectionRule
from eurodac.record import Dataset, System
from eurodac.sequence import happened_on

__all__ = ["Draft", "dataset_evidence", "indicator"]


def dataset_evidence(
    case: Case, dataset: Dataset, *, finding: Dataset, role: str, as_of: datetime | None = None
) -> Evidence:
    """Make evidence of a dataset.

    Args:
        case: A visible case.
        dataset: The dataset that shows something.
        finding: The viewing State's dataset to which it is related; may be the same.
        role: Its role in the story.
        as_of: When it was received, None for own datasets.

    Returns:
        Evidence with a sentence on the event and how firmly it is tied to the finding.
    """
    _, text = told(dataset)
    on = happened_on(dataset)
    return Evidence(
        record_id=dataset.id,
        system=System.EURODAC,
        member_state=dataset.member_state,
        role=role,
        shows=f"{text} on {day(on)}.",
        on=on,
        as_of=as_of,
        link_state=None if dataset.id == finding.id else tie(case, finding.id, dataset.id),
    )


@dataclass(frozen=True, slots=True)
class Draft:
    """What a rule found, before the numbers of its row and the common questions are added.

    Args:
        points_to: Member State it points to.
        sentence: The finding in plain words.
        evidence: In the order of the story, at least one.
        since: Day of the earlier event; departures before it do not matter.
        hit_at: Start of the deadline, None = no deadline.
        special: Counter-indications of this rule, shown before the common ones.
        kind: What it points to.
        strength: None = that of the row.
        ceased: True if the period of the rule is over.
    """

    points_to: str
    sentence: str
    evidence: tuple[Evidence, ...]
    since: date
    hit_at: datetime | None = None
    special: tuple[CounterIndication, ...] = ()
    kind: IndicatorKind = IndicatorKind.UNAUTHORISED_MOVEMENT
    strength: Strength | None = None
    ceased: bool = False


def indicator(case: Case, rule: DetectionRule, draft: Draft) -> Indicator:
    """Make an indicator of a draft: article, deadline and counter-indications.

    Args:
        case: A visible case.
        rule: The row of the law table.
        draft: What the rule found.

    Returns:
        The indicator; its deadline is left out where the hit is older than the time limits, or
        where the period of the rule is over, so that there is nothing to ask for.
    """
    hit_on = draft.hit_at.date() if draft.hit_at else None
    early = hit_on is not None and hit_on < (case.ammr_from or rule.valid_from)
    too_early = CounterIndication(
        "clock_not_yet_applicable",
        "The hit is older than the first day on which the time limits apply.",
        "32024R1351#art85",
    )
    found = (
        *draft.special,
        *([too_early] if early else []),
        *common(case, draft.evidence, since=draft.since),
    )
    return Indicator(
        rule_id=rule.code,
        law_id=rule.id,
        kind=draft.kind,
        strength=draft.strength or Strength(rule.strength),
        points_to=draft.points_to,
        sentence=draft.sentence,
        evidence=draft.evidence,
        article=rule.article,
        legal_basis=rule.says,
        deadline=None if early or draft.ceased or hit_on is None else _deadline(case, rule, hit_on),
        counter_indications=tuple(dict.fromkeys(found)),
        ceased=draft.ceased,
    )


def _deadline(case: Case, rule: DetectionRule, hit_on: date) -> Deadline | None:
    last = rule.deadline(hit_on)
    if last is None or rule.deadline_article is None:
        return None
    return Deadline(last, rule.deadline_article, passed=case.at.date() > last)
