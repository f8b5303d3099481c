"""Compact minutiae: what is stored is what is compared."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.errors import CodecError
from matching.fingerprint import compact
from matching.parameters import NEUTRAL_QUALITY, MinutiaeFamily
from matching.template import MinutiaeTemplate
from tests.matching.minutiae import finger, template


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(0, 60), st.sampled_from([1.0, 40.0, 100.0]))
def test_minutiae_come_back_within_half_a_step(seed: int, count: int, stretch: float) -> None:
    rows = finger(np.random.default_rng(seed), count)
    rows[:, :2] *= np.float32(stretch)
    made = MinutiaeTemplate(rows, np.zeros(count, np.uint8), "leader/1")
    blob = compact.encode(made)
    family, found = compact.decode(blob)
    assert family is MinutiaeFamily.LEADER
    assert len(blob) == 6 + 6 * count
    if count:
        moved = rows[:, :2] - rows[:, :2].min(axis=0)
        step = 0.25 if moved.max() <= 16383 else 0.5 if moved.max() <= 32767 else 1.0
        assert np.abs(found[:, :2] - moved).max() <= step / 2 + 1e-2
        turned = np.abs((found[:, 2] - rows[:, 2] + np.pi) % (2 * np.pi) - np.pi)
        assert turned.max() <= np.pi / 256 + 1e-5
        assert np.abs(found[:, 3] - rows[:, 3]).max() <= 0.0025 + 1e-6


def test_minutiae_in_the_steps_of_the_standards_lose_nothing() -> None:
    rng = np.random.default_rng(1)
    rows = np.column_stack(
        [
            rng.integers(0, 500, (40, 2)),
            rng.integers(0, 256, 40) * (2 * np.pi / 256),
            rng.integers(1, 101, 40) / 100,
        ]
    ).astype(np.float32)
    rows[0, :2] = 0  # the origin
    _, found = compact.decode(compact.encode(MinutiaeTemplate(rows, np.zeros(40, np.uint8), "")))
    assert found == pytest.approx(rows, abs=1e-6)


def test_a_quality_that_was_not_reported_is_stored_as_the_median() -> None:
    rows = np.array([[5, 5, 1, 0], [9, 5, 1, 1e-3]], np.float32)
    blob = compact.encode(MinutiaeTemplate(rows, np.zeros(2, np.uint8), ""))
    assert compact.decode(blob)[1][:, 3] == pytest.approx([NEUTRAL_QUALITY, 0.005])


@pytest.mark.parametrize("angle", [0.0, 6.2831, 6.283185])
def test_a_direction_next_to_the_full_turn_is_none(angle: float) -> None:
    rows = np.array([[5, 5, angle, 1]], np.float32)
    blob = compact.encode(MinutiaeTemplate(rows, np.zeros(1, np.uint8), ""))
    assert compact.decode(blob)[1][0, 2] == 0


def test_places_at_the_limits_of_a_template_are_kept() -> None:
    rows = np.array([[0, 0, 0, 1], [65535, 65535, 1, 1]], np.float32)
    blob = compact.encode(MinutiaeTemplate(rows, np.zeros(2, np.uint8), ""))
    assert compact.decode(blob)[1][:, :2].tolist() == [[0, 0], [65535, 65535]]


@pytest.mark.parametrize(("at", "value"), [(0, 0), (2, 2), (3, 3), (4, 9), (5, 3), (-1, 201)])
def test_another_format_is_refused(at: int, value: int) -> None:
    blob = bytearray(compact.encode(template(finger(np.random.default_rng(2), 8))))
    blob[at] = value
    with pytest.raises(CodecError) as raised:
        compact.decode(bytes(blob))
    assert raised.value.code == "compact_minutiae"


@given(st.binary(max_size=40))
def test_bytes_that_are_no_minutiae_are_refused(data: bytes) -> None:
    with pytest.raises(CodecError):
        compact.stated_family(data)


def test_every_length_but_the_right_one_is_refused() -> None:
    blob = compact.encode(template(finger(np.random.default_rng(3), 8)))
    for end in range(len(blob)):
        with pytest.raises(CodecError):
            compact.decode(blob[:end])
    with pytest.raises(CodecError):
        compact.decode(blob + b"\0")
