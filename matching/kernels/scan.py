"""Typed calls of the compiled scan (scan.h, scan.c, scan_lists.c): every reference, no index.

References are numbered; 64 of them are a block, 512 a tile.  Five arrays hold what a scan needs,
all overwritten in place (``write`` enrols or replaces, ``wipe`` erases):

* ``leading``: (tiles, 10, 8, 16, 64) uint8, the first 128 sign bits of ten fingers, transposed
  (tile, finger, block, byte of the finger, reference);
* ``presence``: (tiles * 8, 10) uint64, bit = reference of the block that has the finger;
* ``enrolled``: (tiles * 8,) uint64, bit = reference of the block that is there;
* ``attributes``: (tiles * 512,) uint64;
* ``strengths``: (tiles * 512,) uint8, of all fingers of the reference.

Further bits of a finger lie in arrays of their own, (tiles * 512, 10, W) uint64 with W = 2 for
bits 128..255 and W = 4 for bits 256..511, read only for the references that are still near.

A search is: ``permit``, ``leading_distances``, then ``near``, then ``refine``, then ``likeness``,
which reads the codes of the few that are left.  Distances and likenesses are exact integers: they
do not depend on instruction set, probes per pass, or the split into ranges.
Every call releases the GIL, keeps no state and may run in any number of threads.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matching.kernels import native
from matching.kernels.native import Level, aligned, level
from matching.kernels.scan_columns import (
    BLOCK,
    FINGERS,
    LEADING_BITS,
    MAX_PROBES,
    MAX_ROW_SUMS,
    MAX_WEIGHT,
    NEVER,
    PLANES,
    ROW_GROUPS,
    TILE,
    WORDS,
    CodeProbe,
    Columns,
    Probe,
    check_array,
    transpose,
)

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
    "leading_distances",
    "likeness",
    "near",
    "permit",
    "refine",
    "transpose",
]


class _Range(ctypes.Structure):
    _fields_ = (
        *((name, ctypes.c_void_p) for name in ("leading", "presence", "permitted", "distances")),
        *((name, ctypes.c_int64) for name in ("blocks", "stride", "begin", "end")),
    )


_STRENGTHS = 256  # that a reference may have


class _Near(ctypes.Structure):
    _fields_ = (
        ("distances", ctypes.c_void_p), ("presence", ctypes.c_void_p),
        ("permitted", ctypes.c_void_p), ("strengths", ctypes.c_void_p),
        ("limits", ctypes.c_void_p), ("used", ctypes.c_void_p), ("blocks", ctypes.c_int64),
    )  # fmt: skip


@cache
def _library() -> Any:
    library = native.load()
    pointer, integer, long = ctypes.c_void_p, ctypes.c_int, ctypes.c_int64
    library.eurodac_scan_pass_bytes.restype = long
    library.eurodac_scan_leading.argtypes = [pointer, pointer, integer, integer, pointer]
    library.eurodac_scan_refine.argtypes = [
        pointer, pointer, integer, pointer, long, pointer, pointer, integer, pointer,
    ]  # fmt: skip
    library.eurodac_scan_codes.argtypes = [
        pointer, pointer, long, pointer, pointer, integer, pointer,
    ]  # fmt: skip
    library.eurodac_scan_near.argtypes = [pointer, integer, pointer, pointer]
    library.eurodac_scan_near.restype = long
    library.eurodac_scan_permit.argtypes = [
        pointer, pointer, long, pointer, integer, integer, pointer,
    ]  # fmt: skip
    return library


def permit(columns: Columns, masks: Sequence[int], *, at: Level = Level.AUTO) -> NDArray[np.uint64]:
    """Find the references that are enrolled and share a bit with every mask.

    Args:
        columns: The references.
        masks: 64-bit masks; none = every enrolled one, a zero mask = nobody.
        at: Instruction set.

    Returns:
        (blocks,) uint64, bit = reference of the block.

    Cost: 8 bytes read per reference.
    """
    if not masks:
        return columns.enrolled.copy()
    words = np.array(masks, np.uint64)
    found = np.empty_like(columns.enrolled)
    _library().eurodac_scan_permit(
        columns.enrolled.ctypes.data, columns.attributes.ctypes.data, len(found),
        words.ctypes.data, len(words), int(level(at)), found.ctypes.data,
    )  # fmt: skip
    return found


def leading_distances(
    columns: Columns,
    probes: Sequence[Probe],
    *,
    permitted: NDArray[np.uint64],
    out: NDArray[np.uint16],
    tiles: tuple[int, int],
    at: Level = Level.AUTO,
) -> None:
    """Compute the distance of every reference of some tiles to each probe.

    Args:
        columns: The references.
        probes: 1..8, each with 128 bits per finger; see ``ROW_GROUPS`` for a bound.
        permitted: (len(probes), blocks) uint64, as ``permit`` gives it, one row per probe.
        out: (len(probes), len(columns)) uint16; the tiles' part is written: the distance, or
            ``NEVER`` where not permitted.
        tiles: First tile and the one after the last; threads take different tiles.
        at: Instruction set.

    Raises:
        ValueError: shapes do not fit, or a group of magnitudes adds up to more than 255.
        KernelError: this machine lacks the level.

    Cost: 160 bytes read per reference, for all probes together.
    """
    _check(columns, probes, permitted, out, tiles)
    packed = b"".join(p.weights.tobytes() + p.neutral.astype(np.uint16).tobytes() for p in probes)
    room = aligned(int(_library().eurodac_scan_pass_bytes()))
    job = _Range(
        columns.leading.ctypes.data, columns.presence.ctypes.data, permitted.ctypes.data,
        out.ctypes.data, len(columns.enrolled), len(columns), *tiles,
    )  # fmt: skip
    _library().eurodac_scan_leading(
        ctypes.byref(job), packed, len(probes), int(level(at)), room.ctypes.data
    )


def _check(
    columns: Columns,
    probes: Sequence[Probe],
    permitted: NDArray[np.uint64],
    out: NDArray[np.uint16],
    tiles: tuple[int, int],
) -> None:
    if not 1 <= len(probes) <= MAX_PROBES:
        raise ValueError(f"{len(probes)} probes; a pass takes 1..{MAX_PROBES}")
    for probe in probes:
        if probe.weights.shape != (FINGERS, LEADING_BITS):
            raise ValueError(f"weights must be (10, 128), not {probe.weights.shape}")
        sizes = np.abs(probe.weights.astype(np.int32))
        if max(int(sizes[:, a:b].sum(axis=1).max()) for a, b in ROW_GROUPS) > MAX_ROW_SUMS:
            raise ValueError("the magnitudes of a group of coordinates add up to more than 255")
    check_array("permitted", permitted, (len(probes), len(columns.enrolled)), np.uint64)
    check_array("out", out, (len(probes), len(columns)), np.uint16)
    if not 0 <= tiles[0] <= tiles[1] <= len(columns) // TILE:
        raise ValueError(f"tiles {tiles} lie outside 0..{len(columns) // TILE}")


def near(
    columns: Columns,
    distances: NDArray[np.uint16],
    *,
    permitted: NDArray[np.uint64],
    used: NDArray[np.bool_],
    limits: NDArray[np.int32],
    at: Level = Level.AUTO,
) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
    """Choose every reference of one probe that is near enough, however many they are.

    Args:
        columns: The references.
        distances: (len(columns),) uint16, as ``leading_distances`` writes them.
        permitted: (blocks,) uint64, as ``permit`` gives it.
        used: (10,) bool, fingers of the probe.
        limits: (11, 256) int32, largest distance by the number of fingers that a reference has of
            those used, and by its strength; negative: none of them is near enough.
        at: Instruction set.

    Returns:
        (K,) int64 reference numbers, ascending, and (K,) uint8 fingers in common.

    Raises:
        ValueError: shapes or types do not fit.

    Cost: 3 bytes read per reference.
    """
    check_array("distances", distances, (len(columns),), np.uint16)
    check_array("permitted", permitted, columns.enrolled.shape, np.uint64)
    check_array("used", used, (FINGERS,), np.bool_)
    check_array("limits", limits, (FINGERS + 1, _STRENGTHS), np.int32)
    # Room for everybody: memory that is never written costs nothing.
    found, common = np.empty(len(distances), np.int64), np.empty(len(distances), np.uint8)
    job = _Near(
        distances.ctypes.data, columns.presence.ctypes.data, permitted.ctypes.data,
        columns.strengths.ctypes.data, limits.ctypes.data, used.ctypes.data, len(permitted),
    )  # fmt: skip
    total = int(
        _library().eurodac_scan_near(
            ctypes.byref(job), int(level(at)), found.ctypes.data, common.ctypes.data
        )
    )
    return found[:total], common[:total]


def refine(
    columns: Columns,
    further: NDArray[np.uint64],
    references: NDArray[np.int64],
    probe: Probe,
    *,
    distances: NDArray[np.uint32],
    at: Level = Level.AUTO,
) -> None:
    """Add what further bits say to the distances of some references.

    Args:
        columns: Says which fingers a reference has.
        further: (len(columns), 10, W) uint64, 1 <= W <= 8.
        references: (K,) int64 reference numbers.
        probe: With 64 W bits per finger.
        distances: (K,) uint32, raised in place.
        at: Instruction set.

    Raises:
        ValueError: shapes do not fit, or a reference number is out of range.

    Cost: one access to memory per reference, 0.03-0.1 us.
    """
    count, words = len(columns), probe.weights.shape[1] // 64
    if further.shape != (count, FINGERS, words) or further.dtype != np.uint64:
        raise ValueError(f"further must be {(count, FINGERS, words)} uint64, not {further.shape}")
    if references.dtype != np.int64 or distances.dtype != np.uint32:
        raise ValueError("references must be int64 and distances uint32")
    if references.shape != distances.shape or not further.flags.c_contiguous:
        raise ValueError("references and distances differ in shape, or further is not in C order")
    if len(references) and not 0 <= references.min() <= references.max() < count:
        raise ValueError(f"a reference number lies outside 0..{count - 1}")
    weights, neutral = np.ascontiguousarray(probe.weights), np.ascontiguousarray(probe.neutral)
    _library().eurodac_scan_refine(
        further.ctypes.data, columns.presence.ctypes.data, words, references.ctypes.data,
        len(references), weights.ctypes.data, neutral.ctypes.data, int(level(at)),
        distances.ctypes.data,
    )  # fmt: skip


def likeness(
    codes: NDArray[np.uint64],
    present: NDArray[np.uint8],
    probe: CodeProbe,
    *,
    at: Level = Level.AUTO,
) -> NDArray[np.int32]:
    """Compare a probe with codes: the sum of weight x sign x (1 + 2 low + 4 high) over all values.

    Args:
        codes: (K, 10, 3, 8) uint64 C-contiguous: for every finger the signs of 512 values (set =
            above zero), then the low and the high bit of their sizes.
        present: (K, 10) uint8, not 0 = the reference has the finger.
        probe: What counts.
        at: Instruction set.

    Returns:
        (K,) int32, higher is more alike.

    Raises:
        ValueError: shapes do not fit.

    Cost: 0.2-2 us per reference and ten fingers.
    """
    count = len(codes)
    check_array("codes", codes, (count, FINGERS, PLANES, WORDS), np.uint64)
    check_array("present", present, (count, FINGERS), np.uint8)
    found = np.empty(count, np.int32)
    _library().eurodac_scan_codes(
        codes.ctypes.data, present.ctypes.data, count, probe.weights.ctypes.data,
        probe.neutral.ctypes.data, int(level(at)), found.ctypes.data,
    )  # fmt: skip
    return found
