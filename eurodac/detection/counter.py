"""What may speak against an indicator; the same questions for every rule."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from eurodac.detection.facts import others
from eurodac.detection.values import Case, CounterIndication, Evidence
from eurodac.detection.words import day, state
from eurodac.record import Dataset, LinkState, Subtype, System

__all__ = ["common"]

_EURODAC = "32024R1358"
_AMMR = "32024R1351"


def common(
    case: Case, evidence: Iterable[Evidence], *, since: date
) -> tuple[CounterIndication, ...]:
    """Collect the counter-indications that concern every rule.

    Args:
        case: A visible case.
        evidence: What the indicator rests on.
        since: Day of the earlier event; departures before it do not matter.

    Returns:
        Open identity questions first, then departures, transfers and marks.
    """
    datasets = (*case.own, *(hit.dataset for hit in others(case)))
    return (
        *_identity(tuple(evidence)),
        *_departures(datasets, since),
        *_transfers(datasets),
        *_marks(datasets),
    )


def _identity(evidence: tuple[Evidence, ...]) -> Iterator[CounterIndication]:
    open_systems = {item.system for item in evidence if item.link_state is LinkState.PROVISIONAL}
    if System.EURODAC in open_systems:
        yield CounterIndication(
            "identity_provisional",
            "The identity link is not yet confirmed by an expert.",
            f"{_EURODAC}#art38.4",
        )
    for system in (System.EES, System.VIS):
        if system in open_systems:
            yield CounterIndication(
                f"{system.lower()}_link_unverified",
                f"The link with the {system} record is unverified: no person has decided on it.",
                "32019R0817#art29",
            )


def _departures(datasets: tuple[Dataset, ...], since: date) -> Iterator[CounterIndication]:
    for each in datasets:
        who, later = state(each.member_state), each.later
        if later.left_territory_on and later.left_territory_on >= since:
            yield CounterIndication(
                "left_territory",
                f"{who} recorded that the person left the territory on "
                f"{day(later.left_territory_on)}; after nine months responsibility ceases.",
                f"{_AMMR}#art37.4",
            )
        if later.return_departure_on and later.return_departure_on >= since:
            yield CounterIndication(
                "returned",
                f"{who} recorded that the person left or was removed under a return decision on "
                f"{day(later.return_departure_on)}; a new application then counts as new.",
                f"{_AMMR}#art37.5",
            )


def _transfers(datasets: tuple[Dataset, ...]) -> Iterator[CounterIndication]:
    for each in datasets:
        later = each.later
        arrivals = (
            later.take_charge_arrival_on,
            later.take_back_arrival_on,
            later.relocation_arrival_on,
        )
        moved = each.subtype in (Subtype.TRANSFER_ARRIVAL, Subtype.RELOCATION_ARRIVAL)
        if moved or any(arrivals) or later.relocation_member_state:
            yield CounterIndication(
                "transfer_or_relocation",
                f"{state(each.member_state)} recorded a transfer or relocation: the movement may "
                "have been authorised and responsibility settled.",
                f"{_EURODAC}#art16.2",
            )


def _marks(datasets: tuple[Dataset, ...]) -> Iterator[CounterIndication]:
    for each in datasets:
        who = state(each.member_state)
        if each.protection_mark:
            yield CounterIndication(
                "protection_mark",
                f"The dataset of {who} carries the mark of international protection.",
                f"{_EURODAC}#art31.1",
            )
        if each.residence_mark:
            yield CounterIndication(
                "residence_mark",
                f"The dataset of {who} carries the mark of a residence document.",
                f"{_EURODAC}#art31.4",
            )
