"""Errors of the matcher.

    MatchingError
    ├── TemplateError             a template breaks its own invariants (shape, dtype, range)
    ├── DateError                 parts of a date that are none, not even of a partial one
    ├── CodecError                bytes that cannot be read or written
    │   ├── ImageError            not a usable image: format, truncation, size bomb, bit depth
    │   ├── FingerRecordError     not a usable ISO/IEC 19794-2:2005 finger minutiae record
    │   ├── FaceRecordError       not a usable ISO/IEC 19794-5:2005 face image record
    │   ├── NistFileError         not a usable ANSI/NIST-ITL file
    │   └── MrzError              not a machine readable zone of ICAO Doc 9303
    ├── ExtractionError           no template can be made of a sample, or the extractor is missing
    ├── KernelError               the compiled kernels are missing or of another ABI
    ├── SketchModelError          trained part of the sketches missing, damaged, another version
    ├── NameUnreadableError       nothing that could be a name, or too long for one
    └── GalleryError
        ├── GalleryCorruptError   a snapshot or a sealed row fails its checks; rebuild the gallery
        ├── GalleryStaleError     a snapshot of another database, model or format
        └── GalleryStorageError   rows in files cannot be written or read: the disk is full or fails

Every error carries a stable ``code`` for machines and a message that says what, why and what to do.
Messages never contain personal data or template bytes.
"""

from __future__ import annotations

__all__ = [
    "CodecError",
    "DateError",
    "ExtractionError",
    "FaceRecordError",
    "FingerRecordError",
    "GalleryCorruptError",
    "GalleryError",
    "GalleryStaleError",
    "GalleryStorageError",
    "ImageError",
    "KernelError",
    "MatchingError",
    "MrzError",
    "NameUnreadableError",
    "NistFileError",
    "SketchModelError",
    "TemplateError",
]


class MatchingError(Exception):
    """Root of the matcher's errors.

    Args:
        code: Stable, lower-case, snake_case identifier of the reason, e.g. ``"image_too_large"``.
        message: What, why and what to do; no personal data.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code

    def __reduce__(self) -> tuple[type[MatchingError], tuple[str, str]]:
        """Let other processes raise it: a pool that cannot read an error only says it broke."""
        return type(self), (self.code, str(self))


class TemplateError(MatchingError):
    """A template breaks its own invariants."""


class DateError(MatchingError):
    """Parts of a date that are none, not even of a partial one."""


class CodecError(MatchingError):
    """Bytes that cannot be read or written."""


class ImageError(CodecError):
    """Not a usable image."""


class FingerRecordError(CodecError):
    """Not a usable ISO/IEC 19794-2:2005 finger minutiae record."""


class FaceRecordError(CodecError):
    """Not a usable ISO/IEC 19794-5:2005 face image record."""


class NistFileError(CodecError):
    """Not a usable ANSI/NIST-ITL file."""


class MrzError(CodecError):
    """Not a machine readable zone of ICAO Doc 9303."""


class ExtractionError(MatchingError):
    """No template can be made of a sample, or the extractor is not installed."""


class KernelError(MatchingError):
    """The compiled kernels are missing or of another ABI; install the package again."""


class SketchModelError(MatchingError):
    """The trained part of the sketches is missing, damaged or of another version."""


class NameUnreadableError(MatchingError):
    """No name can be read: nothing but spaces and punctuation, or longer than any name."""


class GalleryError(MatchingError):
    """The gallery cannot do what was asked."""


class GalleryCorruptError(GalleryError):
    """A snapshot or a sealed row fails its checks; rebuild the gallery from the database."""


class GalleryStaleError(GalleryError):
    """A snapshot of another database, model or format; rebuild the gallery."""


class GalleryStorageError(GalleryError):
    """Rows in files cannot be written or read; the gallery holds what it held before."""
