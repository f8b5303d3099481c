"""Typed call of the compiled pair histogram (sketch.h, sketch.c)."""

from __future__ import annotations

import ctypes
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matching.kernels import native
from matching.kernels.native import Level, level
from matching.parameters import (
    NEUTRAL_QUALITY,
    SKETCH_MIN_DISTANCE,
    SKETCH_QUALITY_EXPONENT,
    SKETCH_REACH,
)

__all__ = ["CELLS", "cells"]

CELLS = 936  # 12 distances x 78 unordered pairs of 12 directions


@cache
def _library() -> Any:
    library = native.load()
    pointer, integer = ctypes.c_void_p, ctypes.c_int
    library.eurodac_sketch_cells.argtypes = [
        pointer, pointer, pointer, ctypes.c_int64, integer, pointer,
    ]  # fmt: skip
    return library


def cells(
    minutiae: NDArray[np.float32], counts: NDArray[np.int64], *, at: Level = Level.AUTO
) -> NDArray[np.float32]:
    """Describe fingers by their close pairs of minutiae.

    Args:
        minutiae: (M, 4) float32 C-contiguous; x, y (downwards) in pixels, direction 0..2 pi,
            quality 0..1; the rows of all fingers, one finger after the other.
        counts: (N,) int64, 0..255 rows each, M together.
        at: Instruction set.

    Returns:
        (N, 936) float32, not negative, unit length, or all zero where no two minutiae are 6..120
        pixels apart.  The same on every instruction set.

    Raises:
        ValueError: shapes, types or counts do not fit.
        KernelError: this machine lacks the level.

    Cost: 0.01 ms for 50 minutiae.  Thread-safe, releases the GIL.
    """
    if minutiae.ndim != 2 or minutiae.shape[1] != 4 or minutiae.dtype != np.float32:
        raise ValueError(f"minutiae must be (M, 4) float32, not {minutiae.shape} {minutiae.dtype}")
    if counts.ndim != 1 or counts.dtype != np.int64 or not minutiae.flags.c_contiguous:
        raise ValueError("counts must be (N,) int64, and minutiae in C order")
    if len(counts) and not 0 <= counts.min() <= counts.max() <= 255:
        raise ValueError("a finger has fewer than 0 or more than 255 minutiae")
    ends = np.cumsum(counts)
    if len(minutiae) != (int(ends[-1]) if len(ends) else 0):
        raise ValueError(f"{len(minutiae)} minutiae, but the counts add up to another number")
    parameters = np.array(
        [SKETCH_MIN_DISTANCE, SKETCH_REACH, SKETCH_QUALITY_EXPONENT, NEUTRAL_QUALITY],
        np.float32,
    )
    found = np.empty((len(counts), CELLS), np.float32)
    _library().eurodac_sketch_cells(
        parameters.ctypes.data, minutiae.ctypes.data, ends.ctypes.data, len(counts),
        int(level(at)), found.ctypes.data,
    )  # fmt: skip
    return found
