"""NistFile -> ANSI/NIST-ITL bytes; see ``nist_itl``."""

from __future__ import annotations

from collections.abc import Mapping

import nistitl

from matching.codec.nist_fields import checked_position, checked_ppi, size_of
from matching.codec.nist_values import (
    MISSING_CODES,
    NistFace,
    NistFile,
    NistFinger,
    NistHeader,
    Subfields,
)
from matching.errors import NistFileError

__all__ = ["write"]

_VERSION = "0500"  # ANSI/NIST-ITL 1-2011
_UTF8 = [["3", "UTF-8"]]
_WRITTEN = {
    "image/png": "PNG",
    "image/x-wsq": "WSQ20",
    "image/jp2": "JP2",
    "image/jpeg": "JPEGB",
    "image/tiff": "TIFF",  # no code of the standard
}


def write(file: NistFile) -> bytes:
    """Write a file: types 1, 2 (UTF-8), 14 and 10.

    Raises:
        NistFileError: a value cannot be written: ``nist_text`` (control characters),
            ``nist_position``, ``nist_field`` (a header value, field number or missing reason),
            ``nist_compression``, ``nist_resolution``,
            ``nist_image`` (an image without a readable header).
    """
    message = nistitl.Message()
    header = message[0]
    values = {4: file.header.transaction, 5: file.header.date, 7: file.header.destination,
              8: file.header.origin, 9: file.header.control_number}  # fmt: skip
    for tag, value in values.items():
        if not value or not value.isascii():
            raise NistFileError("nist_field", f"Field 1.{tag:03} needs ASCII text.")
        header[tag].value = _plain(value)
    header[2].value = _VERSION
    header += nistitl.Field(1, 13, [["EURODAC-REGISTER", "1"]])
    header += nistitl.Field(1, 15, _UTF8)
    message += _text_record(file.descriptive)
    for idc, finger in enumerate(file.fingers, start=1):
        message += _finger_record(finger, idc, file.header)
    start = len(file.fingers) + 1
    for idc, (position, reason) in enumerate(file.missing, start=start):
        message += _missing_record(position, reason, idc, file.header)
    start += len(file.missing)
    for idc, face in enumerate(file.faces, start=start):
        message += _face_record(face, idc, file.header)
    return bytes(message.NIST)


def _plain(text: str) -> str:
    """Text as nistitl writes it: one Latin-1 character per byte of UTF-8, no separators."""
    if any(ord(character) < 0x20 or ord(character) == 0x7F for character in text):
        raise NistFileError("nist_text", "Text with control characters cannot be written.")
    try:
        return text.encode("utf-8").decode("latin-1")
    except UnicodeError:
        raise NistFileError("nist_text", "Text with lone surrogates cannot be written.") from None


def _text_record(descriptive: Mapping[int, Subfields]) -> nistitl.AsciiRecord:
    record = nistitl.AsciiRecord(2)
    for tag, content in sorted(descriptive.items()):
        if not 3 <= tag <= 999 or not content or not all(content):
            raise NistFileError("nist_field", f"Field 2.{tag:03} has no value or no such number.")
        record += nistitl.Field(2, tag, [[_plain(item) for item in items] for items in content])
    return record


def _image_fields(data: bytes, media_type: str, ppi: int | None) -> dict[int, str]:
    """Fields 6 to 11, which mean the same in types 10 and 14."""
    if media_type not in _WRITTEN:
        raise NistFileError("nist_compression", f"Send one of {', '.join(sorted(_WRITTEN))}.")
    width, height = size_of(data)
    unit, resolution = ("0", "1") if ppi is None else ("1", str(checked_ppi(ppi)))
    return {6: str(width), 7: str(height), 8: unit, 9: resolution, 10: resolution,
            11: _WRITTEN[media_type]}  # fmt: skip


def _record(kind: int, idc: int, fields: Mapping[int, object]) -> nistitl.AsciiRecord:
    record = nistitl.AsciiRecord(kind)
    record.IDC = idc
    for tag, value in sorted(fields.items()):
        record += nistitl.Field(kind, tag, value)
    return record


def _finger_record(finger: NistFinger, idc: int, header: NistHeader) -> nistitl.AsciiRecord:
    fields: dict[int, object] = {
        3: str(finger.impression_type), 4: _plain(header.origin), 5: _plain(header.date), 12: "8",
        13: str(checked_position(str(finger.position))),
    }  # fmt: skip
    fields |= _image_fields(finger.data, finger.media_type, finger.ppi)
    record = _record(14, idc, fields)
    record += nistitl.BinaryField(14, 999, finger.data)
    return record


def _missing_record(
    position: int, reason: str, idc: int, header: NistHeader
) -> nistitl.AsciiRecord:
    codes = [code for code, meaning in MISSING_CODES.items() if meaning == reason]
    if not codes:
        raise NistFileError(
            "nist_field", f"Field 14.018 can say: {', '.join(MISSING_CODES.values())}."
        )
    place = str(checked_position(str(position)))
    fields = {3: "0", 4: _plain(header.origin), 5: _plain(header.date), 13: place}
    return _record(14, idc, {**fields, 18: [[place, codes[0]]]})


def _face_record(face: NistFace, idc: int, header: NistHeader) -> nistitl.AsciiRecord:
    fields: dict[int, object] = {
        3: "FACE", 4: _plain(header.origin), 5: _plain(header.date), 12: "SRGB",
    }  # fmt: skip
    record = _record(10, idc, fields | _image_fields(face.data, face.media_type, None))
    record += nistitl.BinaryField(10, 999, face.data)
    return record
