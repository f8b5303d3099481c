"""The compiled fingerprint kernels against their NumPy twin, at every level of this machine."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from matching.kernels import fingerprint as kernel
from matching.kernels import native, twin
from matching.kernels.fingerprint import Level, Mode
from matching.parameters import GENERAL_TUNING, LEADER_TUNING, CylinderTuning
from tests.matching.minutiae import finger, impression

TUNINGS = [GENERAL_TUNING, LEADER_TUNING]
LEVELS = [level for level in Level if level == 0 or level <= kernel.level()]
SLOW = {Mode.LOCAL: twin.local_score, Mode.RELAXED: twin.relaxed_score}
Rows = NDArray[np.float32]


def by_name(value: object) -> str:
    return value.name if isinstance(value, Level) else f"tuning{getattr(value, 'number', value)}"


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
        "far corners": np.array([[0.0, 0.0, 0.0, 1.0], [65535.0, 65535.0, 6.2, 1.0]] * 8),
        "largest": finger(np.random.default_rng(7), 128),
        "seventeen": finger(np.random.default_rng(8), 17),
    }


CASES = {name: rows.astype(np.float32) for name, rows in adversarial().items()}


def unpacked(packed: NDArray[np.uint8]) -> list[twin.Cylinder]:
    """The cylinders of a packed finger."""
    _, _, count, padded, blocks, size = packed[:24].view(np.int32).tolist()
    assert size == len(packed)
    start = 64 + 16 * padded
    floats = packed[64:start].view(np.float32).reshape(4, padded).T[:count].astype(float)
    words = packed[start : start + 512 * blocks].view(np.uint64).reshape(blocks, 8, 8)
    words = words.transpose(0, 2, 1).reshape(-1, 8)[:count, :7]
    bits = (words[..., None] >> np.arange(64, dtype=np.uint64) & np.uint64(1)).astype(bool)
    return [
        twin.Cylinder(x, y, theta, weight, bits[i, :6], bits[i, 6])
        for i, (x, y, theta, weight) in enumerate(floats.tolist())
    ]


def score(a: Rows, b: Rows, tuning: CylinderTuning, mode: Mode, at: Level = Level.AUTO) -> float:
    first, second = kernel.build(a, tuning, at=at), kernel.build(b, tuning, at=at)
    return float(
        kernel.compare(first.ctypes.data, [second.ctypes.data], tuning, mode=mode, at=at)[0]
    )


@pytest.mark.parametrize("tuning", TUNINGS, ids=by_name)
@pytest.mark.parametrize("level", LEVELS, ids=by_name)
def test_cylinders_have_the_bits_of_the_twin(level: Level, tuning: CylinderTuning) -> None:
    rng = np.random.default_rng(1)
    differing = total = 0
    for rows in [finger(rng), finger(rng, 23), *CASES.values()]:
        expected = twin.build(rows, tuning)
        found = unpacked(kernel.build(rows, tuning, at=level))
        assert len(found) == len(expected)
        for a, b in zip(found, expected, strict=True):
            differing += int((a.bits != b.bits).sum() + (a.valid != b.valid).sum())
            total += a.bits.size + a.valid.size
            assert (a.x, a.y) == (b.x, b.y)
            assert (a.theta, a.weight) == pytest.approx((b.theta, b.weight), abs=1e-5)
    assert total > 50_000
    assert differing <= 5e-4 * total  # sums in single precision that end on the threshold


@pytest.mark.parametrize("tuning", TUNINGS, ids=by_name)
@pytest.mark.parametrize("level", LEVELS, ids=by_name)
def test_scores_are_those_of_the_twin(level: Level, tuning: CylinderTuning) -> None:
    rng = np.random.default_rng(2)
    masters = [finger(rng, count) for count in (45, 20, 60)]
    probes = masters + [impression(rows, rng) for rows in masters] + [CASES["seventeen"]]
    packed = [kernel.build(rows, tuning, at=level) for rows in probes]
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
    packed = kernel.build(CASES[name], tuning)
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
        packed = [kernel.build(r, tuning, at=at) for r in rows]
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
    packed = [kernel.build(finger(rng, n), GENERAL_TUNING) for n in (0, 1, 30, 60)]
    where = [p.ctypes.data for p in packed]
    at_once = kernel.compare(where[2], where, GENERAL_TUNING)
    assert at_once.tolist() == [
        float(kernel.compare(where[2], [address], GENERAL_TUNING)[0]) for address in where
    ]
    assert kernel.compare(where[2], [], GENERAL_TUNING).shape == (0,)


def test_packed_fingers_start_at_a_cache_line() -> None:
    packed = kernel.build(CASES["largest"], GENERAL_TUNING)
    assert packed.ctypes.data % 64 == 0


@pytest.mark.parametrize(
    "rows",
    [
        np.zeros((3, 3), np.float32),
        np.zeros((3, 4), np.float64),
        np.zeros((129, 4), np.float32),
        np.zeros((4, 8), np.float32)[:, ::2],
    ],
    ids=["columns", "double", "too many", "strided"],
)
def test_what_the_kernel_cannot_read_is_refused(rows: Rows) -> None:
    with pytest.raises(ValueError, match="minutiae must be"):
        kernel.build(rows, GENERAL_TUNING)


def test_a_level_that_does_not_exist_is_not_run() -> None:
    library = native.load()
    assert [library.eurodac_finger_level(level) for level in (-1, 4)] == [-1, -1]
    assert library.eurodac_finger_level(1) == Level.PORTABLE
