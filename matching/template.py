"""Validated, immutable templates: the values the matcher compares.

Conventions (ISO/IEC 19794-2:2005): x to the right and y downwards in pixels at 500 dpi, origin in
the top left corner; angle in radians, counter-clockwise from the x axis as seen on the image;
finger positions 1..10 from right thumb to left little finger.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from matching.errors import TemplateError

__all__ = ["MAX_MINUTIAE", "FaceTemplate", "FingerPosition", "FingerSet", "MinutiaeTemplate"]

_UNIT = 1e-3  # how far the length of a face vector may be from one
MAX_MINUTIAE = 255  # the count of an ISO/IEC 19794-2:2005 finger view is one byte


class FingerPosition(IntEnum):
    """Finger positions of ISO/IEC 19794-2:2005, table 2 (the same codes as ANSI/NIST-ITL)."""

    RIGHT_THUMB = 1
    RIGHT_INDEX = 2
    RIGHT_MIDDLE = 3
    RIGHT_RING = 4
    RIGHT_LITTLE = 5
    LEFT_THUMB = 6
    LEFT_INDEX = 7
    LEFT_MIDDLE = 8
    LEFT_RING = 9
    LEFT_LITTLE = 10


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class MinutiaeTemplate:
    """The minutiae of one impression of one finger.

    Args:
        minutiae: (N, 4) float32, 0 <= N <= 255; columns x and y in pixels at 500 dpi (0..65535,
            y downwards), angle in radians (0 <= a < 2 pi), quality 0..1.
        kinds: (N,) uint8; 0 other, 1 ridge ending, 2 bifurcation.
        extractor: Name and version of what made it, e.g. ``"mindtct/1"``.

    Raises:
        TemplateError: shape, dtype, count or a value is out of range, or not finite.
    """

    minutiae: NDArray[np.float32]
    kinds: NDArray[np.uint8]
    extractor: str

    def __post_init__(self) -> None:
        rows, kinds = self.minutiae, self.kinds
        if rows.ndim != 2 or rows.shape[1] != 4 or rows.dtype != np.float32:
            raise TemplateError(
                "template_shape", f"minutiae must be (N, 4) float32, not {rows.shape} {rows.dtype}"
            )
        if kinds.shape != (len(rows),) or kinds.dtype != np.uint8:
            raise TemplateError(
                "template_shape", f"kinds must be ({len(rows)},) uint8, not {kinds.shape}"
            )
        if len(rows) > MAX_MINUTIAE:
            raise TemplateError(
                "template_too_many", f"{len(rows)} minutiae; at most {MAX_MINUTIAE} are allowed"
            )
        if not np.isfinite(rows).all():
            raise TemplateError("template_range", "minutiae contain a value that is not finite")
        x, y, angle, quality = rows.T
        in_range = (
            (x >= 0).all() and (x <= 65535).all() and (y >= 0).all() and (y <= 65535).all()
        ) and ((angle >= 0).all() and (angle < 2 * np.pi).all())
        if not in_range or (quality < 0).any() or (quality > 1).any() or (kinds > 2).any():
            raise TemplateError(
                "template_range",
                "a minutia is out of range: x, y 0..65535, angle 0..2 pi, quality 0..1, kind 0..2",
            )
        rows.setflags(write=False)
        kinds.setflags(write=False)

    def __len__(self) -> int:
        return len(self.minutiae)

    def __repr__(self) -> str:
        return f"MinutiaeTemplate({len(self)} minutiae, {self.extractor})"


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class FingerSet:
    """The usable fingers of one capture of one person, at known positions.

    Args:
        fingers: Position -> template; zero to ten positions, missing fingers left out.
    """

    fingers: Mapping[FingerPosition, MinutiaeTemplate] = field(default_factory=dict)

    def __post_init__(self) -> None:
        ordered = {FingerPosition(p): self.fingers[p] for p in sorted(self.fingers)}
        object.__setattr__(self, "fingers", MappingProxyType(ordered))

    def __len__(self) -> int:
        return len(self.fingers)

    def __repr__(self) -> str:
        return f"FingerSet({len(self)} fingers)"


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class FaceTemplate:
    """What an embedder makes of one face: a direction; nothing of the image can be read from it.

    Args:
        vector: (D,) float32 of length one, 16 <= D <= 4096; copied.
        model: Name and version of what made it, e.g. ``"dlib-resnet/1"``; only templates of one
            model can be compared.

    Raises:
        TemplateError: ``template_shape`` - another shape or dtype; ``template_range`` - a value is
            not finite, or the length is not one (zero and denormal vectors have no direction).
    """

    vector: NDArray[np.float32]
    model: str

    def __post_init__(self) -> None:
        vector = self.vector
        if vector.ndim != 1 or not 16 <= len(vector) <= 4096 or vector.dtype != np.float32:
            raise TemplateError(
                "template_shape",
                f"a face vector must be (16..4096,) float32, not {vector.shape} {vector.dtype}",
            )
        length = float(np.linalg.norm(vector.astype(np.float64)))
        if not abs(length - 1.0) <= _UNIT:  # also false for a value that is not finite
            raise TemplateError(
                "template_range", f"a face vector must have length one, not {length:g}"
            )
        own = vector.copy()
        own.setflags(write=False)
        object.__setattr__(self, "vector", own)

    def __len__(self) -> int:
        return len(self.vector)

    def __repr__(self) -> str:
        return f"FaceTemplate({len(self)} values, {self.model})"
