"""The compiled pair histogram against its NumPy twin, at every level of this machine."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from matching.kernels import scan_twin, sketch
from matching.kernels.native import Level
from tests.matching.levels import levels
from tests.matching.minutiae import finger

LEVELS = levels()


def cells_of(fingers: list[NDArray[np.float32]], at: Level = Level.AUTO) -> NDArray[np.float32]:
    return sketch.cells(np.concatenate(fingers), np.array([len(f) for f in fingers]), at=at)


def adversarial() -> list[NDArray[np.float32]]:
    line = np.array([(x, 100.0, 0.0, 1.0) for x in range(0, 200, 7)])
    cross = np.array([(100, 100, 0, 1), (110, 100, 0, 1), (100, 110, 0, 1), (90, 100, 0, 1)])
    wrap = finger(np.random.default_rng(5), 30)
    wrap[:, 2] = np.linspace(0, 2 * np.pi - 1e-6, 30)
    found = [
        np.zeros((0, 4)),
        line[:1],
        line[:2],
        line,
        cross,
        np.tile([[50.0, 50.0, 1.0, 0.5]], (9, 1)),
        np.array([[0.0, 0.0, 0.0, 1.0], [65535.0, 65535.0, 6.2, 1.0]]),
        np.array([[0.0, 0.0, 0.0, 1.0], [6.0, 0.0, 0.0, 1.0], [96.0, 0.0, 0.0, 1.0]]),
        wrap,
        finger(np.random.default_rng(6), 255),
        finger(np.random.default_rng(7), 80) * np.array([1, 1, 1, 0]),
    ]
    return [rows.astype(np.float32) for rows in found]


@pytest.mark.parametrize("at", LEVELS, ids=lambda level: level.name)
def test_the_histogram_is_that_of_the_twin(at: Level) -> None:
    rng = np.random.default_rng(1)
    fingers = [*adversarial(), *(finger(rng, n) for n in range(2, 120, 7))]
    expected = np.stack([scan_twin.cells(rows) for rows in fingers])
    got = cells_of(fingers, at)
    # Of the squares: a share of 1e-6 more or less is a thousandth of a root near zero.
    assert np.abs(got.astype(np.float64) ** 2 - expected**2).max() < 2e-6


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(0, 255))
def test_all_levels_agree_to_the_bit(seed: int, count: int) -> None:
    rows = finger(np.random.default_rng(seed), count)
    results = [cells_of([rows], at) for at in LEVELS]
    assert all((each == results[0]).all() for each in results)


def test_a_batch_gives_what_single_calls_give() -> None:
    fingers = adversarial()
    single = np.concatenate([cells_of([rows]) for rows in fingers])
    assert (cells_of(fingers) == single).all()


def test_no_finger_is_no_row() -> None:
    empty = sketch.cells(np.zeros((0, 4), np.float32), np.zeros(0, np.int64))
    assert empty.shape == (0, sketch.CELLS)


@pytest.mark.parametrize("counts", [[3], [5], [-1, 5], [256], [2, 1]])
def test_counts_that_do_not_fit_are_refused(counts: list[int]) -> None:
    with pytest.raises(ValueError, match="minutiae"):
        sketch.cells(np.zeros((4, 4), np.float32), np.array(counts))
