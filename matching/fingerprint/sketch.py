"""Minutiae -> fixed-length sketch that orders candidates.

The sketch is a histogram of close pairs of minutiae: their distance and the direction of the line
that joins them as seen from each end.  None of the three changes when the finger is moved or
turned, so sketches need no alignment and compare by their scalar product.  They only say where to
look first: the decision belongs to the minutiae comparison.

``sketch`` gives the histogram as it is.  ``encode`` projects it by a trained model onto what
distinguishes fingers; the signs of its values are the bits that a scan compares, nested, so that
the leading 128 or 256 are a sketch of their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matching.fingerprint.sketch_model import VALUES, SketchModel, shipped
from matching.kernels.product import product
from matching.kernels.sketch import cells as histogram_cells
from matching.parameters import (
    MAX_SKETCHED_MINUTIAE,
    NEUTRAL_QUALITY,
    SKETCH_MAX_DISTANCE,
    SKETCH_MIN_DISTANCE,
    SKETCH_QUALITY_EXPONENT,
)
from matching.template import MinutiaeTemplate

__all__ = ["SKETCH_DIMENSIONS", "FingerSketches", "codes_of", "encode", "project", "sketch"]

_DISTANCES = 8  # cells along the distance, equal steps of its square root
_DIRECTIONS = 12  # cells along each direction, 30 degrees wide
SKETCH_DIMENSIONS = _DISTANCES * _DIRECTIONS * _DIRECTIONS


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class FingerSketches:
    """Sketches of N fingers, in the order of the templates.

    Args:
        values: (N, 512) float32; a row has the length of 512 values of size 1, or is all zero.
        codes: (N, 3, 8) uint64; bit k of word w says of value 64 w + k whether it is above zero,
            then in two bits, the low one first, how many halves its size has, 0..3.
        strengths: (N,) uint8, twice the sum of the qualities of the minutiae that were used, at
            least 1; 0 where no two minutiae are close: the row says nothing, and the finger is to
            be treated as missing.
    """

    values: NDArray[np.float32]
    codes: NDArray[np.uint64]
    strengths: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.values)

    @property
    def bits(self) -> NDArray[np.uint64]:
        """(N, 8) uint64, the signs."""
        found: NDArray[np.uint64] = self.codes[:, 0]
        return found

    @property
    def usable(self) -> NDArray[np.bool_]:
        """(N,) bool, whether a row says anything."""
        found: NDArray[np.bool_] = self.strengths > 0
        return found

    def take(self, chosen: NDArray[np.intp]) -> FingerSketches:
        """Some of them, by index."""
        return FingerSketches(self.values[chosen], self.codes[chosen], self.strengths[chosen])

    def __repr__(self) -> str:
        return f"FingerSketches({len(self)} fingers)"


def encode(
    templates: Sequence[MinutiaeTemplate], *, model: SketchModel | None = None
) -> FingerSketches:
    """Describe fingers by values and bits of fixed length.

    Args:
        templates: N fingers, 0..255 minutiae each; the best 80 by quality are used.
        model: The trained part; the shipped one if None.  Sketches of two models do not compare.

    Returns:
        Sketches that do not change when a finger is moved or turned.

    Raises:
        SketchModelError: the shipped model is missing, damaged or of another version.

    Cost: 0.02 ms per finger in batches of ten or more.  Thread-safe.
    """
    chosen = shipped() if model is None else model
    counts = np.array([len(t) for t in templates], np.int64)
    rows = [np.zeros((0, 4), np.float32), *(t.minutiae for t in templates)]
    strengths = np.array([_strength(t.minutiae[:, 3]) for t in templates], np.uint8)
    return project(histogram_cells(np.concatenate(rows), counts), strengths, model=chosen)


def project(
    cells: NDArray[np.float32], strengths: NDArray[np.uint8], *, model: SketchModel
) -> FingerSketches:
    """Project pair histograms; see ``encode``.

    Args:
        cells: (N, 936) float32, as ``matching.kernels.sketch.cells`` gives them.
        strengths: (N,) uint8, as in ``FingerSketches``.
        model: The trained part.
    """
    usable: NDArray[np.bool_] = np.asarray(cells.any(axis=1))
    values = product(cells, model.projection)
    values -= model.origin
    lengths = np.sqrt(np.einsum("ij,ij->i", values, values) / VALUES)
    values *= np.where(usable, 1 / np.maximum(lengths, np.float32(1e-9)), np.float32(0))[:, None]
    return FingerSketches(values, codes_of(values), strengths * usable)


def codes_of(values: NDArray[np.float32]) -> NDArray[np.uint64]:
    """Round values to signs and sizes: (N, 512) float32 -> (N, 3, 8) uint64."""
    halves = np.minimum(np.abs(values) * 2, 3).astype(np.uint8)
    planes = np.stack([values > 0, halves & 1, halves >> 1], axis=1)
    return np.packbits(planes, axis=2, bitorder="little").view(np.uint64)


def _strength(quality: NDArray[np.float32]) -> int:
    """Twice the sum of the best qualities; unknown ones count as neutral."""
    known = np.where(quality == 0, np.float32(NEUTRAL_QUALITY), quality)
    best = np.sort(known)[::-1][:MAX_SKETCHED_MINUTIAE]
    return max(1, min(255, round(2 * float(best.sum()))))


def sketch(template: MinutiaeTemplate) -> NDArray[np.float32]:
    """Describe one finger by a vector.

    Args:
        template: 0..255 minutiae; the best 80 by quality are used.

    Returns:
        (1152,) float32, not negative, unit length; all zero if no two minutiae are 6..90 pixels
        apart.

    Cost: 0.2-0.4 ms.  Thread-safe.
    """
    cells, weights = _pairs(_sketched(template.minutiae))
    histogram = np.zeros(_DISTANCES * _DIRECTIONS**2)
    whole = np.floor(cells).astype(np.intp)
    part = cells - whole
    for corner in np.ndindex(2, 2, 2):  # each pair is shared among the 8 cells around it
        distance, first, second = whole + np.array(corner)[:, None]
        share = np.abs(1 - np.array(corner)[:, None] - part).prod(axis=0) * weights
        index = (distance * _DIRECTIONS + first % _DIRECTIONS) * _DIRECTIONS + second % _DIRECTIONS
        histogram += np.bincount(index, share, minlength=len(histogram))
    vector = np.sqrt(histogram)
    length = np.linalg.norm(vector)
    return (vector / length if length > 0 else vector).astype(np.float32)


def _sketched(minutiae: NDArray[np.float32]) -> NDArray[np.float64]:
    """Choose the minutiae to describe, with y upwards as directions are counter-clockwise."""
    rows = minutiae.astype(np.float64)
    rows[:, 1] = -rows[:, 1]
    rows[rows[:, 3] == 0, 3] = NEUTRAL_QUALITY
    return rows[np.argsort(-rows[:, 3], kind="stable")[:MAX_SKETCHED_MINUTIAE]]


def _pairs(rows: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return (3, P) cell coordinates of all close ordered pairs, and their (P,) weights."""
    x, y, direction, quality = rows.T
    dx, dy = x[None] - x[:, None], y[None] - y[:, None]
    distance = np.hypot(dx, dy)
    i, j = np.nonzero((distance > SKETCH_MIN_DISTANCE) & (distance < SKETCH_MAX_DISTANCE))
    joining = np.arctan2(dy[i, j], dx[i, j])
    reach = (distance[i, j] - SKETCH_MIN_DISTANCE) / (SKETCH_MAX_DISTANCE - SKETCH_MIN_DISTANCE)
    turns = 2 * np.pi
    cells = np.stack(
        [
            np.clip(np.sqrt(reach) * (_DISTANCES - 1), 0, _DISTANCES - 1.001),
            (joining - direction[i]) / turns % 1 * _DIRECTIONS,
            (joining + np.pi - direction[j]) / turns % 1 * _DIRECTIONS,
        ]
    )
    return cells, (quality[i] * quality[j]) ** SKETCH_QUALITY_EXPONENT
