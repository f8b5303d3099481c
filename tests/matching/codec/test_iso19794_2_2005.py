import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.codec import iso19794_2_2005 as codec
from matching.codec.iso19794_2_2005 import FingerRecord, FingerView
from matching.errors import FingerRecordError
from matching.template import MinutiaeTemplate

# Two views written out by hand from the standard: right index with one ridge ending at (100, 200),
# a quarter turn, quality 80; left thumb with one bifurcation at (5, 6), quality not reported, and
# four bytes of extended data.
BY_HAND = bytes.fromhex(
    "464d5200 20323000 00000034 0000 012c 0190 00c5 00c5 02 00"
    "02 01 46 01  4064 00c8 40 50  0000"
    "06 00 00 01  8005 0006 ff 00  0004 cafe0004"
)

minutia = st.tuples(
    st.integers(0, 16383), st.integers(0, 16383), st.integers(0, 255), st.integers(0, 100)
)
views = st.builds(
    lambda position, impression, quality, rows: FingerView(
        position, impression, quality, template(rows)
    ),
    st.integers(0, 10),
    st.integers(0, 15),
    st.integers(0, 100),
    st.lists(minutia, max_size=255),
)
records = st.builds(
    FingerRecord,
    st.integers(0, 65535),
    st.integers(0, 65535),
    st.lists(views, min_size=1, max_size=3).map(tuple),
)


def template(rows: list[tuple[int, int, int, int]]) -> MinutiaeTemplate:
    values = np.array(rows, np.float64).reshape(-1, 4) * (1, 1, 2 * np.pi / 256, 0.01)
    kinds = np.arange(len(values)) % 3
    return MinutiaeTemplate(values.astype(np.float32), kinds.astype(np.uint8), "test/1")


def code_of(data: bytes) -> str:
    with pytest.raises(FingerRecordError) as caught:
        codec.read(data)
    return caught.value.code


def changed(position: int, value: bytes) -> bytes:
    return BY_HAND[:position] + value + BY_HAND[position + len(value) :]


def test_a_record_written_by_hand_is_read() -> None:
    record = codec.read(BY_HAND)
    index, thumb = record.views
    assert (record.width, record.height) == (300, 400)
    assert (index.position, index.impression_type, index.quality) == (2, 1, 70)
    assert index.template.minutiae[0] == pytest.approx((100, 200, np.pi / 2, 0.8))
    assert index.template.kinds.tolist() == [1]
    assert (thumb.position, thumb.quality) == (6, 0)
    assert thumb.template.minutiae[0] == pytest.approx((5, 6, 255 * np.pi / 128, 0.0))
    assert thumb.template.kinds.tolist() == [2]
    assert thumb.template.extractor == "iso19794-2:2005"


@given(record=records)
def test_what_is_written_is_read_and_written_again_as_the_same_bytes(record: FingerRecord) -> None:
    data = codec.write(record)
    again = codec.read(data)
    assert codec.write(again) == data
    for before, after in zip(record.views, again.views, strict=True):
        assert (before.position, before.quality) == (after.position, after.quality)
        assert np.allclose(before.template.minutiae, after.template.minutiae, atol=1e-5)
        assert np.array_equal(before.template.kinds, after.template.kinds)


def test_fractions_are_rounded_and_a_low_quality_stays_reported() -> None:
    rows = np.array([[10.4, 20.6, 2 * np.pi - 1e-4, 0.001]], np.float32)
    view = FingerView(1, 0, 0, MinutiaeTemplate(rows, np.ones(1, np.uint8), "test/1"))
    read = codec.read(codec.write(FingerRecord(300, 400, (view,)))).views[0].template.minutiae
    assert read[0] == pytest.approx((10, 21, 0, 0.01))


def test_coordinates_of_another_resolution_are_scaled_to_500_dpi() -> None:
    at_1000_dpi = changed(18, struct.pack(">HH", 394, 394))
    assert codec.read(at_1000_dpi).views[0].template.minutiae[0, :2].tolist() == [50, 100]


@given(cut=st.integers(0, len(BY_HAND) - 1))
def test_a_truncated_record_is_refused(cut: int) -> None:
    assert code_of(BY_HAND[:cut]) in {"record_format", "record_length"}


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "record_format"),
        (changed(4, b" 30\x00"), "record_format"),
        (BY_HAND + b"\x00", "record_length"),
        (changed(22, b"\x01"), "record_length"),
        (changed(22, b"\x03"), "record_length"),
        (changed(27, b"\xff"), "record_length"),
        (changed(18, struct.pack(">HH", 0, 197)), "record_resolution"),
        (changed(18, struct.pack(">HH", 197, 474)), "record_resolution"),
        (changed(24, b"\x0b"), "record_view"),
        (changed(26, b"\x65"), "record_view"),
        (changed(28, b"\xc0"), "record_minutia"),
        (changed(33, b"\x65"), "record_minutia"),
        (codec.write(FingerRecord(0, 0, (FingerView(1, 0, 0, template([])),)))[:22]
         + b"\x00\x00", "record_length"),
        (b"FMR\x00 20\x00" + bytes(codec.MAX_BYTES), "record_too_large"),
    ],
)  # fmt: skip
def test_damage_is_named(data: bytes, code: str) -> None:
    assert code_of(data) == code


def test_a_record_without_views_is_refused() -> None:
    assert code_of(changed(8, struct.pack(">I", 24))[:22] + b"\x00\x00") == "record_view"


@given(
    edits=st.lists(
        st.tuples(st.integers(0, len(BY_HAND) - 1), st.integers(0, 255)), min_size=1, max_size=6
    )
)
def test_any_damage_gives_a_record_or_a_typed_error(edits: list[tuple[int, int]]) -> None:
    data = bytearray(BY_HAND)
    for position, value in edits:
        data[position] = value
    try:
        record = codec.read(bytes(data))
    except FingerRecordError:
        return
    assert record.views


@pytest.mark.parametrize(
    ("record", "code"),
    [
        (FingerRecord(300, 400, ()), "record_view"),
        (FingerRecord(65536, 400, (FingerView(1, 0, 0, template([])),)), "record_view"),
        (FingerRecord(300, 400, (FingerView(11, 0, 0, template([])),)), "record_view"),
        (FingerRecord(300, 400, (FingerView(1, 16, 0, template([])),)), "record_view"),
        (FingerRecord(300, 400, (FingerView(1, 0, 0, template([])),) * 17), "record_view"),
        (
            FingerRecord(0, 0, (FingerView(1, 0, 0, template([(16384, 0, 0, 0)])),)),
            "record_minutia",
        ),
    ],
)
def test_what_does_not_fit_the_format_is_not_written(record: FingerRecord, code: str) -> None:
    with pytest.raises(FingerRecordError) as caught:
        codec.write(record)
    assert caught.value.code == code
