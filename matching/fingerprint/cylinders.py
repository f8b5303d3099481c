"""Minutiae -> bit cylinders, in the packed form that the kernels compare."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from matching.calibrated import Evidence
from matching.errors import TemplateError
from matching.kernels import fingerprint as kernel
from matching.parameters import (
    GENERAL_TUNING,
    MAX_COMPARED_MINUTIAE,
    NEUTRAL_QUALITY,
    TUNINGS,
    CylinderTuning,
    MinutiaeFamily,
)
from matching.template import MinutiaeTemplate

__all__ = ["PackedFinger", "build", "family_of"]

_HEADER = struct.Struct("=2I4i")  # finger_header: format, tuning, cylinders, padded, blocks, bytes
_HEADER_BYTES = 64  # its size with the reserve, and the alignment of every part
_FORMAT = 0x31435946  # FINGER_FORMAT: "FYC1"
_QUALITY = struct.Struct("=f")  # mean of the minutiae; 0 where it is not known
_QUALITY_PLACE = slice(_HEADER.size, _HEADER.size + _QUALITY.size)  # in the header's reserve


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class PackedFinger:
    """The cylinders of one finger, ready to compare; made by ``build``.

    Args:
        family: Which extractor the minutiae come from.
        own: Read-only uint8, 64-byte aligned, layout of kernels/fingerprint.h (format, tuning and
            length stand in its header), with the tuning of the family; at most 10 KB.
        general: The same with GENERAL_TUNING, for comparisons across families; the same array
            unless the family has a tuning of its own.
        evidence: How much the finger has to say; read from ``own``.

    Raises:
        TemplateError: an array is not what ``build`` makes; the kernels trust what they read.
    """

    family: MinutiaeFamily
    own: NDArray[np.uint8]
    general: NDArray[np.uint8]
    evidence: Evidence = field(init=False)

    def __post_init__(self) -> None:
        for packed, tuning in ((self.own, TUNINGS[self.family]), (self.general, GENERAL_TUNING)):
            _check(packed, tuning)
        count = _HEADER.unpack(self.own[: _HEADER.size].tobytes())[2]
        (quality,) = _QUALITY.unpack(self.own[_QUALITY_PLACE].tobytes())
        object.__setattr__(self, "evidence", Evidence(count, quality or NEUTRAL_QUALITY))

    def address(self, tuning: CylinderTuning) -> int:
        """Return where the cylinders of this tuning start; valid while the finger lives."""
        packed = self.general if tuning is GENERAL_TUNING else self.own
        return int(packed.ctypes.data)

    def __repr__(self) -> str:
        return f"PackedFinger({self.family}, {self.own.nbytes} bytes)"


def _check(packed: NDArray[np.uint8], tuning: CylinderTuning) -> None:
    """Refuse bytes that the kernels would misread."""
    sound = packed.dtype == np.uint8 and packed.ndim == 1 and packed.nbytes >= _HEADER_BYTES
    if sound:
        form, number, count, padded, blocks, size = _HEADER.unpack(packed[: _HEADER.size].tobytes())
        sound = (
            (form, number, size) == (_FORMAT, tuning.number, packed.nbytes)
            and 0 <= count <= kernel.MAX_KERNEL_MINUTIAE
            and (padded, blocks) == (-(-count // 16) * 16, -(-count // 8))
            and size == _HEADER_BYTES + 16 * padded + 512 * blocks
            and packed.flags.c_contiguous
            and packed.ctypes.data % _HEADER_BYTES == 0
        )
    if not sound:
        raise TemplateError(
            "packed_finger", "packed cylinders are damaged or of another version; build them again"
        )


def family_of(extractor: str) -> MinutiaeFamily:
    """Name the family of an extractor, e.g. ``"mindtct/1"``.

    Examples:
        >>> str(family_of("leader/1")), str(family_of("iso19794-2:2005"))
        ('leader', 'foreign')
    """
    name = extractor.partition("/")[0]
    return MinutiaeFamily(name) if name in tuple(MinutiaeFamily) else MinutiaeFamily.FOREIGN


def build(template: MinutiaeTemplate) -> PackedFinger:
    """Build the cylinders of one finger.

    Args:
        template: 0..255 minutiae; the best 60 by quality are used.  Equal qualities: those
            nearest to the middle of the print first.

    Returns:
        The packed finger; one without cylinders if fewer than three minutiae are near each other,
        which compares as 0.

    Cost: 0.05-0.1 ms and 3-5 KB for 30-60 minutiae.  Thread-safe.
    """
    family = family_of(template.extractor)
    minutiae = _compared(template.minutiae)
    general = _packed(minutiae, GENERAL_TUNING)
    tuning = TUNINGS[family]
    own = general if tuning is GENERAL_TUNING else _packed(minutiae, tuning)
    return PackedFinger(family, own, general)


def _packed(minutiae: NDArray[np.float32], tuning: CylinderTuning) -> NDArray[np.uint8]:
    packed = kernel.build(minutiae, tuning)
    if len(minutiae):
        quality = _QUALITY.pack(float(minutiae[:, 3].mean()))
        packed[_QUALITY_PLACE] = np.frombuffer(quality, np.uint8)
    packed.setflags(write=False)
    return packed


def _compared(minutiae: NDArray[np.float32]) -> NDArray[np.float32]:
    """Choose the minutiae to compare, with y upwards as directions are counter-clockwise."""
    rows = minutiae.copy()
    rows[:, 1] = -rows[:, 1]
    rows[rows[:, 3] == 0, 3] = NEUTRAL_QUALITY
    if len(rows) > MAX_COMPARED_MINUTIAE:
        offset = rows[:, :2] - rows[:, :2].mean(axis=0)
        best = np.lexsort((np.hypot(offset[:, 0], offset[:, 1]), -rows[:, 3]))
        rows = rows[np.sort(best[:MAX_COMPARED_MINUTIAE])]
    return np.ascontiguousarray(rows)
