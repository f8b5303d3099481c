"""From pairs to people."""

from __future__ import annotations

import numpy as np

from matching.linkage import average_linkage, connected_components, one_to_one


def test_one_to_one_keeps_the_best_pair_of_each_record() -> None:
    left, right = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])
    kept = one_to_one(left, right, np.array([5.0, 9.0, 4.0, 8.0]))
    assert kept.tolist() == [False, True, True, False]


def test_a_single_bridge_does_not_join_two_people() -> None:
    """Records 0-2 and 3-5 are people; one strong pair, 2-3, lies between them."""
    left, right = np.array([0, 0, 1, 3, 3, 4, 2]), np.array([1, 2, 2, 4, 5, 5, 3])
    scores = np.array([9.0, 9.0, 9.0, 9.0, 9.0, 9.0, 8.0])
    numbers, heights = average_linkage(left, right, scores, count=6, missing=-10.0, least=0.0)
    assert numbers.tolist() == [0, 0, 0, 1, 1, 1]
    assert heights[-1] == -np.inf
    assert (heights[:-1] == 9.0).all()


def test_a_missing_pair_counts_as_a_low_score() -> None:
    left, right, scores = np.array([0, 1]), np.array([1, 2]), np.array([9.0, 6.0])
    joined, heights = average_linkage(left, right, scores, count=3, missing=-4.0, least=0.0)
    assert joined.tolist() == [0, 0, 0]
    assert heights.tolist() == [9.0, 1.0]
    apart, _ = average_linkage(left, right, scores, count=3, missing=-8.0, least=0.0)
    assert apart.tolist() == [0, 0, 1]


def test_records_without_pairs_stay_alone() -> None:
    none = np.zeros(0, np.int64)
    numbers, heights = average_linkage(none, none, np.zeros(0), count=3, missing=-1.0, least=0.0)
    assert numbers.tolist() == [0, 1, 2]
    assert len(heights) == 0


def test_connected_components_cross_every_bridge() -> None:
    left, right = np.array([4, 5, 2, 2]), np.array([5, 6, 4, 1])
    assert connected_components(left, right, count=8).tolist() == [0, 1, 1, 2, 1, 1, 1, 3]


def test_nothing_is_connected_without_pairs() -> None:
    none = np.zeros(0, np.int64)
    assert connected_components(none, none, count=3).tolist() == [0, 1, 2]
    assert connected_components(none, none, count=0).tolist() == []
