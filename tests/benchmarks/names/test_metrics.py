"""Metrics against the plainest way to count."""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.names.metrics import (
    Judgement,
    best,
    best_clustering,
    clustering_at,
    judge_at,
    pairs_between,
    pairs_within,
    rank_of_mate,
    recall_at_precision,
)
from benchmarks.names.protocols import Scored

SCORED = st.lists(st.tuples(st.integers(0, 4), st.booleans()), min_size=1, max_size=25)
LABELS = st.lists(st.integers(0, 3), min_size=2, max_size=9).filter(
    lambda labels: len(set(labels)) < len(labels)
)


def arrays(rows: list[tuple[int, bool]]) -> tuple[np.ndarray, np.ndarray]:
    scores, mated = zip(*rows, strict=True)
    return np.array(scores, np.float64), np.array(mated)


def every(rows: list[tuple[int, bool]], total: int) -> list[Judgement]:
    scores, mated = arrays(rows)
    return [judge_at(scores, mated, total=total, threshold=threshold) for threshold in set(scores)]


@given(SCORED, st.integers(0, 5))
def test_the_best_of_all_thresholds_is_found(rows: list[tuple[int, bool]], missed: int) -> None:
    scores, mated = arrays(rows)
    total = int(mated.sum()) + missed or 1
    found = best(scores, mated, total=total)
    assert math.isclose(found.f1, max(one.f1 for one in every(rows, total)))
    assert judge_at(scores, mated, total=total, threshold=found.threshold) == found


@given(SCORED, st.sampled_from([0.5, 0.95, 0.99, 1.0]))
def test_recall_at_a_precision_is_that_of_the_widest_threshold_that_has_it(
    rows: list[tuple[int, bool]], precision: float
) -> None:
    scores, mated = arrays(rows)
    total = int(mated.sum()) or 1
    plain = [one.recall for one in every(rows, total) if one.precision >= precision]
    found = recall_at_precision(scores, mated, total=total, precision=precision)
    assert found == max(plain, default=0)


def test_equal_scores_are_accepted_together_in_whatever_order_they_stand() -> None:
    scores = np.array([0.9, 0.9, 0.1])
    for mated in ([True, False, False], [False, True, False]):
        found = best(scores, np.array(mated), total=1)
        assert (found.precision, found.recall, found.threshold) == (0.5, 1.0, 0.9)
        assert recall_at_precision(scores, np.array(mated), total=1, precision=0.99) == 0


def test_pairs_that_nobody_scored_count_as_missed() -> None:
    found = best(np.array([1.0]), np.array([True]), total=4)
    assert (found.precision, found.recall) == (1.0, 0.25)
    nothing = best(np.zeros(0), np.zeros(0, bool), total=4)
    assert (nothing.recall, nothing.f1) == (0.0, 0.0)


def test_a_score_that_is_no_number_and_a_set_without_mated_pairs_are_errors() -> None:
    with pytest.raises(ValueError, match="NaN"):
        best(np.array([np.nan]), np.array([True]), total=1)
    with pytest.raises(ValueError, match="at least 1"):
        best(np.array([1.0]), np.array([False]), total=0)
    with pytest.raises(ValueError, match="nothing to find"):
        best_clustering(scored([]), np.array([0, 1]))


def scored(rows: list[tuple[int, int, int]]) -> Scored:
    left, right, scores = np.array(rows, np.int64).reshape(-1, 3).T
    return Scored(left, right, scores.astype(np.float64))


def plain_clustering(pairs: Scored, labels: list[int], threshold: float) -> Judgement:
    """Grow sets until nothing changes, then look at all pairs."""
    sets = [{record} for record in range(len(labels))]
    for one, other, score in zip(*pairs, strict=True):
        if score >= threshold:
            joined = sets[one] | sets[other]
            for record in joined:
                sets[record] = joined
    together = [(a, b) for a, b in combinations(range(len(labels)), 2) if b in sets[a]]
    hits = sum(labels[a] == labels[b] for a, b in together)
    total = pairs_within(np.array(labels))
    return Judgement(threshold, hits / len(together) if together else 1.0, hits / total)


@given(LABELS, st.data())
def test_clusters_are_what_pairs_connect_and_the_best_threshold_is_found(
    labels: list[int], data: st.DataObject
) -> None:
    records = st.integers(0, len(labels) - 1)
    rows = data.draw(st.lists(st.tuples(records, records, st.integers(0, 3)), max_size=12))
    pairs = scored(rows)
    truth = np.array(labels, np.int64)
    expected = [plain_clustering(pairs, labels, threshold) for threshold in range(4)]
    for threshold, one in enumerate(expected):
        assert clustering_at(pairs, truth, threshold=threshold) == one
    assert math.isclose(best_clustering(pairs, truth).f1, max(one.f1 for one in expected))


def test_pairs_of_a_label_are_counted_within_a_set_and_between_two() -> None:
    assert pairs_within(np.array([1, 1, 1, 2, 2, 3])) == 4
    assert pairs_between(np.array([1, 1, 2, 5]), np.array([1, 2, 2, 7])) == 4


def test_records_of_one_person_take_one_place() -> None:
    identity = np.array([7, 7, 8, 9], np.int32)
    assert rank_of_mate([0, 1, 3], identity, mate=9) == 2
    assert rank_of_mate([0, 1], identity, mate=9) is None
    assert rank_of_mate([], identity, mate=9) is None
