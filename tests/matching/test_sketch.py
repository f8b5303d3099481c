from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.fingerprint.sketch import SKETCH_DIMENSIONS, sketch
from tests.matching.minutiae import finger, impression, moved, template


def slow_sketch(rows: np.ndarray) -> np.ndarray:
    """Pair by pair, cell by cell."""
    cells = np.zeros((9, 12, 12))
    for i, j in np.ndindex(len(rows), len(rows)):
        (x, y, t, q), (x2, y2, t2, q2) = rows[i].astype(float), rows[j].astype(float)
        distance = np.hypot(x2 - x, y2 - y)
        if not 6 < distance < 90:
            continue
        line = np.arctan2(y2 - y, x2 - x)
        at = (
            min(np.sqrt((distance - 6) / 84) * 7, 6.999),
            (line - t) / (2 * np.pi) % 1 * 12,
            (line + np.pi - t2) / (2 * np.pi) % 1 * 12,
        )
        for cell in np.ndindex(2, 2, 2):
            share = np.prod([abs(1 - c - a % 1) for c, a in zip(cell, at, strict=True)])
            d, a, b = (int(v) + c for c, v in zip(cell, at, strict=True))
            cells[d, a % 12, b % 12] += share * (q * q2) ** 0.75
    vector = np.sqrt(cells[:8].ravel())
    return np.asarray(vector / np.linalg.norm(vector))


def test_it_is_the_histogram_of_pairs() -> None:
    rows = finger(np.random.default_rng(1), 30)
    assert sketch(template(rows)) == pytest.approx(slow_sketch(rows), abs=2e-3)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(-3.1, 3.1), st.floats(-80, 80), st.floats(-80, 80))
def test_moving_and_turning_the_finger_changes_nothing(
    seed: int, turn: float, dx: float, dy: float
) -> None:
    rows = finger(np.random.default_rng(seed))
    again = moved(rows, turn, dx + 300, dy)
    assert sketch(template(rows)) @ sketch(template(again)) > 0.9999


def test_mates_are_closer_than_others() -> None:
    rng = np.random.default_rng(2)
    masters = [finger(rng) for _ in range(8)]
    first = np.stack([sketch(template(rows)) for rows in masters])
    second = np.stack([sketch(template(impression(rows, rng))) for rows in masters])
    scores = first @ second.T
    assert scores.diagonal().min() > scores[~np.eye(8, dtype=bool)].max()


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(0, 255))
def test_it_has_unit_length_or_is_zero(seed: int, count: int) -> None:
    vector = sketch(template(finger(np.random.default_rng(seed), count)))
    assert vector.shape == (SKETCH_DIMENSIONS,)
    assert vector.dtype == np.float32
    assert (vector >= 0).all()
    length = float(np.linalg.norm(vector))
    assert length == pytest.approx(1, abs=1e-5) or (length == 0 and count < 12)


def test_the_best_eighty_minutiae_are_used() -> None:
    rng = np.random.default_rng(3)
    best, poor = finger(rng, 80), finger(rng, 100)
    best[:, 3], poor[:, 3] = 0.9, 0.2
    assert (sketch(template(np.vstack([poor, best]))) == sketch(template(best))).all()
