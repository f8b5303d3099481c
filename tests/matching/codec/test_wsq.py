"""WSQ, with the damage that ends the C decoder's process."""

import numpy as np
import pytest

from matching.codec import image as codec
from matching.codec import wsq
from matching.errors import ImageError
from tests.matching.codec.prints import ridges


def test_wsq_returns_nearly_the_same_pixels() -> None:
    pixels = ridges()
    decoded = codec.decode(codec.encode(pixels, "image/x-wsq"))
    assert decoded.media_type == "image/x-wsq"
    assert decoded.ppi == 500
    assert decoded.pixels.shape == pixels.shape
    assert np.abs(decoded.pixels.astype(int) - pixels).mean() < 10


def test_the_size_is_read_without_decoding() -> None:
    assert wsq.size(codec.encode(ridges(200, 100), "image/x-wsq")) == (100, 200)


@pytest.mark.parametrize(
    "data", [b"\xff\xa0", b"\xff\xa0\xff\xa4\x00\x00", b"\xff\xa0" + bytes(99)]
)
def test_a_file_without_a_frame_is_refused(data: bytes) -> None:
    with pytest.raises(ImageError) as caught:
        wsq.size(data)
    assert caught.value.code == "image_format"


def test_a_wsq_bomb_is_refused_by_its_header() -> None:
    data = bytearray(codec.encode(ridges(), "image/x-wsq"))
    frame = data.index(b"\xff\xa2")
    data[frame + 6 : frame + 10] = b"\xff\xff\xff\xff"
    with pytest.raises(ImageError) as caught:
        codec.decode(bytes(data))
    assert caught.value.code == "image_too_large"


def test_no_damage_ends_this_process_and_the_next_file_is_decoded() -> None:
    good = codec.encode(ridges(128, 128), "image/x-wsq")
    refused = 0
    for seed in range(60):
        rng = np.random.default_rng(seed)
        data = bytearray(good)
        start = int(rng.integers(2, len(data) - 12))
        if seed % 2:
            del data[start : start + int(rng.integers(1, 9))]
        else:
            data[start : start + 4] = rng.bytes(4)
        try:
            codec.decode(bytes(data))
        except ImageError:
            refused += 1
    assert refused > 15
    assert codec.decode(good).pixels.shape == (128, 128)
