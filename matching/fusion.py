"""Scores of several fingers -> one calibrated person score with its terms.

The person score is the sum of the fingers' log-likelihood ratios.  Fingers of one capture are not
independent (one sensor, one skin, one moment), so every finger's ratio is discounted beforehand:
the calibration keeps the mean likelihood ratio of non-mates near a third instead of one, and cuts
what a single finger may say at both ends.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from matching.parameters import CALIBRATIONS, MinutiaeFamily

__all__ = ["finger_llr", "person_score"]


def finger_llr(similarity: float, family: MinutiaeFamily) -> float:
    """Calibrate the similarity of one finger.

    Args:
        similarity: Score of the kernel, 0..1.
        family: Of both minutiae sets, FOREIGN where they differ.

    Returns:
        Natural-log likelihood ratio, rising with similarity, within the clips of the calibration.

    Raises:
        ValueError: similarity is not in 0..1.

    Examples:
        >>> finger_llr(0.23, MinutiaeFamily.MINDTCT), finger_llr(1.0, MinutiaeFamily.MINDTCT)
        (0.0, 9.0)
    """
    if not 0.0 <= similarity <= 1.0:
        raise ValueError(f"similarity must be in 0..1, not {similarity}")
    line = CALIBRATIONS[family]
    llr = line.slope * (similarity - line.neutral)
    return float(np.clip(llr, line.lowest, line.highest))


def person_score(llrs: Iterable[float]) -> float:
    """Fuse the fingers of one comparison; 0, "nothing known", without a common finger.

    Examples:
        >>> person_score([9.0, -1.5])
        7.5
    """
    return float(sum(llrs))
