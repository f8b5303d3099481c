"""Sketches of a probe -> what the scan looks for, and how far strangers are from it.

The reference is only bits, the probe keeps its values: a value near zero says little about the bit
of its mate, so it weighs little.  How far strangers lie from a probe differs from finger to finger;
each finger is divided by its spread over a fixed cohort of strangers, so that a finger that is far
from everybody does not drown the others.  Then it counts by the root of its strength: that is how
much nearer than strangers a mate is by it, and sums weighed so tell mates best.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matching.fingerprint.sketch import FingerSketches
from matching.fingerprint.sketch_model import BLOCKS, VALUES, SketchModel, shipped
from matching.kernels.product import product
from matching.kernels.scan import (
    FINGERS,
    MAX_ROW_SUMS,
    MAX_WEIGHT,
    ROW_GROUPS,
    CodeProbe,
    Probe,
)
from matching.template import FingerPosition

__all__ = ["ScanProbes", "Strangers", "make_probes"]

_LARGEST = 2.5  # values above this many times their mean size weigh no more
_SCANNED, _NEAR = BLOCKS[0][1], BLOCKS[1][1]


@dataclass(frozen=True, slots=True)
class Strangers:
    """How strangers compare with a probe at one stage.

    Args:
        mean: Distance or likeness of a stranger, all fingers together.
        deviation: Its standard deviation for one finger.
    """

    mean: float
    deviation: float


@dataclass(frozen=True, slots=True, eq=False)
class ScanProbes:
    """One probe for each array.

    Args:
        leading: Bits 0..127.
        middle: Bits 128..255; distances add up to those of ``leading``.
        codes: All 512 values.
        strangers: Of the distance by 128 bits, of that by 256 bits, and of the likeness by codes.
        strengths: (10,) uint8 by position, 0 where a finger is not looked for.
    """

    leading: Probe
    middle: Probe
    codes: CodeProbe
    strangers: tuple[Strangers, Strangers, Strangers]
    strengths: NDArray[np.uint8]

    @property
    def strength(self) -> float:
        """Mean of the strengths of the fingers that are looked for; 0 without any."""
        used = self.strengths > 0
        return float(self.strengths[used].mean()) if used.any() else 0.0


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
        lacks a finger gets the mean of a stranger for it.

    Raises:
        ValueError: the number of positions is another, or a position occurs twice.

    Cost: 0.6 ms for ten fingers.  Thread-safe.
    """
    if len(positions) != len(sketches) or len(set(positions)) != len(positions):
        raise ValueError(f"{len(sketches)} sketches need as many different positions")
    chosen = shipped() if model is None else model
    values = np.zeros((FINGERS, VALUES), np.float32)
    used, strengths = np.zeros(FINGERS, bool), np.zeros(FINGERS, np.uint8)
    places = np.array([p - 1 for p in positions], np.intp)
    values[places], used[places] = sketches.values, sketches.usable
    strengths[places] = sketches.strengths
    signs = np.sign(chosen.columns[:_NEAR])
    # A distance is (the sum of the sizes - the product with the signs) / 2; its spread is taken
    # over the bits that every search looks at.
    near = np.ascontiguousarray(values[:, :_NEAR])
    spreads = product(near, signs).std(axis=1)
    values[used] *= (np.sqrt(strengths[used]) / spreads[used])[:, None]
    weights = _whole(values)
    scanned = _distances(weights[:, :_SCANNED], signs[:_SCANNED])
    rest = _distances(weights[:, _SCANNED:_NEAR], signs[_SCANNED:])
    likeness = product(weights.astype(np.float32), chosen.columns)
    return ScanProbes(
        Probe(np.ascontiguousarray(weights[:, :_SCANNED]), _neutral(scanned)),
        Probe(np.ascontiguousarray(weights[:, _SCANNED:_NEAR]), _neutral(rest)),
        CodeProbe(weights, np.rint(likeness.mean(axis=1)).astype(np.int32)),
        (
            _strangers(scanned, used),
            _strangers(scanned + rest, used),
            _strangers(likeness, used),
        ),
        strengths,
    )


def _distances(weights: NDArray[np.int8], signs: NDArray[np.float32]) -> NDArray[np.float32]:
    """(10, C) distances of every finger from the cohort."""
    whole = weights.astype(np.float32)
    sizes = np.abs(whole).sum(axis=1, keepdims=True)
    found: NDArray[np.float32] = (sizes - product(whole, signs)) / 2
    return found


def _neutral(distances: NDArray[np.float32]) -> NDArray[np.uint32]:
    found: NDArray[np.uint32] = np.rint(distances.mean(axis=1)).astype(np.uint32)
    return found


def _strangers(found: NDArray[np.float32], used: NDArray[np.bool_]) -> Strangers:
    if not used.any():
        return Strangers(0.0, 1.0)
    mean = float(np.rint(found.mean(axis=1)).sum())
    return Strangers(mean, float(np.sqrt(found[used].var(axis=1).mean())))


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
