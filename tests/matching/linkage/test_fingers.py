"""Fingerprints as evidence of linkage."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from matching.fingerprint.compare import compare, pack
from matching.linkage import Column, ColumnKind, RecordError, Records, fingers, link
from matching.linkage.fingers import FINGERS, compare_fingers, encoded, finger_pairs
from matching.template import FingerPosition, FingerSet
from tests.matching.linkage.people import recorded_twice
from tests.matching.minutiae import person, recapture

NONE = FingerSet()


def _two_captures(count: int, seed: int) -> tuple[list[FingerSet], list[FingerSet]]:
    rng = np.random.default_rng(seed)
    first = [person(rng, "iso19794-2:2005") for _ in range(count)]
    return first, [recapture(one, rng) for one in first]


def _only(fingers: FingerSet, *positions: FingerPosition) -> FingerSet:
    return FingerSet({position: fingers.fingers[position] for position in positions})


def test_who_agrees_in_fingers_is_found_across_two_files() -> None:
    first, second = _two_captures(4, seed=1)
    left, right = finger_pairs(encoded([*first, NONE, *second, NONE]), split=5, threads=1)
    assert list(zip(left.tolist(), right.tolist(), strict=True)) == [(n, n + 5) for n in range(4)]


def test_who_agrees_in_fingers_is_found_within_one_file() -> None:
    first, second = _two_captures(3, seed=2)
    left, right = finger_pairs(encoded([*second, NONE, *first]), split=None, threads=2)
    assert list(zip(left.tolist(), right.tolist(), strict=True)) == [(0, 4), (1, 5), (2, 6)]


@pytest.mark.parametrize("split", [None, 0, 1, 2])
def test_without_fingers_nobody_is_found(split: int | None) -> None:
    left, right = finger_pairs(encoded([NONE, NONE]), split=split, threads=1)
    assert len(left) == len(right) == 0


def test_pairs_are_the_same_whatever_is_held_in_memory_together(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first, second = _two_captures(5, seed=8)
    people = encoded([*first, *second])
    whole = finger_pairs(people, split=None, threads=1)
    scored = compare_fingers(people, *whole)
    for name, value in (("_REFERENCES", 3), ("_PROBES", 2), ("_PAIRS", 2)):
        monkeypatch.setattr(fingers, name, value)
    assert np.array_equal(finger_pairs(people, split=None, threads=2), whole)
    assert whole[0].tolist() == [0, 1, 2, 3, 4]
    again = compare_fingers(people, *whole)
    assert scored.bits is not None
    assert np.array_equal(scored.bits, again.bits)  # type: ignore[arg-type]


def test_the_bits_of_a_pair_are_its_comparison_score() -> None:
    first, second = _two_captures(2, seed=3)
    thumb = _only(first[0], FingerPosition.RIGHT_THUMB)
    index = _only(first[0], FingerPosition.LEFT_INDEX)
    sets = [*first, *second, thumb, index, NONE]
    left, right = np.array([0, 0, 0, 0, 1, 4]), np.array([2, 3, 4, 6, 3, 5])
    found = compare_fingers(encoded(sets), left, right)
    assert found.bits is not None
    for at, (a, b) in enumerate(zip(left.tolist(), right.tolist(), strict=True)):
        expected = compare(pack(sets[a]), pack(sets[b]))
        assert found.bits[at] == pytest.approx(expected.score / math.log(2))
        assert found.levels[at] == len(expected.terms) - 1
    assert found.levels.tolist() == [9, 9, 0, -1, 9, -1]


def test_fingers_link_records_that_share_nothing_else() -> None:
    left, right = recorded_twice(60, seed=4)
    first, second = _two_captures(1, seed=5)
    nobody = [NONE] * 59
    renamed = Records(
        tuple(Column(c.name, c.kind, ["Quillfeather", *c.values[1:]]) for c in right.columns),
        (second[0], *nobody),
    )
    found = link(replace(left, fingers=(first[0], *nobody)), renamed)
    (at,) = np.flatnonzero((found.left == 0) & (found.right == 0)).tolist()
    assert found.scores[at] > 20
    assert found.model.prior + sum(found.terms(at)) == pytest.approx(found.scores[at])
    assert found.features[-1].name == FINGERS
    assert (found.features[-1].levels >= 0).sum() == 1


def test_other_fingers_speak_against_an_equal_name() -> None:
    rng = np.random.default_rng(6)
    one, other = Records((Column("name", ColumnKind.NAME, ["Quill Zoroaster"]),)), person(rng)
    same = replace(one, fingers=(other,)), replace(one, fingers=(recapture(other, rng),))
    different = same[0], replace(one, fingers=(person(rng),))
    assert link(*same).scores[0] > link(one, one).scores[0] > link(*different).scores[0]


def test_records_may_be_fingers_alone() -> None:
    first, second = _two_captures(3, seed=7)
    found = link(Records((), tuple(first)), Records((), tuple(second)))
    assert found.left.tolist() == found.right.tolist() == [0, 1, 2]
    assert (found.scores > 20).all()
    assert len(found.features) == 1


def test_only_one_file_with_fingers_is_refused() -> None:
    records = Records((Column("name", ColumnKind.NAME, ["Quill"]),))
    with pytest.raises(RecordError, match="both files"):
        link(replace(records, fingers=(NONE,)), records)


def test_records_of_nothing_are_refused() -> None:
    with pytest.raises(RecordError, match="at least one column"):
        Records(())
