import io
import struct
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from matching.codec import image as codec
from matching.errors import ImageError
from tests.matching.codec.prints import ridges

LOSSLESS = ("image/png", "image/tiff", "image/jp2")


def save(picture: Image.Image, pillow_name: str, **options: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, pillow_name, **options)
    return out.getvalue()


def code_of(data: bytes) -> str:
    with pytest.raises(ImageError) as caught:
        codec.decode(data)
    return caught.value.code


def png_with_size(width: int, height: int) -> bytes:
    """A complete PNG header that promises an image which is not there."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        crc = struct.pack(">I", zlib.crc32(kind + body))
        return struct.pack(">I", len(body)) + kind + body + crc

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    data = zlib.compress(b"\x00" * 1000)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("media_type", LOSSLESS)
def test_lossless_formats_return_the_same_pixels(media_type: str) -> None:
    pixels = ridges()
    decoded = codec.decode(codec.encode(pixels, media_type))
    assert decoded.media_type == media_type
    assert np.array_equal(decoded.pixels, pixels)
    assert decoded.pixels.dtype == np.uint8


@pytest.mark.parametrize("media_type", ["image/png", "image/tiff"])
@pytest.mark.parametrize("ppi", [500, 1000])
def test_the_stated_resolution_is_read(media_type: str, ppi: int) -> None:
    decoded = codec.decode(codec.encode(ridges(), media_type, ppi=ppi))
    assert decoded.ppi == pytest.approx(ppi, rel=1e-3)


def test_a_file_without_resolution_has_none() -> None:
    assert codec.decode(save(Image.fromarray(ridges()), "PNG")).ppi is None


def test_grey_stored_as_colour_is_accepted() -> None:
    pixels = ridges()
    decoded = codec.decode(save(Image.fromarray(pixels).convert("RGB"), "PNG"))
    assert np.array_equal(decoded.pixels, pixels)


@pytest.mark.parametrize("mode", ["1", "P", "LA", "RGBA", "I;16", "CMYK"])
def test_other_depths_are_refused(mode: str) -> None:
    pillow_name = "TIFF" if mode == "CMYK" else "PNG"
    assert code_of(save(Image.new(mode, (100, 100)), pillow_name)) == "image_depth"


@pytest.mark.parametrize("data", [b"", b"GIF89a", b"BM" + bytes(100), b"%PDF-1.4", bytes(1000)])
def test_other_formats_are_refused(data: bytes) -> None:
    assert code_of(data) == "image_format"


def test_a_lossy_jpeg_is_no_fingerprint_image() -> None:
    assert code_of(save(Image.fromarray(ridges()), "JPEG")) == "image_format"


@pytest.mark.parametrize("pillow_name", ["TIFF", "PNG"])
def test_several_images_in_one_file_are_refused(pillow_name: str) -> None:
    first, second = Image.new("L", (100, 100)), Image.new("L", (100, 100), 255)
    data = save(first, pillow_name, save_all=True, append_images=[second])
    assert code_of(data) == "image_format"


@pytest.mark.parametrize("size", [(2001, 2000), (65_000, 65_000), (2_000_000, 2_000_000)])
def test_a_bomb_is_refused_by_its_header(size: tuple[int, int]) -> None:
    assert code_of(png_with_size(*size)) == "image_too_large"


def test_a_huge_file_is_refused() -> None:
    assert code_of(b"\x89PNG\r\n\x1a\n" + bytes(codec.MAX_BYTES)) == "image_too_large"


def test_a_stamp_is_refused() -> None:
    assert code_of(codec.encode(ridges(63, 300), "image/png")) == "image_too_small"


def test_oblong_pixels_are_refused() -> None:
    data = save(Image.fromarray(ridges()), "TIFF", dpi=(500, 250))
    assert code_of(data) == "image_resolution"


@pytest.mark.parametrize("media_type", sorted(codec.FINGER_MEDIA_TYPES))
@pytest.mark.parametrize("share", [0.02, 0.3, 0.9, 0.999])
def test_a_truncated_file_is_refused(media_type: str, share: float) -> None:
    data = codec.encode(ridges(), media_type)
    assert code_of(data[: int(len(data) * share)]) in {"image_truncated", "image_format"}


@pytest.mark.parametrize("missing", [1, 4, 12])
def test_a_png_without_its_end_is_refused(missing: int) -> None:
    assert code_of(codec.encode(ridges(), "image/png")[:-missing]) == "image_truncated"


@settings(max_examples=150, deadline=None)
@given(
    media_type=st.sampled_from(LOSSLESS),
    edits=st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), min_size=1, max_size=4),
)
def test_a_damaged_file_gives_an_image_or_an_image_error(
    media_type: str, edits: list[tuple[int, int]]
) -> None:
    data = bytearray(codec.encode(ridges(80, 70), media_type))
    for position, value in edits:
        data[position % min(len(data), 400)] = value
    try:
        decoded = codec.decode(bytes(data))
    except ImageError:
        return
    assert decoded.pixels.ndim == 2
    assert decoded.pixels.dtype == np.uint8


@pytest.mark.parametrize(
    ("pillow_name", "mode", "media_type"),
    [
        ("JPEG", "RGB", "image/jpeg"),
        ("JPEG", "L", "image/jpeg"),
        ("PNG", "RGBA", "image/png"),
        ("JPEG2000", "RGB", "image/jp2"),
    ],
)
def test_faces_may_be_colour(pillow_name: str, mode: str, media_type: str) -> None:
    assert codec.validate_face(save(Image.new(mode, (120, 160)), pillow_name)) == media_type


@pytest.mark.parametrize("media_type", ["image/tiff", "image/x-wsq"])
def test_finger_formats_are_no_faces(media_type: str) -> None:
    with pytest.raises(ImageError, match="accepted format"):
        codec.validate_face(codec.encode(ridges(), media_type))


def test_a_truncated_face_is_refused() -> None:
    data = save(Image.fromarray(ridges()), "JPEG")
    with pytest.raises(ImageError) as caught:
        codec.validate_face(data[:-100])
    assert caught.value.code == "image_truncated"


def test_encoding_knows_no_other_format() -> None:
    with pytest.raises(ValueError, match="image/gif"):
        codec.encode(ridges(), "image/gif")


def test_resampling_keeps_the_picture() -> None:
    at_1000 = ridges(720, 640, scale=2.0)
    at_500 = codec.resample(at_1000, ppi=1000, target_ppi=500)
    assert at_500.shape == (360, 320)
    difference = np.abs(at_500.astype(float) - ridges())[10:-10, 10:-10]
    assert np.median(difference) < 20


def test_resampling_to_the_same_resolution_is_free() -> None:
    pixels = ridges()
    assert codec.resample(pixels, ppi=500, target_ppi=500) is pixels


def test_no_pixels_in_the_representation() -> None:
    assert repr(codec.decode(codec.encode(ridges(), "image/png"))) == (
        "GreyImage(320 x 360, image/png)"
    )


@pytest.mark.parametrize("media_type", sorted(codec.FINGER_MEDIA_TYPES))
def test_the_size_is_measured(media_type: str) -> None:
    assert codec.measure(codec.encode(ridges(200, 100), media_type)) == (100, 200)


@pytest.mark.parametrize("data", [b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0"])
def test_no_size_without_a_header(data: bytes) -> None:
    with pytest.raises(ImageError) as caught:
        codec.measure(data)
    assert caught.value.code == "image_format"
