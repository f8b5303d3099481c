from __future__ import annotations

import numpy as np
import pytest

from matching.fingerprint.arrangement import (
    ARRANGEMENT_DISCOUNT,
    Arrangement,
    compare_arranged,
    find_same_fingers,
    rearranged,
)
from matching.fingerprint.compare import compare, pack
from matching.parameters import PERSON_THRESHOLD
from matching.template import FingerPosition, FingerSet
from tests.matching.minutiae import person, recapture

OTHERS = [a for a in Arrangement if a is not Arrangement.AS_LABELLED]


def two_captures(seed: int = 1) -> tuple[FingerSet, FingerSet]:
    rng = np.random.default_rng(seed)
    first = person(rng)
    return first, recapture(first, rng)


@pytest.mark.parametrize("arrangement", Arrangement)
def test_every_arrangement_undoes_itself_and_loses_no_finger(arrangement: Arrangement) -> None:
    fingers = person(np.random.default_rng(2))
    there = rearranged(fingers, arrangement)
    assert set(there.fingers) == set(FingerPosition)
    assert dict(rearranged(there, arrangement).fingers) == dict(fingers.fingers)


def test_what_the_arrangements_do_to_a_hand() -> None:
    fingers = person(np.random.default_rng(2)).fingers
    only = FingerSet({p: fingers[p] for p in list(FingerPosition)[:5]})
    positions = {
        a: [int(p) for p in rearranged(only, a).fingers if rearranged(only, a).fingers[p]]
        for a in Arrangement
    }
    assert positions[Arrangement.HANDS_SWAPPED] == [6, 7, 8, 9, 10]
    mirrored = rearranged(only, Arrangement.ORDER_MIRRORED).fingers
    assert mirrored[FingerPosition.RIGHT_THUMB] is fingers[FingerPosition.RIGHT_THUMB]
    assert mirrored[FingerPosition.RIGHT_INDEX] is fingers[FingerPosition.RIGHT_LITTLE]
    assert mirrored[FingerPosition.RIGHT_MIDDLE] is fingers[FingerPosition.RIGHT_RING]
    both = rearranged(only, Arrangement.SWAPPED_AND_MIRRORED).fingers
    assert both[FingerPosition.LEFT_INDEX] is fingers[FingerPosition.RIGHT_LITTLE]


@pytest.mark.parametrize("arrangement", OTHERS)
def test_a_wrongly_labelled_capture_is_found_and_named(arrangement: Arrangement) -> None:
    first, again = two_captures()
    probe, reference = pack(rearranged(again, arrangement)), pack(first)
    assert compare(probe, reference).score < PERSON_THRESHOLD
    found, comparison = compare_arranged(probe, reference, enough=PERSON_THRESHOLD)
    assert found is arrangement
    straight = compare(pack(again), reference)
    assert comparison.score == pytest.approx(straight.score - ARRANGEMENT_DISCOUNT)
    assert comparison.terms == straight.terms


def test_a_rightly_labelled_capture_stays_as_labelled() -> None:
    first, again = two_captures()
    probe, reference = pack(again), pack(first)
    for enough in (PERSON_THRESHOLD, 1000.0):
        found, comparison = compare_arranged(probe, reference, enough=enough)
        assert (found, comparison) == (Arrangement.AS_LABELLED, compare(probe, reference))


def test_strangers_gain_nothing_by_arrangements() -> None:
    rng = np.random.default_rng(3)
    for _ in range(5):
        _, comparison = compare_arranged(
            pack(person(rng)), pack(person(rng)), enough=PERSON_THRESHOLD
        )
        assert comparison.score < PERSON_THRESHOLD


def test_without_common_positions_nothing_is_known_in_any_arrangement() -> None:
    fingers = person(np.random.default_rng(4)).fingers
    thumb = pack(FingerSet({FingerPosition.RIGHT_THUMB: fingers[FingerPosition.RIGHT_THUMB]}))
    index = pack(FingerSet({FingerPosition.LEFT_INDEX: fingers[FingerPosition.LEFT_INDEX]}))
    found, comparison = compare_arranged(thumb, index, enough=PERSON_THRESHOLD)
    assert found is Arrangement.AS_LABELLED
    assert (comparison.score, comparison.terms) == (0.0, ())


def test_a_finger_sent_twice_is_found_and_different_fingers_are_not() -> None:
    first, again = two_captures(5)
    assert find_same_fingers(pack(first)) == []
    doubled = dict(first.fingers) | {
        FingerPosition.LEFT_INDEX: again.fingers[FingerPosition.RIGHT_INDEX]
    }
    pair = (FingerPosition.RIGHT_INDEX, FingerPosition.LEFT_INDEX)
    assert find_same_fingers(pack(FingerSet(doubled))) == [pair]


def test_a_finger_sent_twice_is_found_across_extractors() -> None:
    rng = np.random.default_rng(6)
    mindtct = person(rng)
    foreign = person(np.random.default_rng(6), "iso19794-2:2005")
    mixed = {
        FingerPosition.RIGHT_THUMB: mindtct.fingers[FingerPosition.RIGHT_THUMB],
        FingerPosition.LEFT_THUMB: foreign.fingers[FingerPosition.RIGHT_THUMB],
    }
    pair = (FingerPosition.RIGHT_THUMB, FingerPosition.LEFT_THUMB)
    assert find_same_fingers(pack(FingerSet(mixed))) == [pair]


def test_no_finger_and_one_finger_have_no_pair() -> None:
    fingers = person(np.random.default_rng(7)).fingers
    thumb = FingerSet({FingerPosition.RIGHT_THUMB: fingers[FingerPosition.RIGHT_THUMB]})
    assert find_same_fingers(pack(FingerSet({}))) == find_same_fingers(pack(thumb)) == []
