"""Which references of a search are compared by minutiae: those whose sketches are near.

For each number of fingers in common with the probe ``matching.fingerprint.cuts`` says how near a
reference must be, by its strength, after 128 bits, after 256 bits and after the codes of its row;
where there is no cut, everybody with so many is compared. Whether a reference is kept depends on
it and on the probe only: neither on the other references nor on segments, threads or the probes
that are searched together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor, wait
from dataclasses import dataclass
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from matching.fingerprint.cuts import Limits
from matching.fingerprint.sketch_probe import ScanProbes
from matching.fingerprint.stored import Early
from matching.gallery.segment import View, lanes_of
from matching.kernels import scan

__all__ = ["FindLimits", "Narrowed", "Narrower", "Work", "in_threads"]

_Slots = NDArray[np.int64]
_CODES_TOGETHER = 1024  # 2 MB
_T = TypeVar("_T")
_R = TypeVar("_R")
FindLimits = Callable[[ScanProbes], Limits]
"""Probe -> what references must reach."""


class Work(Protocol):
    """Runs calls, in this thread or in several."""

    def __call__(self, call: Callable[[_T], _R], items: Iterable[_T]) -> list[_R]:
        """Return the results in the order of the items."""


def in_threads(pool: Executor | None) -> Work:
    """Make a ``Work`` of a pool; None stays in this thread.

    Where a call fails, the others are waited for: none works on what the caller has left.
    """

    def work(call: Callable[[_T], _R], items: Iterable[_T]) -> list[_R]:
        if pool is None:
            return list(map(call, items))
        begun = [pool.submit(call, item) for item in items]
        wait(begun)
        return [one.result() for one in begun]

    return work


@dataclass(frozen=True, slots=True, eq=False)
class Narrowed:
    """What is left of the references of one search.

    Args:
        slots: (K,) int64, ascending: compare these.
        searched: How many references were permitted.
        early: When they may be given up while their minutiae are compared.
    """

    slots: _Slots
    searched: int
    early: Early | None = None


class Narrower:
    """Narrows searches down.

    Args:
        limits: What references must reach; None: all are compared.
        smallest: Up to this number of permitted references, all are compared.
        parts: Into how many parts a scan of a segment is split, >= 1.
    """

    def __init__(self, limits: FindLimits | None, *, smallest: int, parts: int) -> None:
        self._limits = limits
        self._smallest = smallest
        self._parts = parts

    def narrow(
        self, views: Sequence[View], probes: Sequence[ScanProbes], *, work: Work
    ) -> list[Narrowed]:
        """Choose for 1..8 probes."""
        count = sum(int(np.bitwise_count(view.permitted).sum()) for view in views)
        if self._limits is None or count <= self._smallest:
            return [self.everybody(views)] * len(probes)
        limits = [self._limits(probe) for probe in probes]
        distances = self._scan(views, probes, work=work)

        def choose(task: tuple[int, int]) -> _Slots:
            n, v = task
            return views[v].first + _nearest(views[v], distances[v][n], probes[n], limits[n])

        parts = [(n, v) for n in range(len(probes)) for v in range(len(views))]
        found = iter(work(choose, parts))
        return [
            Narrowed(
                np.concatenate([next(found) for _ in views]),
                count,
                Early(probe.strengths.astype(np.float64), limit.scores),
            )
            for probe, limit in zip(probes, limits, strict=True)
        ]

    def everybody(self, views: Sequence[View]) -> Narrowed:
        """Choose everybody who is permitted."""
        slots = [view.first + lanes_of(view.permitted) for view in views]
        found = np.concatenate([np.zeros(0, np.int64), *slots])
        return Narrowed(found, len(found))

    def _scan(
        self, views: Sequence[View], probes: Sequence[ScanProbes], *, work: Work
    ) -> list[NDArray[np.uint16]]:
        """Distances by 128 bits, per view (probe, reference)."""
        leading = [probe.leading for probe in probes]
        permitted = [np.repeat(view.permitted[None], len(probes), axis=0) for view in views]
        found = [np.empty((len(probes), len(view.columns)), np.uint16) for view in views]

        def part(task: tuple[int, int]) -> None:
            view, n = views[task[0]], task[1]
            tiles = len(view.columns) // scan.TILE
            scan.leading_distances(
                view.columns,
                leading,
                permitted=permitted[task[0]],
                out=found[task[0]],
                tiles=(tiles * n // self._parts, tiles * (n + 1) // self._parts),
            )

        work(part, [(v, n) for v in range(len(views)) for n in range(self._parts)])
        return found


def _nearest(
    view: View, distances: NDArray[np.uint16], probe: ScanProbes, limits: Limits
) -> NDArray[np.int64]:
    """The references that reach the limits of all stages, ascending."""
    used = (probe.leading.weights != 0).any(axis=1)
    lanes, common = scan.near(
        view.columns, distances, permitted=view.permitted, used=used, limits=limits.leading
    )
    sums = distances[lanes].astype(np.uint32)
    scan.refine(view.columns, view.middle, lanes, probe.middle, distances=sums)
    inside = sums <= limits.middle[common, view.columns.strengths[lanes]]
    lanes, common = lanes[inside], common[inside]
    kept = [np.zeros(0, np.int64)]
    for start in range(0, len(lanes), _CODES_TOGETHER):
        some = lanes[start : start + _CODES_TOGETHER]
        codes = view.rows.codes(some)
        try:
            found = scan.likeness(
                codes.view(np.uint64).reshape(-1, scan.FINGERS, scan.PLANES, scan.WORDS),
                view.present(some),
                probe.codes,
            )
        finally:
            codes[:] = 0
        fingers = common[start : start + _CODES_TOGETHER]
        least = limits.codes[fingers, view.columns.strengths[some]]
        kept.append(some[found >= least])
    return np.concatenate(kept)
