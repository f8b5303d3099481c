"""Sample quality -> accept or recapture, with the reason per finger."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from matching.fingerprint.extractor import ExtractedFinger

__all__ = ["DEFAULT_GATE", "REASONS", "QualityGate", "assess"]


@dataclass(frozen=True, slots=True)
class QualityGate:
    """Which fingers can be used at all; stored with every decision by its version.

    Args:
        version: Name of this set of thresholds.
        min_nfiq2: Lowest usable NFIQ 2 score, inclusive, 0..100.
        min_minutiae: Fewest usable minutiae, inclusive, 0..255.

    Raises:
        ValueError: a threshold is out of range.
    """

    version: str
    min_nfiq2: int
    min_minutiae: int

    def __post_init__(self) -> None:
        if not (0 <= self.min_nfiq2 <= 100 and 0 <= self.min_minutiae <= 255):
            raise ValueError(
                f"min_nfiq2 {self.min_nfiq2} (0..100) or min_minutiae {self.min_minutiae} "
                "(0..255) is out of range"
            )


# Origin: refuses none of the 320 prints of FVC2002 DB1_B, DB2_B and FVC2004 DB1_B, DB3_B, though
# many are poor (lowest NFIQ 2 score 9, fewest minutiae 19 with MINDTCT); blanks, fragments fail.
DEFAULT_GATE = QualityGate(version="gate/1", min_nfiq2=5, min_minutiae=8)

REASONS: Mapping[str, str] = MappingProxyType(
    {
        "low_nfiq2": "The print is too poor to be compared. Clean finger and sensor, press "
        "evenly and capture the finger again.",
        "too_few_minutiae": "Too little of the finger is visible to be compared. Place the whole "
        "fingertip on the sensor and capture it again.",
    }
)
"""What to say to the operator, per reason; it never speaks about intent."""


def assess(finger: ExtractedFinger, gate: QualityGate) -> str:
    """Say whether a finger can be used.

    Args:
        finger: What an extractor made of it, or a ready-made template with ``nfiq2`` None, which
            is judged by its minutiae alone.
        gate: The thresholds.

    Returns:
        "" if it is usable, else a key of ``REASONS``; the first that applies, minutiae first.

    Source: Regulation (EU) 2024/1358 asks for a quality that allows comparison and for a repeated
    capture otherwise; the gate refuses only what cannot help, because each finger that it refuses
    is lost to every later comparison.
    """
    if len(finger.template) < gate.min_minutiae:
        return "too_few_minutiae"
    if finger.nfiq2 is not None and finger.nfiq2 < gate.min_nfiq2:
        return "low_nfiq2"
    return ""
