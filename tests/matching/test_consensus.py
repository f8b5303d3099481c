import numpy as np
import pytest
from numpy.typing import NDArray

from matching.fingerprint.consensus import follow_flow, merge, weigh_foreground
from matching.fingerprint.ridges import Ridges
from matching.parameters import (
    CONSENSUS_DIRECTION,
    CONSENSUS_DISTANCE,
    FLOW_DIRECTION,
    LEAST_FOREGROUND,
    LONE_WEIGHT,
)

NONE = np.zeros((0, 4))


def rows(*minutiae: tuple[float, float, float, float]) -> NDArray[np.float64]:
    return np.array(minutiae, np.float64).reshape(-1, 4)


def ridges(direction: float, coherence: float, foreground: float = 1.0) -> Ridges:
    """The same everywhere."""
    return Ridges(
        np.zeros((64, 64), np.uint8),
        np.full((5, 5), coherence * np.exp(2j * direction), np.complex64),
        np.full((8, 8), foreground, np.float32),
    )


def test_a_minutia_of_both_is_one_with_the_better_quality() -> None:
    plain, enhanced = rows((10, 10, 0.1, 0.6)), rows((13, 11, 6.2, 0.4))
    merged, sources = merge(plain, enhanced)
    assert merged == pytest.approx(rows((13, 11, 6.2, 0.6)))
    assert sources.tolist() == [0]


@pytest.mark.parametrize(
    "other",
    [
        (10 + CONSENSUS_DISTANCE + 1, 10.0, 0.1, 0.4),
        (10.0, 10.0, 0.1 + CONSENSUS_DIRECTION + 0.05, 0.4),
        (10.0, 10.0, 0.1 + np.pi, 0.4),
    ],
)
def test_far_or_turned_minutiae_stay_two_of_less_quality(
    other: tuple[float, float, float, float],
) -> None:
    merged, sources = merge(rows((10, 10, 0.1, 0.6)), rows(other))
    assert len(merged) == 2
    assert merged[:, 3] == pytest.approx([0.6 * LONE_WEIGHT, 0.4 * LONE_WEIGHT])
    assert sources.tolist() == [0, 1]


def test_only_the_nearest_two_are_one() -> None:
    plain = rows((10, 10, 0, 0.8), (16, 10, 0, 0.8))
    enhanced = rows((90, 90, 0, 0.5), (15, 10, 0, 0.5))
    merged, sources = merge(plain, enhanced)
    assert merged[:, 0].tolist() == [10, 15, 90]
    assert merged[:, 3] == pytest.approx([0.8 * LONE_WEIGHT, 0.8, 0.5 * LONE_WEIGHT])
    assert sources.tolist() == [0, 1, 2]


@pytest.mark.parametrize("first", [NONE, rows((1, 2, 3, 1))])
@pytest.mark.parametrize("second", [NONE, rows((50, 2, 3, 1))])
def test_empty_lists_can_be_merged(first: NDArray[np.float64], second: NDArray[np.float64]) -> None:
    merged, sources = merge(first, second)
    assert len(merged) == len(sources) == len(first) + len(second)


@pytest.mark.parametrize("back", [0.0, np.pi])
def test_a_direction_follows_the_ridges_without_turning_round(back: float) -> None:
    before = rows((20, 20, 0.9 + back, 1))
    after = follow_flow(before, ridges(1.0, coherence=0.9))
    assert after[0, 2] == pytest.approx(1.0 + back, abs=1e-6)
    assert before[0, 2] == 0.9 + back


@pytest.mark.parametrize(("off", "coherence"), [(FLOW_DIRECTION + 0.1, 0.9), (0.1, 0.1)])
def test_a_direction_stays_where_the_flow_is_unlikely(off: float, coherence: float) -> None:
    before = rows((20, 20, 1.0, 1))
    assert follow_flow(before, ridges(1.0 + off, coherence)).tolist() == before.tolist()


@pytest.mark.parametrize(("share", "kept"), [(1.0, 1.0), (0.5, 0.5), (0.0, LEAST_FOREGROUND)])
def test_the_edge_of_the_print_lowers_quality(share: float, kept: float) -> None:
    weighed = weigh_foreground(rows((20, 20, 1.0, 0.8)), ridges(1.0, 1.0, share))
    assert weighed[0, 3] == pytest.approx(0.8 * kept)
