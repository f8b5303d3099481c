"""Which references of a search are compared by minutiae: those whose sketches are near.

References are grouped by how many fingers they have in common with the probe; for each group
``matching.fingerprint.cuts`` says how near a reference must be, by its strength, after 128 bits,
after 256 bits and after the codes of its row. A group for which there is no cut is compared as a
whole. Whether a reference is kept depends on it and on the probe only: neither on the other
references nor on segments, threads or the probes that are searched together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from matching.fingerprint.cuts import Limits
from matching.fingerprint.sketch_probe import ScanProbes
from matching.gallery.segment import View, lanes_of
from matching.kernels import scan

__all__ = ["FindLimits", "Narrowed", "Narrower", "Work", "in_threads"]

_Slots = NDArray[np.int64]
_CODES_TOGETHER = 1024  # 2 MB
_T = TypeVar("_T")
_R = TypeVar("_R")
FindLimits = Callable[[ScanProbes, int], Limits | None]
"""(probe, common fingers) -> what references must reach; None: all are compared."""


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
    limits: Limits | None  # None: everybody is compared


class Narrower:
    """Narrows searches down.

    Args:
        limits: What references must reach.
        smallest: Up to this number of permitted references, all are compared.
        parts: Into how many parts a scan of a segment is split, >= 1.
    """

    def __init__(self, limits: FindLimits, *, smallest: int, parts: int) -> None:
        self._limits = limits
        self._smallest = smallest
        self._parts = parts

    def narrow(
        self, views: Sequence[View], probes: Sequence[ScanProbes], *, work: Work
    ) -> list[Narrowed]:
        """Choose for 1..8 probes."""
        groups = [self._groups(views, probe) for probe in probes]
        scanned = [n for n, some in enumerate(groups) if any(g.limits is not None for g in some)]
        distances: dict[int, list[NDArray[np.uint16]]] = {n: [] for n in scanned}
        for view in views if scanned else ():
            found = self._scan(view, [probes[n] for n in scanned], work=work)
            for n, one in zip(scanned, found, strict=True):
                distances[n].append(one)

        def choose(task: tuple[int, int]) -> _Slots:
            n, v = task
            chosen = []
            for group in groups[n]:
                if group.limits is None:
                    chosen.append(lanes_of(group.words[v]))
                else:
                    chosen.append(
                        _nearest(views[v], group.words[v], distances[n][v], probes[n], group.limits)
                    )
            return views[v].first + np.sort(np.concatenate([np.zeros(0, np.int64), *chosen]))

        parts = [(n, v) for n in range(len(probes)) for v in range(len(views))]
        slots: list[list[_Slots]] = [[np.zeros(0, np.int64)] for _ in probes]
        for (n, _), some in zip(parts, work(choose, parts), strict=True):
            slots[n].append(some)
        return [
            Narrowed(np.concatenate(kept), sum(group.count for group in groups[n]))
            for n, kept in enumerate(slots)
        ]

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
            _Group(words, count, None if few else self._limits(probe, common))
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


def _nearest(
    view: View,
    words: NDArray[np.uint64],
    distances: NDArray[np.uint16],
    probe: ScanProbes,
    limits: Limits,
) -> NDArray[np.int64]:
    """Of some references those that reach the limits of all stages, ascending."""
    if limits.leading < 0:
        return np.zeros(0, np.int64)
    lanes = _scanned(words, distances, limits.leading)
    sums = distances[lanes].astype(np.uint32)
    scan.refine(view.columns, view.middle, lanes, probe.middle, distances=sums)
    lanes = lanes[sums <= limits.middle[view.strength[lanes]]]
    kept = [np.zeros(0, np.int64)]
    for start in range(0, len(lanes), _CODES_TOGETHER):
        some = lanes[start : start + _CODES_TOGETHER]
        codes = view.rows.codes(some)
        found = scan.likeness(
            codes.view(np.uint64).reshape(-1, scan.FINGERS, scan.PLANES, scan.WORDS),
            view.present(some),
            probe.codes,
        )
        codes[:] = 0
        kept.append(some[found >= limits.codes[view.strength[some]]])
    return np.concatenate(kept)


def _scanned(
    words: NDArray[np.uint64], distances: NDArray[np.uint16], limit: int
) -> NDArray[np.int64]:
    """Of some references those at or below a distance."""
    if 2 * int(np.bitwise_count(words).sum()) < len(distances):  # few: look at them alone
        lanes = lanes_of(words)
        return lanes[distances[lanes] <= limit]
    lanes = scan.within(distances, limit)
    inside = words[lanes // scan.BLOCK] >> (lanes % scan.BLOCK).astype(np.uint64) & np.uint64(1)
    kept: NDArray[np.int64] = lanes[inside.astype(bool)]
    return kept
