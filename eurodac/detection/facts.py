"""What a case shows to its role at its instant, and the questions the rules ask of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, datetime

from eurodac.detection.values import Case, Received
from eurodac.law.profiles import sees
from eurodac.record import Category, Dataset, LinkState, RecordId, Subtype, System
from eurodac.sequence import happened_on

__all__ = [
    "applications",
    "findings",
    "first_after",
    "hit_at",
    "others",
    "same_event",
    "tie",
    "visible",
]


def _any(_: Dataset) -> bool:
    return True


def visible(case: Case) -> Case:
    """Leave out what this role may not see, what came later, and what rejected links brought.

    Args:
        case: The case as it was collected.

    Returns:
        The same case with less in it; every rule and the timeline start from this.

    Law: 32019R0818#art9.4
    """
    at, role = case.at, case.role
    eurodac, ees, vis = (
        sees(role, system) is not None for system in (System.EURODAC, System.EES, System.VIS)
    )
    rejected = {hit.dataset.id for hit in case.received if hit.link_state is LinkState.REJECTED}
    received = tuple(
        hit
        for hit in case.received
        if eurodac and hit.received_at <= at and hit.link_state is not LinkState.REJECTED
    )
    rejected -= {hit.dataset.id for hit in received}
    return replace(
        case,
        own=tuple(each for each in case.own if eurodac and each.recorded_at <= at),
        received=received,
        pushes=tuple(
            push
            for push in case.pushes
            if eurodac and push.received_at <= at and push.about not in rejected
        ),
        ees_files=tuple(
            replace(
                linked,
                record=replace(
                    linked.record,
                    crossings=tuple(each for each in linked.record.crossings if each.at <= at),
                ),
            )
            for linked in case.ees_files
            if ees and linked.link_state is not LinkState.REJECTED and linked.found_at <= at
        ),
        vis_applications=tuple(
            linked
            for linked in case.vis_applications
            if vis and linked.link_state is not LinkState.REJECTED and linked.found_at <= at
        ),
    )


def others(case: Case) -> tuple[Received, ...]:
    """Give the newest snapshot of each dataset of another State, in the order of events."""
    newest: dict[RecordId, Received] = {}
    for hit in sorted(case.received, key=lambda each: each.received_at):
        if hit.dataset.member_state != case.viewing_state:
            newest[hit.dataset.id] = hit
    return tuple(sorted(newest.values(), key=lambda hit: _story(hit.dataset)))


def applications(case: Case) -> tuple[Dataset, ...]:
    """Give the viewing State's own applications, earliest first; arrivals are none."""
    return _own(case, {Category.APPLICANT})


def findings(case: Case) -> tuple[Dataset, ...]:
    """Give where the viewing State itself met the person: applications and illegal stays."""
    return _own(case, {Category.APPLICANT, Category.ILLEGAL_STAY})


def first_after(datasets: Iterable[Dataset], earliest: date) -> Dataset | None:
    """Give the first dataset of an event on or after a day, None if there is none."""
    return next((each for each in datasets if happened_on(each) >= earliest), None)


def same_event(one: Dataset, other: Dataset) -> bool:
    """Say whether two datasets record one event: same day and place, two categories.

    Recitals 40 to 43 of 2024/1358 ask for parallel datasets then; that is no movement.
    """
    if one.event is None or other.event is None or one.category is other.category:
        return False
    places = {each.event.place.strip().casefold() for each in (one, other) if each.event}
    return one.event.on == other.event.on and len(places) == 1


def hit_at(
    case: Case,
    reference: RecordId,
    *,
    finding: Dataset,
    showing: Callable[[Dataset], bool] = _any,
) -> datetime | None:
    """Say when the viewing State got the hit on a reference for one of its own datasets.

    Args:
        case: A visible case.
        reference: The dataset that was hit.
        finding: The own dataset.
        showing: Only snapshots that already showed what matters count.

    Returns:
        When the result of ``finding`` brought ``reference``. Where it did not: when the reference
        was first received, but not before ``finding`` was recorded. None if never received.
    """
    hits = [hit for hit in case.received if hit.dataset.id == reference and showing(hit.dataset)]
    direct = [hit.received_at for hit in hits if hit.probe_id == finding.id]
    if direct:
        return min(direct)
    return max(min(hit.received_at for hit in hits), finding.recorded_at) if hits else None


def tie(case: Case, one: RecordId, other: RecordId) -> LinkState:
    """Say how firmly two datasets of the case belong together: CONFIRMED or PROVISIONAL.

    CONFIRMED needs a path of hits whose links were all confirmed; what nothing ties together is
    only provisional.
    """
    reached = {one}
    confirmed = [
        {hit.probe_id, hit.dataset.id}
        for hit in case.received
        if hit.link_state is LinkState.CONFIRMED
    ]
    while grown := [pair for pair in confirmed if len(pair & reached) == 1]:
        reached.update(*grown)
    return LinkState.CONFIRMED if other in reached else LinkState.PROVISIONAL


def _own(case: Case, categories: set[Category]) -> tuple[Dataset, ...]:
    wanted = [
        each for each in case.own if each.category in categories and each.subtype is Subtype.NONE
    ]
    return tuple(sorted(wanted, key=_story))


def _story(dataset: Dataset) -> tuple[date, datetime, RecordId]:
    return happened_on(dataset), dataset.transmitted_at, dataset.id
