from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.calibration import cllr, equal_error_rate, fnmr_at_fmr, min_cllr, rising_llr

scores = st.lists(st.floats(0, 1), min_size=1, max_size=30).map(np.array)


def slow_fnmr(mated: np.ndarray, non_mated: np.ndarray, target: float) -> float:
    thresholds = [*mated, *non_mated, 2.0]
    passing = [t for t in thresholds if np.mean(non_mated >= t) <= target]
    return min(float(np.mean(mated < t)) for t in passing)


@given(scores, scores, st.sampled_from([0.0, 0.01, 0.2, 1.0]))
def test_fnmr_is_the_lowest_at_a_permitted_fmr(
    mated: np.ndarray, non_mated: np.ndarray, target: float
) -> None:
    assert fnmr_at_fmr(mated, non_mated, target) == pytest.approx(
        slow_fnmr(mated, non_mated, target)
    )


def test_scores_apart_have_no_errors_and_equal_scores_have_half() -> None:
    high, low = np.array([0.8, 0.9]), np.array([0.1, 0.2])
    assert (equal_error_rate(high, low), fnmr_at_fmr(high, low, 0.0)) == (0.0, 0.0)
    assert equal_error_rate(low, low) == pytest.approx(0.5)
    assert fnmr_at_fmr(low, high, 0.0) == 1.0


def test_a_tie_at_the_threshold_is_a_match() -> None:
    assert fnmr_at_fmr(np.array([0.5, 0.5]), np.array([0.5, 0.1]), 0.5) == 0.0
    assert fnmr_at_fmr(np.array([0.5, 0.5]), np.array([0.5, 0.1]), 0.49) == 1.0


def test_rates_without_scores_are_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        equal_error_rate(np.array([]), np.array([0.1]))


ratios = st.lists(st.floats(-20, 20), min_size=1, max_size=40).map(np.array)


@given(ratios, ratios)
def test_the_best_transformation_costs_least_and_rises(
    mated: np.ndarray, non_mated: np.ndarray
) -> None:
    least = min_cllr(mated, non_mated)
    assert 0 <= least <= min(1.0, cllr(mated, non_mated)) + 1e-9
    assert least <= cllr(0.7 * mated - 1, 0.7 * non_mated - 1) + 1e-9
    scores = np.concatenate([mated, non_mated])
    best = np.concatenate(rising_llr(mated, non_mated))
    order = np.argsort(scores, kind="stable")
    assert (best[order][1:] >= best[order][:-1]).all()


def test_saying_nothing_costs_one_bit_and_being_right_nothing() -> None:
    zero = np.zeros(3)
    assert cllr(zero, zero) == pytest.approx(1.0)
    assert cllr(np.full(3, 50.0), np.full(5, -50.0)) == pytest.approx(0.0, abs=1e-12)
    assert cllr(np.full(3, -50.0), np.full(5, 50.0)) > 50
    assert min_cllr(np.array([1.0, 2.0]), np.array([-1.0, 0.0])) == 0.0


def test_equal_scores_get_one_ratio() -> None:
    mated, non_mated = rising_llr(np.array([1.0, 1.0, 5.0]), np.array([1.0, 0.0]))
    assert mated.tolist() == [pytest.approx(np.log(2 / 3 / (1 / 2))), mated[0], np.inf]
    assert non_mated.tolist() == [mated[0], -np.inf]


def test_ratios_without_scores_are_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        rising_llr(np.array([1.0]), np.array([]))
