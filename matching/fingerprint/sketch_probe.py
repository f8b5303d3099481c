"""Sketches of a probe -> what the scan looks for.

The reference is only bits, the probe keeps its values: a value near zero says little about the bit
of its mate, so it weighs little.  How far strangers lie from a probe differs from finger to finger;
each finger is divided by its spread over a fixed cohort of strangers, so that a finger that is far
from everybody does not drown the others.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matching.fingerprint.sketch import FingerSketches
from matching.fingerprint.sketch_model import BLOCKS, VALUES, SketchModel, shipped
from matching.kernels.scan import (
    FINGERS,
    MAX_ROW_SUMS,
    MAX_WEIGHT,
    ROW_GROUPS,
    Probe,
)
from matching.template import FingerPosition

__all__ = ["ScanProbes", "make_probes"]

_LARGEST = 2.5  # values above this many times their mean size weigh no more


@dataclass(frozen=True, slots=True, eq=False)
class ScanProbes:
    """One probe for each array of bits; their distances are in one unit and add up.

    Args:
        leading: Bits 0..127.
        middle: Bits 128..255.
        last: Bits 256..511.
        fingers: How many fingers are looked for.
    """

    leading: Probe
    middle: Probe
    last: Probe
    fingers: int


def make_probes(
    sketches: FingerSketches,
    positions: list[FingerPosition],
    *,
    model: SketchModel | None = None,
) -> ScanProbes:
    """Prepare the fingers of one probe for the scan.

    Args:
        sketches: Of up to ten fingers.
        positions: Of each of them; all different.
        model: The one the sketches were made with; the shipped one if None.

    Returns:
        The probe.  Fingers that are missing or not usable are not looked for.  A reference that
        lacks a finger gets the mean distance of a stranger for it.

    Raises:
        ValueError: the number of positions is another, or a position occurs twice.

    Cost: 0.2 ms for ten fingers.  Thread-safe.
    """
    if len(positions) != len(sketches) or len(set(positions)) != len(positions):
        raise ValueError(f"{len(sketches)} sketches need as many different positions")
    chosen = shipped() if model is None else model
    values = np.zeros((FINGERS, VALUES), np.float32)
    used = np.zeros(FINGERS, bool)
    places = np.array([p - 1 for p in positions], np.intp)
    values[places], used[places] = sketches.values, sketches.usable
    # A distance is (the sum of the sizes - the product with the signs) / 2; its spread is taken
    # over the bits that every search looks at.
    searched = slice(0, BLOCKS[1][1])
    products = values[used, searched] @ chosen.cohort[:, searched].T
    values[used] /= products.std(axis=1, keepdims=True)
    weights = _whole(values)
    mean = (np.abs(weights) - weights * chosen.cohort.mean(axis=0)) / 2
    leading, middle, last = (
        Probe(
            np.ascontiguousarray(weights[:, begin:end]),
            np.rint(mean[:, begin:end].sum(axis=1)).astype(np.uint32),
        )
        for begin, end in BLOCKS
    )
    return ScanProbes(leading, middle, last, int(used.sum()))


def _whole(values: NDArray[np.float32]) -> NDArray[np.int8]:
    """Round to whole weights, as fine as the scan takes them."""
    sizes = np.abs(values)
    most = _LARGEST * sizes[:, : BLOCKS[0][1]].mean(axis=1).max()
    if most <= 0:
        return np.zeros(values.shape, np.int8)
    sizes = np.minimum(sizes, most)
    sums = max(float(sizes[:, a:b].sum(axis=1).max()) for a, b in ROW_GROUPS)
    # Rounding may add half a unit to each of the 48 coordinates of a group; it rarely adds ten.
    scale = min(MAX_WEIGHT / most, (MAX_ROW_SUMS - 10) / sums)
    while True:
        whole = np.rint(sizes * scale)
        if all(whole[:, a:b].sum(axis=1).max() <= MAX_ROW_SUMS for a, b in ROW_GROUPS):
            signed: NDArray[np.int8] = (whole * np.sign(values)).astype(np.int8)
            return signed
        scale *= 0.98
