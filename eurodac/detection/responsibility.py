"""Who is recorded as the Member State responsible, as far as the viewing State knows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from eurodac.detection.facts import others
from eurodac.detection.values import Case, CounterIndication
from eurodac.detection.words import state
from eurodac.record import Dataset, RecordId

__all__ = ["Responsibility", "recorded", "recorded_elsewhere"]

_FIELD = "responsible_member_state"


@dataclass(frozen=True, slots=True)
class Responsibility:
    """One record of Article 17(2)(a).

    Args:
        member_state: The State that is responsible.
        recorded_at: When it was recorded; for a notification, when that came.
        record_id: Dataset on which it stands.
        dataset: That dataset, None if the viewing State knows it from a notification only.
        as_of: When the viewing State received it, None = its own dataset.
        pushed: True if known by a notification.
    """

    member_state: str
    recorded_at: datetime
    record_id: RecordId
    dataset: Dataset | None
    as_of: datetime | None
    pushed: bool


def recorded(case: Case) -> tuple[Responsibility, ...]:
    """Collect every record of responsibility, from hits, notifications and own datasets.

    Args:
        case: A visible case.

    Returns:
        Newest first, which is the one that counts; at the same time what came from others stands
        before the viewing State's own copy. Empty = not recorded, which is not "none": what was
        determined under 604/2013 need not stand in Eurodac (2025/2055, Article 13).
    """
    found = (*_from_hits(case), *_from_pushes(case), *_from_own(case))
    return tuple(sorted(found, key=lambda each: each.recorded_at, reverse=True))


def recorded_elsewhere(case: Case, member_state: str) -> tuple[CounterIndication, ...]:
    """Give the counter-indication that another State than this one is recorded as responsible."""
    known = recorded(case)
    if not known or known[0].member_state == member_state:
        return ()
    return (
        CounterIndication(
            "responsibility_recorded",
            f"{state(known[0].member_state)} is recorded as the Member State responsible.",
            "32024R1358#art17.2.a",
        ),
    )


def _from_hits(case: Case) -> Iterator[Responsibility]:
    for hit in others(case):
        value = hit.dataset.later.responsible_member_state
        if value:
            at = dict(hit.dataset.later_recorded_at).get(_FIELD, hit.received_at)
            yield Responsibility(
                value, at, hit.dataset.id, hit.dataset, hit.received_at, pushed=False
            )


def _from_pushes(case: Case) -> Iterator[Responsibility]:
    known = {hit.dataset.id: hit.dataset for hit in others(case)}
    for push in case.pushes:
        if push.field == _FIELD and push.value:
            at = push.received_at
            yield Responsibility(push.value, at, push.about, known.get(push.about), at, pushed=True)


def _from_own(case: Case) -> Iterator[Responsibility]:
    for each in case.own:
        value = each.later.responsible_member_state
        if value:
            at = dict(each.later_recorded_at).get(_FIELD, each.recorded_at)
            yield Responsibility(value, at, each.id, each, None, pushed=False)
