from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.calibrated import CALIBRATIONS, Evidence
from matching.features import FACE, FEATURES, Feature, finger_feature
from matching.fusion import against_weight, finger_llrs, fuse
from matching.parameters import PERSON_THRESHOLD, MinutiaeFamily
from matching.template import FingerPosition

families = st.sampled_from(MinutiaeFamily)
evidences = st.builds(Evidence, st.integers(0, 60), st.floats(0, 1))
ratios = st.lists(st.floats(-9, 9), min_size=1, max_size=10)
GOOD = Evidence(40, 0.6)


def llr(similarity: float, family: MinutiaeFamily, evidence: Evidence = GOOD) -> float:
    scores = np.array([similarity])
    return float(finger_llrs(scores, family, probe=evidence, references=[evidence])[0])


def fingers(values: list[float]) -> list[tuple[Feature, float]]:
    return [(finger_feature(p), v) for p, v in zip(FingerPosition, values, strict=False)]


@given(st.floats(0, 1), st.floats(0, 1), families, evidences)
def test_more_similar_never_speaks_less_for_the_same_person(
    a: float, b: float, family: MinutiaeFamily, evidence: Evidence
) -> None:
    low, high = sorted((a, b))
    row = CALIBRATIONS[family]
    assert row.lowest <= llr(low, family, evidence) <= llr(high, family, evidence) <= row.highest


@pytest.mark.parametrize("family", MinutiaeFamily)
def test_both_ends_are_reached_and_no_finger_decides_alone(family: MinutiaeFamily) -> None:
    row = CALIBRATIONS[family]
    assert llr(0.0, family) == row.lowest < 0
    assert llr(1.0, family) == row.highest > 0
    assert row.highest < PERSON_THRESHOLD


@given(families, evidences, evidences, st.floats(0, 1))
def test_the_poorer_finger_counts_in_either_order(
    family: MinutiaeFamily, one: Evidence, other: Evidence, similarity: float
) -> None:
    scores = np.array([similarity])
    there = finger_llrs(scores, family, probe=one, references=[other])
    back = finger_llrs(scores, family, probe=other, references=[one])
    poorer = Evidence(min(one.minutiae, other.minutiae), min(one.quality, other.quality))
    assert there == back == llr(similarity, family, poorer)


@given(st.lists(st.tuples(st.floats(0, 1), evidences), min_size=1, max_size=9), families)
def test_a_pair_says_the_same_in_any_batch(
    pairs: list[tuple[float, Evidence]], family: MinutiaeFamily
) -> None:
    scores = np.array([score for score, _ in pairs])
    others = [evidence for _, evidence in pairs]
    batch = finger_llrs(scores, family, probe=GOOD, references=others)
    single = [
        finger_llrs(scores[i : i + 1], family, probe=GOOD, references=others[i : i + 1])[0]
        for i in range(len(pairs))
    ]
    assert batch.tolist() == single


@pytest.mark.parametrize("similarity", [-0.01, 1.01, float("nan")])
def test_what_is_no_similarity_is_refused(similarity: float) -> None:
    with pytest.raises(ValueError, match=r"0\.\.1"):
        llr(similarity, MinutiaeFamily.MINDTCT)


def test_what_speaks_for_adds_up_and_what_speaks_against_is_discounted() -> None:
    assert fuse([]) == 0.0
    assert fuse(fingers([9.0, 2.0])) == pytest.approx(11.0)
    assert fuse(fingers([-2.0])) == pytest.approx(-2.0)
    rho = FEATURES["right_thumb"].dependence
    assert 0 < rho < 1
    assert fuse(fingers([9.0, -2.0, -2.0])) == pytest.approx(9.0 - 4.0 / (1 + 2 * rho))


@given(ratios, st.integers(0, 9), st.floats(0, 5))
def test_a_finger_that_says_more_never_lowers_the_score(
    values: list[float], index: int, more: float
) -> None:
    changed = list(values)
    changed[index % len(values)] += more
    assert fuse(fingers(changed)) >= fuse(fingers(values)) - 1e-9


@given(ratios)
def test_the_discount_never_exceeds_the_sum_nor_the_worst_finger_alone(
    values: list[float],
) -> None:
    score = fuse(fingers(values))
    assert score >= sum(values) - 1e-9
    assert score <= sum(value for value in values if value > 0) + 1e-9


def test_captures_are_independent_of_each_other() -> None:
    alone = fuse(fingers([-2.0, -2.0]))
    both = fuse([*fingers([-2.0, -2.0]), (FACE, -1.0)])
    assert both == pytest.approx(alone - FACE.weight)


@pytest.mark.parametrize(("count", "weight"), [(1, 1.0), (3, 0.5)])
def test_the_weight_falls_with_the_number_of_features(count: int, weight: float) -> None:
    assert against_weight(count, 0.5) == pytest.approx(weight)


def test_every_feature_says_unit_and_origin() -> None:
    assert set(FEATURES) == {p.name.lower() for p in FingerPosition} | {"face"}
    for name, feature in FEATURES.items():
        assert feature.name == name
        assert 0 < feature.weight <= 1
        assert 0 <= feature.dependence <= 1
        assert feature.unit
        assert feature.origin
