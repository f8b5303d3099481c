"""Minutiae -> bit cylinders, in the packed form that the kernels compare."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from matching.calibrated import Evidence
from matching.errors import CodecError, KernelError, TemplateError
from matching.fingerprint import compact
from matching.kernels import fingerprint as kernel
from matching.parameters import (
    GENERAL_TUNING,
    NEUTRAL_QUALITY,
    TUNINGS,
    CylinderTuning,
    MinutiaeFamily,
)
from matching.template import MinutiaeTemplate

__all__ = ["PackedFinger", "build", "build_many"]

# finger_header: format, tuning, cylinders, blocks, bytes, unit, quality
_HEADER = struct.Struct("=2I3i2f")
_HEADER_BYTES = 64  # its size with the reserve, and the alignment of every part
_BLOCK_BYTES = 512  # eight cylinders
_UNITS = (0.25, 0.5, 1.0)  # pixels
_FORMAT = 0x32435946  # FINGER_FORMAT: "FYC2"


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class PackedFinger:
    """The cylinders of one finger, ready to compare; made by ``build``.

    Args:
        family: Which extractor the minutiae come from.
        own: Read-only uint8, 64-byte aligned, layout of kernels/fingerprint.h (format, tuning and
            length stand in its header), with the tuning of the family; 64 bytes and 512 for each
            eight cylinders, at most 8.3 KB.
        general: The same with GENERAL_TUNING, for comparisons across families; the same array
            unless the family has a tuning of its own.
        evidence: How much the finger has to say; read from ``own``.
        addresses: Where ``own`` and ``general`` start; valid while the finger lives.

    Raises:
        TemplateError: an array is not what ``build`` makes; the kernels trust what they read.
    """

    family: MinutiaeFamily
    own: NDArray[np.uint8]
    general: NDArray[np.uint8]
    evidence: Evidence = field(init=False)
    addresses: tuple[int, int] = field(init=False)

    def __post_init__(self) -> None:
        evidence, general = _checked(self.general, GENERAL_TUNING)
        own = general
        if self.own is not self.general:
            evidence, own = _checked(self.own, TUNINGS[self.family])
        elif TUNINGS[self.family] is not GENERAL_TUNING:
            raise _damaged()
        object.__setattr__(self, "evidence", evidence)
        object.__setattr__(self, "addresses", (own, general))

    def __repr__(self) -> str:
        return f"PackedFinger({self.family}, {self.own.nbytes} bytes)"


def _checked(packed: NDArray[np.uint8], tuning: CylinderTuning) -> tuple[Evidence, int]:
    """Refuse bytes that the kernels would misread; what the finger has to say, and its address."""
    address = int(packed.ctypes.data)
    sound = packed.dtype == np.uint8 and packed.ndim == 1 and packed.nbytes >= _HEADER_BYTES
    if sound:
        form, number, count, blocks, size, unit, quality = _HEADER.unpack_from(packed.data)
        sound = (
            (form, number, size) == (_FORMAT, tuning.number, packed.nbytes)
            and 0 <= count <= kernel.MAX_KERNEL_MINUTIAE
            and blocks == -(-count // 8)
            and unit in _UNITS
            and size == _HEADER_BYTES + _BLOCK_BYTES * blocks
            and packed.flags.c_contiguous
            and address % _HEADER_BYTES == 0
        )
    if not sound:
        raise _damaged()
    return Evidence(count, quality or NEUTRAL_QUALITY), address


def _damaged() -> TemplateError:
    return TemplateError(
        "packed_finger", "packed cylinders are damaged or of another version; build them again"
    )


def build(template: MinutiaeTemplate) -> PackedFinger:
    """Build the cylinders of one finger.

    Args:
        template: 0..255 minutiae; see ``compact.encode`` for those that are used.

    Returns:
        The packed finger; one without cylinders if fewer than three minutiae are near each other,
        which compares as 0.

    Cost: 0.1 ms and 2-4 KB for 30-60 minutiae, most of it to encode them.  Thread-safe.
    """
    return build_many([compact.encode(template)])[0]


def build_many(blobs: Sequence[bytes]) -> list[PackedFinger]:
    """Build the cylinders of many fingers from compact minutiae.

    Args:
        blobs: What ``compact.encode`` made, of any families.

    Returns:
        One packed finger each, in order; they share their memory, so it lives as long as any.

    Raises:
        CodecError: a blob is of another format or version, or damaged.

    Cost: 0.02 ms a finger; a family with its own tuning costs twice.  Thread-safe, and the
    GIL is released in between.
    """
    families = [compact.stated_family(blob) for blob in blobs]
    general = _packed(blobs, GENERAL_TUNING)
    own = list(general)
    for family in set(families):
        tuning = TUNINGS[family]
        if tuning is not GENERAL_TUNING:
            chosen = [i for i, other in enumerate(families) if other is family]
            for i, packed in zip(chosen, _packed([blobs[i] for i in chosen], tuning), strict=True):
                own[i] = packed
    return list(map(PackedFinger, families, own, general))


def _packed(blobs: Sequence[bytes], tuning: CylinderTuning) -> list[NDArray[np.uint8]]:
    try:
        packed, starts = kernel.build_many(blobs, tuning)
    except KernelError as error:
        if error.code != "kernel_minutiae":
            raise
        raise CodecError("compact_minutiae", "compact minutiae are damaged") from error
    bounds = starts.tolist()
    parts = [packed[begin:end] for begin, end in pairwise(bounds)]
    for part in parts:
        part.setflags(write=False)
    return parts
