"""What was estimated from scores: similarity of one feature -> log-likelihood ratio.

The rows stand in ``calibration.toml``, which ``python -m benchmarks calibrate`` writes; nobody
edits them by hand.  Their version is derived from their numbers and stored with every score.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matching.parameters import MATCHER_VERSION, MinutiaeFamily

__all__ = [
    "CALIBRATIONS",
    "CALIBRATION_VERSION",
    "SCORE_VERSION",
    "Calibration",
    "Covariate",
    "Evidence",
    "finger_calibrations",
]


Floats = NDArray[np.float64]


class Covariate(StrEnum):
    """What the calibration of one finger depends on beside the similarity."""

    NONE = "none"
    QUALITY = "quality"
    MINUTIAE = "minutiae"


@dataclass(frozen=True, slots=True)
class Evidence:
    """How much one finger has to say.

    Args:
        minutiae: That have a cylinder, 0..60.
        quality: Mean quality of the minutiae, 0..1.
    """

    minutiae: int
    quality: float

    def value(self, covariate: Covariate) -> float:
        """What the calibration asks for; 0 for NONE."""
        if covariate is Covariate.NONE:
            return 0.0
        return self.quality if covariate is Covariate.QUALITY else float(self.minutiae)


@dataclass(frozen=True, slots=True)
class Calibration:
    """A straight line that depends on a covariate, clipped at both ends.

    With u = (covariate - centre) / spread, held to -2..2, the log-likelihood ratio is
    ``intercept + tilt * u + (slope + gain * u) * similarity``, then clipped.

    Args:
        covariate: Of the two fingers; the smaller value counts.
        centre: Value of the covariate at which u is 0.
        spread: Change of the covariate by which u grows by 1; > 0.
        intercept: Natural-log units; holds the caution that other databases asked for.
        slope: Natural-log units per unit of similarity; > 2 |gain|, so that the line always rises.
        tilt: Natural-log units per u.
        gain: Natural-log units per unit of similarity and u.
        lowest: Most that one comparison says against.
        highest: Most that it says for.
        dependence: Correlation of the fingers of one mated pair of captures, 0..1.
        origin: Scores that it was estimated from.

    Raises:
        ValueError: a number is out of range.
    """

    covariate: Covariate
    centre: float
    spread: float
    intercept: float
    slope: float
    tilt: float
    gain: float
    lowest: float
    highest: float
    dependence: float
    origin: str

    def __post_init__(self) -> None:
        rises = self.spread > 0 and self.slope > 2 * abs(self.gain)
        if not rises or not self.lowest < 0 < self.highest:
            raise ValueError("a calibration must rise with the similarity, from below 0 to above")
        if not 0 <= self.dependence <= 1:
            raise ValueError(f"dependence must be 0..1, not {self.dependence}")

    def llr(self, similarity: Floats, covariate: Floats) -> Floats:
        """Natural-log likelihood ratios, lowest..highest.

        Args:
            similarity: Any shape, 0..1.
            covariate: The same shape: the smaller value of both fingers, ``Evidence.value``.
        """
        u = np.clip((covariate - self.centre) / self.spread, -2.0, 2.0)
        line = self.intercept + self.tilt * u + (self.slope + self.gain * u) * similarity
        return np.clip(line, self.lowest, self.highest)


def finger_calibrations(document: Mapping[str, Any]) -> dict[MinutiaeFamily, Calibration]:
    """Read the rows of fingers.

    Raises:
        ValueError: a row is missing or out of range.
    """
    rows = document["finger"]
    missing = set(MinutiaeFamily) - set(rows)
    if missing:
        raise ValueError(f"calibration.toml has no row for {', '.join(sorted(missing))}")
    return {
        family: Calibration(**{**rows[family], "covariate": Covariate(rows[family]["covariate"])})
        for family in MinutiaeFamily
    }


_DOCUMENT = tomllib.loads(files("matching").joinpath("calibration.toml").read_text("utf-8"))
CALIBRATIONS: Mapping[MinutiaeFamily, Calibration] = MappingProxyType(
    finger_calibrations(_DOCUMENT)
)
"""Of one finger, by the family of both minutiae sets; FOREIGN where they differ."""

CALIBRATION_VERSION = str(_DOCUMENT["version"])
"""Changes with every number of the rows."""

SCORE_VERSION = f"{MATCHER_VERSION} {CALIBRATION_VERSION}"
"""Stored with a score: under the same one the same pair scores the same again."""
