"""The fingerprint kernels once more, in NumPy and double precision: slow, and obviously right.

Tests hold the compiled kernels against it; nothing else uses it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matching.parameters import CylinderTuning

__all__ = ["Cylinder", "build", "local_score", "relaxed_score"]

_SIDE, _DIRECTIONS, _MAX_PAIRS = 8, 6, 48
_erf = np.vectorize(math.erf, otypes=[float])


@dataclass(frozen=True, slots=True)
class Cylinder:
    """One minutia and what surrounds it.

    Args:
        x: Pixels.
        y: Pixels, upwards.
        theta: Radians, -pi..pi.
        weight: Quality to the power of minus the exponent.
        bits: (6, 64) bool; set cells, only where valid.
        valid: (64,) bool; cells that count.
    """

    x: float
    y: float
    theta: float
    weight: float
    bits: NDArray[np.bool_]
    valid: NDArray[np.bool_]


def _wrap(angle: NDArray[np.float64]) -> NDArray[np.float64]:
    """Bring angles into (-pi, pi]."""
    return math.pi - (math.pi - angle) % (2 * math.pi)


def build(minutiae: NDArray[np.float32], tuning: CylinderTuning) -> list[Cylinder]:
    """Build the cylinders of one finger, sorted by direction.

    Args:
        minutiae: (N, 4) float32; x, y (upwards), direction, quality.
        tuning: Parameters.

    Cost: O(N^2) arrays of 64 cells.
    """
    rows = minutiae.astype(np.float64)
    rows[:, 2] = _wrap(rows[:, 2])
    made = (_cylinder(rows, i, tuning) for i in np.argsort(rows[:, 2], kind="stable"))
    return [cylinder for cylinder in made if cylinder is not None]


def _cylinder(rows: NDArray[np.float64], i: int, t: CylinderTuning) -> Cylinder | None:
    x, y, theta, quality = rows[i]
    centres = (np.arange(_SIDE) - 3.5) * 2 * t.radius / _SIDE
    u, w = (axis.ravel() for axis in np.meshgrid(centres, centres, indexing="ij"))
    disc = np.hypot(u, w) <= t.radius
    cell_x = x + math.cos(theta) * u - math.sin(theta) * w
    cell_y = y + math.sin(theta) * u + math.cos(theta) * w
    distance = np.hypot(rows[:, 0, None] - cell_x, rows[:, 1, None] - cell_y)  # minutia x cell
    valid = disc & (distance.min(axis=0) <= t.validity_radius)
    others = np.arange(len(rows)) != i
    apart = np.hypot(rows[others, 0] - x, rows[others, 1] - y)
    near = apart <= t.radius + 3 * t.spatial_sigma
    if valid.sum() < t.min_valid_share * disc.sum() or near.sum() < t.min_neighbours:
        return None
    spread = np.exp(-(distance[others] ** 2) / (2 * t.spatial_sigma**2))
    spread *= (distance[others] <= 3 * t.spatial_sigma) / (t.spatial_sigma * math.sqrt(2 * math.pi))
    sections = -math.pi + (np.arange(_DIRECTIONS) + 0.5) * 2 * math.pi / _DIRECTIONS
    offset = _wrap(sections[None] - _wrap(theta - rows[others, 2])[:, None])
    half, scale = math.pi / _DIRECTIONS, t.direction_sigma * math.sqrt(2)
    share = 0.5 * (_erf((offset + half) / scale) - _erf((offset - half) / scale))
    bits = (share.T @ spread >= t.bit_threshold) & valid
    weight = float(np.clip(quality, t.quality_floor, 1.0)) ** -t.quality_exponent
    return Cylinder(float(x), float(y), float(theta), weight, bits, valid)


def _dissimilarity(a: Cylinder, b: Cylinder, t: CylinderTuning) -> float | None:
    """Return the weighted squared distance of two cylinders, None if they are not comparable."""
    turned = abs(float(_wrap(np.array(a.theta - b.theta))))
    common = a.valid & b.valid
    first, second = a.bits & common, b.bits & common
    ones_a, ones_b = int(first.sum()), int(second.sum())
    if turned > t.max_rotation or common.sum() < t.min_common_cells or ones_a + ones_b == 0:
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
    order = np.argsort(-value / np.maximum(start, 1e-12), kind="stable")[:best]
    return float((value[order].sum() / best) ** (1 / t.iterations))


def _support(
    a: list[Cylinder], b: list[Cylinder], chosen: list[tuple[float, int, int]], t: CylinderTuning
) -> NDArray[np.float64]:
    """How far pair j (column) supports pair i (row): one rigid motion explains both."""
    i, j = np.array([(i, j) for _, i, j in chosen]).T
    place_a = np.array([complex(c.x, c.y) for c in a])[i]
    place_b = np.array([complex(c.x, c.y) for c in b])[j]
    turn = np.array([c.theta for c in a])[i] - np.array([c.theta for c in b])[j]
    line_a, line_b = place_a[None] - place_a[:, None], place_b[None] - place_b[:, None]
    turned = line_a * np.conj(line_b * np.exp(1j * turn)[:, None])
    support = (
        _step(np.abs(np.abs(line_a) - np.abs(line_b)), t.distance_centre, t.distance_slope)
        * _step(np.abs(_wrap(turn[:, None] - turn)), t.direction_centre, t.direction_slope)
        * _step(np.abs(np.angle(turned)), t.radial_centre, t.radial_slope)
    )
    support[(i[:, None] == i) | (j[:, None] == j)] = 0.0  # one minutia cannot be two
    return support


def _step(value: NDArray[np.float64], centre: float, slope: float) -> NDArray[np.float64]:
    return 1 / (1 + np.exp(np.clip(-slope * (value - centre), -20, 20)))
