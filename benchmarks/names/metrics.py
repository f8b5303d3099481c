"""How good scores, links, clusters and lists of candidates are, against the truth.

Thresholds lie between distinct scores only: pairs of one score are accepted together, so that no
scorer gains by the order in which equal scores happen to stand.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.names.protocols import Floats, Ints, Scored

__all__ = [
    "Judgement",
    "best",
    "best_clustering",
    "clustering_at",
    "judge_at",
    "pairs_between",
    "pairs_within",
    "rank_of_mate",
    "recall_at_precision",
]

Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Judgement:
    """How well pairs were told apart at one threshold.

    Args:
        threshold: Pairs with this score or more are accepted.
        precision: Share of the accepted that are mated; 1 where none is accepted.
        recall: Share of the mated that are accepted.
    """

    threshold: float
    precision: float
    recall: float

    @property
    def f1(self) -> float:
        """Return the harmonic mean of both."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


def best(scores: Floats, mated: Bools, *, total: int) -> Judgement:
    """Return the judgement with the best F1; of equal ones the one with the highest threshold.

    Args:
        scores: (N,) of the pairs scored; none may be NaN.
        mated: (N,) which of them are mated.
        total: Mated pairs that exist, scored or not.

    Returns:
        The best one; its threshold was picked on the same data, so it is an upper bound.
    """
    found = _Sweep.over(scores, mated, total)
    if not len(found.thresholds):
        return Judgement(np.inf, 1.0, 0.0)
    f1 = 2 * found.hits / (found.accepted + total)
    return found.at(int(np.argmax(f1)))


def recall_at_precision(scores: Floats, mated: Bools, *, total: int, precision: float) -> float:
    """Return the highest recall of any threshold with at least that precision, 0 if none has."""
    found = _Sweep.over(scores, mated, total)
    enough = found.hits >= precision * found.accepted
    return float(found.hits[enough].max(initial=0) / total)


def judge_at(scores: Floats, mated: Bools, *, total: int, threshold: float) -> Judgement:
    """Return how well a threshold that was fixed beforehand does."""
    accepted = scores >= threshold
    hits, count = int(mated[accepted].sum()), int(accepted.sum())
    return Judgement(threshold, hits / count if count else 1.0, hits / total)


@dataclass(frozen=True, slots=True)
class _Sweep:
    """Every threshold that makes a difference, highest first: (T,) each."""

    thresholds: Floats
    accepted: Ints
    hits: Ints
    total: int

    @classmethod
    def over(cls, scores: Floats, mated: Bools, total: int) -> _Sweep:
        if total < 1:
            raise ValueError(f"{total} mated pairs: at least 1 is needed")
        if np.isnan(scores).any():
            raise ValueError("a score is NaN: a pair without evidence needs the lowest score")
        order = np.argsort(-scores, kind="stable")
        ordered = scores[order]
        last = np.flatnonzero(np.append(ordered[1:] != ordered[:-1], True)) if len(order) else order
        hits = np.cumsum(mated[order], dtype=np.int64)[last]
        return cls(ordered[last], last + 1, hits, total)

    def at(self, place: int) -> Judgement:
        hits = int(self.hits[place])
        precision = hits / int(self.accepted[place])
        return Judgement(float(self.thresholds[place]), precision, hits / self.total)


def pairs_between(left: Ints, right: Ints) -> int:
    """Return how many pairs of a record of each side have the same label."""
    known, sizes = np.unique(left, return_counts=True)
    others, counts = np.unique(right, return_counts=True)
    _, one, other = np.intersect1d(known, others, assume_unique=True, return_indices=True)
    return int((sizes[one].astype(np.int64) * counts[other]).sum())


def pairs_within(labels: Ints) -> int:
    """Return how many pairs of records have the same label."""
    sizes = np.unique(labels, return_counts=True)[1].astype(np.int64)
    return int((sizes * (sizes - 1) // 2).sum())


def clustering_at(scored: Scored, labels: Ints, *, threshold: float) -> Judgement:
    """Judge the clusters, all pairs within each, that pairs from a threshold on connect.

    Args:
        scored: Pairs of a deduplication.
        labels: (N,) the true person of every record.
        threshold: Pairs with this score or more connect.
    """
    forest = _Forest(labels)
    for _ in forest.steps(_above(scored, threshold)):
        pass
    return forest.judge(threshold)


def best_clustering(scored: Scored, labels: Ints) -> Judgement:
    """Return the clustering with the best F1 over all thresholds between distinct scores.

    Cost: about a microsecond per pair.
    """
    forest = _Forest(labels)
    found = [forest.judge(threshold) for threshold in forest.steps(scored)]
    return max(found, key=lambda one: one.f1, default=Judgement(np.inf, 1.0, 0.0))


def _above(scored: Scored, threshold: float) -> Scored:
    kept = scored.scores >= threshold
    return Scored(scored.left[kept], scored.right[kept], scored.scores[kept])


class _Forest:
    """Clusters that only grow, with the count of pairs within them and of the true ones."""

    def __init__(self, labels: Ints) -> None:
        self._parent = list(range(len(labels)))
        self._people = [{label: 1} for label in labels.tolist()]
        self._sizes = [1] * len(labels)
        self._total = pairs_within(labels)
        self._accepted = self._hits = 0
        if self._total == 0:
            raise ValueError("no person has two records: there is nothing to find")

    def steps(self, scored: Scored) -> Iterator[float]:
        """Connect pairs, best first; yield each distinct score after its last pair."""
        order = np.argsort(-scored.scores, kind="stable")
        left, right = scored.left[order].tolist(), scored.right[order].tolist()
        scores = scored.scores[order].tolist()
        for place, score in enumerate(scores):
            self._connect(left[place], right[place])
            if place + 1 == len(scores) or scores[place + 1] != score:
                yield score

    def judge(self, threshold: float) -> Judgement:
        """Say how good the clusters are now."""
        precision = self._hits / self._accepted if self._accepted else 1.0
        return Judgement(threshold, precision, self._hits / self._total)

    def _root(self, record: int) -> int:
        parent = self._parent
        while parent[record] != record:
            parent[record] = parent[parent[record]]
            record = parent[record]
        return record

    def _connect(self, one: int, other: int) -> None:
        one, other = self._root(one), self._root(other)
        if one == other:
            return
        if len(self._people[one]) < len(self._people[other]):
            one, other = other, one
        self._parent[other] = one
        self._accepted += self._sizes[one] * self._sizes[other]
        self._sizes[one] += self._sizes[other]
        people = self._people[one]
        for label, count in self._people[other].items():
            before = people.get(label, 0)
            self._hits += before * count
            people[label] = before + count
        self._people[other] = {}


def rank_of_mate(found: Sequence[int], identity: NDArray[np.int32], *, mate: int) -> int | None:
    """Return the place, from 1, of the first record of a person among the people found.

    Args:
        found: Numbers of records, best first.
        identity: (N,) whom every record is about.
        mate: Whom the probe is about.

    Returns:
        The place when records of one person count once; None if the person is not there.
    """
    people = list(dict.fromkeys(identity[list(found)].tolist()))
    return people.index(mate) + 1 if mate in people else None
