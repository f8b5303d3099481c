"""Typed calls that make codes of vectors, and say what they cost a probe (vector_codes.c)."""

from __future__ import annotations

import ctypes
from functools import cache

import numpy as np
from numpy.typing import NDArray

from matching.kernels import native
from matching.kernels.native import address

__all__ = [
    "CODE_BITS", "LEADING_BYTES", "SEXTETS", "SIGN_VECTORS", "WIDTHS", "codes", "leading", "tables",
]  # fmt: skip

CODE_BITS = 512
LEADING_BYTES = 15  # VECTOR_ROWS of vector.h, four sextets in three bytes
SEXTETS = 20  # VECTOR_SEXTETS
SIGN_VECTORS = 64  # that a sextet tells apart
WIDTHS = (8, 16, 32)  # coordinates of a group
_CODE = CODE_BITS // 64
_POINTER = ctypes.c_void_p


class _Rows(ctypes.Structure):
    _fields_ = (
        ("count", ctypes.c_int64), ("dimensions", ctypes.c_int64), ("rows", _POINTER),
        ("sources", _POINTER), ("width", ctypes.c_int64),
    )  # fmt: skip


@cache
def _library() -> ctypes.CDLL:
    library = native.load()
    for name, count in (("codes", 3), ("leading", 2), ("tables", 4)):
        call = getattr(library, f"eurodac_vector_{name}")
        call.argtypes, call.restype = [_POINTER] * count, None
    return library


def codes(
    rows: NDArray[np.int8], sources: NDArray[np.int32], masks: NDArray[np.uint64]
) -> NDArray[np.uint64]:
    """Abbreviate rows to the signs of chosen coordinates.

    Args:
        rows: (N, D) int8.
        sources: (512,) int32, coordinate of every bit; -1 for bits that are not used.
        masks: (N, 8) uint64, which bits count; the others alternate, half-way from any code.

    Returns:
        (N, 8) uint64, a bit is set where its coordinate is negative.

    Cost: 0.5 us a row.
    """
    wanted = np.ascontiguousarray(masks, np.uint64)
    if wanted.shape != (len(rows), _CODE):
        raise ValueError("there is one mask of 512 bits per row")
    found = np.empty_like(wanted)
    places = (address(wanted), address(found))
    if sources.shape != (CODE_BITS,):
        raise ValueError(f"a code has {CODE_BITS} sources")
    _library().eurodac_vector_codes(ctypes.byref(_rows_of(rows, sources)), *places)
    return found


def leading(rows: NDArray[np.int8], groups: NDArray[np.int32]) -> NDArray[np.uint8]:
    """Abbreviate rows to the sign vectors that groups of coordinates are most like.

    There are 64 sign vectors: the rows of a Hadamard matrix, those of shorter groups again with
    some signs turned, and their opposites.

    Args:
        rows: (N, D) int8.
        groups: (20, W) int32, coordinates of every group, -1 for none; W is 8, 16 or 32.

    Returns:
        (N, 15) uint8, four sextets in three bytes: the fourth stands in the top bits of the others.

    Cost: 1.5 us a row.
    """
    found = np.empty((len(rows), LEADING_BYTES), np.uint8)
    _library().eurodac_vector_leading(ctypes.byref(_groups_of(rows, groups)), address(found))
    return found


def tables(
    rows: NDArray[np.int8], groups: NDArray[np.int32], z: NDArray[np.float64]
) -> tuple[NDArray[np.uint8], NDArray[np.int32]]:
    """Say what leading codes cost probes: the more, the less a group is like the sign vector.

    Args:
        rows: (Q, D) int8.
        groups: As of the references.
        z: (Q,) float64, deviations below the mean cost of strangers that a reference must lie.

    Returns:
        (Q, 20, 64) uint8 costs, and (Q,) int32 costs that pass; below zero nobody does. Probes
        whose groups are zeros let everybody pass.

    Cost: 5 us a probe.
    """
    deviations = np.ascontiguousarray(z, np.float64)
    if deviations.shape != (len(rows),):
        raise ValueError("there is one z per probe")
    costs, cuts = (
        np.empty((len(rows), SEXTETS, SIGN_VECTORS), np.uint8),
        np.empty(len(rows), np.int32),
    )
    places = [address(array) for array in (deviations, costs, cuts)]
    _library().eurodac_vector_tables(ctypes.byref(_groups_of(rows, groups)), *places)
    return costs, cuts


def _groups_of(rows: NDArray[np.int8], groups: NDArray[np.int32]) -> _Rows:
    """Rows and the groups of their coordinates as the kernel takes them."""
    if groups.ndim != 2 or len(groups) != SEXTETS or groups.shape[1] not in WIDTHS:
        raise ValueError(f"there are {SEXTETS} groups of 8, 16 or 32 coordinates")
    return _rows_of(rows, groups)


def _rows_of(rows: NDArray[np.int8], sources: NDArray[np.int32]) -> _Rows:
    """Rows as the kernel takes them; the caller keeps the arrays while it runs."""
    if rows.dtype != np.int8 or sources.dtype != np.int32:
        raise ValueError("rows are int8 and sources int32")
    if not (rows.flags.c_contiguous and sources.flags.c_contiguous):
        raise ValueError("rows and sources must be C-contiguous")
    if sources.max() >= rows.shape[1]:
        raise ValueError("a source lies beyond the coordinates of a row")
    return _Rows(*rows.shape, address(rows), address(sources), sources.shape[-1])
