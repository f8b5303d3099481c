"""What all extractors share: a sample at 500 ppi before, a template of the minutiae after."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from matching.codec.image import MIN_SIDE, resample
from matching.errors import ExtractionError
from matching.template import MAX_MINUTIAE, MinutiaeTemplate

__all__ = ["MAX_AREA", "MAX_PPI", "MAX_SIDE", "MIN_PPI", "make_template", "prepare"]

MAX_SIDE = 2000  # pixels, before and after scaling: four inches at 500 ppi
# Pixels at 500 ppi: two inches square, more than any rolled finger. MINDTCT's time grows with the
# square of the minutiae: noise of this size takes 13 s, noise of 2,000 x 2,000 a minute.
MAX_AREA = 1_000_000
MIN_PPI, MAX_PPI = 250, 1200
_TURN = np.float32(2 * np.pi)


def prepare(image: NDArray[np.uint8], ppi: int) -> NDArray[np.uint8]:
    """Check a sample and scale it to 500 ppi.

    Args:
        image: (H, W) uint8 grey, 64..2000 pixels a side before and after scaling, at most
            ``MAX_AREA`` pixels after.
        ppi: 250..1200.

    Returns:
        (H', W') uint8, C-contiguous.

    Raises:
        ExtractionError: ``extraction_image`` - wrong shape or dtype; ``extraction_size`` - a side
            or the area out of range; ``extraction_resolution`` - ppi out of range.
    """
    if image.ndim != 2 or image.dtype != np.uint8:
        raise ExtractionError(
            "extraction_image", f"the sample is {image.shape} {image.dtype}, not (H, W) uint8"
        )
    if not MIN_PPI <= ppi <= MAX_PPI:
        raise ExtractionError(
            "extraction_resolution", f"{ppi} ppi; {MIN_PPI}..{MAX_PPI} can be used"
        )
    # MINDTCT writes out of bounds on images of a few pixels, so the size is checked here.
    height, width = (round(side * 500 / ppi) for side in image.shape)
    sides = (*image.shape, height, width)
    if min(sides) < MIN_SIDE or max(sides) > MAX_SIDE or height * width > MAX_AREA:
        raise ExtractionError(
            "extraction_size",
            f"{image.shape[1]} x {image.shape[0]} pixels at {ppi} ppi; each side needs "
            f"{MIN_SIDE}..{MAX_SIDE} pixels, also at 500 ppi, where {MAX_AREA} are the most",
        )
    return np.ascontiguousarray(resample(image, ppi=ppi, target_ppi=500))


def make_template(
    minutiae: NDArray[np.float64], kinds: NDArray[np.uint8], extractor: str
) -> MinutiaeTemplate:
    """Make a template of what an extractor found; the 255 best if there are more.

    Args:
        minutiae: (N, 4) float64; x, y in pixels at 500 ppi, angle in radians (any turn), quality.
        kinds: (N,) uint8, as ``MinutiaeTemplate.kinds``.
        extractor: Name and version.
    """
    best = np.sort(np.argsort(-minutiae[:, 3], kind="stable")[:MAX_MINUTIAE])
    rows = minutiae[best].astype(np.float32)
    rows[:, 2] = np.mod(rows[:, 2], _TURN)
    rows[rows[:, 2] >= _TURN, 2] = 0.0  # an angle just below zero is rounded up to a full turn
    rows[:, 3] = np.clip(rows[:, 3], 0.0, 1.0)
    return MinutiaeTemplate(rows, kinds[best], extractor)
