r"""ISO/IEC 19794-2:2005, finger minutiae record format: bytes <-> templates.

    header, 24 bytes: "FMR\0" " 20\0" length(4) equipment(2) width(2) height(2)
                      x and y resolution in pixels/cm (2 + 2) views(1) reserved(1)
    each view:        position(1) view number and impression type(4 + 4 bits) quality(1) count(1)
                      minutiae, 6 bytes each: kind and x(2 + 14 bits) reserved and y(2 + 14 bits)
                      angle(1, 1/256 turn counter-clockwise) quality(1, 1..100, 0 = not reported)
                      length of extended data(2), extended data

All numbers are big-endian. Extended data (ridge counts, cores, deltas, vendors' own) are skipped.
Neither image size nor position is trusted: vendors write constants there (one was seen to stretch
every image to 300 x 400 before extraction, which no header tells).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np

from matching.errors import FingerRecordError
from matching.template import MinutiaeTemplate

__all__ = ["EXTRACTOR", "MAX_BYTES", "FingerRecord", "FingerView", "read", "write"]

EXTRACTOR = "iso19794-2:2005"  # what a template read from such a record says made it
MAX_BYTES = 64 << 10  # ten fingers with 255 minutiae each are 15 KB, the rest is extended data

_MAGIC = b"FMR\x00 20\x00"
_HEADER = struct.Struct(">8sIHHHHHBB")
_VIEW = struct.Struct(">BBBB")
_MINUTIA = np.dtype([("x", ">u2"), ("y", ">u2"), ("angle", "u1"), ("quality", "u1")])
_EXTENDED = struct.Struct(">H")
_PIXELS_PER_CM = 197  # 500 dpi, rounded as the standard does
_RESOLUTIONS = range(98, 474)  # 250 to 1,200 dpi
_POSITION_MAX = 10
_QUALITY_MAX = 100
_COORDINATE_MAX = (1 << 14) - 1
_KIND_RESERVED = 3


@dataclass(frozen=True, slots=True)
class FingerView:
    """One impression of one finger.

    Args:
        position: 0 (unknown) or 1..10.
        impression_type: 0..15; 0 live-scan plain, 1 live-scan rolled, 8 swipe.
        quality: 0..100, as the vendor measures it; 0 is also written for "not measured".
        template: Minutiae at 500 dpi; quality 0.0 where the record reports none.
    """

    position: int
    impression_type: int
    quality: int
    template: MinutiaeTemplate


@dataclass(frozen=True, slots=True)
class FingerRecord:
    """A finger minutiae record.

    Args:
        width: Width of the image in pixels, 0..65535, as the record states it.
        height: Height of the image.
        views: At least one, at most 255.
    """

    width: int
    height: int
    views: tuple[FingerView, ...]


def read(data: bytes) -> FingerRecord:
    """Read a record.

    Args:
        data: The whole record, at most ``MAX_BYTES``.

    Returns:
        Its views in file order, coordinates scaled to 500 dpi.

    Raises:
        FingerRecordError: ``record_format`` - no such record or edition; ``record_length`` -
            shorter or longer than it says; ``record_too_large``; ``record_resolution``;
            ``record_view`` - no view, or a position or quality out of range; ``record_minutia`` -
            a reserved kind or a quality out of range.

    Examples:
        >>> empty = MinutiaeTemplate(np.zeros((0, 4), "f4"), np.zeros(0, "u1"), EXTRACTOR)
        >>> record = FingerRecord(300, 400, (FingerView(2, 0, 0, empty),))
        >>> read(write(record)).views[0].position
        2
    """
    if len(data) > MAX_BYTES:
        raise FingerRecordError(
            "record_too_large", f"{len(data)} bytes: a finger record has at most {MAX_BYTES}."
        )
    if not data.startswith(_MAGIC) or len(data) < _HEADER.size:
        raise FingerRecordError(
            "record_format",
            "Not an ISO/IEC 19794-2:2005 finger minutiae record: export the template in this "
            "edition, record format (not card format).",
        )
    _, length, _, width, height, *resolution, count, _ = _HEADER.unpack_from(data)
    if length != len(data):
        raise FingerRecordError(
            "record_length", f"The record says {length} bytes but has {len(data)}: send all of it."
        )
    if not all(value in _RESOLUTIONS for value in resolution):
        raise FingerRecordError(
            "record_resolution",
            f"{resolution[0]} x {resolution[1]} pixels/cm: {_RESOLUTIONS[0]}..{_RESOLUTIONS[-1]} "
            "can be used.",
        )
    scale = tuple(_PIXELS_PER_CM / value for value in resolution)
    views, offset = [], _HEADER.size
    for _ in range(count):
        view, offset = _read_view(data, offset, scale)
        views.append(view)
    if offset != len(data):
        raise FingerRecordError(
            "record_length", f"{len(data) - offset} bytes follow the last view: export it again."
        )
    if not views:
        raise FingerRecordError("record_view", "The record has no view: capture the finger again.")
    return FingerRecord(width, height, tuple(views))


def write(record: FingerRecord) -> bytes:
    """Write a record at 197 pixels/cm, without extended data.

    Coordinates are rounded to pixels, angles to 1/256 turn, qualities to hundredths (at least 1
    where there is a quality at all).

    Raises:
        FingerRecordError: ``record_view`` or ``record_minutia`` - a value does not fit the format.
    """
    if not 1 <= len(record.views) <= 0xFF:
        raise FingerRecordError("record_view", f"{len(record.views)} views: a record has 1 to 255.")
    body, seen = [], dict.fromkeys(range(_POSITION_MAX + 1), 0)
    for view in record.views:
        _check_view(view.position, view.quality)
        if not 0 <= view.impression_type <= 0xF or seen[view.position] > 0xF:
            raise FingerRecordError(
                "record_view", "Impression type and views of one finger go from 0 to 15."
            )
        number_and_type = seen[view.position] << 4 | view.impression_type
        seen[view.position] += 1
        body += [
            _VIEW.pack(view.position, number_and_type, view.quality, len(view.template)),
            _pack_minutiae(view.template),
            _EXTENDED.pack(0),
        ]
    views = b"".join(body)
    size = (record.width, record.height)
    if not all(0 <= side <= 0xFFFF for side in size):
        raise FingerRecordError("record_view", f"An image of {size} pixels: sides are 0..65535.")
    length = _HEADER.size + len(views)
    resolution = (_PIXELS_PER_CM, _PIXELS_PER_CM)
    return _HEADER.pack(_MAGIC, length, 0, *size, *resolution, len(record.views), 0) + views


def _read_view(data: bytes, offset: int, scale: tuple[float, ...]) -> tuple[FingerView, int]:
    """One view that starts at ``offset``, and where the next one starts."""
    _need(data, offset, _VIEW.size)
    position, number_and_type, quality, count = _VIEW.unpack_from(data, offset)
    _check_view(position, quality)
    offset += _VIEW.size
    _need(data, offset, count * _MINUTIA.itemsize + _EXTENDED.size)
    template = _unpack_minutiae(data, offset, count, scale)
    offset += count * _MINUTIA.itemsize
    (extended,) = _EXTENDED.unpack_from(data, offset)
    offset += _EXTENDED.size
    _need(data, offset, extended)
    return FingerView(position, number_and_type & 0xF, quality, template), offset + extended


def _unpack_minutiae(
    data: bytes, offset: int, count: int, scale: tuple[float, ...]
) -> MinutiaeTemplate:
    raw = np.frombuffer(data, _MINUTIA, count, offset)
    kinds = (raw["x"] >> 14).astype(np.uint8)
    if (kinds == _KIND_RESERVED).any() or (raw["quality"] > _QUALITY_MAX).any():
        raise FingerRecordError(
            "record_minutia",
            "A minutia has the reserved kind 3 or a quality above 100: export the template again.",
        )
    rows = np.empty((count, 4), np.float32)
    rows[:, 0] = (raw["x"] & _COORDINATE_MAX) * scale[0]
    rows[:, 1] = (raw["y"] & _COORDINATE_MAX) * scale[1]
    rows[:, 2] = raw["angle"] * (2 * np.pi / 256)
    rows[:, 3] = raw["quality"] / _QUALITY_MAX
    return MinutiaeTemplate(rows, kinds, EXTRACTOR)


def _pack_minutiae(template: MinutiaeTemplate) -> bytes:
    x, y, angle, quality = template.minutiae.astype(np.float64).T
    columns, rows = np.rint(x).astype(np.uint32), np.rint(y).astype(np.uint32)
    if (columns > _COORDINATE_MAX).any() or (rows > _COORDINATE_MAX).any():
        raise FingerRecordError(
            "record_minutia", f"A coordinate exceeds {_COORDINATE_MAX}: crop the image."
        )
    raw = np.zeros(len(template), _MINUTIA)
    raw["x"] = template.kinds.astype(np.uint32) << 14 | columns
    raw["y"] = rows
    raw["angle"] = np.rint(angle * (256 / (2 * np.pi))).astype(np.uint32) % 256
    raw["quality"] = np.where(quality > 0, np.maximum(np.rint(quality * _QUALITY_MAX), 1), 0)
    return raw.tobytes()


def _check_view(position: int, quality: int) -> None:
    if not (0 <= position <= _POSITION_MAX and 0 <= quality <= _QUALITY_MAX):
        raise FingerRecordError(
            "record_view",
            f"Position {position} with quality {quality}: positions are 0 (unknown) or 1..10, "
            "qualities 0..100.",
        )


def _need(data: bytes, offset: int, length: int) -> None:
    if offset + length > len(data):
        raise FingerRecordError("record_length", "A view is cut short: send the whole record.")
