"""Links the records of one file, or of two, without labels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matching.linkage.blocking import candidate_pairs
from matching.linkage.clusters import average_linkage
from matching.linkage.features import Feature, compare_pairs
from matching.linkage.fingers import compare_fingers, encoded, finger_pairs
from matching.linkage.model import Model, estimate
from matching.linkage.records import Encoded, Records, encode
from matching.linkage.shipped import (
    FEWEST,
    shipped_model,
    with_own_spellings,
    with_shipped_rarities,
)

__all__ = ["Linkage", "clusters", "link"]

_STRANGERS = 200_000
"""Random pairs from which the share of chance agreement is estimated."""
_LEAST, _MOST = -3.0, 15.0
"""Bounds of the score of a pair when clusters are joined: no single pair decides alone.

Of (-10, 15), (-5, 10) and (-3, 15) the last had the best F1 at even odds on two labelled sets.
"""


@dataclass(frozen=True, slots=True, eq=False)
class Linkage:
    """Candidate pairs with their evidence.

    Args:
        left: (pairs,) numbers of records.
        right: (pairs,) numbers of records of the second file, or of the same.
        scores: (pairs,) log2 odds that both are one person: the prior plus the terms.
        features: What each pair agrees on.
        model: That the scores come from.
    """

    left: NDArray[np.int64]
    right: NDArray[np.int64]
    scores: NDArray[np.float64]
    features: tuple[Feature, ...]
    model: Model

    def terms(self, at: int) -> list[float]:
        """Return the bits of every feature of one pair, 0 where a side says nothing."""
        return [self.model.bits_of(feature, at) for feature in self.features]

    def threshold(self, precision: float) -> float:
        """Return the lowest score from which on, by the model itself, so many links are right.

        Args:
            precision: 0..1.

        Returns:
            Bits; infinity if no pair is good enough.
        """
        order = np.sort(self.scores)[::-1]
        right = np.cumsum(1 / (1 + np.exp2(-np.clip(order, -60, 60))))
        enough = np.flatnonzero(right >= precision * np.arange(1, len(order) + 1))
        return float(order[enough[-1]]) if len(enough) else float("inf")


def link(
    left: Records,
    right: Records | None = None,
    *,
    seed: int = 0,
    cap_one: int = 25,
    cap_two: int = 25,
    threads: int = 1,
) -> Linkage:
    """Compare the records worth comparing and estimate what each agreement is worth.

    With fewer than 50 records in a file (100 in a single one), or fewer than 50 pairs compared,
    nothing is estimated: shipped weights are used, and the model says so.

    Args:
        left: Records.
        right: Records of another file; None to find duplicates within the first.
        seed: Of the draw of random pairs.
        cap_one: Most records of a block that agrees on one property.
        cap_two: Most records of a block that agrees on two.
        threads: That a search by fingers may use.

    Returns:
        All candidate pairs, scored: those that share other data, and those that agree in fingers.

    Raises:
        RecordError: the columns of the files differ, or one has fingers and the other none.
    """
    data = encode(left, right)
    split = None if right is None else len(left)
    one, other = candidate_pairs(data, split=split, cap_one=cap_one, cap_two=cap_two)
    minutiae = encoded(data.fingers)
    if minutiae:
        a, b = finger_pairs(minutiae, split=split, threads=threads)
        keys = np.union1d(one * data.count + other, a * data.count + b)
        one, other = keys // data.count, keys % data.count
    if not len(one):
        return Linkage(one, other, np.zeros(0), (), Model(0.0, {}, {}, "none"))
    fingers = [compare_fingers(minutiae, one, other)] if minutiae else []
    candidates, model = _weighed(data, (one, other), split, fingers, seed=seed)
    scores = model.scores(candidates)
    return Linkage(one, other - (split or 0), scores, tuple(candidates), model)


def _weighed(
    data: Encoded,
    pairs: tuple[NDArray[np.int64], NDArray[np.int64]],
    split: int | None,
    fingers: list[Feature],
    *,
    seed: int,
) -> tuple[list[Feature], Model]:
    """Compare the candidate pairs, and estimate what that is worth where there are enough."""
    count, compared = data.count, len(pairs[0])
    every = count * (count - 1) / 2 if split is None else split * (count - split)
    smaller = count / 2 if split is None else min(split, count - split)
    every, people = max(every, 2.0), smaller / 2
    if smaller < FEWEST or compared < FEWEST:
        found = with_own_spellings(compare_pairs(with_shipped_rarities(data), *pairs)) + fingers
        prior = float(np.log2(min(people, compared) / every))
        return found, shipped_model(found, prior=prior)
    found = compare_pairs(data, *pairs) + fingers
    strangers = compare_pairs(data, *_random_pairs(data, split, seed))
    return found, estimate(found, strangers, pairs=every, people=people)


def _random_pairs(
    data: Encoded, split: int | None, seed: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    rng = np.random.default_rng(seed)
    middle = data.count if split is None else split
    one = rng.integers(max(middle, 1), size=_STRANGERS)
    other = rng.integers(0 if split is None else split, max(data.count, 1), size=_STRANGERS)
    different = one != other
    return one[different], other[different]


def clusters(
    found: Linkage, *, count: int, threshold: float = 0.0
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Join the records of one file to people; see ``average_linkage``.

    Args:
        found: Links within one file.
        count: Records of the file.
        threshold: Lowest mean score, in bits, of the pairs between two clusters that are joined;
            more than the bound of a pair is that bound, infinity joins nobody.

    Returns:
        (count,) number of the cluster of every record, and (pairs,) the mean score at which the
        two records of a pair came into one cluster; -inf if they did not.
    """
    scores = np.clip(found.scores, _LEAST, _MOST)
    joined, heights = average_linkage(
        found.left, found.right, scores, count=count, missing=_LEAST, least=_LEAST / 2
    )
    if threshold > _LEAST / 2:
        least = min(threshold, _MOST) if np.isfinite(threshold) else threshold
        joined, _ = average_linkage(
            found.left, found.right, scores, count=count, missing=_LEAST, least=least
        )
    return joined, heights
