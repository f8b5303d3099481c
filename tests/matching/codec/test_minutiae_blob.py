"""Stored templates: every bit comes back, and damaged ones are refused."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from matching.codec import minutiae_blob
from matching.errors import CodecError
from matching.template import MAX_MINUTIAE, MinutiaeTemplate

UNIT = st.floats(0, 1, width=32, exclude_max=True)


@st.composite
def templates(draw: st.DrawFn) -> MinutiaeTemplate:
    count = draw(st.integers(0, MAX_MINUTIAE))
    rows = draw(arrays.arrays(np.float32, (count, 4), elements=UNIT, fill=UNIT))
    rows = rows * np.array([65535, 65535, 6.28, 1], np.float32)
    kinds = draw(arrays.arrays(np.uint8, count, elements=st.integers(0, 2)))
    return MinutiaeTemplate(rows, kinds, draw(st.text(max_size=20)))


@given(templates())
def test_a_template_comes_back_bit_by_bit(template: MinutiaeTemplate) -> None:
    stored = minutiae_blob.read(minutiae_blob.write(template))
    assert stored.minutiae.tobytes() == template.minutiae.tobytes()
    assert stored.kinds.tobytes() == template.kinds.tobytes()
    assert stored.extractor == template.extractor


def _blob() -> bytes:
    rows = np.array([[10.5, 20.25, 1.0, 0.5], [300.0, 1.0, 6.0, 1.0]], np.float32)
    return minutiae_blob.write(MinutiaeTemplate(rows, np.array([1, 2], np.uint8), "made/1"))


@pytest.mark.parametrize("length", range(len(_blob())))
def test_a_shortened_template_is_refused(length: int) -> None:
    with pytest.raises(CodecError):
        minutiae_blob.read(_blob()[:length])


@pytest.mark.parametrize(
    ("at", "value"),
    [(0, 0), (2, 2), (3, 3), (4, 7), (5, 0xFF), (11, 3), (-1, 0x7F), (-1, 0xC0)],
    ids=["magic", "version", "count", "name", "not utf-8", "kind", "not finite", "negative"],
)
def test_a_damaged_template_is_refused(at: int, value: int) -> None:
    damaged = bytearray(_blob())
    damaged[at] = value
    with pytest.raises(CodecError) as caught:
        minutiae_blob.read(bytes(damaged))
    assert caught.value.code == "minutiae_blob"


def test_a_name_that_does_not_fit_is_refused() -> None:
    template = MinutiaeTemplate(np.zeros((0, 4), np.float32), np.zeros(0, np.uint8), "ü" * 128)
    with pytest.raises(CodecError, match="256 bytes"):
        minutiae_blob.write(template)
