"""The compiled matrix product: the same sums in the same order, whatever runs it."""

import numpy as np
import pytest
from numpy.typing import NDArray

from matching.kernels.native import Level
from matching.kernels.product import product
from tests.matching.levels import levels

LEVELS = levels()


def twin(rows: NDArray[np.float32], matrix: NDArray[np.float32]) -> NDArray[np.float32]:
    found = np.zeros((len(rows), matrix.shape[1]), np.float32)
    for k, line in enumerate(matrix):
        found += rows[:, k : k + 1] * line
    return found


@pytest.mark.parametrize("at", LEVELS, ids=lambda level: level.name)
@pytest.mark.parametrize("shape", [(1, 1, 1), (4, 7, 64), (5, 9, 65), (11, 33, 200), (0, 4, 3)])
def test_the_product_is_that_of_the_twin_to_the_bit(at: Level, shape: tuple[int, int, int]) -> None:
    rng = np.random.default_rng(sum(shape))
    rows = rng.normal(0, 1, shape[:2]).astype(np.float32)
    matrix = rng.normal(0, 1, shape[1:]).astype(np.float32)
    assert (product(rows, matrix, at=at) == twin(rows, matrix)).all()


def test_a_row_does_not_depend_on_the_rows_beside_it() -> None:
    rng = np.random.default_rng(3)
    rows = rng.normal(0, 1, (9, 50)).astype(np.float32)
    matrix = rng.normal(0, 1, (50, 130)).astype(np.float32)
    together = product(rows, matrix)
    for n in range(9):
        assert (product(rows[n : n + 1], matrix) == together[n]).all()


@pytest.mark.parametrize("wrong", [np.zeros((2, 4), np.float32), np.zeros((2, 3)), np.zeros(3)])
def test_what_does_not_fit_is_refused(wrong: NDArray[np.float32]) -> None:
    with pytest.raises(ValueError, match="must"):
        product(wrong, np.zeros((3, 5), np.float32))
