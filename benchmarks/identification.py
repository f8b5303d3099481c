"""What identification against a gallery costs in errors (ISO/IEC 19795-1).

A probe identifies its person if the mate is the first candidate and its score reaches the
threshold.  The threshold is read off probes of people who were never enrolled.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

__all__ = ["FPIR", "fnir", "lost_upper_bound", "threshold_at_fpir"]

FPIR = 1e-3
"""False-positive identification rate of every threshold here: the one of the EU's own targets."""
_RISK = 0.05  # that the bound is too low
Scores = NDArray[np.floating]


def threshold_at_fpir(non_mated: Scores, fpir: float = FPIR) -> float:
    """Return the lowest threshold whose FPIR on these probes is at most the target.

    Args:
        non_mated: (P,) best score of every non-mated probe; -inf where there was no candidate.
        fpir: Allowed share of probes that reach the threshold, 0..1.

    Returns:
        A score; a hit is score >= threshold. With fewer than ``1/fpir`` probes it lies above all.

    Examples:
        >>> scores = np.arange(1000.0)
        >>> threshold_at_fpir(scores, 0.002) > 997, threshold_at_fpir(scores, 0.002) <= 998
        (True, True)
    """
    allowed = math.floor(fpir * len(non_mated) + 1e-9)
    highest_refused = np.sort(non_mated)[::-1][allowed]
    return float(np.nextafter(highest_refused, non_mated.dtype.type(np.inf)))


def fnir(first: NDArray[np.int64], scores: Scores, mates: NDArray[np.int64], at: float) -> float:
    """Return the share of mated probes that do not identify their person.

    Args:
        first: (P,) first candidate of every mated probe, -1 for none.
        scores: (P,) its score.
        mates: (P,) row of the same person.
        at: Threshold.

    Examples:
        >>> fnir(np.array([7, 8]), np.array([0.9, 0.9]), np.array([7, 9]), at=0.5)
        0.5
    """
    return 1.0 - float(np.mean((first == mates) & (scores >= at)))


def lost_upper_bound(lost: int, of: int) -> float:
    """Return the exact (Clopper-Pearson) one-sided 95 % upper bound of a rate.

    Args:
        lost: Events seen, 0..of.
        of: Independent trials.

    Examples:
        >>> round(lost_upper_bound(0, 30_000) * 30_000, 3)  # the rule of three
        2.996
    """
    if lost >= of:
        return 1.0
    low, high = lost / of, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        if _at_most(lost, of, middle) > _RISK:
            low = middle
        else:
            high = middle
    return high


def _at_most(lost: int, of: int, rate: float) -> float:
    """P(X <= lost) for X binomial, summed in logarithms so that nothing underflows."""
    if rate >= 1.0:
        return 0.0
    logs = [
        math.lgamma(of + 1) - math.lgamma(k + 1) - math.lgamma(of - k + 1)
        + k * math.log(rate or 1e-300) + (of - k) * math.log1p(-rate)
        for k in range(lost + 1)
    ]  # fmt: skip
    top = max(logs)
    return math.exp(top) * math.fsum(math.exp(log - top) for log in logs)
