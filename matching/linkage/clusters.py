"""From pairs to people: one to one between two files, or clusters within one."""

from __future__ import annotations

import heapq

import numpy as np
from numpy.typing import NDArray

__all__ = ["average_linkage", "connected_components", "one_to_one"]

_Ints = NDArray[np.int64]
_Floats = NDArray[np.float64]


def one_to_one(left: _Ints, right: _Ints, scores: _Floats) -> NDArray[np.bool_]:
    """Keep every record's best pair, best pairs first, each record once.

    Returns:
        (pairs,) which are kept; of equal scores the first.

    Cost: O(n log n).
    """
    kept = np.zeros(len(scores), bool)
    used_left: set[int] = set()
    used_right: set[int] = set()
    for at in np.argsort(-scores, kind="stable").tolist():
        a, b = int(left[at]), int(right[at])
        if a not in used_left and b not in used_right:
            kept[at] = True
            used_left.add(a)
            used_right.add(b)
    return kept


def connected_components(left: _Ints, right: _Ints, *, count: int) -> _Ints:
    """Join whatever pairs connect, however many steps lie between: one wrong pair joins two people.

    Args:
        left: (pairs,) numbers of records, below count.
        right: Likewise.
        count: Records.

    Returns:
        (count,) number of the cluster of every record, from 0 in the order of the records.

    Cost: O(count + pairs).
    """
    up = list(range(count))

    def root(at: int) -> int:
        while up[at] != at:
            up[at] = at = up[up[at]]
        return at

    for a, b in zip(left.tolist(), right.tolist(), strict=True):
        one, other = sorted((root(a), root(b)))
        up[other] = one
    numbers: dict[int, int] = {}
    return np.array([numbers.setdefault(root(at), len(numbers)) for at in range(count)], np.int64)


def average_linkage(
    left: _Ints, right: _Ints, scores: _Floats, *, count: int, missing: float, least: float
) -> tuple[_Ints, _Floats]:
    """Join the clusters with the highest mean score, as long as it is high enough.

    A bridge of one strong pair between two clusters whose other records disagree does not join
    them.

    Args:
        left: (pairs,) numbers of records, below count.
        right: Likewise; no pair twice.
        scores: (pairs,) log2 odds.
        count: Records.
        missing: Score of a pair that was not compared.
        least: Lowest mean at which clusters are joined.

    Returns:
        (count,) number of the cluster of every record, and (pairs,) the lowest mean on the way to
        the cluster that holds both records, -inf if none does.

    Cost: O(pairs log pairs) as long as clusters stay small.
    """
    kept = scores > missing
    tree = _Tree(count, missing)
    tree.start(left[kept].tolist(), right[kept].tolist(), (scores[kept] - missing).tolist(), least)
    tree.run(least)
    numbers: dict[int, int] = {}
    found = [numbers.setdefault(tree.root(at), len(numbers)) for at in range(count)]
    return np.array(found, np.int64), tree.heights(left, right)


class _Tree:
    """Clusters, the sums of scores above ``missing`` between them, and what was joined when."""

    def __init__(self, count: int, missing: float) -> None:
        self._missing = missing
        self._sums: list[dict[int, float]] = [{} for _ in range(count)]
        self._sizes = [1] * count
        self._up: list[tuple[int, float] | None] = [None] * count
        self._heap: list[tuple[float, int, int]] = []

    def start(self, left: list[int], right: list[int], gains: list[float], least: float) -> None:
        for a, b, gain in zip(left, right, gains, strict=True):
            self._sums[a][b] = self._sums[b][a] = gain
            if gain + self._missing >= least:
                self._heap.append((-gain, a, b))
        heapq.heapify(self._heap)

    def run(self, least: float) -> None:
        lowest = least - self._missing
        while self._heap:
            negative, a, b = heapq.heappop(self._heap)
            if self._up[a] is None and self._up[b] is None:
                self._join(a, b, -negative, lowest)

    def _join(self, a: int, b: int, mean: float, lowest: float) -> None:
        node = len(self._sums)
        sums, other = self._sums[a], self._sums[b]
        if len(sums) < len(other):
            sums, other = other, sums
        for neighbour, total in other.items():
            sums[neighbour] = sums.get(neighbour, 0.0) + total
        sums.pop(a, None)
        sums.pop(b, None)
        self._sums.append(sums)
        self._sizes.append(self._sizes[a] + self._sizes[b])
        self._up[a] = self._up[b] = (node, mean)
        self._up.append(None)
        self._sums[a] = self._sums[b] = {}
        for neighbour, total in sums.items():
            near = self._sums[neighbour]
            near.pop(a, None)
            near.pop(b, None)
            near[node] = total
            found = total / (self._sizes[node] * self._sizes[neighbour])
            if found >= lowest:
                heapq.heappush(self._heap, (-found, neighbour, node))

    def root(self, at: int) -> int:
        while (up := self._up[at]) is not None:
            at = up[0]
        return at

    def heights(self, left: _Ints, right: _Ints) -> _Floats:
        return np.array(
            [self._height(a, b) for a, b in zip(left.tolist(), right.tolist(), strict=True)]
        )

    def _height(self, a: int, b: int) -> float:
        """Nodes are numbered in the order of joining: climb from the lower one."""
        lowest = np.inf
        while a != b:
            if a > b:
                a, b = b, a
            up = self._up[a]
            if up is None:
                return -np.inf
            a, lowest = up[0], min(lowest, up[1] + self._missing)
        return float(lowest)
