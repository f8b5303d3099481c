"""Trained sketches: the model that is shipped, and what it makes of fingers."""

from __future__ import annotations

from importlib.resources import files

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.errors import SketchModelError
from matching.fingerprint.sketch import encode
from matching.fingerprint.sketch_model import dump, read, shipped
from matching.parameters import SKETCH_MODEL
from tests.matching.minutiae import finger, impression, moved, template

FILE, VERSION = SKETCH_MODEL


def model_bytes() -> bytes:
    return files("matching.fingerprint").joinpath("models", FILE).read_bytes()


def test_values_and_bits_have_the_promised_form() -> None:
    rng = np.random.default_rng(1)
    fingers = [template(finger(rng, n)) for n in (0, 1, 30, 255)]
    found = encode(fingers)
    assert found.values.shape == (4, 512)
    assert found.values.dtype == np.float32
    assert found.bits.shape == (4, 8)
    assert found.bits.dtype == np.uint64
    assert found.usable.tolist() == [False, False, True, True]
    assert np.linalg.norm(found.values, axis=1) == pytest.approx([0, 0, 512**0.5, 512**0.5])
    again = np.unpackbits(found.bits.view(np.uint8), axis=1, bitorder="little")
    assert (again == (found.values > 0)).all()
    assert len(encode([])) == 0


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(-3.1, 3.1), st.floats(-80, 80), st.floats(-80, 80))
def test_moving_and_turning_the_finger_changes_nothing(
    seed: int, turn: float, dx: float, dy: float
) -> None:
    rows = finger(np.random.default_rng(seed))
    found = encode([template(rows), template(moved(rows, turn, dx + 300, dy))])
    assert found.values[0] @ found.values[1] > 0.999 * 512


def test_mates_are_closer_than_others() -> None:
    rng = np.random.default_rng(2)
    masters = [finger(rng) for _ in range(8)]
    first = encode([template(rows) for rows in masters]).values
    second = encode([template(impression(rows, rng)) for rows in masters]).values
    scores = first @ second.T
    assert scores.diagonal().min() > scores[~np.eye(8, dtype=bool)].max()


def test_a_batch_gives_what_single_calls_give() -> None:
    rng = np.random.default_rng(3)
    fingers = [template(finger(rng)) for _ in range(5)]
    single = np.concatenate([encode([one]).values for one in fingers])
    assert encode(fingers).values == pytest.approx(single, abs=1e-4)


def test_the_shipped_model_is_small_and_reads_back() -> None:
    data = model_bytes()
    assert len(data) < 1_500_000
    assert read(dump(read(data, VERSION)), VERSION).projection.tobytes() == (
        shipped().projection.tobytes()
    )
    assert len(shipped().cohort) >= 200


def test_another_version_is_refused() -> None:
    with pytest.raises(SketchModelError) as refused:
        read(model_bytes(), "pairs/0")
    assert refused.value.code == "sketch_model_version"


@pytest.mark.parametrize("seed", range(40))
def test_a_flipped_byte_is_found_or_changes_nothing(seed: int) -> None:
    data = bytearray(model_bytes())
    at = int(np.random.default_rng(seed).integers(len(data)))
    data[at] ^= 1 << seed % 8
    try:
        found = read(bytes(data), VERSION)
    except SketchModelError:
        return
    assert found.projection.tobytes() == shipped().projection.tobytes()
    assert found.origin.tobytes() == shipped().origin.tobytes()
    assert found.cohort.tobytes() == shipped().cohort.tobytes()


@pytest.mark.parametrize("length", [0, 1, 100, 300_000])
def test_a_truncated_model_is_refused(length: int) -> None:
    with pytest.raises(SketchModelError) as refused:
        read(model_bytes()[:length], VERSION)
    assert refused.value.code == "sketch_model_corrupt"
