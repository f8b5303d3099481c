"""A picture with ridges and known minutiae, in closed form, for the tests of codecs and extractors.

The phase of straight waves plus one spiral per minutia: each spiral ends one ridge or one valley.
"""

import numpy as np
from numpy.typing import NDArray

PERIOD = 9.0  # pixels from ridge to ridge at 500 ppi

# x, y, sign of the spiral
SPIRALS = (
    (90, 80, 1),
    (200, 70, -1),
    (150, 130, 1),
    (80, 180, -1),
    (230, 170, 1),
    (160, 220, -1),
    (100, 270, 1),
    (220, 280, -1),
)


def ridges(height: int = 360, width: int = 320, *, scale: float = 1.0) -> NDArray[np.uint8]:
    """(height, width) uint8, ridges dark; with ``scale`` 2 the same print at 1,000 ppi."""
    y, x = np.mgrid[:height, :width] / scale
    phase = 2 * np.pi * (y + 0.0006 * (x - 160) ** 2) / PERIOD
    for px, py, sign in SPIRALS:
        phase = phase + sign * np.arctan2(y - py, x - px)
    return np.asarray(128 + 100 * np.cos(phase), np.uint8)
