"""The features of a person comparison: what each says, how it is weighed, where that comes from.

Everything that may speak for or against "same person" is one row here.  Fusion knows nothing else
about a feature; a new one is a new row and a calibration.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from matching.calibrated import CALIBRATIONS
from matching.template import FingerPosition

__all__ = ["FACE", "FEATURES", "Capture", "Feature", "finger_feature"]


class Capture(StrEnum):
    """What was taken in one act, so that its features fail together."""

    FINGERS = "fingers"
    FACE = "face"


@dataclass(frozen=True, slots=True)
class Feature:
    """One thing that is compared.

    Args:
        name: Identifier, snake_case; the label of its term in an explanation.
        capture: The act that it comes from.
        weight: Factor of its log-likelihood ratio, 0..1; below 1 only where a calibration is known
            to claim too much.
        dependence: Correlation with the other features of the same capture where they speak
            against, 0..1.
        unit: Of its comparison score before calibration.
        origin: Where the numbers come from.
    """

    name: str
    capture: Capture
    weight: float
    dependence: float
    unit: str
    origin: str


_FINGER_DEPENDENCE = max(row.dependence for row in CALIBRATIONS.values())


def _finger(position: FingerPosition) -> Feature:
    return Feature(
        name=position.name.lower(),
        capture=Capture.FINGERS,
        weight=1.0,
        dependence=_FINGER_DEPENDENCE,
        unit="similarity of minutiae cylinders, 0..1",
        origin="calibration.toml, the most dependent family",
    )


FACE = Feature(
    name="face",
    capture=Capture.FACE,
    weight=0.5,  # the set that it was calibrated on is small and posed
    dependence=0.0,
    unit="cosine of two unit vectors, -1..1",
    origin="matching/face/compare.py",
)

_FINGERS = {position: _finger(position) for position in FingerPosition}
FEATURES: Mapping[str, Feature] = MappingProxyType(
    {feature.name: feature for feature in (*_FINGERS.values(), FACE)}
)
"""Every feature by its name; names and dates have no row yet."""


def finger_feature(position: FingerPosition) -> Feature:
    """Give the row of a finger."""
    return _FINGERS[position]
