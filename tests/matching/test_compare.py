from __future__ import annotations

import numpy as np
import pytest

from matching.calibrated import CALIBRATIONS
from matching.fingerprint.compare import PackedSet, compare, compare_many, pack
from matching.parameters import PERSON_THRESHOLD, MinutiaeFamily
from matching.template import FingerPosition, FingerSet
from tests.matching.minutiae import person, recapture, template

EXTRACTORS = ["mindtct/1", "leader/1", "iso19794-2:2005"]


def only(fingers: FingerSet, *positions: int) -> FingerSet:
    return FingerSet({p: t for p, t in fingers.fingers.items() if p in positions})


@pytest.mark.parametrize("extractor", EXTRACTORS)
def test_two_captures_of_a_person_are_a_hit_and_of_two_persons_are_not(extractor: str) -> None:
    rng = np.random.default_rng(1)
    first, other = person(rng, extractor), person(rng, extractor)
    probe = pack(recapture(first, rng))
    assert compare(probe, pack(first)).score > PERSON_THRESHOLD + 10
    assert compare(probe, pack(other)).score < 0


def test_four_fingers_are_enough_against_ten() -> None:
    rng = np.random.default_rng(2)
    first, other = person(rng), person(rng)
    four = pack(only(recapture(first, rng), 2, 3, 4, 5))
    assert compare(four, pack(first)).score > PERSON_THRESHOLD
    assert compare(four, pack(other)).score < 0


def test_one_finger_never_decides_alone() -> None:
    first = pack(only(person(np.random.default_rng(3)), 1))
    assert 0 < compare(first, first).score < PERSON_THRESHOLD
    assert all(line.highest < PERSON_THRESHOLD for line in CALIBRATIONS.values())


def test_swapped_hands_do_not_match() -> None:
    rng = np.random.default_rng(4)
    first = person(rng)
    again = recapture(first, rng).fingers
    swapped = FingerSet({FingerPosition((p + 4) % 10 + 1): t for p, t in again.items()})
    assert compare(pack(swapped), pack(first)).score < 0


def test_only_common_fingers_are_terms_in_the_order_of_positions() -> None:
    rng = np.random.default_rng(5)
    first = person(rng)
    result = compare(pack(only(first, 1, 3, 9, 7)), pack(only(first, 9, 3, 4, 10)))
    assert [t.position for t in result.terms] == [3, 9]
    assert result.score == pytest.approx(sum(t.llr for t in result.terms))


def test_without_a_common_finger_nothing_is_known() -> None:
    first = person(np.random.default_rng(6))
    for probe, reference in [((1,), (2,)), ((), (1,)), ((), ())]:
        result = compare(pack(only(first, *probe)), pack(only(first, *reference)))
        assert (result.score, result.terms) == (0.0, ())


def test_many_references_score_as_one_by_one() -> None:
    rng = np.random.default_rng(7)
    people = [person(rng, extractor) for extractor in EXTRACTORS]
    references = [pack(p) for p in people] + [pack(only(people[0], 2, 8)), PackedSet({})]
    for probe in [pack(recapture(p, rng)) for p in people]:
        assert compare_many(probe, references) == [compare(probe, r) for r in references]
    assert compare_many(references[0], []) == []


def test_minutiae_of_another_extractor_are_compared_with_the_cautious_calibration() -> None:
    rng = np.random.default_rng(8)
    first = person(rng, "mindtct/1")
    probe = FingerSet(
        {p: template(_upwards(t.minutiae), "leader/1") for p, t in first.fingers.items()}
    )
    result = compare(pack(probe), pack(first))
    assert {t.llr for t in result.terms} == {CALIBRATIONS[MinutiaeFamily.FOREIGN].highest}


def _upwards(minutiae: np.ndarray) -> np.ndarray:
    rows = minutiae.copy()
    rows[:, 1] = np.float32(1000) - rows[:, 1]
    return rows


def test_no_minutiae_are_shown() -> None:
    assert repr(pack(person(np.random.default_rng(9)))) == "PackedSet(10 fingers)"
