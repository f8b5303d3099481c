"""Checked access to the fields of a parsed ANSI/NIST-ITL record; nothing in it is trusted.

All functions raise NistFileError and name the field, never its value.
"""

from __future__ import annotations

from collections.abc import Mapping

import nistitl
import numpy as np

from matching.codec import image
from matching.codec.nist_values import Subfields
from matching.errors import ImageError, NistFileError

__all__ = [
    "checked_position",
    "checked_ppi",
    "image_of",
    "media_type_of",
    "number_of",
    "png_of_raw",
    "ppi_of",
    "read_position",
    "size_of",
    "subfields_of",
    "text_of",
]

_PPI = range(250, 1201)
_MAX_DIGITS = 5
_PLAIN_THUMBS = {"11": 1, "12": 6}  # captured flat by itself, beside the slaps


def subfields_of(record: nistitl.AsciiRecord, tag: int) -> Subfields:
    """Give the content of a text field; () if it is absent or empty."""
    found = record[tag]
    value = found.value if found is not None else ""
    if isinstance(value, bytes):
        raise NistFileError("nist_field", f"Field {record.type}.{tag:03} must be text.")
    subfields = value if isinstance(value, list) else [value] if value != "" else []
    return tuple(
        tuple(str(item) for item in items) if isinstance(items, list) else (str(items),)
        for items in subfields
    )


def text_of(record: nistitl.AsciiRecord, tag: int) -> str:
    """Give the single, non-empty value of a field."""
    content = subfields_of(record, tag)
    if len(content) != 1 or len(content[0]) != 1 or not content[0][0]:
        raise NistFileError("nist_field", f"Field {record.type}.{tag:03} needs one value.")
    return content[0][0]


def number_of(record: nistitl.AsciiRecord, tag: int) -> int:
    """Give the single value of a field as a number 0..99999."""
    value = text_of(record, tag)
    if not _is_number(value):
        raise NistFileError("nist_field", f"Field {record.type}.{tag:03} needs a number.")
    return int(value)


def image_of(record: nistitl.AsciiRecord) -> bytes:
    """Give the bytes of field 999."""
    found = record[999]
    if not isinstance(found, nistitl.BinaryField) or not found.value:
        raise NistFileError("nist_field", f"Field {record.type}.999 holds no image.")
    return bytes(found.value)


def ppi_of(record: nistitl.AsciiRecord) -> int | None:
    """Give the resolution that fields 8 (unit), 9 and 10 state; None if there is no unit."""
    unit, across, down = (number_of(record, tag) for tag in (8, 9, 10))
    if across != down or unit > 2:
        raise NistFileError("nist_resolution", "Pixels must be square, units 0, 1 or 2.")
    return None if unit == 0 else checked_ppi(across * (1 if unit == 1 else 2.54))


def read_position(value: str) -> int:
    """Give the finger of a position in a file; a plain thumb (11, 12) is the thumb (1, 6)."""
    return _PLAIN_THUMBS.get(value) or checked_position(value)


def checked_position(value: str) -> int:
    """Check that a finger position is that of a single finger, 1..10."""
    position = int(value) if _is_number(value) else 0
    if not 1 <= position <= 10:
        raise NistFileError(
            "nist_position",
            f"Finger position {position}: send single fingers, positions 1 to 10 (0 is unknown, 13 "
            "to 15 are slaps: cut them into fingers).",
        )
    return position


def checked_ppi(ppi: float) -> int:
    """Round a resolution to whole ppi and check that it is usable."""
    if not _PPI[0] <= round(min(ppi, 10_000.0)) <= _PPI[-1]:
        raise NistFileError(
            "nist_resolution", f"The resolution must be {_PPI[0]} to {_PPI[-1]} ppi."
        )
    return round(ppi)


def media_type_of(compression: str, known: Mapping[str, str]) -> str:
    """Translate a compression code."""
    if compression not in known:
        raise NistFileError(
            "nist_compression", f"Unknown compression: use one of {', '.join(known)}."
        )
    return known[compression]


def png_of_raw(data: bytes, size: tuple[int, int]) -> bytes:
    """Wrap uncompressed 8-bit pixels, ``size`` = (width, height), in a PNG file."""
    width, height = size
    if not 0 < width * height <= image.MAX_PIXELS or width * height != len(data):
        raise NistFileError(
            "nist_field", f"{len(data)} bytes of pixels do not make {width} x {height}."
        )
    return image.encode(np.frombuffer(data, np.uint8).reshape(height, width), "image/png")


def size_of(data: bytes) -> tuple[int, int]:
    """Read width and height of an image that shall be written."""
    try:
        return image.measure(data)
    except ImageError as error:
        raise NistFileError("nist_image", f"An image cannot be written. {error}") from error


def _is_number(value: str) -> bool:
    return value.isascii() and value.isdigit() and len(value) <= _MAX_DIGITS
