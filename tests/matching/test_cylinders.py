from __future__ import annotations

import numpy as np
import pytest

from matching.errors import CodecError, TemplateError
from matching.fingerprint import compact, cylinders
from matching.kernels import fingerprint as kernel
from matching.kernels.native import aligned
from matching.parameters import GENERAL_TUNING, LEADER_TUNING, NEUTRAL_QUALITY, MinutiaeFamily
from matching.template import MinutiaeTemplate
from tests.matching.minutiae import finger, template


def tuning_number(packed: np.ndarray) -> int:
    return int(packed[4:8].view(np.uint32)[0])


@pytest.mark.parametrize(
    ("extractor", "family"),
    [
        ("mindtct/1", MinutiaeFamily.MINDTCT),
        ("leader/1", MinutiaeFamily.LEADER),
        ("iso19794-2:2005", MinutiaeFamily.FOREIGN),
        ("", MinutiaeFamily.FOREIGN),
    ],
)
def test_the_extractor_decides_the_family(extractor: str, family: MinutiaeFamily) -> None:
    assert cylinders.build(template(finger(np.random.default_rng(1)), extractor)).family is family


def test_a_packed_finger_is_read_only_aligned_and_says_its_tuning() -> None:
    packed = cylinders.build(template(finger(np.random.default_rng(1)), "leader/1"))
    assert packed.addresses == (packed.own.ctypes.data, packed.general.ctypes.data)
    for array, tuning in ((packed.own, LEADER_TUNING), (packed.general, GENERAL_TUNING)):
        assert not array.flags.writeable
        assert array.ctypes.data % 64 == 0
        assert tuning_number(array) == tuning.number


def test_only_a_family_with_its_own_tuning_is_built_twice() -> None:
    packed = cylinders.build(template(finger(np.random.default_rng(1)), "mindtct/1"))
    assert packed.own is packed.general


@pytest.mark.parametrize("extractor", ["mindtct/1", "leader/1"])
def test_a_packed_finger_says_how_much_it_has_to_say(extractor: str) -> None:
    rows = finger(np.random.default_rng(8))
    rows[:, 3] = 0.5
    rows[0, 3] = 0.0  # not reported
    packed = cylinders.build(template(rows, extractor))
    assert packed.evidence.quality == pytest.approx((44 * 0.5 + NEUTRAL_QUALITY) / 45, abs=0.01)
    assert packed.evidence.minutiae == int(packed.own[8:12].view(np.int32)[0])
    empty = cylinders.build(template(rows[:0], extractor))
    assert (empty.evidence.minutiae, empty.evidence.quality) == (0, NEUTRAL_QUALITY)


def test_a_finger_is_built_from_its_compact_minutiae() -> None:
    made = template(finger(np.random.default_rng(2)), "leader/1")
    built, stored = cylinders.build(made), cylinders.build_many([compact.encode(made)])[0]
    for tuning, packed in ((LEADER_TUNING, built.own), (GENERAL_TUNING, built.general)):
        direct, _ = kernel.build_many([compact.encode(made)], tuning)
        assert packed.tobytes() == direct.tobytes()
    assert (built.own == stored.own).all()
    assert (built.general == stored.general).all()


def test_many_fingers_of_several_families_are_built_as_one_by_one() -> None:
    rng = np.random.default_rng(8)
    made = [template(finger(rng, n), e) for n in (0, 20, 60) for e in ("leader/1", "mindtct/1", "")]
    together = cylinders.build_many([compact.encode(t) for t in made])
    for many, one in zip(together, map(cylinders.build, made), strict=True):
        assert many.family is one.family
        assert many.own.tobytes() == one.own.tobytes()
        assert many.general.tobytes() == one.general.tobytes()
    assert cylinders.build_many([]) == []


def test_damaged_minutiae_are_refused() -> None:
    blob = compact.encode(template(finger(np.random.default_rng(9), 5)))
    for damaged in (blob[:-1], b"", blob[:2] + b"\2" + blob[3:], blob[:-1] + b"\xff"):
        with pytest.raises(CodecError):
            cylinders.build_many([blob, damaged])


def test_a_quality_that_was_not_reported_is_neither_best_nor_worst() -> None:
    rows = finger(np.random.default_rng(3))
    weights = []
    for quality in (0.01, 0.0, 1.0):
        rows[:, 3] = quality
        place = cylinders.build(template(rows)).own[64 + 7 * 64 :]
        weights.append(int(place.view(np.uint16)[2]))
    worst, unknown, best = weights
    assert best == 2048
    assert best < unknown < worst


def test_the_best_sixty_minutiae_are_used() -> None:
    rng = np.random.default_rng(4)
    best = finger(rng, 60)
    best[:, 3] = 0.9
    poor = finger(rng, 195)
    poor[:, 3] = 0.2
    crowded = cylinders.build(template(np.vstack([best, poor])))
    assert (crowded.own == cylinders.build(template(best)).own).all()


@pytest.mark.parametrize("count", [0, 1, 2])
def test_too_few_minutiae_make_no_cylinder(count: int) -> None:
    empty = MinutiaeTemplate(
        finger(np.random.default_rng(5), count), np.zeros(count, np.uint8), "mindtct/1"
    )
    assert int(cylinders.build(empty).own[8:12].view(np.int32)[0]) == 0


def damaged(packed: np.ndarray, at: int, value: int) -> np.ndarray:
    copy = aligned(packed.nbytes)
    copy[:] = packed
    copy[at] = value
    return copy


@pytest.mark.parametrize("at", [0, 4, 8, 12, 16, 20])
def test_damaged_cylinders_are_refused_before_the_kernel_reads_them(at: int) -> None:
    packed = cylinders.build(template(finger(np.random.default_rng(7)))).own
    wrong = damaged(packed, at, 255)
    with pytest.raises(TemplateError, match="build them again"):
        cylinders.PackedFinger(MinutiaeFamily.MINDTCT, wrong, wrong)


def test_cylinders_of_another_tuning_or_place_are_refused() -> None:
    packed = cylinders.build(template(finger(np.random.default_rng(7)), "leader/1"))
    shifted = aligned(packed.general.nbytes + 4)[4:]
    shifted[:] = packed.general
    for own, general in (
        (packed.general, packed.general),
        (packed.own, packed.own),
        (packed.own, packed.general[:-64]),
        (packed.own, shifted),
        (packed.own[:0], packed.general),
    ):
        with pytest.raises(TemplateError):
            cylinders.PackedFinger(MinutiaeFamily.LEADER, own, general)


def test_no_minutiae_are_shown() -> None:
    assert repr(cylinders.build(template(finger(np.random.default_rng(6), 3)))).startswith(
        "PackedFinger(mindtct, "
    )
