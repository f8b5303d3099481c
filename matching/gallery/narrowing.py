"""Which references of a search are compared by minutiae: those whose sketches are near.

References are grouped by how many fingers they have in common with the probe, because the fewer
there are, the longer the list must be to lose no more mates than the budget allows
(``matching.fingerprint.shortlist``). A group for which no list is short enough is compared as a
whole. Choices depend on distances and slot numbers only: neither on segments nor
on threads nor on the probes that are searched together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from matching.fingerprint.shortlist import Shortlist
from matching.fingerprint.sketch_probe import ScanProbes
from matching.gallery.segment import View, lanes_of
from matching.kernels import scan

__all__ = ["Narrowed", "Narrower", "Work", "in_threads"]

_Slots = NDArray[np.int64]
_T = TypeVar("_T")
_R = TypeVar("_R")


class Work(Protocol):
    """Runs calls, in this thread or in several."""

    def __call__(self, call: Callable[[_T], _R], items: Iterable[_T]) -> list[_R]:
        """Return the results in the order of the items."""


def in_threads(pool: Executor | None) -> Work:
    """Make a ``Work`` of a pool; None stays in this thread."""

    def work(call: Callable[[_T], _R], items: Iterable[_T]) -> list[_R]:
        return list(map(call, items) if pool is None else pool.map(call, items))

    return work


@dataclass(frozen=True, slots=True, eq=False)
class Narrowed:
    """What is left of the references of one search.

    Args:
        slots: (K,) int64, ascending: compare these.
        searched: How many references were permitted.
    """

    slots: _Slots
    searched: int


@dataclass(frozen=True, slots=True, eq=False)
class _Group:
    """The references that have one number of fingers in common with the probe."""

    words: Sequence[NDArray[np.uint64]]  # per view, bit = reference
    count: int
    keep: Shortlist


class Narrower:
    """Narrows searches down.

    Args:
        lengths: (common fingers, references) -> how many to keep.
        smallest: Up to this number of permitted references, all are compared.
        parts: Into how many parts a scan of a segment is split, >= 1.
    """

    def __init__(
        self, lengths: Callable[[int, int], Shortlist], *, smallest: int, parts: int
    ) -> None:
        self._lengths = lengths
        self._smallest = smallest
        self._parts = parts

    def narrow(
        self, views: Sequence[View], probes: Sequence[ScanProbes], *, work: Work
    ) -> list[Narrowed]:
        """Choose for 1..8 probes."""
        groups = [self._groups(views, probe) for probe in probes]
        scanned = [n for n, some in enumerate(groups) if any(not g.keep.everybody for g in some)]
        distances: dict[int, list[NDArray[np.uint16]]] = {n: [] for n in scanned}
        for view in views if scanned else ():
            found = self._scan(view, [probes[n] for n in scanned], work=work)
            for n, one in zip(scanned, found, strict=True):
                distances[n].append(one)

        def choose(n: int) -> Narrowed:
            chosen = [
                _everybody(views, group)
                if group.keep.everybody
                else _nearest(views, group, probes[n], distances[n])
                for group in groups[n]
            ]
            slots = np.sort(np.concatenate([np.zeros(0, np.int64), *chosen]))
            return Narrowed(slots, sum(group.count for group in groups[n]))

        return work(choose, range(len(probes)))

    def everybody(self, views: Sequence[View]) -> Narrowed:
        """Choose everybody who is permitted."""
        slots = [view.first + lanes_of(view.permitted) for view in views]
        found = np.concatenate([np.zeros(0, np.int64), *slots])
        return Narrowed(found, len(found))

    def _groups(self, views: Sequence[View], probe: ScanProbes) -> list[_Group]:
        used = np.flatnonzero((probe.leading.weights != 0).any(axis=1))
        split = [_by_common(view, used) for view in views]
        groups = [[one[common] for one in split] for common in range(len(used) + 1)]
        counts = [sum(int(np.bitwise_count(w).sum()) for w in words) for words in groups]
        few = sum(counts) <= self._smallest
        return [
            _Group(
                words,
                count,
                Shortlist(count, count, everybody=True) if few else self._lengths(common, count),
            )
            for common, (words, count) in enumerate(zip(groups, counts, strict=True))
            if count
        ]

    def _scan(self, view: View, probes: Sequence[ScanProbes], *, work: Work) -> NDArray[np.uint16]:
        tiles = len(view.columns) // scan.TILE
        out = np.empty((len(probes), len(view.columns)), np.uint16)
        permitted = np.repeat(view.permitted[None], len(probes), axis=0)
        edges = np.linspace(0, tiles, min(self._parts, tiles) + 1).astype(int).tolist()
        leading = [probe.leading for probe in probes]

        def part(bounds: tuple[int, int]) -> None:
            scan.leading_distances(
                view.columns, leading, permitted=permitted, out=out, tiles=bounds
            )

        work(part, list(pairwise(edges)))
        return out


def _by_common(view: View, used: NDArray[np.intp]) -> list[NDArray[np.uint64]]:
    """Split the permitted references by how many of some fingers they have: words per number."""
    # Where all the fingers are there, which is the usual case, one pass over the words is enough.
    every, permitted = view.permitted.copy(), view.permitted
    for finger in used:
        every &= view.columns.presence[:, finger]
    found = [np.zeros_like(permitted) for _ in range(len(used))] + [every]
    rest = np.flatnonzero(permitted & ~every)
    if len(rest):
        at_least = [permitted[rest]] + [np.zeros(len(rest), np.uint64) for _ in used]
        for finger in used:
            has = view.columns.presence[rest, finger]
            for n in range(len(used), 0, -1):
                at_least[n] |= at_least[n - 1] & has
        for n in range(len(used)):
            found[n][rest] = at_least[n] & ~at_least[n + 1]
    return found


def _everybody(views: Sequence[View], group: _Group) -> _Slots:
    parts = [v.first + lanes_of(w) for v, w in zip(views, group.words, strict=True)]
    return np.concatenate(parts)


def _nearest(
    views: Sequence[View],
    group: _Group,
    probe: ScanProbes,
    distances: Sequence[NDArray[np.uint16]],
) -> _Slots:
    """Choose by the leading bits, then by the next ones as well; ties by the lower slot."""
    lanes, values = [], []
    for view, words, found in zip(views, group.words, distances, strict=True):
        some = _near_lanes(view, words, found, most=group.keep.leading)
        lanes.append(some)
        values.append(found[some].astype(np.uint32))
    kept = _first(np.concatenate(values), group.keep.leading)
    ends = np.cumsum([0, *map(len, lanes)])
    slots, totals = [], []
    for n, view in enumerate(views):
        own = kept[(kept >= ends[n]) & (kept < ends[n + 1])] - ends[n]
        further = values[n][own]
        scan.refine(view.columns, view.middle, lanes[n][own], probe.middle, distances=further)
        slots.append(view.first + lanes[n][own])
        totals.append(further)
    return np.concatenate(slots)[_first(np.concatenate(totals), group.keep.middle)]


def _near_lanes(
    view: View, words: NDArray[np.uint64], found: NDArray[np.uint16], *, most: int
) -> NDArray[np.int64]:
    if np.array_equal(words, view.permitted):
        return scan.nearest(found, most)
    inside = np.unpackbits(words.view(np.uint8), bitorder="little").view(bool)
    count = int(np.count_nonzero(inside))
    if count <= most:
        return lanes_of(words)
    if 8 * count > len(inside):  # then gathering costs more than masking
        return scan.nearest(np.where(inside, found, np.uint16(scan.NEVER)), most)
    lanes: NDArray[np.int64] = np.flatnonzero(inside)
    return lanes[scan.nearest(found[lanes], most)]


def _first(values: NDArray[np.uint32], most: int) -> NDArray[np.int64]:
    """Indices of the ``most`` smallest values, ascending; ties by the lower index."""
    if len(values) <= most:
        return np.arange(len(values))
    order = np.argsort(values, kind="stable")[:most]
    return np.sort(order).astype(np.int64)
