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
from matching.kernels.native import Level, aligned, level
from matching.parameters import CylinderTuning

__all__ = [
    "MAX_KERNEL_MINUTIAE",
    "POSITIONS",
    "Mode",
    "build_many",
    "compare",
    "compare_sets",
]

MAX_KERNEL_MINUTIAE = 128  # FINGER_MAX_MINUTIAE of fingerprint.h
POSITIONS = 10  # FINGER_POSITIONS


class Mode(IntEnum):
    """LOCAL sums the most similar cylinder pairs; RELAXED lets them support each other first."""

    LOCAL = 0
    RELAXED = 1


@cache
def _library() -> ctypes.CDLL:
    library = native.load()
    pointer, integer, long = ctypes.c_void_p, ctypes.c_int, ctypes.c_int64
    library.eurodac_finger_prepare.argtypes = [pointer, ctypes.c_uint32, pointer]
    library.eurodac_finger_build.argtypes = [
        pointer, pointer, pointer, long, integer, pointer, pointer,
    ]  # fmt: skip
    library.eurodac_finger_build.restype = long
    library.eurodac_finger_compare.argtypes = [
        pointer, pointer, pointer, long, integer, integer, pointer,
    ]  # fmt: skip
    library.eurodac_finger_compare.restype = None
    library.eurodac_finger_compare_sets.argtypes = [
        pointer, integer, pointer, pointer, long, integer, pointer,
    ]  # fmt: skip
    library.eurodac_finger_compare_sets.restype = None
    return library


@cache
def _model(tuning: CylinderTuning) -> NDArray[np.uint8]:
    """Tables of a tuning; made once, read-only afterwards."""
    library = _library()
    values = np.array(astuple(tuning)[1:], np.float32)
    model = aligned(int(library.eurodac_finger_model_bytes()))
    if library.eurodac_finger_prepare(values.ctypes.data, tuning.number, model.ctypes.data) < 0:
        raise KernelError(
            "kernel_tuning", f"the kernels cannot hold tuning {tuning.number}; see fits() there"
        )
    model.setflags(write=False)
    return model


@cache
def _models(tunings: tuple[CylinderTuning, ...]) -> NDArray[np.uintp]:
    return np.array([_model(tuning).ctypes.data for tuning in tunings], np.uintp)


def build_many(
    blobs: Sequence[bytes], tuning: CylinderTuning, *, at: Level = Level.AUTO
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Build the packed cylinders of many fingers, one after the other in one array.

    Args:
        blobs: Compact minutiae (``matching/fingerprint/compact.py``), at most 128 each.
        tuning: Parameters; only fingers of one tuning can be compared.
        at: Instruction set.

    Returns:
        The packed fingers of fingerprint.h, each at a multiple of 64, and (N + 1,) where each
        begins and the last ends; 64 bytes a finger and 512 for each 8 cylinders.

    Raises:
        KernelError: a blob is no compact minutiae, or this machine lacks the level.

    Cost: 0.02 ms a finger of 50 minutiae with AVX-512.  Thread-safe, releases the GIL.
    """
    sizes = np.fromiter(map(len, blobs), np.int64, len(blobs))
    # Room for every minutia of every finger, whatever a header says.
    blocks = (np.minimum(sizes // 6, MAX_KERNEL_MINUTIAE) + 7) // 8
    room = aligned(int(64 * len(blobs) + 512 * blocks.sum()))
    starts = np.zeros(len(blobs) + 1, np.int64)
    joined = np.frombuffer(b"".join(blobs), np.uint8)
    used = int(
        _library().eurodac_finger_build(
            _model(tuning).ctypes.data, joined.ctypes.data, sizes.ctypes.data, len(blobs),
            int(level(at)), room.ctypes.data, starts.ctypes.data,
        )
    )  # fmt: skip
    if used < 0:
        raise KernelError(
            "kernel_minutiae", f"finger {-1 - used} is not compact minutiae; encode it again"
        )
    return room[:used], starts


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
        probe: Address of a packed finger made by ``build_many`` with this tuning, kept alive.
        references: Addresses likewise.
        tuning: Parameters of all of them.
        mode: Which score.
        at: Instruction set.

    Returns:
        (len(references),) float32, 0..1; 0 if either finger has no cylinder.

    Raises:
        KernelError: this machine lacks the level.

    Cost: about 0.008 ms a pair with AVX-512.  Thread-safe, releases the GIL.
    """
    pointers = np.fromiter(references, np.uintp, len(references))
    scores = np.zeros(len(pointers), np.float32)
    _library().eurodac_finger_compare(
        _model(tuning).ctypes.data, probe, pointers.ctypes.data, len(pointers), int(mode),
        int(level(at)), scores.ctypes.data,
    )  # fmt: skip
    return scores


def compare_sets(
    probe: int,
    references: Sequence[int],
    tunings: tuple[CylinderTuning, ...],
    *,
    at: Level = Level.AUTO,
) -> NDArray[np.float32]:
    """Compare the fingers of one person with those of many, in one call.

    Args:
        probe: Address of a ``finger_set``: ten packed fingers of the own tunings, then ten of the
            general one, 0 where missing; kept alive.
        references: Addresses likewise.
        tunings: Parameters of all of them.
        at: Instruction set.

    Returns:
        (len(references), 10) float32: scores of ``compare`` by position, NaN where either side
        lacks the finger.  Fingers of one tuning are compared with it, others with the general one.

    Raises:
        KernelError: this machine lacks the level.

    Cost: as ``compare`` per finger.  Thread-safe, releases the GIL:
    several threads may each take a range of the references.
    """
    pointers = np.fromiter(references, np.uintp, len(references))
    scores = np.zeros((len(pointers), POSITIONS), np.float32)
    models = _models(tunings)
    _library().eurodac_finger_compare_sets(
        models.ctypes.data, len(models), probe, pointers.ctypes.data, len(pointers),
        int(level(at)), scores.ctypes.data,
    )  # fmt: skip
    return scores
