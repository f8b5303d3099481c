"""ANSI/NIST-ITL, traditional encoding: the files in which Member States exchange captures.

Read and written: type 1 (header), one type 2 (descriptive text; ``nist_type2`` gives its fields
their meaning), type 14 (fingers), type 10 (face); read as well: type 4 (fingers, binary). Anything
else is refused by name, because skipping silently would lose evidence.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable

import nistitl

from matching.codec import nist_fields as fields
from matching.codec.nist_values import (
    MISSING_CODES,
    NistFace,
    NistFile,
    NistFinger,
    NistHeader,
    Subfields,
)
from matching.codec.nist_write import write
from matching.errors import NistFileError

__all__ = [
    "MAX_BYTES",
    "MAX_RECORDS",
    "NistFace",
    "NistFile",
    "NistFinger",
    "NistHeader",
    "read",
    "write",
]

MAX_BYTES = 64 << 20
MAX_RECORDS = 64
_LATIN1_CODE = "1"  # field 1.015: ISO 8859-1
_FINGER_COMPRESSIONS = {
    "PNG": "image/png",
    "WSQ20": "image/x-wsq",
    "WSQ": "image/x-wsq",
    "JP2": "image/jp2",
    "JP2L": "image/jp2",
    "TIFF": "image/tiff",  # no code of the standard; some senders have nothing else
}
_FACE_COMPRESSIONS = {
    "JPEGB": "image/jpeg",
    "PNG": "image/png",
    "JP2": "image/jp2",
    "JP2L": "image/jp2",
}
_TYPE_4 = struct.Struct(">B6sBHHB")  # impression, positions, resolution, width, height, compression
_MM_PER_INCH = 25.4
# What nistitl 0.6 was seen to raise on damaged files, beside its own exception.
_LIBRARY_ERRORS = (
    nistitl.NistException,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    ArithmeticError,
    RuntimeError,
    MemoryError,
    struct.error,
    Warning,
)


def read(data: bytes) -> NistFile:
    """Read a file; images are copied, not decoded (uncompressed ones become PNG).

    Args:
        data: The whole file, at most ``MAX_BYTES`` and 64 records.

    Raises:
        NistFileError: ``nist_format`` - not such a file, damaged or cut short; ``nist_too_large``;
            ``nist_record_type``; ``nist_field`` - a field is missing or has no usable value;
            ``nist_text``; ``nist_position`` - not a single finger 1..10; ``nist_resolution``;
            ``nist_compression``; ``nist_image_type`` - a type 10 image that is not a face.
    """
    if len(data) > MAX_BYTES:
        raise NistFileError("nist_too_large", f"{len(data)} bytes: a file has at most {MAX_BYTES}.")
    message = nistitl.Message()
    try:  # "from None" here and below: the causes quote the file, and a log would quote them
        message.parse(data)
    except _LIBRARY_ERRORS:
        raise NistFileError(
            "nist_format",
            "Not an ANSI/NIST-ITL file in traditional encoding, or damaged: write it again.",
        ) from None
    if len(message) > MAX_RECORDS:
        raise NistFileError("nist_too_large", f"More than {MAX_RECORDS} records in one file.")
    return _Reader(message).file()


class _Reader:
    """Takes a parsed message apart; every value is checked here, nothing is trusted."""

    def __init__(self, message: nistitl.Message) -> None:
        self.records = list(message)
        self.header = self.records[0]
        code = fields.subfields_of(self.header, 15)
        self.encoding = "latin-1" if code and code[0][0].lstrip("0") == _LATIN1_CODE else "utf-8"
        self.descriptive: dict[int, Subfields] = {}
        self.fingers: list[NistFinger] = []
        self.faces: list[NistFace] = []
        self.missing: list[tuple[int, str]] = []

    def file(self) -> NistFile:
        by_type: dict[int, Callable[[nistitl.AsciiRecord], None]] = {
            4: self._binary_finger, 10: self._face, 14: self._finger,
        }  # fmt: skip
        types = [record.type for record in self.records]
        if types[0] != 1 or types.count(2) > 1:
            raise NistFileError("nist_record_type", "A file has one type 1 and at most one type 2.")
        for record in self.records[1:]:
            if record.type == 2:
                self.descriptive = dict(self._descriptive(record))
            elif record.type in by_type:
                by_type[record.type](record)
            else:
                raise NistFileError(
                    "nist_record_type",
                    f"Records of type {record.type} are not used here: send types 1, 2, 4 or 14 "
                    "and 10.",
                )
        header = [fields.text_of(self.header, tag) for tag in (4, 5, 7, 8, 9)]
        if not all(value.isascii() for value in header):
            raise NistFileError("nist_text", "The header holds characters other than ASCII.")
        return NistFile(
            NistHeader(*header),
            self.descriptive,
            tuple(self.fingers),
            tuple(self.faces),
            tuple(self.missing),
        )

    def _descriptive(self, record: nistitl.AsciiRecord) -> Iterable[tuple[int, Subfields]]:
        for tag in range(3, 1000):
            content = fields.subfields_of(record, tag)
            try:
                decoded = tuple(
                    tuple(item.encode("latin-1").decode(self.encoding) for item in items)
                    for items in content
                )
            except UnicodeError:
                raise NistFileError(
                    "nist_text", f"Field 2.{tag:03} is not UTF-8; field 1.015 can say otherwise."
                ) from None
            if any(item for items in decoded for item in items):
                yield tag, decoded

    def _finger(self, record: nistitl.AsciiRecord) -> None:
        amputated = fields.subfields_of(record, 18)
        if amputated:
            for items in amputated:
                code = items[1] if len(items) > 1 else ""
                if code not in MISSING_CODES:
                    raise NistFileError("nist_field", "Field 14.018 needs position and XX or UP.")
                self.missing.append((fields.read_position(items[0]), MISSING_CODES[code]))
            return
        positions = fields.subfields_of(record, 13)
        if len(positions) != 1:
            raise NistFileError("nist_field", "Field 14.013 needs exactly one finger position.")
        position = fields.read_position(positions[0][0])
        compression, data = fields.text_of(record, 11), fields.image_of(record)
        if compression == "NONE":
            size = (fields.number_of(record, 6), fields.number_of(record, 7))
            media_type, data = "image/png", fields.png_of_raw(data, size)
        else:
            media_type = fields.media_type_of(compression, _FINGER_COMPRESSIONS)
        ppi = fields.ppi_of(record)
        impression = fields.number_of(record, 3)
        self.fingers.append(NistFinger(position, impression, ppi, media_type, data))

    def _binary_finger(self, record: nistitl.BinaryRecord) -> None:
        if len(record.value) < _TYPE_4.size:
            raise NistFileError("nist_field", "A type 4 record is cut short: write it again.")
        impression, positions, scale, width, height, compression = _TYPE_4.unpack_from(record.value)
        position = fields.read_position(str(positions[0]))
        data = record.value[_TYPE_4.size :]
        if compression == 0:
            media_type, data = "image/png", fields.png_of_raw(data, (width, height))
        else:
            media_type = fields.media_type_of(
                {1: "WSQ20"}.get(compression, ""), _FINGER_COMPRESSIONS
            )
        ppi = 500 if scale == 0 else self._native_ppi()
        self.fingers.append(NistFinger(position, impression, ppi, media_type, data))

    def _native_ppi(self) -> int:
        """Resolution of type 4 images that are not at the minimum: field 1.011, pixels per mm."""
        try:
            return fields.checked_ppi(float(fields.text_of(self.header, 11)) * _MM_PER_INCH)
        except ValueError:
            raise NistFileError("nist_resolution", "Field 1.011 is not a number.") from None

    def _face(self, record: nistitl.AsciiRecord) -> None:
        if fields.text_of(record, 3) != "FACE":
            raise NistFileError("nist_image_type", "Field 10.003 must be FACE.")
        media_type = fields.media_type_of(fields.text_of(record, 11), _FACE_COMPRESSIONS)
        self.faces.append(NistFace(media_type, fields.image_of(record)))
