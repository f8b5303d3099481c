"""Eight-bit integers as the peers take them: one scale for all, so that scores stay comparable."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from benchmarks.peers.protocol import Floats

__all__ = ["LARGEST", "quantise", "scale"]

LARGEST = 127
_DEVIATIONS = 4.6  # of a coordinate that still fits; a unit vector's have 1/sqrt(d)


def scale(dimensions: int) -> float:
    """Return the factor from a coordinate of a unit vector to its integer."""
    return float(LARGEST / (_DEVIATIONS / np.sqrt(dimensions)))


def quantise(rows: Floats) -> NDArray[np.int8]:
    """Return (N, d) int8, rounded and clipped to -127..127."""
    scaled: Floats = np.rint(rows * np.float32(scale(rows.shape[1])))
    return scaled.clip(-LARGEST, LARGEST).astype(np.int8)
