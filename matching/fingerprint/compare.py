"""Comparison of two captures of up to ten fingers at known positions."""

from __future__ import annotations

from dataclasses import dataclass

from matching.template import FingerPosition

__all__ = ["FingerTerm", "FingersComparison"]


@dataclass(frozen=True, slots=True)
class FingerTerm:
    """What one finger says about "same person": one line of the explanation.

    Args:
        position: The finger, present on both sides.
        similarity: Raw minutiae comparison score of the kernel, 0..1.
        llr: Calibrated log-likelihood ratio, natural log; negative speaks against.
    """

    position: FingerPosition
    similarity: float
    llr: float


@dataclass(frozen=True, slots=True)
class FingersComparison:
    """A comparison score with its terms.

    Args:
        score: Fused log-likelihood ratio, natural log; compare with ``>=``.
        terms: One per finger present on both sides, by position.
    """

    score: float
    terms: tuple[FingerTerm, ...]
