"""Typed calls of the compiled fingerprint kernels (fingerprint.h, fingerprint.c)."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from dataclasses import astuple, dataclass
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
    "Judgement",
    "Mode",
    "build_many",
    "compare",
    "compare_sets",
    "reaching",
    "reaching_sets",
]

MAX_KERNEL_MINUTIAE = 128  # FINGER_MAX_MINUTIAE of fingerprint.h
POSITIONS = 10  # FINGER_POSITIONS
_STORED_HEAD = 2  # FINGER_STORED_HEAD


class Mode(IntEnum):
    """LOCAL sums the most similar cylinder pairs; RELAXED lets them support each other first."""

    LOCAL = 0
    RELAXED = 1


@dataclass(frozen=True, slots=True)
class Judgement:
    """How similarities make a person score; by family: unknown or different, MINDTCT, LEADER.

    Args:
        tunings: That two fingers of a family are compared with.
        calibrations: ``centre``, ``spread``, ``intercept``, ``slope``, ``tilt``, ``gain``,
            ``lowest`` and ``highest`` of ``matching.calibrated.Calibration``, then 1 if the
            covariate is the quality, else 0.
        against: (11) weights of what speaks against, by the number of common fingers.
        neutral: Quality of a finger of which none is known, 0..1.
    """

    tunings: tuple[CylinderTuning, ...]
    calibrations: tuple[tuple[float, ...], ...]
    against: tuple[float, ...]
    neutral: float


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """In which order fingers are compared, and when a reference is given up.

    Args:
        order: (N, 10) uint8, positions 0..9 of each reference, the first to be compared first.
        least: (11, 10) float64, by the number of fingers in common, 0..10: the score that must be
            reached after 1..10 of them, where both sides of every finger are of one known family.
        floor: Person score that must be possible, natural-log likelihood ratio.
    """

    order: NDArray[np.uint8]
    least: NDArray[np.float64]
    floor: float


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
    library.eurodac_finger_reach.argtypes = [
        pointer, pointer, pointer, long, long, long, pointer, pointer, ctypes.c_double, integer,
        pointer, pointer,
    ]  # fmt: skip
    library.eurodac_finger_reach.restype = long
    library.eurodac_finger_reach_sets.argtypes = [
        pointer, pointer, pointer, long, ctypes.c_double, integer, pointer,
    ]  # fmt: skip
    library.eurodac_finger_reach_sets.restype = long
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


@cache
def _judge(judgement: Judgement) -> NDArray[np.void]:
    """The ``finger_judgement`` of fingerprint.h."""
    families = len(judgement.tunings)
    layout = [("models", np.uintp, families), ("calibrations", float, (families, 9))]
    judge = np.zeros(1, [*layout, ("against", float, POSITIONS + 1), ("neutral", float)])
    judge["models"] = _models(judgement.tunings)
    judge["calibrations"], judge["against"] = judgement.calibrations, judgement.against
    judge["neutral"] = judgement.neutral
    return judge


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

    Cost: 0.01 ms a finger of 50 minutiae with AVX-512.  Thread-safe, releases the GIL.
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
            general one, 0 where missing, then ten bytes for their families as in compact minutiae,
            which are not read here; kept alive.
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


def reaching(
    probe: int,
    stored: NDArray[np.uint8],
    *,
    judgement: Judgement,
    course: Course,
    at: Level = Level.AUTO,
) -> NDArray[np.bool_]:
    """Tell which stored people can reach a person score; strangers are given up early.

    Args:
        probe: Address of a ``finger_set`` as for ``compare_sets``, with its families.
        stored: (N, 10, S) uint8, the fingers of a person side by side: size as two bytes, little
            endian, 0 if missing, then compact minutiae without their first three bytes.
        judgement: How person scores are made.
        course: In which order, and when to stop.
        at: Instruction set.

    Returns:
        (N,) bool: False only if the person score is below the floor, but for rounding (1e-6), or
        if ``least`` of the course says so.

    Raises:
        ValueError: the fingers are of another shape or do not lie side by side, or the course is
            of other people.
        KernelError: minutiae are damaged, or this machine lacks the level.

    Cost: 0.015 ms a finger.  Fingers are rebuilt one after the other, until those that are left
    cannot make up for what is known: of ten fingers of a stranger seven at a floor of 20, nine at
    10.  Thread-safe, releases the GIL.
    """
    if stored.ndim != 3 or stored.shape[1] != POSITIONS or stored.dtype != np.uint8:
        raise ValueError(f"stored fingers are (N, 10, S) uint8, not {stored.shape} {stored.dtype}")
    count, _, room = stored.shape
    if count and (room < _STORED_HEAD or stored.strides[1:] != (room, 1)):
        raise ValueError("the stored fingers of a person must lie side by side")
    if course.order.shape != (count, POSITIONS) or course.order.dtype != np.uint8:
        raise ValueError(f"the order is (N, 10) uint8, not {course.order.shape}")
    if course.least.shape != (POSITIONS + 1, POSITIONS) or course.least.dtype != np.float64:
        raise ValueError(f"the least scores are (11, 10) float64, not {course.least.shape}")
    order, least = np.ascontiguousarray(course.order), np.ascontiguousarray(course.least)
    near = np.zeros(count, np.uint8)
    scratch = aligned(64 + 64 * MAX_KERNEL_MINUTIAE)
    failed = -1 - int(
        _library().eurodac_finger_reach(
            _judge(judgement).ctypes.data, probe, stored.ctypes.data, stored.strides[0], room,
            count, order.ctypes.data, least.ctypes.data, course.floor, int(level(at)),
            scratch.ctypes.data, near.ctypes.data,
        )
    )  # fmt: skip
    scratch[:] = 0
    if failed >= 0:
        raise KernelError(
            "kernel_minutiae", f"reference {failed} has damaged minutiae; enrol it again"
        )
    return near.astype(np.bool_)


def reaching_sets(
    probe: int,
    references: Sequence[int],
    *,
    judgement: Judgement,
    floor: float,
    at: Level = Level.AUTO,
) -> NDArray[np.bool_]:
    """``reaching`` for references whose cylinders are built.

    Args:
        probe: Address of a ``finger_set`` with its families.
        references: Addresses likewise.
        judgement: How person scores are made.
        floor: Person score, natural-log likelihood ratio.
        at: Instruction set.

    Returns:
        As for ``reaching``.

    Raises:
        KernelError: this machine lacks the level.

    Cost: as ``compare`` for every finger that is reached.  Thread-safe, releases the GIL.
    """
    pointers = np.fromiter(references, np.uintp, len(references))
    near = np.zeros(len(pointers), np.uint8)
    _library().eurodac_finger_reach_sets(
        _judge(judgement).ctypes.data, probe, pointers.ctypes.data, len(pointers), floor,
        int(level(at)), near.ctypes.data,
    )  # fmt: skip
    return near.astype(np.bool_)
