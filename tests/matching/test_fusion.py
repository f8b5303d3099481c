from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.fusion import finger_llr, person_score
from matching.parameters import CALIBRATIONS, MinutiaeFamily

families = st.sampled_from(MinutiaeFamily)


@given(st.floats(0, 1), st.floats(0, 1), families)
def test_more_similar_never_speaks_less_for_the_same_person(
    a: float, b: float, family: MinutiaeFamily
) -> None:
    low, high = sorted((a, b))
    line = CALIBRATIONS[family]
    assert line.lowest <= finger_llr(low, family) <= finger_llr(high, family) <= line.highest


@pytest.mark.parametrize("family", MinutiaeFamily)
def test_both_ends_are_reached(family: MinutiaeFamily) -> None:
    line = CALIBRATIONS[family]
    assert finger_llr(0.0, family) == line.lowest < 0
    assert finger_llr(1.0, family) == line.highest > 0


@pytest.mark.parametrize("similarity", [-0.01, 1.01, float("nan")])
def test_what_is_no_similarity_is_refused(similarity: float) -> None:
    with pytest.raises(ValueError, match=r"0\.\.1"):
        finger_llr(similarity, MinutiaeFamily.MINDTCT)


def test_fingers_add_up() -> None:
    assert person_score([]) == 0.0
    assert person_score([9.0, -1.5, 2.0]) == pytest.approx(9.5)
