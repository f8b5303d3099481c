"""What integers change: cylinders beside the same definition in double precision."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from matching.fingerprint.compact import decode, encode
from matching.kernels import fingerprint_twin as twin
from matching.parameters import GENERAL_TUNING, LEADER_TUNING, CylinderTuning
from tests.matching.minutiae import finger, template

SIDE, DIRECTIONS = 8, 6
Doubles = NDArray[np.float64]
_erf = np.vectorize(math.erf, otypes=[float])


def exact(rows: Doubles, i: int, t: CylinderTuning) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """(6, 64) set and (64,) valid cells of minutia i of x, y (downwards), angle."""
    cell, sigma = 2 * t.radius / SIDE, t.spatial_sigma
    dx, dy = rows[:, 0] - rows[i, 0], rows[i, 1] - rows[:, 1]
    c, s = math.cos(rows[i, 2]), math.sin(rows[i, 2])
    a, b = (np.divmod(np.arange(SIDE * SIDE), SIDE) - np.full((2, 1), 3.5)) * cell
    away = np.hypot(a[:, None] - (c * dx + s * dy), b[:, None] - (c * dy - s * dx))
    valid = (away <= t.validity_radius).any(axis=1) & (np.hypot(a, b) <= t.radius)
    others = (np.hypot(dx, dy) <= t.radius + 3 * sigma) & (np.arange(len(rows)) != i)
    near = np.exp(-(away**2) / (2 * sigma**2)) / (sigma * math.sqrt(2 * math.pi))
    near[away > 3 * sigma] = 0
    half = math.pi / DIRECTIONS
    centres = -math.pi + (2 * np.arange(DIRECTIONS) + 1)[:, None] * half
    turned = math.pi - (math.pi - (centres - (rows[i, 2] - rows[:, 2]))) % (2 * math.pi)
    scale = t.direction_sigma * math.sqrt(2)
    share = 0.5 * (_erf((turned + half) / scale) - _erf((turned - half) / scale))
    return (share[:, others] @ near.T[others] >= t.bit_threshold) & valid, valid


@pytest.mark.parametrize("tuning", [GENERAL_TUNING, LEADER_TUNING])
def test_integers_change_one_bit_in_a_thousand_at_most(tuning: CylinderTuning) -> None:
    rng = np.random.default_rng(3)
    bits = cells = wrong_bits = wrong_cells = 0
    for _ in range(12):
        blob = encode(template(finger(rng), "mindtct/2"))
        rows = decode(blob)[1].astype(float)
        places = [(x, y, round(angle * 128 / math.pi)) for x, y, angle, _ in rows.tolist()]
        for made in twin.build(blob, tuning):
            found, valid = exact(rows, places.index((made.x, made.y, made.angle)), tuning)
            common = valid & made.valid
            cells, wrong_cells = cells + SIDE**2, wrong_cells + int((valid != made.valid).sum())
            bits += DIRECTIONS * int(common.sum())
            wrong_bits += int((found != made.bits)[:, common].sum())
    assert bits > 50_000
    assert wrong_bits < bits / 1000
    assert wrong_cells < cells / 1000
