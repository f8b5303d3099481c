"""Images: PNG, TIFF, JPEG 2000, WSQ and (faces, documents) JPEG, decoded strictly.

The format is read from the bytes, never from what the sender says it is; bytes and pixels are
limited before anything is decoded; whatever a library raises leaves as an ImageError.
"""

from __future__ import annotations

import io
import struct
import zlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from matching.codec import wsq
from matching.errors import ImageError

__all__ = [
    "FACE_MEDIA_TYPES",
    "FINGER_MEDIA_TYPES",
    "MAX_BYTES",
    "MAX_FACE_PIXELS",
    "MAX_PIXELS",
    "MIN_FACE_SIDE",
    "MIN_SIDE",
    "GreyImage",
    "decode",
    "decode_face",
    "encode",
    "measure",
    "resample",
    "validate_face",
]

MAX_BYTES = 16 << 20  # an uncompressed 2,000 x 2,000 colour TIFF is 12 MB
MAX_PIXELS = 4_000_000  # two inches a side at 1,000 ppi: more than a rolled thumb
MAX_FACE_PIXELS = 16_000_000  # an A4 document scanned at 400 ppi
MIN_SIDE = 64  # pixels; the smallest side an extractor takes
MIN_FACE_SIDE = 32

FINGER_MEDIA_TYPES = frozenset({"image/png", "image/tiff", "image/jp2", "image/x-wsq"})
FACE_MEDIA_TYPES = frozenset({"image/png", "image/jpeg", "image/jp2"})

_SIGNATURES = (  # first bytes, media type, Pillow's name
    (b"\x89PNG\r\n\x1a\n", "image/png", "PNG"),
    (b"II*\x00", "image/tiff", "TIFF"),
    (b"MM\x00*", "image/tiff", "TIFF"),
    (b"\x00\x00\x00\x0cjP  \r\n\x87\n", "image/jp2", "JPEG2000"),
    (b"\xff\x4f\xff\x51", "image/jp2", "JPEG2000"),
    (b"\xff\xd8\xff", "image/jpeg", "JPEG"),
    (b"\xff\xa0", "image/x-wsq", "WSQ"),
)
_PNG_END = b"IEND\xaeB`\x82"  # Pillow does not miss it
_SQUARE = 0.01  # largest relative difference between horizontal and vertical resolution
# Everything that the plug-ins were seen to raise, or may by their source, on damaged files.
_LIBRARY_ERRORS = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    ArithmeticError,
    EOFError,
    MemoryError,
    AssertionError,
    RuntimeError,
    NameError,
    struct.error,
    zlib.error,
    Warning,
    Image.DecompressionBombError,
)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class GreyImage:
    """A decoded grey image.

    Args:
        pixels: (H, W) uint8; 0 black, 255 white.
        ppi: Resolution that the file states, None if it states none.
        media_type: What the bytes were, e.g. ``"image/png"``.
    """

    pixels: NDArray[np.uint8]
    ppi: float | None
    media_type: str

    def __repr__(self) -> str:
        return f"GreyImage({self.pixels.shape[1]} x {self.pixels.shape[0]}, {self.media_type})"


def decode(data: bytes, *, max_pixels: int = MAX_PIXELS, min_side: int = MIN_SIDE) -> GreyImage:
    """Decode a fingerprint image.

    Colour is accepted and turned grey (some scanners store grey as RGB); more than 8 bits,
    bilevel, palettes, alpha, CMYK and animations are refused.

    Args:
        data: PNG, TIFF, JPEG 2000 or WSQ; at most ``MAX_BYTES``.
        max_pixels: Largest width x height.
        min_side: Smallest width and height.

    Raises:
        ImageError: ``image_format``, ``image_truncated``, ``image_too_large``,
            ``image_too_small``, ``image_depth`` or ``image_resolution``.

    Cost: 2 ms (PNG) to 15 ms (WSQ) for 388 x 374 pixels. Thread-safe.
    """
    media_type, pillow_name = _detect(data, FINGER_MEDIA_TYPES)
    if media_type == "image/x-wsq":
        size = wsq.size(data)
        _check_size(size, max_pixels, min_side)
        pixels, ppi = wsq.decode(data)
        if pixels.shape != size[::-1]:
            raise ImageError("image_format", "The WSQ file states two sizes: export it again.")
        return GreyImage(pixels, ppi, media_type)
    image = _load(data, pillow_name, ("L", "RGB"), (max_pixels, min_side))
    return GreyImage(np.array(image.convert("L")), _resolution(image), media_type)


def validate_face(data: bytes) -> str:
    """Check that a facial image or document scan can be decoded within the limits.

    Args:
        data: PNG, JPEG or JPEG 2000, grey or colour, 8 bits; at most ``MAX_BYTES``.

    Returns:
        The media type found in the bytes.

    Raises:
        ImageError: as ``decode``.
    """
    media_type, pillow_name = _detect(data, FACE_MEDIA_TYPES)
    _load(data, pillow_name, ("L", "RGB", "RGBA", "P"), (MAX_FACE_PIXELS, MIN_FACE_SIDE))
    return media_type


def decode_face(data: bytes) -> NDArray[np.uint8]:
    """Decode a facial image.

    Args:
        data: PNG, JPEG or JPEG 2000, grey or colour, 8 bits; at most ``MAX_BYTES``.

    Returns:
        (H, W, 3) uint8, red, green and blue; grey is repeated, transparency is dropped.

    Raises:
        ImageError: as ``decode``.
    """
    _, pillow_name = _detect(data, FACE_MEDIA_TYPES)
    image = _load(data, pillow_name, ("L", "RGB", "RGBA", "P"), (MAX_FACE_PIXELS, MIN_FACE_SIDE))
    return np.array(image.convert("RGB"))


def measure(data: bytes) -> tuple[int, int]:
    """Read width and height from the header of a finger or face image, without decoding it.

    Raises:
        ImageError: ``image_format``, ``image_truncated`` or ``image_too_large``.
    """
    media_type, pillow_name = _detect(data, FINGER_MEDIA_TYPES | FACE_MEDIA_TYPES)
    if media_type == "image/x-wsq":
        return wsq.size(data)
    return _open(data, pillow_name).size


def encode(pixels: NDArray[np.uint8], media_type: str, *, ppi: int = 500) -> bytes:
    """Encode a grey image.

    Args:
        pixels: (H, W) uint8.
        media_type: One of ``FINGER_MEDIA_TYPES``. PNG, TIFF and JPEG 2000 are lossless; WSQ is
            lossy. JPEG 2000 files state no resolution, WSQ files always 500 ppi.
        ppi: Resolution to state.

    Raises:
        ValueError: another media type.
    """
    if media_type not in FINGER_MEDIA_TYPES:
        raise ValueError(f"media type {media_type!r}: one of {sorted(FINGER_MEDIA_TYPES)}")
    if media_type == "image/x-wsq":
        return wsq.encode(pixels)
    out = io.BytesIO()
    image = Image.fromarray(pixels)
    if media_type == "image/png":
        image.save(out, "PNG", dpi=(ppi, ppi), compress_level=1)
    elif media_type == "image/tiff":
        image.save(out, "TIFF", dpi=(ppi, ppi))
    else:
        image.save(out, "JPEG2000")
    return out.getvalue()


def resample(pixels: NDArray[np.uint8], *, ppi: float, target_ppi: float) -> NDArray[np.uint8]:
    """Scale an image to another resolution (bicubic, low-pass filtered when it shrinks).

    Args:
        pixels: (H, W) uint8.
        ppi: Resolution of the image.
        target_ppi: Resolution wanted.

    Returns:
        (round(H * target_ppi / ppi), round(W * target_ppi / ppi)) uint8, at least 1 x 1; the same
        array where both resolutions agree.
    """
    height, width = (max(1, round(side * target_ppi / ppi)) for side in pixels.shape)
    if (height, width) == pixels.shape:
        return pixels
    scaled = Image.fromarray(pixels).resize((width, height), Image.Resampling.BICUBIC)
    return np.array(scaled)


def _detect(data: bytes, allowed: frozenset[str]) -> tuple[str, str]:
    if len(data) > MAX_BYTES:
        raise ImageError("image_too_large", f"{len(data)} bytes: an image has at most {MAX_BYTES}.")
    for signature, media_type, pillow_name in _SIGNATURES:
        if data.startswith(signature) and media_type in allowed:
            return media_type, pillow_name
    names = ", ".join(sorted(allowed))
    raise ImageError("image_format", f"Not an image of an accepted format: send one of {names}.")


def _open(data: bytes, pillow_name: str) -> Image.Image:
    """Read the header; touching ``is_animated`` reads what else the plug-in left for later."""
    try:
        image = Image.open(io.BytesIO(data), formats=(pillow_name,))
        getattr(image, "is_animated", False)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise ImageError("image_too_large", _too_large(MAX_FACE_PIXELS)) from error
    except _LIBRARY_ERRORS as error:
        raise ImageError(
            "image_format", f"The header of the {pillow_name} file is damaged: export it again."
        ) from error
    return image


def _load(
    data: bytes, pillow_name: str, modes: tuple[str, ...], limits: tuple[int, int]
) -> Image.Image:
    """Open and decode; ``limits`` are the most pixels and the smallest side."""
    image = _open(data, pillow_name)
    _check_size(image.size, *limits)
    if getattr(image, "is_animated", False):
        raise ImageError("image_format", "The file holds several images: send one image per file.")
    if image.mode not in modes:
        raise ImageError(
            "image_depth",
            f"Pixels of mode {image.mode}: send 8 bits per channel, grey or RGB, without alpha.",
        )
    try:
        image.load()
    except _LIBRARY_ERRORS as error:
        raise _truncated(pillow_name) from error
    if pillow_name == "PNG" and _PNG_END not in data[-4096:]:
        raise _truncated(pillow_name)
    return image


def _truncated(pillow_name: str) -> ImageError:
    return ImageError(
        "image_truncated",
        f"The {pillow_name} file is damaged or cut short: send the whole file.",
    )


def _too_large(max_pixels: int) -> str:
    return f"The image has more than {max_pixels} pixels: send a smaller one."


def _check_size(size: tuple[int, int], max_pixels: int, min_side: int) -> None:
    width, height = size
    if width * height > max_pixels:
        raise ImageError("image_too_large", _too_large(max_pixels))
    if min(width, height) < min_side:
        raise ImageError(
            "image_too_small",
            f"{width} x {height} pixels: each side needs at least {min_side}.",
        )


def _resolution(image: Image.Image) -> float | None:
    """Resolution in ppi as the file states it; None for none, 0 or 1 (a mere aspect ratio)."""
    stated = image.info.get("dpi")
    if stated is None:
        return None
    try:
        across, down = (float(value) for value in stated)
    except _LIBRARY_ERRORS as error:
        raise ImageError("image_resolution", "The resolution of the file is damaged.") from error
    if not (across > 1 and down > 1):
        return None
    if abs(across - down) > _SQUARE * across:
        raise ImageError("image_resolution", f"{across:g} x {down:g} ppi: pixels must be square.")
    return across
