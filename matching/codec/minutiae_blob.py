"""The form in which templates are stored: lossless, unlike ISO/IEC 19794-2, which rounds.

Little endian: ``MB``, version 1, number of minutiae N, length L of the extractor's name (one byte
each), L bytes UTF-8, N kinds (uint8), N rows of four float32 (x, y, angle, quality).
"""

from __future__ import annotations

import struct

import numpy as np

from matching.errors import CodecError, TemplateError
from matching.template import MinutiaeTemplate

__all__ = ["FORMAT_VERSION", "read", "write"]

FORMAT_VERSION = 1
_MAGIC = b"MB"
_HEADER = struct.Struct("<2sBBB")
_ROW_BYTES = 16


def write(template: MinutiaeTemplate) -> bytes:
    """Give a template as bytes; about 17 bytes per minutia.

    Raises:
        CodecError: the extractor's name has more than 255 bytes.

    Examples:
        >>> rows = np.array([[10.5, 20.25, 1.0, 0.5]], np.float32)
        >>> blob = write(MinutiaeTemplate(rows, np.array([1], np.uint8), "demo/1"))
        >>> len(blob), read(blob).minutiae[0].tolist()
        (28, [10.5, 20.25, 1.0, 0.5])
    """
    name = template.extractor.encode()
    if len(name) > 255:
        raise CodecError(
            "minutiae_blob", f"the extractor's name has {len(name)} bytes, at most 255"
        )
    head = _HEADER.pack(_MAGIC, FORMAT_VERSION, len(template), len(name))
    return head + name + template.kinds.tobytes() + template.minutiae.astype("<f4").tobytes()


def read(blob: bytes) -> MinutiaeTemplate:
    """Read what ``write`` made; exact inverse.

    Raises:
        CodecError: another format or version, a wrong length, or values out of range.
    """
    if len(blob) < _HEADER.size:
        raise CodecError("minutiae_blob", f"{len(blob)} bytes are too few for a stored template")
    magic, version, count, name_bytes = _HEADER.unpack_from(blob)
    start = _HEADER.size + name_bytes
    if magic != _MAGIC or version != FORMAT_VERSION:
        raise CodecError("minutiae_blob", f"not a stored template of version {FORMAT_VERSION}")
    if len(blob) != start + count * (1 + _ROW_BYTES):
        raise CodecError("minutiae_blob", f"{len(blob)} bytes do not hold {count} minutiae")
    kinds = np.frombuffer(blob, np.uint8, count, start).copy()
    rows = np.frombuffer(blob, "<f4", count * 4, start + count).reshape(count, 4)
    try:
        name = blob[_HEADER.size : start].decode()
        return MinutiaeTemplate(rows.astype(np.float32), kinds, name)
    except (TemplateError, UnicodeDecodeError) as error:
        raise CodecError("minutiae_blob", "a stored template breaks its own format") from error
