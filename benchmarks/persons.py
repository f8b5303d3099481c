"""Persons made of prints: fused scores of mates and of artificial strangers of one sensor.

A database of ten fingers stands for one person: its n-th finger is at position n, its impressions
are captures.  Artificial strangers are the fingers of a database in two orders that share no place.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from matching.features import FEATURES, Capture
from matching.fusion import against_weight

__all__ = ["fused", "mated_scores", "ranks", "stranger_scores"]

Floats = NDArray[np.float64]
_DEPENDENCE = max(f.dependence for f in FEATURES.values() if f.capture is Capture.FINGERS)


def fused(ratios: Floats, axis: int = -1) -> Floats:
    """Fuse the fingers along an axis, as ``matching.fusion.fuse`` does."""
    weight = against_weight(ratios.shape[axis], _DEPENDENCE)
    result: Floats = np.where(ratios > 0, ratios, weight * ratios).sum(axis=axis)
    return result


def mated_scores(ratios: Floats, fingers: int, *, seed: int, subsets: int = 50) -> Floats:
    """Scores of every two captures of a person, with random choices of fingers.

    Args:
        ratios: (F, I, F, I) log-likelihood ratios of fingers and impressions.
        fingers: How many are common, 1..F.
        seed: Of the choices.
        subsets: Choices per two captures; one where all fingers are common.
    """
    rng = np.random.default_rng(seed)
    count = ratios.shape[0]
    chosen = np.array(
        [rng.permutation(count)[:fingers] for _ in range(1 if fingers == count else subsets)]
    )
    pairs = combinations(range(ratios.shape[1]), 2)
    return np.concatenate([fused(ratios[chosen, a, chosen, b]) for a, b in pairs])


def stranger_scores(ratios: Floats, fingers: int, *, seed: int, count: int) -> Floats:
    """Scores of artificial strangers; a finger never meets itself.

    Args:
        ratios: (F, I, F, I) log-likelihood ratios of fingers and impressions.
        fingers: How many are common, 1..F.
        seed: Of the orders and captures.
        count: Strangers.
    """
    rng = np.random.default_rng(seed)
    places = np.arange(ratios.shape[0])
    other = rng.permuted(np.tile(places, (count * 4, 1)), axis=1)
    apart = other[(other != places).all(axis=1)][:count, :fingers]
    a, b = rng.integers(ratios.shape[1], size=(2, len(apart), 1))
    return fused(ratios[places[None, :fingers], a, apart, b])


def ranks(ratios: Floats, fingers: int, *, seed: int, strangers: int) -> NDArray[np.intp]:
    """Rank of the mate among artificial strangers of its sensor, for every two captures.

    Args:
        ratios: (F, I, F, I) log-likelihood ratios of fingers and impressions.
        fingers: How many are common, 1..F; drawn anew for every two captures.
        seed: Of the draws.
        strangers: Enrolled beside the mate.

    Returns:
        (I (I - 1) / 2,) ranks from 1; a tie counts against the mate.
    """
    rng = np.random.default_rng(seed)
    count, impressions = ratios.shape[:2]
    places = np.arange(count)
    found = []
    for a, b in combinations(range(impressions), 2):
        chosen = rng.permutation(count)[:fingers]
        other = rng.permuted(np.tile(places, (strangers * 4, 1)), axis=1)
        apart = other[(other != places).all(axis=1)][:strangers]
        captures = rng.integers(impressions, size=(len(apart), 1))
        scores = fused(ratios[chosen[None], a, apart[:, chosen], captures])
        found.append(1 + int((scores >= fused(ratios[chosen, a, chosen, b])).sum()))
    return np.array(found)
