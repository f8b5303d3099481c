"""The fingers themselves: minutiae on a ridge flow, without any capture.

A finger is 300 x 420 pixels at 500 dpi. Minutiae stand in the cells of a jittered grid, so that few
are close together; their directions follow a ridge flow of the zero-pole model (Sherlock and Monro
1993): 5 % arches, 65 % loops, 30 % whorls, either way along the ridge. 1 % of fingers are missing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.population.numbers import numbers

__all__ = ["SLOTS", "Masters", "make_masters"]

_COLUMNS, _ROWS = 10, 13
SLOTS = _COLUMNS * _ROWS
"""Places for minutiae of one finger."""
_WIDTH, _HEIGHT = 300.0, 420.0
_FULL = 0.85  # share of places with a minutia
_WOBBLE = 0.06  # deviation of a direction from the flow, radians
_MISSING = 0.01
_PLACE, _KIND, _FLOW, _FINGER = range(4)  # streams
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Masters:
    """Fingers of P people.

    Args:
        people: (P,) int64, who.
        x: (P, 10, SLOTS) float32, pixels from the middle of the finger, to the right.
        y: Likewise, downwards.
        angle: Likewise, radians, counter-clockwise.
        strength: Likewise, 0..1: how surely a minutia is found.
        there: Likewise, bool.
        missing: (P, 10) bool.
    """

    people: NDArray[np.int64]
    x: Floats
    y: Floats
    angle: Floats
    strength: Floats
    there: NDArray[np.bool_]
    missing: NDArray[np.bool_]


def make_masters(seed: int, people: NDArray[np.int64]) -> Masters:
    """Make the fingers of some people; cost about 0.02 ms per finger."""
    who, finger = people[:, None, None], np.arange(10)[None, :, None]
    slot = np.arange(SLOTS)
    place = numbers(seed, _PLACE, who, finger, slot)
    kind = numbers(seed, _KIND, who, finger, slot)
    x = (slot % _COLUMNS + place.uniform(0)) * np.float32(_WIDTH / _COLUMNS) - np.float32(
        _WIDTH / 2
    )
    y = (slot // _COLUMNS + place.uniform(1)) * np.float32(_HEIGHT / _ROWS) - np.float32(
        _HEIGHT / 2
    )
    flow = _flow(seed, people, x=x, y=y)
    turned = np.where(kind.uniform(0) < 0.5, np.float32(np.pi), np.float32(0))
    inside = (x / np.float32(_WIDTH / 2)) ** 2 + (y / np.float32(_HEIGHT / 2)) ** 2 < 1.15
    missing = numbers(seed, _FINGER, who[..., 0], finger[..., 0]).uniform(0) < _MISSING
    return Masters(
        people,
        x,
        y,
        flow + turned + np.float32(_WOBBLE) * place.triangle(1),
        kind.uniform(1),
        inside & (kind.uniform(2) < _FULL),
        missing,
    )


def _flow(seed: int, people: NDArray[np.int64], *, x: Floats, y: Floats) -> Floats:
    """Direction of the ridges at every minutia."""
    who, finger = people[:, None, None], np.arange(10)[None, :, None]
    parts = [numbers(seed, _FLOW, who, finger, np.array([n])) for n in range(6)]
    sort = parts[0].uniform(0)
    arch, whorl = sort < 0.05, sort > 0.70
    side = np.where(parts[0].uniform(1) < 0.5, np.float32(-1), np.float32(1))
    core_x, core_y = 18 * parts[1].triangle(0), -20 + 25 * parts[1].triangle(1)
    angle = np.float32(np.pi / 2) + np.float32(0.08) * parts[2].triangle(0)
    near_x, near_y = side * (105 + 20 * parts[3].triangle(0)), 135 + 25 * parts[3].triangle(1)
    pole = _half_turn(x - near_x, y - near_y)
    loop = _half_turn(x - core_x, y - core_y) - pole
    low_x, low_y = core_x + 12 * parts[4].triangle(0), core_y + 25 + 40 * parts[4].uniform(2)
    far_x, far_y = -side * (105 + 20 * parts[5].triangle(0)), 135 + 25 * parts[5].triangle(1)
    second = _half_turn(x - low_x, y - low_y) - _half_turn(x - far_x, y - far_y)
    bow = np.float32(0.7) * np.sin(x / 95) * np.exp(-((y / 150) ** 2))
    turn = np.where(arch, bow + np.float32(np.pi / 2), loop + np.where(whorl, second, 0))
    # Image coordinates: y downwards, so directions are mirrored.
    found: Floats = (angle - turn).astype(np.float32)
    return found


def _half_turn(x: Floats, y: Floats) -> Floats:
    found: Floats = np.float32(0.5) * np.arctan2(y, x)
    return found
