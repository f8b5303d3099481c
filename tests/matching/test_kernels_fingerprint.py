"""The compiled fingerprint kernels against their NumPy twin, at every level of this machine."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from matching.errors import KernelError
from matching.kernels import fingerprint as kernel
from matching.kernels import fingerprint_twin as twin
from matching.kernels.fingerprint import Mode
from matching.kernels.native import Level
from matching.parameters import GENERAL_TUNING, LEADER_TUNING, CylinderTuning
from tests.matching.levels import levels
from tests.matching.minutiae import blob, finger, impression

TUNINGS = [GENERAL_TUNING, LEADER_TUNING]
LEVELS = levels()
SLOW = {Mode.LOCAL: twin.local_score, Mode.RELAXED: twin.relaxed_score}
Rows = NDArray[np.float32]


def by_name(value: object) -> str:
    return value.name if isinstance(value, Level) else f"tuning{getattr(value, 'number', value)}"


def corners(side: float) -> list[tuple[float, float, float, float]]:
    """The second lies farther than 16 bits of the kernels hold at 4096 pixels."""
    return [(0.0, 0.0, 1.0, 0.5), (side, side, 2.0, 0.5)]


def adversarial() -> dict[str, Rows]:
    grid = np.array([(x, y, 1.0, 0.5) for x in range(0, 180, 20) for y in range(0, 140, 20)])
    same_place = np.tile(np.array([[200.0, 200.0, 0.5, 0.5]]), (20, 1))
    wrap = finger(np.random.default_rng(5), 30)
    wrap[:, 2] = np.linspace(np.pi - 0.1, np.pi + 0.1, 30)  # directions on both sides of +-pi
    return {
        "none": np.zeros((0, 4)),
        "one": np.array([[200.0, 200.0, 0.0, 1.0]]),
        "two": np.array([[200.0, 200.0, 0.0, 1.0], [220.0, 200.0, 3.0, 1.0]]),
        "grid": grid,
        "one place": same_place,
        "directions at the seam": wrap,
        "quality 0": finger(np.random.default_rng(6), 30) * np.array([1, 1, 1, 0]),
        "quality 1": finger(np.random.default_rng(6), 30) * np.array([1, 1, 1, 0]) + [0, 0, 0, 1],
        "one direction": finger(np.random.default_rng(6), 60) * np.array([1, 1, 0, 1]),
        "crowded": finger(np.random.default_rng(9), 128) * np.array([0.1, 0.1, 1, 1]),
        "one place, most": np.tile(np.array([[200.0, 200.0, 0.5, 0.5]]), (128, 1)),
        "half way apart": finger(np.random.default_rng(10), 40) * np.array([70, 70, 1, 1]),
        "far apart": finger(np.random.default_rng(10), 40) * np.array([20, 20, 1, 1]),
        "just near": np.vstack([finger(np.random.default_rng(11), 40), *corners(4095.75)]),
        "just far": np.vstack([finger(np.random.default_rng(11), 40), *corners(4096.0)]),
        "far corners": np.array([[0.0, 0.0, 0.0, 1.0], [65535.0, 65535.0, 6.2, 1.0]] * 8),
        "largest": finger(np.random.default_rng(7), 128),
        "seventeen": finger(np.random.default_rng(8), 17),
    }


CASES = {name: rows.astype(np.float32) for name, rows in adversarial().items()}


def unpacked(packed: NDArray[np.uint8]) -> list[twin.Cylinder]:
    """The cylinders of a packed finger."""
    _, _, count, blocks, size = packed[:20].view(np.int32).tolist()
    assert size == len(packed) == 64 + 512 * blocks
    unit = float(packed[20:24].view(np.float32)[0])
    words = packed[64:].view(np.uint64).reshape(blocks, 8, 8)
    words = words.transpose(0, 2, 1).reshape(-1, 8)[:count]
    bits = (words[..., None] >> np.arange(64, dtype=np.uint64) & np.uint64(1)).astype(bool)
    places = words[:, 7].copy().view(np.uint16).reshape(-1, 4).tolist()
    return [
        twin.Cylinder(x * unit, y * unit, angle, weight / 2048, bits[i, :6], bits[i, 6])
        for i, (x, y, weight, angle) in enumerate(places)
    ]


built_by_twin = cache(twin.build)  # the same for every level


def build(rows: Rows, tuning: CylinderTuning, at: Level = Level.AUTO) -> NDArray[np.uint8]:
    return kernel.build_many([blob(rows)], tuning, at=at)[0]


def score(a: Rows, b: Rows, tuning: CylinderTuning, mode: Mode, at: Level = Level.AUTO) -> float:
    first, second = build(a, tuning, at), build(b, tuning, at)
    return float(
        kernel.compare(first.ctypes.data, [second.ctypes.data], tuning, mode=mode, at=at)[0]
    )


@pytest.mark.parametrize("tuning", TUNINGS, ids=by_name)
@pytest.mark.parametrize("level", LEVELS, ids=by_name)
def test_cylinders_are_those_of_the_twin_to_the_bit(level: Level, tuning: CylinderTuning) -> None:
    rng = np.random.default_rng(1)
    for rows in [finger(rng), finger(rng, 23), *CASES.values()]:
        expected = built_by_twin(blob(rows), tuning)
        found = unpacked(build(rows, tuning, level))
        assert len(found) == len(expected)
        for a, b in zip(found, expected, strict=True):
            assert (a.x, a.y, a.angle, a.weight) == (b.x, b.y, b.angle, b.weight)
            assert (a.valid == b.valid).all()
            assert (a.bits == b.bits).all()


@pytest.mark.parametrize("tuning", TUNINGS, ids=by_name)
@pytest.mark.parametrize("level", LEVELS, ids=by_name)
def test_scores_are_those_of_the_twin(level: Level, tuning: CylinderTuning) -> None:
    rng = np.random.default_rng(2)
    masters = [finger(rng, count) for count in (45, 20, 60)]
    probes = masters + [impression(rows, rng) for rows in masters] + [CASES["seventeen"]]
    packed = [build(rows, tuning, level) for rows in probes]
    made = [unpacked(p) for p in packed]
    for i, j in product(range(3, 7), range(3)):
        first, second = packed[i].ctypes.data, [packed[j].ctypes.data]
        for mode, slow in SLOW.items():
            found = kernel.compare(first, second, tuning, mode=mode, at=level)[0]
            # Pairs of non-mates that nothing supports lose alike: rounding picks among them.
            close = 5e-3 if mode is Mode.RELAXED and i - 3 != j else 2e-4
            assert found == pytest.approx(slow(made[i], made[j], tuning), abs=close)


@pytest.mark.parametrize("tuning", TUNINGS, ids=by_name)
@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize("name", CASES)
def test_odd_fingers_score_like_the_twin(name: str, mode: Mode, tuning: CylinderTuning) -> None:
    packed = build(CASES[name], tuning)
    made = unpacked(packed)
    found = kernel.compare(packed.ctypes.data, [packed.ctypes.data], tuning, mode=mode)[0]
    assert found == pytest.approx(SLOW[mode](made, made, tuning), abs=2e-4)


@pytest.mark.parametrize("tuning", TUNINGS, ids=by_name)
def test_all_levels_agree_to_the_last_bit(tuning: CylinderTuning) -> None:
    """A stored score can be reproduced on another machine."""
    rng = np.random.default_rng(3)
    rows = [*CASES.values(), *(finger(rng, n) for n in (33, 60, 90)), impression(finger(rng), rng)]
    results = []
    for at in LEVELS:
        packed = [build(r, tuning, at) for r in rows]
        where = [p.ctypes.data for p in packed]
        scores = [
            kernel.compare(a, where, tuning, mode=mode, at=at) for a in where for mode in Mode
        ]
        results.append((b"".join(p.tobytes() for p in packed), np.stack(scores).tobytes()))
    assert results.count(results[0]) == len(results)


@pytest.mark.parametrize("tuning", TUNINGS, ids=by_name)
def test_mates_score_above_others(tuning: CylinderTuning) -> None:
    rng = np.random.default_rng(4)
    masters = [finger(rng) for _ in range(6)]
    again = [impression(rows, rng) for rows in masters]
    scores = np.array([[score(a, b, tuning, Mode.RELAXED) for b in masters] for a in again])
    others = scores[~np.eye(6, dtype=bool)]
    assert scores.diagonal().min() > others.max() + 0.1


@settings(max_examples=40, deadline=None)
@given(
    st.integers(0, 2**32 - 1), st.integers(0, 128), st.integers(0, 128), st.sampled_from(TUNINGS)
)
def test_scores_are_symmetric_bounded_and_highest_for_the_finger_itself(
    seed: int, first: int, second: int, tuning: CylinderTuning
) -> None:
    rng = np.random.default_rng(seed)
    a, b = finger(rng, first), finger(rng, second)
    for mode in Mode:
        forth, back = score(a, b, tuning, mode), score(b, a, tuning, mode)
        assert 0.0 <= forth <= 1.0
        assert forth == back
        if second <= 60 and first <= 60:  # as many as the matcher compares
            assert score(a, a, tuning, mode) >= forth - 1e-6


def test_many_references_score_as_one_by_one() -> None:
    rng = np.random.default_rng(9)
    packed = [build(finger(rng, n), GENERAL_TUNING) for n in (0, 1, 30, 60)]
    where = [p.ctypes.data for p in packed]
    at_once = kernel.compare(where[2], where, GENERAL_TUNING)
    assert at_once.tolist() == [
        float(kernel.compare(where[2], [address], GENERAL_TUNING)[0]) for address in where
    ]
    assert kernel.compare(where[2], [], GENERAL_TUNING).shape == (0,)


def test_many_fingers_are_built_as_one_by_one() -> None:
    rng = np.random.default_rng(11)
    rows = [finger(rng, n) for n in (0, 1, 8, 30, 64, 128, 0)]
    packed, starts = kernel.build_many([blob(r) for r in rows], GENERAL_TUNING)
    assert packed.ctypes.data % 64 == 0
    assert starts[-1] == len(packed)
    for r, begin, end in zip(rows, starts[:-1], starts[1:], strict=True):
        assert begin % 64 == 0
        assert packed[begin:end].tobytes() == build(r, GENERAL_TUNING).tobytes()
    nothing, ends = kernel.build_many([], GENERAL_TUNING)
    assert (len(nothing), ends.tolist()) == (0, [0])


def compact(change: dict[int, int], end: int | None = None) -> bytes:
    made = bytearray(blob(finger(np.random.default_rng(12), 4)))
    for at, value in change.items():
        made[at] = value
    return bytes(made[:end])


@pytest.mark.parametrize(
    "damaged",
    [
        b"",
        b"MC",
        compact({0: 0}),
        compact({2: 2}),
        compact({4: 5}),
        compact({4: 255}),
        compact({5: 3}),
        compact({}, -1),
        compact({}) + b"0",
        compact({29: 201}),
        blob(finger(np.random.default_rng(13), 129)),
    ],
    ids=[
        "nothing", "too short", "magic", "version", "count", "count 255", "unit", "cut", "longer",
        "quality", "129 minutiae",
    ],
)  # fmt: skip
@pytest.mark.parametrize("level", LEVELS, ids=by_name)
def test_what_is_not_compact_minutiae_is_refused(damaged: bytes, level: Level) -> None:
    sound = compact({})
    with pytest.raises(KernelError, match="finger 1 is not compact minutiae") as raised:
        kernel.build_many([sound, damaged, sound], GENERAL_TUNING, at=level)
    assert raised.value.code == "kernel_minutiae"


@pytest.mark.parametrize(
    "wrong",
    [
        {"radius": 32.0},
        {"validity_radius": 60.0},
        {"bit_threshold": 1.0},
        {"max_pairs": 49.0},
        {"distance_slope": 1.0},
        {"quality_exponent": 2.0},
        {"iterations": 0.0},
    ],
    ids=str,
)
def test_a_tuning_that_the_tables_cannot_hold_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(KernelError, match="cannot hold tuning 7"):
        kernel.build_many([], replace(GENERAL_TUNING, number=7, **wrong))


def test_persons_are_compared_finger_by_finger() -> None:
    rng = np.random.default_rng(14)
    fingers = [build(finger(rng, n), GENERAL_TUNING) for n in (40, 50, 60)]
    special = [build(finger(rng, n), LEADER_TUNING) for n in (40, 50)]
    own, general = [np.zeros(10, np.uintp) for _ in range(2)], np.zeros(10, np.uintp)
    own[0][[0, 3, 9]] = [special[0].ctypes.data, fingers[1].ctypes.data, fingers[2].ctypes.data]
    own[1][[0, 3, 8]] = [special[1].ctypes.data, fingers[0].ctypes.data, fingers[2].ctypes.data]
    people = [np.concatenate([row, general]) for row in own]
    mixed = np.concatenate([own[1], own[1]])
    mixed[[0, 10]] = fingers[1].ctypes.data, fingers[1].ctypes.data
    people[0][10] = fingers[0].ctypes.data  # its general form, for the reference without another
    where = [person.ctypes.data for person in (*people, mixed)]
    for at in LEVELS:
        scores = kernel.compare_sets(where[0], where, (GENERAL_TUNING, LEADER_TUNING), at=at)
        assert scores.shape == (3, 10)
        assert np.argwhere(~np.isnan(scores)).tolist() == [
            [0, 0], [0, 3], [0, 9], [1, 0], [1, 3], [2, 0], [2, 3],
        ]  # fmt: skip

        def one(a: NDArray[np.uint8], b: NDArray[np.uint8], tuning: CylinderTuning) -> float:
            return float(kernel.compare(a.ctypes.data, [b.ctypes.data], tuning)[0])

        assert scores[1, 0] == one(special[0], special[1], LEADER_TUNING)
        assert scores[1, 3] == one(fingers[1], fingers[0], GENERAL_TUNING)
        assert scores[2, 0] == one(fingers[0], fingers[1], GENERAL_TUNING)
