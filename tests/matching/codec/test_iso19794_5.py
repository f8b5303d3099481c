from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.codec.image import MAX_BYTES
from matching.codec.iso19794_5 import FaceImage, is_record, read, write
from matching.errors import FaceRecordError

ONE = FaceImage("image/jpeg", 480, 640, b"first image")
TWO = FaceImage("image/jp2", 240, 320, b"second")
BLOCK = 14  # where the first image block starts


def code(data: bytes) -> str:
    with pytest.raises(FaceRecordError) as caught:
        read(data)
    return caught.value.code


images = st.builds(
    FaceImage,
    st.sampled_from(["image/jpeg", "image/jp2"]),
    st.integers(0, 65535),
    st.integers(0, 65535),
    st.binary(min_size=1, max_size=50),
)


@given(st.lists(images, min_size=1, max_size=4))
def test_what_is_written_is_read_again(written: list[FaceImage]) -> None:
    data = write(written)
    assert is_record(data)
    assert read(data) == tuple(written)


def test_the_layout_is_that_of_the_standard() -> None:
    data = write([ONE])
    assert data[:8] == b"FAC\x00010\x00"
    assert struct.unpack(">IH", data[8:14]) == (len(data), 1)
    assert struct.unpack(">IH", data[BLOCK : BLOCK + 6]) == (len(data) - BLOCK, 0)
    assert data[BLOCK + 20 : BLOCK + 26] == bytes([1, 0]) + struct.pack(">HH", 480, 640)
    assert data.endswith(ONE.data)
    assert len(data) == 14 + 20 + 12 + len(ONE.data)


def test_feature_points_are_passed_over() -> None:
    data = bytearray(write([ONE]))
    data[BLOCK + 20 : BLOCK + 20] = bytes(range(16))
    data[BLOCK : BLOCK + 6] = struct.pack(">IH", len(data) - BLOCK, 2)
    data[8:12] = struct.pack(">I", len(data))
    assert read(bytes(data)) == (ONE,)


def test_every_cut_is_noticed() -> None:
    data = write([ONE, TWO])
    for end in range(len(data)):
        assert code(data[:end]) in {"face_record_format", "face_record_length"}


@pytest.mark.parametrize("end", range(BLOCK, BLOCK + 60))
def test_a_cut_is_noticed_when_the_length_agrees_with_it(end: int) -> None:
    data = bytearray(write([ONE, TWO])[:end])
    data[8:12] = struct.pack(">I", len(data))
    assert code(bytes(data)) == "face_record_length"


def test_a_tail_is_noticed() -> None:
    data = bytearray(write([ONE]) + b"more")
    assert code(bytes(data)) == "face_record_length"
    data[8:12] = struct.pack(">I", len(data))
    assert code(bytes(data)) == "face_record_length"


def test_records_of_other_versions_and_other_things_are_refused() -> None:
    assert code(b"FAC\x00030\x00" + bytes(20)) == "face_record_format"
    assert code(b"FMR\x00 20\x00" + bytes(20)) == "face_record_format"
    assert code(b"") == "face_record_format"
    assert not is_record(b"\x89PNG")


def test_a_record_without_images_and_an_undefined_kind_are_refused() -> None:
    assert code(b"FAC\x00010\x00" + struct.pack(">IH", 14, 0)) == "face_record_image"
    data = bytearray(write([ONE]))
    data[BLOCK + 21] = 2
    assert code(bytes(data)) == "face_record_image"


@pytest.mark.parametrize("length", [0, 20, 32])
def test_a_block_too_short_for_its_parts_is_refused(length: int) -> None:
    data = bytearray(write([ONE]))
    data[BLOCK : BLOCK + 4] = struct.pack(">I", length)
    assert code(bytes(data)) == "face_record_length"


def test_a_record_that_is_too_large_is_refused_before_it_is_read() -> None:
    assert code(bytes(MAX_BYTES + 1)) == "face_record_too_large"


@given(st.binary(max_size=80))
def test_nothing_but_a_typed_error_leaves(tail: bytes) -> None:
    data = b"FAC\x00010\x00" + struct.pack(">IH", 14 + len(tail), 1) + tail
    try:
        (image,) = read(data)
    except FaceRecordError:
        return
    assert image.data == data[-len(image.data) :]


@pytest.mark.parametrize("images", [[], [FaceImage("image/png", 1, 1, b"x")]])
def test_what_the_format_cannot_hold_is_not_written(images: list[FaceImage]) -> None:
    with pytest.raises(FaceRecordError):
        write(images)


def test_no_image_is_shown() -> None:
    assert repr(ONE) == "FaceImage(480 x 640, image/jpeg)"
