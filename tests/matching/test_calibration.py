from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.calibration import equal_error_rate, false_match_bound, fnmr_at_fmr, fpir_bound
from matching.fusion import finger_llr
from matching.parameters import PERSON_THRESHOLD, MinutiaeFamily

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


@pytest.mark.parametrize("family", MinutiaeFamily)
def test_the_bound_falls_with_fingers_and_threshold(family: MinutiaeFamily) -> None:
    bounds = [false_match_bound(PERSON_THRESHOLD, n, family) for n in (2, 4, 10)]
    assert bounds == sorted(bounds, reverse=True)
    assert false_match_bound(PERSON_THRESHOLD, 1, family) == 0.0  # one finger cannot reach it
    assert false_match_bound(12.0, 4, family) < false_match_bound(10.0, 4, family)
    assert fpir_bound(PERSON_THRESHOLD, 10, family, references=10**6) < 0.02


def test_the_bound_holds_for_a_calibrated_finger() -> None:
    """Non-mates drawn so that their mean likelihood ratio is the one the bound assumes."""
    rng = np.random.default_rng(1)
    similarity = np.clip(0.187 + rng.exponential(0.007, (200_000, 4)), 0, 1)
    llr = np.vectorize(lambda s: finger_llr(s, MinutiaeFamily.MINDTCT))(similarity)
    assert np.exp(llr).mean() < 0.7  # a heavier tail than was measured, and still ...
    total = llr.sum(axis=1)
    for threshold in (2.0, 4.0, 6.0):
        bound = np.exp(llr).mean() ** 4 * np.exp(-threshold)
        assert (total >= threshold).mean() <= bound


@pytest.mark.parametrize("fingers", [0, 11])
def test_impossible_finger_counts_are_refused(fingers: int) -> None:
    with pytest.raises(ValueError, match=r"1\.\.10"):
        false_match_bound(10.0, fingers, MinutiaeFamily.MINDTCT)
