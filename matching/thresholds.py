"""Person score <-> false candidates: what a threshold costs at a gallery size.

A calibrated likelihood ratio is at least L on non-mates with a chance of at most 1 / L, because its
mean on them is one (Markov).  The calibration keeps that mean at one or below on databases that it
has not seen, with the discount of ten fingers, and strangers' fingers are independent.  So the
chance that two strangers reach a score s is at most e^-s, for any number of fingers and any mixture
of extractors, and a search of N references without a mate returns at most N e^-s candidates on
average.  The bound errs on the safe side: artificial strangers of one sensor stay below it.
"""

from __future__ import annotations

import math

from matching.calibrated import CALIBRATIONS
from matching.parameters import PERSON_THRESHOLD

__all__ = ["DEFAULT_FPIR", "can_reach", "expected_false_candidates", "threshold_for"]

DEFAULT_FPIR = 1e-3
"""Share of searches without a mate that may show anybody; the rate at which identification systems
are usually compared."""


def threshold_for(fpir: float, *, references: int) -> float:
    """Give the lowest score that is a hit.

    Args:
        fpir: Highest share of searches without a mate that may return anybody (FPIR), > 0 and <= 1.
        references: How many references may be searched, >= 0.

    Returns:
        Person score, natural-log likelihood ratio, at least PERSON_THRESHOLD; compare with >=.
        It is the same for any number of fingers; few fingers may not be able to reach it.

    Raises:
        ValueError: an argument is out of range.

    Examples:
        >>> round(threshold_for(1e-3, references=1_000_000), 1)
        20.7
        >>> threshold_for(1e-3, references=10)
        10.0
    """
    if not 0 < fpir <= 1:
        raise ValueError(f"fpir must be above 0 and at most 1, not {fpir}")
    if references < 0:
        raise ValueError(f"references must be 0 or more, not {references}")
    return max(PERSON_THRESHOLD, math.log(max(references, 1) / fpir))


def expected_false_candidates(score: float, *, references: int) -> float:
    """Bound the mean number of strangers with this score or a higher one in one search.

    Args:
        score: Person score, natural-log likelihood ratio, finite.
        references: How many references may be searched, >= 0.

    Returns:
        0..references; below 0.1 it is also the chance that a search without a mate shows anybody.

    Examples:
        >>> f"{expected_false_candidates(20.7, references=1_000_000):.3f}"
        '0.001'
    """
    if references < 0 or not math.isfinite(score):
        raise ValueError(f"references {references} or score {score} is out of range")
    return references * math.exp(-max(score, 0.0))


def can_reach(threshold: float, *, fingers: int) -> bool:
    """Say whether so many fingers can reach a threshold at all, were they perfectly alike.

    Examples:
        >>> can_reach(20.7, fingers=2), can_reach(20.7, fingers=3)
        (False, True)
    """
    return fingers * max(row.highest for row in CALIBRATIONS.values()) >= threshold
