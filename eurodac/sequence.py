"""Sequences: which datasets are one person, derived from links and never stored.

A sequence is a connected component of Eurodac datasets over links that are not rejected
(Article 3(6) of 2024/1358). Records of other systems hang on it by labelled links and never join
two datasets. Rejecting a link re-computes the components, so a person splits exactly where no
other link holds the parts together. There is no golden record: values that differ stay with their
datasets (Article 40(3)).
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from eurodac.record import (
    Dataset,
    Link,
    LinkId,
    LinkState,
    Name,
    NameKind,
    PersonId,
    RecordId,
    Subtype,
    System,
)

__all__ = [
    "AttachedRecord",
    "Conflict",
    "FieldValue",
    "FieldValues",
    "Sequence",
    "components",
    "conflicting_values",
    "happened_on",
    "sequences",
]

_Graph = Mapping[RecordId, set[RecordId]]


@dataclass(frozen=True, slots=True)
class AttachedRecord:
    """A record of another system that hangs on a sequence by biometrics.

    Args:
        record_id: The record.
        system: Its system, never EURODAC.
        links: Its links with datasets of the sequence, rejected ones too, oldest first.
    """

    record_id: RecordId
    system: System
    links: tuple[Link, ...]

    @property
    def state(self) -> LinkState:
        """CONFIRMED where a person confirmed one of the links, else PROVISIONAL."""
        confirmed = any(link.state is LinkState.CONFIRMED for link in self.links)
        return LinkState.CONFIRMED if confirmed else LinkState.PROVISIONAL

    @property
    def label(self) -> str:
        """``"unverified"`` until a person decides, then ``"verified"``."""
        return "verified" if self.state is LinkState.CONFIRMED else "unverified"


@dataclass(frozen=True, slots=True)
class Conflict:
    """A pair that was rejected although other links still hold it together: for people to solve.

    Every conflict is open, a settled path too: that one means that experts contradict each other.

    Args:
        rejected: The rejected link.
        path: Records from one end of it to the other over links that are not rejected.
        settled: True if every step of the path was confirmed by an expert, so that experts
            contradict each other; False if a provisional link takes part.
    """

    rejected: LinkId
    path: tuple[RecordId, ...]
    settled: bool


@dataclass(frozen=True, slots=True, repr=False)
class Sequence:
    """All datasets of one person, and what hangs on them.

    Args:
        person_id: Id of the earliest dataset; derived, so it changes when an earlier one comes or
            goes.
        datasets: By the day of the event, then by transmission; at least one.
        links: Links between these datasets in every state, oldest first.
        attached: Records of other systems over links that are not rejected, by id.
        conflicts: Rejections that other links contradict; not empty = human queue.
    """

    person_id: PersonId
    datasets: tuple[Dataset, ...]
    links: tuple[Link, ...]
    attached: tuple[AttachedRecord, ...]
    conflicts: tuple[Conflict, ...]

    @property
    def ids(self) -> frozenset[RecordId]:
        """Ids of the datasets."""
        return frozenset(dataset.id for dataset in self.datasets)

    @property
    def provisional(self) -> bool:
        """True if the datasets hang together only with the help of provisional links."""
        start = self.datasets[0].id
        return any(
            self.state_between(start, other) is not LinkState.CONFIRMED for other in self.ids
        )

    def state_between(self, first: RecordId, second: RecordId) -> LinkState:
        """Say how firmly two datasets of the sequence belong together.

        Args:
            first: A dataset of the sequence.
            second: Another one, or the same.

        Returns:
            CONFIRMED if a path of confirmed links joins them (or they are the same), else
            PROVISIONAL.

        Cost: O(datasets + links).
        """
        confirmed = _graph(self.links, confirmed_only=True)
        return LinkState.CONFIRMED if _path(confirmed, first, second) else LinkState.PROVISIONAL


@dataclass(frozen=True, slots=True, repr=False)
class FieldValue:
    """What one dataset says in one field; empty where it says nothing."""

    value: tuple[str, ...]
    member_state: str
    dataset_id: RecordId


@dataclass(frozen=True, slots=True, repr=False)
class FieldValues:
    """One field over all datasets, side by side, in their order."""

    field: str
    values: tuple[FieldValue, ...]

    @property
    def conflicting(self) -> bool:
        """True if two datasets that fill the field say different things."""
        return len({frozenset(entry.value) for entry in self.values if entry.value}) > 1


def happened_on(dataset: Dataset) -> date:
    """Give the day on which a dataset belongs in the story of a person.

    An arrival after a transfer or relocation counts on the day of arrival, because its point (g)
    carries the date of the original application.

    Args:
        dataset: Any stored dataset.

    Returns:
        Arrival, else event, else the date of the admission decision, else transmission (UTC).
    """
    later = dataset.later
    arrivals = {
        Subtype.TRANSFER_ARRIVAL: later.take_charge_arrival_on,
        Subtype.RELOCATION_ARRIVAL: later.relocation_arrival_on,
    }
    refused_on = dataset.admission_refusal.on if dataset.admission_refusal else None
    days = (
        arrivals.get(dataset.subtype),
        dataset.event.on if dataset.event else None,
        dataset.protection_granted_on,
        refused_on,
        dataset.admission_discontinued_on,
    )
    return next((day for day in days if day is not None), dataset.transmitted_at.date())


def components(ids: Iterable[RecordId], links: Iterable[Link]) -> tuple[frozenset[RecordId], ...]:
    """Split Eurodac records into persons.

    Args:
        ids: Eurodac records, in any order.
        links: Links of any kind, in any order. Rejected links, links with other systems and links
            with records outside ``ids`` do not join.

    Returns:
        Disjoint sets that together are ``ids``, ordered by their smallest id.

    Cost: O((ids + links) log ids).
    Law: 32024R1358#art3.6
    """
    remaining = set(ids)
    inside = [link for link in links if link.low_system is link.high_system is System.EURODAC]
    graph = _graph(inside, confirmed_only=False)
    found: list[frozenset[RecordId]] = []
    for start in sorted(remaining):
        if start in remaining:
            reached = _reach(graph, start, remaining)
            remaining -= reached
            found.append(reached)
    return tuple(found)


def sequences(datasets: Iterable[Dataset], links: Iterable[Link]) -> tuple[Sequence, ...]:
    """Build the sequences of some datasets from their links.

    Args:
        datasets: Distinct datasets, in any order.
        links: Links of these datasets with each other and with records of other systems.

    Returns:
        One sequence per component, ordered by person id.

    Cost: O((datasets + links) log datasets), plus O(datasets + links) per rejected link.
    Law: 32024R1358#art3.6
    """
    by_id = {dataset.id: dataset for dataset in datasets}
    ordered = sorted(links, key=lambda link: (link.created_at, link.id))
    parts = components(by_id, ordered)
    built = (_sequence([by_id[record] for record in part], ordered) for part in parts)
    return tuple(sorted(built, key=lambda sequence: sequence.person_id))


def conflicting_values(datasets: Iterable[Dataset]) -> tuple[FieldValues, ...]:
    """Lay the identity fields of datasets side by side; nothing is merged or chosen.

    Args:
        datasets: Datasets of one person, in the order of the columns.

    Returns:
        Names, date of birth, sex, nationalities and place of birth, in this order; whether one is
        in conflict is its ``conflicting``.

    Law: 32024R1358#art40.3
    """
    columns = tuple(datasets)
    return tuple(
        FieldValues(
            field,
            tuple(FieldValue(read(each), each.member_state, each.id) for each in columns),
        )
        for field, read in _IDENTITY_FIELDS.items()
    )


def _sequence(datasets: list[Dataset], links: list[Link]) -> Sequence:
    ids = {dataset.id for dataset in datasets}
    inside = tuple(link for link in links if link.low in ids and link.high in ids)
    attached = _attached(ids, links)
    ordered = sorted(datasets, key=lambda each: (happened_on(each), each.transmitted_at, each.id))
    return Sequence(
        person_id=PersonId(ordered[0].id),
        datasets=tuple(ordered),
        links=inside,
        attached=attached,
        conflicts=_conflicts(inside, attached),
    )


def _attached(ids: set[RecordId], links: list[Link]) -> tuple[AttachedRecord, ...]:
    hanging: dict[tuple[RecordId, System], list[Link]] = defaultdict(list)
    for link in links:
        if link.low in ids and link.high_system is not System.EURODAC:
            hanging[link.high, link.high_system].append(link)
        elif link.high in ids and link.low_system is not System.EURODAC:
            hanging[link.low, link.low_system].append(link)
    return tuple(
        AttachedRecord(record, system, tuple(found))
        for (record, system), found in sorted(hanging.items())
        if any(link.state is not LinkState.REJECTED for link in found)
    )


def _conflicts(
    inside: tuple[Link, ...], attached: tuple[AttachedRecord, ...]
) -> tuple[Conflict, ...]:
    candidates = inside + tuple(link for record in attached for link in record.links)
    leaves = {record.record_id for record in attached}
    confirmed = _graph(candidates, confirmed_only=True)
    counting = _graph(candidates, confirmed_only=False)
    found = []
    for link in candidates:
        if link.state is LinkState.REJECTED:
            settled = _path(confirmed, link.low, link.high, leaves)
            path = settled or _path(counting, link.low, link.high, leaves)
            if path:
                found.append(Conflict(link.id, path, settled=bool(settled)))
    return tuple(found)


def _graph(links: Iterable[Link], *, confirmed_only: bool) -> _Graph:
    graph: dict[RecordId, set[RecordId]] = defaultdict(set)
    wanted = {LinkState.CONFIRMED} if confirmed_only else set(LinkState) - {LinkState.REJECTED}
    for link in links:
        if link.state in wanted:
            graph[link.low].add(link.high)
            graph[link.high].add(link.low)
    return graph


def _reach(graph: _Graph, start: RecordId, allowed: set[RecordId]) -> frozenset[RecordId]:
    reached = {start}
    queue = [start]
    while queue:
        for neighbour in graph.get(queue.pop(), ()):
            if neighbour in allowed and neighbour not in reached:
                reached.add(neighbour)
                queue.append(neighbour)
    return frozenset(reached)


def _path(
    graph: _Graph, start: RecordId, end: RecordId, leaves: Iterable[RecordId] = ()
) -> tuple[RecordId, ...]:
    """Shortest path, () if none; a leaf may end a path but never lies inside one."""
    closed = set(leaves) - {start}
    came_from: dict[RecordId, RecordId | None] = {start: None}
    queue = deque([start])
    while queue and end not in came_from:
        here = queue.popleft()
        for neighbour in sorted(graph.get(here, ())) if here not in closed else ():
            if neighbour not in came_from:
                came_from[neighbour] = here
                queue.append(neighbour)
    if end not in came_from:
        return ()
    path: list[RecordId] = []
    step: RecordId | None = end
    while step is not None:
        path.append(step)
        step = came_from[step]
    return tuple(reversed(path))


def _spell(name: Name) -> str:
    spelled = ", ".join(part for part in (name.surnames, name.forenames) if part)
    return spelled if name.kind is NameKind.CURRENT else f"{spelled} ({name.kind.value})"


_IDENTITY_FIELDS: Mapping[str, Callable[[Dataset], tuple[str, ...]]] = {
    "names": lambda dataset: tuple(_spell(name) for name in dataset.names),
    "date_of_birth": lambda dataset: _one(dataset.date_of_birth),
    "sex": lambda dataset: _one(dataset.sex),
    "nationalities": lambda dataset: dataset.nationalities,
    "place_of_birth": lambda dataset: _one(dataset.place_of_birth),
}


def _one(value: object | None) -> tuple[str, ...]:
    return () if value is None else (str(value),)
