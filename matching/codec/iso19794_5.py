"""ISO/IEC 19794-5:2005 face image records, format "FAC" version "010": read and written.

    header (14):      "FAC" 0, "010" 0, length of the record (4), number of images (2)
    each image:       information (20): length of the block (4), number of feature points (2),
                      sex (1), eye colour (1), hair colour (1), properties (3), expression (2),
                      pose (3), its uncertainty (3)
                      feature points (8 each)
                      image information (12): face type (1), data type (1), width (2), height (2),
                      colour space (1), source (1), device (2), quality (2)
                      image data to the end of the block

All integers are big-endian.  Only the image is used; what describes the person (sex, colours, pose)
is not trusted and not read.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from matching.codec.image import MAX_BYTES
from matching.errors import FaceRecordError

__all__ = ["FaceImage", "is_record", "read", "write"]

_HEADER = struct.Struct(">4s4sIH")
_INFORMATION = struct.Struct(">IHBBB3s2s3s3s")
_IMAGE = struct.Struct(">BBHHBBHH")
_FEATURE_POINT = 8
_MAGIC, _VERSION = b"FAC\x00", b"010\x00"
_MEDIA_TYPES = ("image/jpeg", "image/jp2")  # by image data type


@dataclass(frozen=True, slots=True, repr=False)
class FaceImage:
    """One image of a face image record.

    Args:
        media_type: ``"image/jpeg"`` or ``"image/jp2"``, as the record states it.
        width: Pixels, 0..65535, as the record states it.
        height: Likewise.
        data: The image file.
    """

    media_type: str
    width: int
    height: int
    data: bytes

    def __repr__(self) -> str:
        return f"FaceImage({self.width} x {self.height}, {self.media_type})"


def is_record(data: bytes) -> bool:
    """Say whether the bytes begin like a face image record of any version."""
    return data.startswith(_MAGIC)


def read(data: bytes) -> tuple[FaceImage, ...]:
    """Read a record.

    Args:
        data: The whole record, at most ``MAX_BYTES``.

    Returns:
        Its images in file order, at least one.

    Raises:
        FaceRecordError: ``face_record_format`` - no such record or version; ``face_record_length``
            - shorter or longer than it says; ``face_record_too_large``; ``face_record_image`` - no
            image, or an image data type that is not defined.

    Examples:
        >>> read(write([FaceImage("image/jpeg", 480, 640, b"...")]))[0].width
        480
    """
    if len(data) > MAX_BYTES:
        raise FaceRecordError(
            "face_record_too_large", f"{len(data)} bytes: a face record has at most {MAX_BYTES}."
        )
    if len(data) < _HEADER.size or not data.startswith(_MAGIC + _VERSION):
        raise FaceRecordError(
            "face_record_format",
            "Not an ISO/IEC 19794-5:2005 face record, version 010: export it in this version.",
        )
    _, _, length, count = _HEADER.unpack_from(data)
    if length != len(data):
        raise FaceRecordError(
            "face_record_length",
            f"The record says {length} bytes but has {len(data)}: send all of it.",
        )
    images, offset = [], _HEADER.size
    for _ in range(count):
        image, offset = _read_image(data, offset)
        images.append(image)
    if offset != len(data):
        raise FaceRecordError(
            "face_record_length",
            f"{len(data) - offset} bytes follow the last image: export it again.",
        )
    if not images:
        raise FaceRecordError("face_record_image", "The record has no image: take it again.")
    return tuple(images)


def write(images: list[FaceImage]) -> bytes:
    """Write a record that says nothing about the person but the images.

    Raises:
        FaceRecordError: ``face_record_image`` - no image, or another media type.
    """
    if not images or any(image.media_type not in _MEDIA_TYPES for image in images):
        raise FaceRecordError(
            "face_record_image", f"A record needs images, each one of {', '.join(_MEDIA_TYPES)}."
        )
    blocks = []
    for image in images:
        kind = _MEDIA_TYPES.index(image.media_type)
        size = _INFORMATION.size + _IMAGE.size + len(image.data)
        none = (bytes(3), bytes(2), bytes(3), bytes(3))
        blocks.append(
            _INFORMATION.pack(size, 0, 0, 0, 0, *none)
            + _IMAGE.pack(1, kind, image.width, image.height, 1, 0, 0, 0)
            + image.data
        )
    body = b"".join(blocks)
    return _HEADER.pack(_MAGIC, _VERSION, _HEADER.size + len(body), len(images)) + body


def _read_image(data: bytes, offset: int) -> tuple[FaceImage, int]:
    start = offset
    _need(data, offset + _INFORMATION.size)
    length, points, *_ = _INFORMATION.unpack_from(data, offset)
    offset += _INFORMATION.size + points * _FEATURE_POINT
    _need(data, offset + _IMAGE.size)
    _, kind, width, height, *_ = _IMAGE.unpack_from(data, offset)
    offset += _IMAGE.size
    end = start + length
    if end <= offset:
        raise FaceRecordError(
            "face_record_length", "An image block is too short for its parts: export it again."
        )
    _need(data, end)
    if kind >= len(_MEDIA_TYPES):
        raise FaceRecordError(
            "face_record_image", f"Image data type {kind}: 0 (JPEG) and 1 (JPEG 2000) are defined."
        )
    return FaceImage(_MEDIA_TYPES[kind], width, height, data[offset:end]), end


def _need(data: bytes, end: int) -> None:
    if end > len(data):
        raise FaceRecordError(
            "face_record_length", "The record ends inside an image block: send all of it."
        )
