"""Scores <-> error rates and the cost of log-likelihood ratios (ISO/IEC 19795-1).

Cllr (Brummer and du Preez 2006) is the mean cost, in bits, of believing log-likelihood ratios: 0 is
perfect, 1 is as bad as saying nothing.  Its minimum over all rising transformations (pool adjacent
violators) is what discrimination alone costs; the difference is the fault of the calibration.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["cllr", "equal_error_rate", "error_rates", "fnmr_at_fmr", "min_cllr", "rising_llr"]

Scores = NDArray[np.floating]
Floats = NDArray[np.float64]


def error_rates(mated: Scores, non_mated: Scores) -> tuple[Floats, Floats]:
    """Return (FMR, FNMR) at every threshold that changes one of them; a hit is score >= t.

    Args:
        mated: (M,) comparison scores, M >= 1.
        non_mated: (N,) comparison scores, N >= 1.

    Returns:
        Two (T,) arrays: FMR falling to 0, FNMR rising to 1.

    Raises:
        ValueError: there is no mated or no non-mated score.
    """
    if len(mated) == 0 or len(non_mated) == 0:
        raise ValueError("error rates need at least one mated and one non-mated score")
    mated, non_mated = np.sort(mated), np.sort(non_mated)
    thresholds = np.unique(np.concatenate([mated, non_mated, [np.inf]]))
    fmr = 1 - np.searchsorted(non_mated, thresholds, "left") / len(non_mated)
    fnmr = np.searchsorted(mated, thresholds, "left") / len(mated)
    return fmr, fnmr


def equal_error_rate(mated: Scores, non_mated: Scores) -> float:
    """Return the mean of FMR and FNMR at the threshold where they are nearest, 0..1.

    Args:
        mated: (M,) comparison scores, M >= 1.
        non_mated: (N,) comparison scores, N >= 1.

    Examples:
        >>> equal_error_rate(np.array([0.4, 0.8, 0.9, 1.0]), np.array([0.1, 0.2, 0.3, 0.5]))
        0.25
    """
    fmr, fnmr = error_rates(mated, non_mated)
    nearest = int(np.argmin(np.abs(fmr - fnmr)))
    return float((fmr[nearest] + fnmr[nearest]) / 2)


def fnmr_at_fmr(mated: Scores, non_mated: Scores, target: float) -> float:
    """Return the lowest FNMR among thresholds whose FMR is at most the target, no interpolation.

    Args:
        mated: (M,) comparison scores, M >= 1.
        non_mated: (N,) comparison scores, N >= 1.
        target: Highest false match rate, 0..1.

    Examples:
        >>> fnmr_at_fmr(np.array([0.4, 0.8]), np.array([0.1, 0.5]), 0.0)
        0.5
    """
    fmr, fnmr = error_rates(mated, non_mated)
    return float(fnmr[fmr <= target + 1e-12].min())


def cllr(mated: Scores, non_mated: Scores) -> float:
    """Return the mean cost of log-likelihood ratios, bits, >= 0.

    Args:
        mated: (M,) natural-log likelihood ratios, M >= 1.
        non_mated: (N,) natural-log likelihood ratios, N >= 1.

    Examples:
        >>> cllr(np.array([0.0]), np.array([0.0]))
        1.0
    """
    missed = np.logaddexp(0.0, -np.asarray(mated, np.float64)).mean()
    false = np.logaddexp(0.0, np.asarray(non_mated, np.float64)).mean()
    return float((missed + false) / (2 * np.log(2)))


def min_cllr(mated: Scores, non_mated: Scores) -> float:
    """Return the lowest Cllr that any rising transformation of these scores has, bits, 0..1."""
    return cllr(*rising_llr(mated, non_mated))


def rising_llr(mated: Scores, non_mated: Scores) -> tuple[Floats, Floats]:
    """Return the log-likelihood ratios of the best rising transformation of these scores.

    Args:
        mated: (M,) scores, M >= 1.
        non_mated: (N,) scores, N >= 1.

    Returns:
        (M,) and (N,) natural-log likelihood ratios, infinite where only one class occurs.  Equal
        scores have equal ratios.

    Cost: O((M + N) log (M + N)).
    """
    if len(mated) == 0 or len(non_mated) == 0:
        raise ValueError("log-likelihood ratios need at least one mated and one non-mated score")
    values, place = np.unique(np.concatenate([mated, non_mated]), return_inverse=True)
    same = np.bincount(place[: len(mated)], minlength=len(values)) / len(mated)
    other = np.bincount(place[len(mated) :], minlength=len(values)) / len(non_mated)
    blocks: list[list[float]] = []  # [mated share, non-mated share, values] per block
    for one, two in zip(same.tolist(), other.tolist(), strict=True):
        blocks.append([one, two, 1])
        while len(blocks) > 1 and blocks[-2][0] * blocks[-1][1] >= blocks[-1][0] * blocks[-2][1]:
            last = blocks.pop()
            blocks[-1] = [x + y for x, y in zip(blocks[-1], last, strict=True)]
    with np.errstate(divide="ignore"):
        ratios = np.array([np.log(one) - np.log(two) for one, two, _ in blocks])
    ratios = np.maximum.accumulate(ratios)  # two that are nearly equal may round the other way
    per_score = np.repeat(ratios, [int(count) for *_, count in blocks])[place]
    return per_score[: len(mated)], per_score[len(mated) :]
