"""A Fellegi-Sunter model, estimated without labels.

The evidence of a pair is a sum of terms log2(m / u): m is how often records of one person reach a
level, u how often strangers do.  u comes from random pairs, and where the value is known from how
frequent it is; m and the prior come from EM on the candidate pairs.  The prior counts all pairs:
those that share nothing are no mated pairs, so that blocking does not bias the estimate.

Source: Fellegi and Sunter, A theory for record linkage, 1969.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from matching.linkage.features import Feature

__all__ = ["Model", "estimate"]

_Floats = NDArray[np.float64]
_START = 0.9
"""Share of full agreement among mated pairs that EM starts with."""
_SMOOTH = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """Weights of one pair of files.

    Args:
        prior: Log2 odds that a random pair is of one person.
        mated: Feature -> (levels,) share among mated pairs.
        chance: Feature -> (levels,) share among random pairs.
        weights: Version of the shipped shares; ``estimated`` if the shares are those of the
            files, ``none`` if there was nothing to weigh.
    """

    prior: float
    mated: dict[str, _Floats]
    chance: dict[str, _Floats]
    weights: str = "estimated"

    def bits_of(self, feature: Feature, at: int) -> float:
        """Return the bits of one term of one pair; 0 where a side says nothing."""
        only = slice(at, at + 1)
        one = replace(
            feature,
            levels=feature.levels[only],
            chance=feature.chance[only],
            bits=None if feature.bits is None else feature.bits[only],
        )
        return float(self._bits(one)[0])

    def scores(self, features: Sequence[Feature]) -> _Floats:
        """Return prior plus terms, (pairs,) log2 odds of one person."""
        total = np.full(len(features[0].levels), self.prior)
        for feature in features:
            total += self._bits(feature)
        return total

    def _bits(self, feature: Feature) -> _Floats:
        if feature.bits is not None:
            return feature.bits
        mated, chance = self.mated[feature.name], self.chance[feature.name]
        level = np.maximum(feature.levels, 0)
        # A slip is never rarer than the value that it is a slip of; agreement is as rare as that.
        top = level == len(mated) - 1
        own = np.where(top & (feature.chance > 0), feature.chance, 0)
        by_chance = np.where(own > 0, own, np.maximum(chance[level], feature.chance))
        bits = np.log2(mated[level] / np.minimum(by_chance, 1.0))
        return np.where(feature.levels < 0, 0.0, bits)


def estimate(
    candidates: Sequence[Feature],
    strangers: Sequence[Feature],
    *,
    pairs: float,
    people: float,
    rounds: int = 25,
) -> Model:
    """Estimate a model.

    Args:
        candidates: Features of the candidate pairs.
        strangers: The same of random pairs; fingers may be left out.
        pairs: All pairs there are, compared or not.
        people: Mated pairs to start with, a guess.
        rounds: Of EM.

    Cost: O(rounds * pairs * features).
    """
    chance = _shares(strangers)
    mated = {name: _start(share) for name, share in chance.items()}
    model = Model(float(np.log2(people / pairs)), mated, chance)
    for _ in range(rounds):
        posterior = 1 / (1 + np.exp2(-np.clip(model.scores(candidates), -60, 60)))
        total = max(float(posterior.sum()), 1.0)
        prior = float(np.log2(total / max(pairs - total, 1.0)))
        model = Model(prior, _shares(candidates, posterior), chance)
    return model


def _start(share: _Floats) -> _Floats:
    found = np.arange(1, len(share) + 1, dtype=np.float64)
    found *= (1 - _START) / found[:-1].sum()
    found[-1] = _START
    return found


def _shares(features: Sequence[Feature], weight: _Floats | None = None) -> dict[str, _Floats]:
    """Share of each level, by feature that is to be weighed."""
    totals: dict[str, _Floats] = {}
    for feature in features:
        if feature.bits is not None:
            continue
        size = len(feature.names)
        known = feature.levels >= 0
        weights = None if weight is None else weight[known]
        count = np.bincount(feature.levels[known], weights, minlength=size)
        totals[feature.name] = totals.get(feature.name, np.full(size, _SMOOTH)) + count
    return {name: count / count.sum() for name, count in totals.items()}
