"""What the scan reads: the references in columns, and a probe.  ``scan.py`` explains the arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matching.kernels.native import aligned

__all__ = [
    "BLOCK",
    "FINGERS",
    "LEADING_BITS",
    "MAX_PROBES",
    "MAX_ROW_SUMS",
    "MAX_WEIGHT",
    "NEVER",
    "PLANES",
    "ROW_GROUPS",
    "TILE",
    "WORDS",
    "CodeProbe",
    "Columns",
    "Probe",
    "check_array",
    "transpose",
]

FINGERS = 10
LEADING_BITS = 128
BLOCK, TILE = 64, 512  # references
MAX_PROBES = 8  # per pass
NEVER = 65535  # distance of a reference that is not permitted
MAX_WEIGHT = 15
PLANES, WORDS = 3, 8  # of the code of a finger: signs and sizes of 512 values
ROW_GROUPS = ((0, 48), (48, 96), (96, 128))
"""Coordinates of a finger whose magnitudes are added up in one byte."""
MAX_ROW_SUMS = 255
"""Most that the magnitudes of one of these groups may add up to."""


@dataclass(frozen=True, slots=True, eq=False)
class Probe:
    """What is looked for in one array: every coordinate with its weight.

    Args:
        weights: (10, B) int8, -15..15, B a multiple of 64; positive wants the bit set, and its
            magnitude is the distance where it is not.  A finger of zeros is not looked for.
        neutral: (10,) uint32, distance of a reference that lacks the finger, 0..65535 / 10.
    """

    weights: NDArray[np.int8]
    neutral: NDArray[np.uint32]

    def __post_init__(self) -> None:
        weights, neutral = self.weights, self.neutral
        if weights.ndim != 2 or weights.dtype != np.int8 or weights.shape[0] != FINGERS:
            raise ValueError(f"weights must be (10, B) int8, not {weights.shape} {weights.dtype}")
        if weights.shape[1] % 64 or not 64 <= weights.shape[1] <= 512:
            raise ValueError(f"{weights.shape[1]} bits per finger; multiples of 64 up to 512")
        if neutral.shape != (FINGERS,) or neutral.dtype != np.uint32:
            raise ValueError(f"neutral must be (10,) uint32, not {neutral.shape} {neutral.dtype}")
        if np.abs(weights.astype(np.int16)).max() > MAX_WEIGHT or neutral.max() > 6000:
            raise ValueError("a weight lies outside -15..15 or a neutral distance above 6000")


@dataclass(frozen=True, slots=True, eq=False)
class CodeProbe:
    """What is looked for in codes: how much every value counts.

    Args:
        weights: (10, 512) int8, -15..15, with the sign of the probe's value.  A finger of zeros is
            not looked for.
        neutral: (10,) int32, likeness of a reference that lacks the finger.
    """

    weights: NDArray[np.int8]
    neutral: NDArray[np.int32]

    def __post_init__(self) -> None:
        check_array("weights", self.weights, (FINGERS, WORDS * 64), np.int8)
        check_array("neutral", self.neutral, (FINGERS,), np.int32)
        if np.abs(self.weights.astype(np.int16)).max() > MAX_WEIGHT:
            raise ValueError("a weight lies outside -15..15")


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """The arrays of a scan; see the module.  Plain memory: share, map or copy them as you like."""

    leading: NDArray[np.uint8]
    presence: NDArray[np.uint64]
    enrolled: NDArray[np.uint64]
    attributes: NDArray[np.uint64]
    strengths: NDArray[np.uint8]

    def __post_init__(self) -> None:
        blocks = len(self.enrolled)
        shapes: dict[str, tuple[tuple[int, ...], type[np.generic]]] = {
            "leading": ((blocks // 8, FINGERS, 8, 16, BLOCK), np.uint8),
            "presence": ((blocks, FINGERS), np.uint64),
            "enrolled": ((blocks // 8 * 8,), np.uint64),
            "attributes": ((blocks * BLOCK,), np.uint64),
            "strengths": ((blocks * BLOCK,), np.uint8),
        }
        for name, (shape, kind) in shapes.items():
            check_array(name, getattr(self, name), shape, kind)

    @classmethod
    def empty(cls, capacity: int) -> Columns:
        """Allocate room for at least this many references, nobody enrolled; 171 bytes each."""
        tiles = max(1, -(-capacity // TILE))
        return cls(
            aligned(tiles * TILE * FINGERS * 16).reshape(tiles, FINGERS, 8, 16, BLOCK),
            np.zeros((tiles * 8, FINGERS), np.uint64),
            np.zeros(tiles * 8, np.uint64),
            np.zeros(tiles * TILE, np.uint64),
            np.zeros(tiles * TILE, np.uint8),
        )

    def __len__(self) -> int:
        """How many references there is room for."""
        return len(self.attributes)

    def write(
        self,
        reference: int,
        bits: NDArray[np.uint64],
        *,
        present: Sequence[bool],
        attributes: int,
        strength: int = 0,
    ) -> None:
        """Enrol or replace one reference in place.

        Args:
            reference: 0..len - 1.
            bits: (10, 2) uint64, the leading 128 bits of every finger, position 1 first.
            present: Ten times whether the finger is there; the bits of others are not kept.
            attributes: 64-bit attribute word.
            strength: Of all its fingers, 0..255.

        Cost: 10 us.  Not to be called while the same reference is being written.
        """
        there = np.array(present, bool)
        kept = np.where(there[:, None], bits, np.uint64(0)).view(np.uint8)
        tile, block, lane = reference // TILE, reference // BLOCK, reference % BLOCK
        bit = np.uint64(1 << lane)
        # Not enrolled while half written: a search that runs meanwhile must not see a mixture.
        self.enrolled[block] &= ~bit
        self.leading[tile, :, block % 8, :, lane] = kept
        self.presence[block] &= ~bit
        self.presence[block, there] |= bit
        self.attributes[reference] = attributes
        self.strengths[reference] = strength
        self.enrolled[block] |= bit

    def wipe(self, reference: int) -> None:
        """Erase one reference: every byte of it in these columns is overwritten with zero.

        Arrays of further bits are the caller's to overwrite.
        """
        nothing = np.zeros((FINGERS, 2), np.uint64)
        self.write(reference, nothing, present=[False] * FINGERS, attributes=0)
        self.enrolled[reference // BLOCK] &= ~np.uint64(1 << reference % BLOCK)


def transpose(bits: NDArray[np.uint64]) -> NDArray[np.uint8]:
    """Bring many references into the layout of ``leading``.

    Args:
        bits: (N, 10, 2) uint64, N a multiple of 512; absent fingers zero.

    Returns:
        (N / 512, 10, 8, 16, 64) uint8.
    """
    rows = np.ascontiguousarray(bits).view(np.uint8).reshape(-1, 8, BLOCK, FINGERS, 16)
    return np.ascontiguousarray(rows.transpose(0, 3, 1, 4, 2))


def check_array(
    name: str, array: NDArray[Any], shape: tuple[int, ...], kind: type[np.generic]
) -> None:
    """Refuse an array of another shape, type or order in memory.

    Raises:
        ValueError: it does not fit.
    """
    if array.shape != shape or array.dtype != kind or not array.flags.c_contiguous:
        raise ValueError(
            f"{name} must be {shape} {np.dtype(kind)} in C order, not {array.shape} {array.dtype}"
        )
