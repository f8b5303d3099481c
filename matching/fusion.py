"""Scores of several features -> one calibrated person score with its terms.

What speaks *for* one person adds up: the fingers of two strangers are independent (correlation on
artificial strangers of one sensor: 0.01 and less).  What speaks *against* is discounted: a mate's
fingers fail together, because one skin, one sensor and one moment made them.  With n features of
one capture and their correlation r, the negative part counts 1 / (1 + (n - 1) r), the weight that
is best for n equally correlated measurements (the design effect of a cluster sample).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from matching.calibrated import CALIBRATIONS, Evidence
from matching.features import Capture, Feature
from matching.parameters import MinutiaeFamily

__all__ = ["against_weight", "finger_llrs", "fuse"]


def finger_llrs(
    similarities: NDArray[np.floating],
    family: MinutiaeFamily,
    *,
    probe: Evidence,
    references: Sequence[Evidence],
) -> NDArray[np.float64]:
    """Calibrate the similarities of one finger with many.

    Args:
        similarities: (N,) scores of the kernel, 0..1.
        family: Of both minutiae sets, FOREIGN where they differ.
        probe: How much the one finger has to say.
        references: (N,) how much the others have; the poorer finger of each pair counts.

    Returns:
        (N,) natural-log likelihood ratios, rising with similarity, within the clips of the
        calibration; each depends on its own pair only.

    Raises:
        ValueError: a similarity is not in 0..1.
    """
    scores = np.asarray(similarities, np.float64)
    if not ((scores >= 0.0) & (scores <= 1.0)).all():
        raise ValueError("a similarity is not in 0..1")
    row = CALIBRATIONS[family]
    others = np.array([one.value(row.covariate) for one in references], np.float64)
    return row.llr(scores, np.minimum(others, probe.value(row.covariate)))


def fuse(terms: Iterable[tuple[Feature, float]]) -> float:
    """Fuse the features of one comparison.

    Args:
        terms: Feature and its natural-log likelihood ratio; each feature at most once.

    Returns:
        Natural-log likelihood ratio of "same person"; 0, "nothing known", without a term.

    Examples:
        >>> from matching.features import FEATURES
        >>> fuse([(FEATURES["right_thumb"], 9.0), (FEATURES["left_thumb"], 3.0)])
        12.0
        >>> -2.0 < fuse([(FEATURES["right_thumb"], -1.0), (FEATURES["left_thumb"], -1.0)]) < -1.0
        True
    """
    by_capture: dict[Capture, list[tuple[Feature, float]]] = {}
    for feature, llr in terms:
        by_capture.setdefault(feature.capture, []).append((feature, llr))
    score = 0.0
    for group in by_capture.values():
        weighed = [(feature, feature.weight * llr) for feature, llr in group]
        discount = against_weight(len(group), max(feature.dependence for feature, _ in group))
        score += sum(llr if llr > 0 else discount * llr for _, llr in weighed)
    return score


def against_weight(count: int, dependence: float) -> float:
    """Weight of what speaks against, for ``count`` features of one capture.

    Examples:
        >>> against_weight(1, 0.25), against_weight(5, 0.25)
        (1.0, 0.5)
    """
    return 1.0 / (1.0 + (count - 1) * dependence)
