"""The scan and the pair histogram once more, in NumPy: slow, and obviously right.

Tests hold the compiled kernels against it; nothing else uses it.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import numpy as np
from numpy.typing import NDArray

from matching.kernels.scan import NEVER, CodeProbe, Probe
from matching.parameters import (
    MAX_SKETCHED_MINUTIAE,
    NEUTRAL_QUALITY,
    SKETCH_MIN_DISTANCE,
    SKETCH_QUALITY_EXPONENT,
    SKETCH_REACH,
)

__all__ = ["cells", "distances", "leading", "likeness", "permitted"]


def distances(
    bits: NDArray[np.uint64], present: NDArray[np.bool_], probe: Probe
) -> NDArray[np.int64]:
    """Distance of every reference to a probe.

    Args:
        bits: (N, 10, W) uint64.
        present: (N, 10) bool.
        probe: With 64 W bits per finger.

    Returns:
        (N,) int64.
    """
    count, fingers, words = bits.shape
    flat = np.ascontiguousarray(bits).view(np.uint8)
    found = np.unpackbits(flat, axis=-1, bitorder="little").reshape(count, fingers, 64 * words)
    weights = probe.weights.astype(np.int64)
    differ = np.where(found == (weights > 0), 0, np.abs(weights)).sum(axis=2)
    counted = np.where(present, differ, probe.neutral.astype(np.int64))
    total: NDArray[np.int64] = counted.sum(axis=1)
    return total


def likeness(
    codes: NDArray[np.uint64], present: NDArray[np.uint8], probe: CodeProbe
) -> NDArray[np.int64]:
    """Likeness of every reference to a probe; as ``scan.likeness``."""
    count = len(codes)
    flat = np.ascontiguousarray(codes).view(np.uint8)
    sign, low, high = np.moveaxis(
        np.unpackbits(flat, axis=-1, bitorder="little").reshape(count, 10, 3, 512), 2, 0
    ).astype(np.int64)
    values = (2 * sign - 1) * (1 + 2 * low + 4 * high)
    sums = (values * probe.weights.astype(np.int64)).sum(axis=2)
    used = probe.weights.any(axis=1)
    found: NDArray[np.int64] = (np.where(present > 0, sums, probe.neutral) * used).sum(axis=1)
    return found


def permitted(
    enrolled: NDArray[np.bool_], attributes: NDArray[np.uint64], masks: Sequence[int]
) -> NDArray[np.bool_]:
    """Which references may be compared: (N,) bool."""
    kept = enrolled.copy()
    for mask in masks:
        kept &= (attributes & np.uint64(mask)) != 0
    return kept


def leading(
    bits: NDArray[np.uint64],
    present: NDArray[np.bool_],
    probe: Probe,
    *,
    allowed: NDArray[np.bool_],
) -> NDArray[np.int64]:
    """As ``distances``, ``NEVER`` where not allowed."""
    return np.where(allowed, distances(bits, present, probe), NEVER)


def cells(minutiae: NDArray[np.float32]) -> NDArray[np.float64]:
    """Pair histogram of one finger, (936,); minutiae as ``matching.kernels.sketch.cells``."""
    rows = minutiae.astype(np.float64)
    rows[:, 1] = -rows[:, 1]
    rows[rows[:, 3] == 0, 3] = NEUTRAL_QUALITY
    rows = rows[np.argsort(-rows[:, 3], kind="stable")[:MAX_SKETCHED_MINUTIAE]]
    x, y, turn, quality = rows.T
    dx, dy = x[None] - x[:, None], y[None] - y[:, None]
    apart = np.hypot(dx, dy)
    i, j = np.nonzero((apart > SKETCH_MIN_DISTANCE) & (apart < SKETCH_REACH))
    line = np.arctan2(dy[i, j], dx[i, j])
    share = (apart[i, j] - SKETCH_MIN_DISTANCE) / (SKETCH_REACH - SKETCH_MIN_DISTANCE)
    at = np.stack(
        [
            np.minimum(11 * np.sqrt(share), 10.999),
            (line - turn[i]) / (2 * np.pi) % 1 * 12,
            (line + np.pi - turn[j]) / (2 * np.pi) % 1 * 12,
        ]
    )
    whole, table = at.astype(int), np.zeros((12, 12, 12))
    for corner in product((0, 1), repeat=3):
        where = whole + np.array(corner)[:, None]
        part = np.abs(1 - np.array(corner)[:, None] - at + whole).prod(axis=0)
        weight = part * (quality[i] * quality[j]) ** SKETCH_QUALITY_EXPONENT
        np.add.at(table, (where[0], where[1] % 12, where[2] % 12), weight)
    first, second = np.triu_indices(12)
    folded = table[:, first, second] * np.where(first == second, 1.0, 2.0)
    roots: NDArray[np.float64] = np.sqrt(folded / max(table.sum(), 1e-30)).ravel()
    return roots
