from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.calibrated import CALIBRATIONS, Evidence
from matching.features import finger_feature
from matching.fusion import finger_llrs, fuse
from matching.parameters import PERSON_THRESHOLD, MinutiaeFamily
from matching.template import FingerPosition
from matching.thresholds import expected_false_candidates, threshold_for

rates = st.floats(1e-9, 1.0)
sizes = st.integers(0, 10**8)


@given(rates, sizes)
def test_at_the_threshold_no_more_false_candidates_are_expected_than_asked_for(
    fpir: float, references: int
) -> None:
    threshold = threshold_for(fpir, references=references)
    assert threshold >= PERSON_THRESHOLD
    assert expected_false_candidates(threshold, references=references) <= fpir * (1 + 1e-9)


@given(rates, sizes, sizes)
def test_a_larger_gallery_never_lowers_the_threshold(fpir: float, one: int, two: int) -> None:
    small, large = sorted((one, two))
    assert threshold_for(fpir, references=small) <= threshold_for(fpir, references=large)


def test_the_threshold_is_exact_where_the_floor_does_not_hold_it() -> None:
    threshold = threshold_for(1e-3, references=10**7)
    assert expected_false_candidates(threshold, references=10**7) == pytest.approx(1e-3)
    assert threshold_for(1.0, references=1) == PERSON_THRESHOLD


def test_ten_times_the_gallery_costs_the_logarithm_of_ten() -> None:
    step = threshold_for(1e-3, references=10**7) - threshold_for(1e-3, references=10**6)
    assert step == pytest.approx(math.log(10))


def test_no_score_expects_more_candidates_than_there_are() -> None:
    assert expected_false_candidates(-30.0, references=12) == 12
    assert expected_false_candidates(30.0, references=0) == 0


@pytest.mark.parametrize("fpir", [0.0, -0.1, 1.1, math.nan])
def test_an_impossible_rate_is_refused(fpir: float) -> None:
    with pytest.raises(ValueError, match="fpir"):
        threshold_for(fpir, references=10)


def test_an_impossible_size_or_score_is_refused() -> None:
    with pytest.raises(ValueError, match="references"):
        threshold_for(1e-3, references=-1)
    for score, references in ((1.0, -1), (math.nan, 1), (math.inf, 1)):
        with pytest.raises(ValueError, match="out of range"):
            expected_false_candidates(score, references=references)


@pytest.mark.parametrize("count", [2, 4, 10])
def test_the_bound_holds_for_strangers_whose_mean_ratio_is_one(count: int) -> None:
    """Non-mates drawn so that a finger reaches the mean likelihood ratio that is allowed."""
    rng = np.random.default_rng(1358)
    row = CALIBRATIONS[MinutiaeFamily.MINDTCT]
    evidence = Evidence(40, row.centre)
    neutral = -row.intercept / row.slope
    scores = np.clip(neutral - 0.02 + rng.exponential(0.9 / row.slope, 20_000 * count), 0, 1)
    llrs = finger_llrs(
        scores, MinutiaeFamily.MINDTCT, probe=evidence, references=[evidence] * len(scores)
    ).reshape(-1, count)
    positions = [finger_feature(position) for position in FingerPosition][:count]
    fused = np.array([fuse(zip(positions, one, strict=True)) for one in llrs.tolist()])
    assert 0.05 < np.exp(fused).mean() <= 1.5**count  # heavy tails, as the bound has to bear
    for threshold in (4.0, 6.0):
        reached = (fused >= threshold).mean()
        assert reached <= np.exp(fused).mean() * math.exp(-threshold)
