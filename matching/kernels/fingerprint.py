"""Typed calls of the compiled fingerprint kernels (fingerprint.h, fingerprint.c)."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from dataclasses import astuple
from enum import IntEnum
from functools import cache

import numpy as np
from numpy.typing import NDArray

from matching.errors import KernelError
from matching.kernels import native
from matching.parameters import CylinderTuning

__all__ = ["MAX_KERNEL_MINUTIAE", "Level", "Mode", "aligned", "build", "compare", "level"]

MAX_KERNEL_MINUTIAE = 128  # FINGER_MAX_MINUTIAE of fingerprint.h
_ALIGNMENT = 64  # bytes: one cache line, one AVX-512 register


class Level(IntEnum):
    """Instruction sets a call may be held to; AUTO takes the best of this machine."""

    AUTO = 0
    PORTABLE = 1
    AVX2 = 2
    AVX512 = 3


class Mode(IntEnum):
    """LOCAL sums the most similar cylinder pairs; RELAXED lets them support each other first."""

    LOCAL = 0
    RELAXED = 1


def aligned(size: int) -> NDArray[np.uint8]:
    """Return ``size`` zero bytes that start at a multiple of 64."""
    block = np.zeros(size + _ALIGNMENT, np.uint8)
    start = -block.ctypes.data % _ALIGNMENT
    return block[start : start + size]


@cache
def _library() -> ctypes.CDLL:
    library = native.load()
    pointer, integer = ctypes.c_void_p, ctypes.c_int
    library.eurodac_finger_prepare.argtypes = [pointer, ctypes.c_uint32, pointer]
    library.eurodac_finger_prepare.restype = None
    library.eurodac_finger_build.argtypes = [pointer, pointer, integer, integer, pointer]
    library.eurodac_finger_compare.argtypes = [
        pointer, pointer, pointer, ctypes.c_int64, integer, integer, pointer,
    ]  # fmt: skip
    library.eurodac_finger_compare.restype = None
    return library


@cache
def _model(tuning: CylinderTuning) -> NDArray[np.uint8]:
    """Tables of a tuning; made once, read-only afterwards."""
    library = _library()
    values = np.array(astuple(tuning)[1:], np.float32)
    model = aligned(int(library.eurodac_finger_model_bytes()))
    library.eurodac_finger_prepare(values.ctypes.data, tuning.number, model.ctypes.data)
    model.setflags(write=False)
    return model


def level(wanted: Level = Level.AUTO) -> Level:
    """Say at which level a call runs.

    Raises:
        KernelError: this machine lacks the wanted level.
    """
    found = int(_library().eurodac_finger_level(int(wanted)))
    if found < 0:
        raise KernelError("kernel_level", f"this machine cannot run {wanted.name}; use AUTO")
    return Level(found)


def build(
    minutiae: NDArray[np.float32], tuning: CylinderTuning, *, at: Level = Level.AUTO
) -> NDArray[np.uint8]:
    """Build the packed cylinders of one finger.

    Args:
        minutiae: (N, 4) float32 C-contiguous, N <= 128; x, y (upwards), direction, quality 0..1.
        tuning: Parameters; only fingers of one tuning can be compared.
        at: Instruction set.

    Returns:
        The packed finger of fingerprint.h, starting at a multiple of 64; at most 10 KB.

    Raises:
        ValueError: the minutiae have another shape, type or order in memory.
        KernelError: this machine lacks the level.

    Cost: 0.05 ms for 50 minutiae with AVX-512.  Thread-safe, releases the GIL.
    """
    rows = minutiae
    if rows.ndim != 2 or rows.shape[1] != 4 or rows.dtype != np.float32:
        raise ValueError(f"minutiae must be (N, 4) float32, not {rows.shape} {rows.dtype}")
    if len(rows) > MAX_KERNEL_MINUTIAE or not rows.flags.c_contiguous:
        raise ValueError(f"minutiae must be C-contiguous and at most 128, not {len(rows)}")
    library, model = _library(), _model(tuning)
    room = aligned(int(library.eurodac_finger_max_bytes()))
    used = int(
        library.eurodac_finger_build(
            model.ctypes.data, rows.ctypes.data, len(rows), int(level(at)), room.ctypes.data
        )
    )
    packed = aligned(used)
    packed[:] = room[:used]
    return packed


def compare(
    probe: int,
    references: Sequence[int],
    tuning: CylinderTuning,
    *,
    mode: Mode = Mode.RELAXED,
    at: Level = Level.AUTO,
) -> NDArray[np.float32]:
    """Compare one packed finger with many, in one call.

    Args:
        probe: Address of a packed finger made by ``build`` with this tuning, kept alive.
        references: Addresses likewise.
        tuning: Parameters of all of them.
        mode: Which score.
        at: Instruction set.

    Returns:
        (len(references),) float32, 0..1; 0 if either finger has no cylinder.

    Raises:
        KernelError: this machine lacks the level.

    Cost: about 0.01 ms a pair with AVX-512.  Thread-safe, releases the GIL.
    """
    pointers = np.fromiter(references, np.uintp, len(references))
    scores = np.zeros(len(pointers), np.float32)
    _library().eurodac_finger_compare(
        _model(tuning).ctypes.data,
        probe,
        pointers.ctypes.data,
        len(pointers),
        int(mode),
        int(level(at)),
        scores.ctypes.data,
    )
    return scores
