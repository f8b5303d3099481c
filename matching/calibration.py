"""Scores <-> error rates: what a threshold costs (ISO/IEC 19795-1).

How the constants in parameters.py were found: on FVC2002 DB1_B, DB2_B and FVC2004 DB1_B, DB3_B the
ratio of mated to same-sensor non-mated similarities was read off in bins; the line of each family
runs through them, flattened where few comparisons stand behind it.  Its mean likelihood ratio on
non-mates, one by definition for a perfect calibration, came out between 0.22 and 0.43: that is the
discount for fingers of one capture failing, or looking alike, together.

The bound below is Chernoff's: P(sum of n ratios >= T) <= (mean ratio)^n e^-T if fingers are
independent.  They are nearly so for non-mates; two hundred thousand pairs of artificial non-mated
persons (fingers of one sensor, shuffled) stayed below it at every threshold.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from matching.parameters import CALIBRATIONS, MinutiaeFamily

__all__ = ["equal_error_rate", "false_match_bound", "fnmr_at_fmr", "fpir_bound"]

Scores = NDArray[np.floating]


def _rates(mated: Scores, non_mated: Scores) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return (FMR, FNMR) at every threshold that changes one of them; a hit is score >= t."""
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
    fmr, fnmr = _rates(mated, non_mated)
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
    fmr, fnmr = _rates(mated, non_mated)
    return float(fnmr[fmr <= target + 1e-12].min())


def false_match_bound(threshold: float, fingers: int, family: MinutiaeFamily) -> float:
    """Bound the chance that two persons reach a threshold by fingerprints alone, 0..1.

    Args:
        threshold: Person score, natural-log likelihood ratio.
        fingers: Common fingers, 1..10.
        family: Whose calibration made the score.

    Returns:
        The bound, independent fingers assumed; take it as right to a factor of ten.

    Examples:
        >>> f"{false_match_bound(10.0, 4, MinutiaeFamily.MINDTCT):.0e}"
        '7e-07'
    """
    if not 1 <= fingers <= 10:
        raise ValueError(f"fingers must be 1..10, not {fingers}")
    if fingers * CALIBRATIONS[family].highest < threshold:
        return 0.0
    return min(1.0, CALIBRATIONS[family].non_mated_ratio ** fingers * math.exp(-threshold))


def fpir_bound(threshold: float, fingers: int, family: MinutiaeFamily, *, references: int) -> float:
    """Bound the chance that a search without a mate returns anybody (FPIR), 0..1.

    Args:
        threshold: Person score, natural-log likelihood ratio.
        fingers: Common fingers, 1..10.
        family: Whose calibration made the score.
        references: Gallery size, >= 1.
    """
    return min(1.0, references * false_match_bound(threshold, fingers, family))
