"""The fingerprint kernels once more, in NumPy: slow, and obviously right.

Cylinders are integers here as there, so they are equal to the bit; scores are in double precision.
Tests hold the compiled kernels against it; nothing else uses it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matching.parameters import CylinderTuning

__all__ = ["Cylinder", "build", "local_score", "relaxed_score"]

_SIDE, _DIRECTIONS, _MAX_PAIRS = 8, 6, 48
_TURN, _QUALITIES = 256, 200  # steps of a full turn and of quality
_FRACTIONS, _COVERS = 64, 32  # steps of a cell: of places, and where validity is looked up
_STEP = 2 * math.pi / _TURN
_NO_SUPPORT = 7.0  # exponent beyond the centre from which a support counts as none
_FULL = 49152  # from here on a sum only takes one more contribution
_erf = np.vectorize(math.erf, otypes=[float])
_Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Cylinder:
    """One minutia and what surrounds it.

    Args:
        x: Pixels.
        y: Pixels, downwards.
        angle: Steps of 1/256 turn, 0..255.
        weight: Quality to the power of minus the exponent, in steps of 1/2048.
        bits: (6, 64) bool; set cells, only where valid.
        valid: (64,) bool; cells that count.
    """

    x: float
    y: float
    angle: int
    weight: float
    bits: NDArray[np.bool_]
    valid: NDArray[np.bool_]


def build(compact: bytes, tuning: CylinderTuning) -> list[Cylinder]:
    """Build the cylinders of one finger, sorted by direction.

    Args:
        compact: Minutiae as ``matching/fingerprint/compact.py`` writes them.
        tuning: Parameters.

    Cost: O(N^2) arrays of 64 cells.
    """
    # The kernels keep the parameters in single precision.
    given: dict[str, Any] = {
        f.name: float(np.float32(getattr(tuning, f.name))) for f in fields(tuning)[1:]
    }
    single = replace(tuning, **given)
    count, unit = compact[4], compact[5]
    places = np.frombuffer(compact, "<u2", 2 * count, 6).reshape(2, count).astype(int)
    rest = np.frombuffer(compact, np.uint8, 2 * count, 6 + 4 * count).reshape(2, count).astype(int)
    rows = np.vstack([places * 2**unit, rest])  # x, y in quarter pixels, angle, quality
    rows = rows[:, np.argsort(rows[2], kind="stable")]
    made = (_cylinder(rows, i, single) for i in range(count))
    return [cylinder for cylinder in made if cylinder is not None]


def _cylinder(rows: _Integers, i: int, t: CylinderTuning) -> Cylinder | None:
    x, y, angle, quality = rows[:, i].tolist()
    far = 16383
    dx, dy = np.clip(rows[0] - x, -far, far), np.clip(y - rows[1], -far, far)
    u, w = _in_frame(dx, dy, angle, t)
    valid = _disc(t) & _covered(u, w, t).any(axis=0)
    near = (dx**2 + dy**2 <= math.floor((4 * (t.radius + 3 * t.spatial_sigma)) ** 2)) & (
        np.arange(rows.shape[1]) != i
    )
    if valid.sum() < t.min_valid_share * _disc(t).sum() or near.sum() < t.min_neighbours:
        return None
    sums = np.zeros((_DIRECTIONS, _SIDE * _SIDE), int)
    for j in np.flatnonzero(near):
        along, across = _spread(u[j], t), _spread(w[j], t)
        part = across * _shares((angle - rows[2, j]) % _TURN, t)[:, None] >> 16
        added = (along >> 2)[None, :, None] * part[:, None, :] >> 16
        sums = np.minimum(sums, _FULL) + added.reshape(sums.shape)
    peak = 1 / (t.spatial_sigma * math.sqrt(2 * math.pi))
    bits = (sums >= math.ceil(16384 * t.bit_threshold / peak)) & valid
    weight = max(quality / _QUALITIES, t.quality_floor) ** -t.quality_exponent
    return Cylinder(x / 4, y / 4, angle, round(2048 * weight) / 2048, bits, valid)


def _cell(t: CylinderTuning) -> float:
    """Side of a cell, pixels."""
    return 2 * t.radius / _SIDE


def _in_frame(
    dx: _Integers, dy: _Integers, angle: int, t: CylinderTuning
) -> tuple[_Integers, _Integers]:
    """Turn quarter pixels to places along and across the direction, in 1/64 cell."""
    scale = _FRACTIONS / (4 * _cell(t)) * 16384
    c, s = round(scale * math.cos(angle * _STEP)), round(scale * math.sin(angle * _STEP))
    middle = _FRACTIONS * 7 // 2
    return middle + (c * dx + s * dy + 8192 >> 14), middle + (c * dy - s * dx + 8192 >> 14)


def _grid() -> tuple[_Integers, _Integers]:
    """The cells, row by row."""
    a, b = np.divmod(np.arange(_SIDE * _SIDE), _SIDE)
    return a, b


def _disc(t: CylinderTuning) -> NDArray[np.bool_]:
    """The cells inside the radius."""
    a, b = _grid()
    inside: NDArray[np.bool_] = np.hypot(a - 3.5, b - 3.5) * _cell(t) <= t.radius
    return inside


def _covered(u: _Integers, w: _Integers, t: CylinderTuning) -> NDArray[np.bool_]:
    """(N, 64): the cells that each minutia makes valid."""
    a, b = _grid()
    coarse = _FRACTIONS // _COVERS
    du = a - (u // coarse + 0.5)[:, None] / _COVERS
    dw = b - (w // coarse + 0.5)[:, None] / _COVERS
    covered: NDArray[np.bool_] = du**2 + dw**2 <= (t.validity_radius / _cell(t)) ** 2
    return covered


def _spread(place: int, t: CylinderTuning) -> _Integers:
    """(8,): Gaussian of the distance of the cells of one axis, the four nearest, of 65535."""
    away = np.arange(_SIDE) - place / _FRACTIONS
    value = np.rint(65535 * np.exp(-((away * _cell(t)) ** 2) / (2 * t.spatial_sigma**2)))
    first = place // _FRACTIONS - 1
    return np.where((np.arange(_SIDE) >= first) & (np.arange(_SIDE) < first + 4), value, 0).astype(
        int
    )


def _shares(turn: int, t: CylinderTuning) -> _Integers:
    """(6,): area of the direction difference inside each section, of 65535."""
    half = math.pi / _DIRECTIONS
    centres = -math.pi + (np.arange(_DIRECTIONS) + 0.5) * 2 * half
    away = math.pi - (math.pi - (centres - turn * _STEP)) % (2 * math.pi)
    scale = t.direction_sigma * math.sqrt(2)
    area = 0.5 * (_erf((away + half) / scale) - _erf((away - half) / scale))
    shares: _Integers = np.rint(65535 * area).astype(int)
    return shares


def _turned(a: int, b: int) -> int:
    """Steps between two angles, 0..128."""
    return abs((a - b + _TURN // 2) % _TURN - _TURN // 2)


def _dissimilarity(a: Cylinder, b: Cylinder, t: CylinderTuning) -> float | None:
    """Return the weighted squared distance of two cylinders, None if they are not comparable."""
    common = a.valid & b.valid
    first, second = a.bits & common, b.bits & common
    ones_a, ones_b = int(first.sum()), int(second.sum())
    far = _turned(a.angle, b.angle) * _STEP > t.max_rotation + 1e-6
    if far or common.sum() < t.min_common_cells or ones_a + ones_b == 0:
        return None
    bound = ones_a + ones_b + 2 * math.sqrt(ones_a * ones_b)  # (root a + root b) squared
    value = int((first ^ second).sum()) / bound * a.weight * b.weight
    return value if value < 1 else None


def _ranked(
    a: list[Cylinder], b: list[Cylinder], t: CylinderTuning
) -> list[tuple[float, int, int]]:
    found = (
        (value, i, j)
        for i, first in enumerate(a)
        for j, second in enumerate(b)
        if (value := _dissimilarity(first, second, t)) is not None
    )
    return sorted(found)


def _deciding(a: list[Cylinder], b: list[Cylinder], t: CylinderTuning) -> int:
    rise = 1 + math.exp(-t.pairs_slope * (min(len(a), len(b)) - t.pairs_centre))
    return int(t.min_pairs) + math.floor((t.max_pairs - t.min_pairs) / rise + 0.5)


def local_score(a: list[Cylinder], b: list[Cylinder], t: CylinderTuning) -> float:
    """Return the mean similarity of the most similar pairs, 0..1."""
    if not a or not b:
        return 0.0
    best = _deciding(a, b, t)
    chosen = _ranked(a, b, t)[: min(best, len(a), len(b))]
    return sum(1 - math.sqrt(value) for value, _, _ in chosen) / best


def relaxed_score(a: list[Cylinder], b: list[Cylinder], t: CylinderTuning) -> float:
    """Return the share of their similarity that the best pairs keep per iteration, 0..1."""
    if not a or not b:
        return 0.0
    best = _deciding(a, b, t)
    pairs = min(int(best * t.relaxation_factor), len(a), len(b), _MAX_PAIRS)
    chosen = _ranked(a, b, t)[:pairs]
    if len(chosen) < 2:
        return 0.0
    start = 1 - np.sqrt(np.array([value for value, _, _ in chosen]))
    support = _support(a, b, chosen, t)
    value = start.copy()
    for _ in range(int(t.iterations)):
        taken = support @ value / (len(chosen) - 1)
        value = t.keep_weight * value + (1 - t.keep_weight) * taken
    share = (value / np.maximum(start, 1e-12)).astype(np.float32)
    coarse = share.view(np.int32) + 128 >> 8  # what differs by rounding only is equal
    order = np.lexsort((np.array([256 * i + j for _, i, j in chosen]), -coarse))[:best]
    return float((value[order].sum() / best) ** (1 / t.iterations))


def _support(
    a: list[Cylinder], b: list[Cylinder], chosen: list[tuple[float, int, int]], t: CylinderTuning
) -> NDArray[np.float64]:
    """How far pair j (column) supports pair i (row): one rigid motion explains both."""
    i, j = np.array([(i, j) for _, i, j in chosen]).T
    place_a = np.array([complex(c.x, -c.y) for c in a])[i]
    place_b = np.array([complex(c.x, -c.y) for c in b])[j]
    steps = (np.array([c.angle for c in a])[i] - np.array([c.angle for c in b])[j]) % _TURN
    line_a, line_b = place_a[None] - place_a[:, None], place_b[None] - place_b[:, None]
    left = np.abs(np.angle(line_a * np.conj(line_b * np.exp(1j * steps * _STEP)[:, None])))
    between = np.abs((steps[:, None] - steps + _TURN // 2) % _TURN - _TURN // 2)
    support = (
        _step(np.abs(np.abs(line_a) - np.abs(line_b)), t.distance_centre, t.distance_slope)
        * _step(between * _STEP, t.direction_centre, t.direction_slope)
        * _step(left, t.radial_centre, t.radial_slope)
    )
    support[(i[:, None] == i) | (j[:, None] == j)] = 0.0  # one minutia cannot be two
    return support


def _step(value: NDArray[np.float64], centre: float, slope: float) -> NDArray[np.float64]:
    """A logistic step; nothing where its exponent lies far beyond the centre."""
    rise = -slope * (value - centre)
    return np.where(rise <= _NO_SUPPORT, 1 / (1 + np.exp(np.clip(rise, -20, 20))), 0.0)
