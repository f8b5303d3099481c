"""Typed calls of the compiled scan (scan.h, scan.c, scan_lists.c): every reference, no index.

References are numbered; 64 of them are a block, 512 a tile.  Four arrays hold what a scan needs,
all overwritten in place (``write`` enrols or replaces, ``wipe`` erases):

* ``leading``: (tiles, 10, 8, 16, 64) uint8, the first 128 sign bits of ten fingers, transposed
  (tile, finger, block, byte of the finger, reference);
* ``presence``: (tiles * 8, 10) uint64, bit = reference of the block that has the finger;
* ``enrolled``: (tiles * 8,) uint64, bit = reference of the block that is there;
* ``attributes``: (tiles * 512,) uint64.

Further bits of a finger lie in arrays of their own, (tiles * 512, 10, W) uint64 with W = 2 for
bits 128..255 and W = 4 for bits 256..511, read only for the references that are still near.

A search is: ``permit`` -> ``leading_distances`` -> ``nearest`` -> ``refine``.  Distances are exact
integers: they do not depend on instruction set, probes per pass, or the split into ranges.
Every call releases the GIL, keeps no state and may run in any number of threads.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matching.errors import KernelError
from matching.kernels import native
from matching.kernels.fingerprint import Level, aligned

__all__ = [
    "BLOCK",
    "FINGERS",
    "LEADING_BITS",
    "MAX_PROBES",
    "MAX_ROW_SUMS",
    "MAX_WEIGHT",
    "NEVER",
    "ROW_GROUPS",
    "TILE",
    "Columns",
    "Probe",
    "leading_distances",
    "level",
    "nearest",
    "permit",
    "refine",
    "transpose",
]

FINGERS = 10
LEADING_BITS = 128
BLOCK, TILE = 64, 512  # references
MAX_PROBES = 8  # per pass
NEVER = 65535  # distance of a reference that is not permitted
MAX_WEIGHT = 15
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
class Columns:
    """The arrays of a scan; see the module.  Plain memory: share, map or copy them as you like."""

    leading: NDArray[np.uint8]
    presence: NDArray[np.uint64]
    enrolled: NDArray[np.uint64]
    attributes: NDArray[np.uint64]

    def __post_init__(self) -> None:
        blocks = len(self.enrolled)
        shapes: dict[str, tuple[tuple[int, ...], type[np.generic]]] = {
            "leading": ((blocks // 8, FINGERS, 8, 16, BLOCK), np.uint8),
            "presence": ((blocks, FINGERS), np.uint64),
            "enrolled": ((blocks // 8 * 8,), np.uint64),
            "attributes": ((blocks * BLOCK,), np.uint64),
        }
        for name, (shape, kind) in shapes.items():
            _check_array(name, getattr(self, name), shape, kind)

    @classmethod
    def empty(cls, capacity: int) -> Columns:
        """Allocate room for at least this many references, nobody enrolled; 170 bytes each."""
        tiles = max(1, -(-capacity // TILE))
        return cls(
            aligned(tiles * TILE * FINGERS * 16).reshape(tiles, FINGERS, 8, 16, BLOCK),
            np.zeros((tiles * 8, FINGERS), np.uint64),
            np.zeros(tiles * 8, np.uint64),
            np.zeros(tiles * TILE, np.uint64),
        )

    def __len__(self) -> int:
        """How many references there is room for."""
        return len(self.attributes)

    def write(
        self, reference: int, bits: NDArray[np.uint64], *, present: Sequence[bool], attributes: int
    ) -> None:
        """Enrol or replace one reference in place.

        Args:
            reference: 0..len - 1.
            bits: (10, 2) uint64, the leading 128 bits of every finger, position 1 first.
            present: Ten times whether the finger is there; the bits of others are not kept.
            attributes: 64-bit attribute word.

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
        self.enrolled[block] |= bit

    def wipe(self, reference: int) -> None:
        """Erase one reference: every byte of it is overwritten with zero."""
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


class _Range(ctypes.Structure):
    _fields_ = (
        *((name, ctypes.c_void_p) for name in ("leading", "presence", "permitted", "distances")),
        *((name, ctypes.c_int64) for name in ("blocks", "stride", "begin", "end")),
    )


@cache
def _library() -> Any:
    library = native.load()
    pointer, integer, long = ctypes.c_void_p, ctypes.c_int, ctypes.c_int64
    library.eurodac_scan_pass_bytes.restype = long
    library.eurodac_scan_leading.argtypes = [pointer, pointer, integer, integer, pointer]
    library.eurodac_scan_refine.argtypes = [
        pointer, pointer, integer, pointer, long, pointer, pointer, integer, pointer,
    ]  # fmt: skip
    library.eurodac_scan_collect.argtypes = [
        pointer, long, ctypes.c_uint16, integer, pointer, long,
    ]  # fmt: skip
    library.eurodac_scan_collect.restype = long
    library.eurodac_scan_permit.argtypes = [
        pointer, pointer, long, pointer, integer, integer, pointer,
    ]  # fmt: skip
    return library


def level(wanted: Level = Level.AUTO) -> Level:
    """Say at which level a call runs.

    Raises:
        KernelError: this machine lacks the wanted level.
    """
    found = int(_library().eurodac_scan_level(int(wanted)))
    if found < 0:
        raise KernelError("kernel_level", f"this machine cannot run {wanted.name}; use AUTO")
    return Level(found)


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
    _check_array("permitted", permitted, (len(probes), len(columns.enrolled)), np.uint64)
    _check_array("out", out, (len(probes), len(columns)), np.uint16)
    if not 0 <= tiles[0] <= tiles[1] <= len(columns) // TILE:
        raise ValueError(f"tiles {tiles} lie outside 0..{len(columns) // TILE}")


def _check_array(
    name: str, array: NDArray[Any], shape: tuple[int, ...], kind: type[np.generic]
) -> None:
    if array.shape != shape or array.dtype != kind or not array.flags.c_contiguous:
        raise ValueError(
            f"{name} must be {shape} {np.dtype(kind)} in C order, not {array.shape} {array.dtype}"
        )


def nearest(
    distances: NDArray[np.uint16], most: int, *, at: Level = Level.AUTO
) -> NDArray[np.int64]:
    """Choose the nearest references of one probe: exactly, ties by the lower number.

    Args:
        distances: (N,) uint16, as ``leading_distances`` writes them.
        most: 1 or more.
        at: Instruction set.

    Returns:
        (K,) int64 ascending reference numbers, K <= most; fewer only if fewer are permitted.

    Cost: about 2 N bytes read twice, and the candidates sorted.
    """
    if most < 1 or distances.ndim != 1 or distances.dtype != np.uint16:
        raise ValueError(f"most is {most}, distances {distances.shape} {distances.dtype}")
    sample = np.sort(distances[:: max(1, len(distances) // 16384)])
    share = most / max(1, len(distances))
    guess = min(len(sample) - 1, int(len(sample) * share * 1.3 + 8)) if len(sample) else 0
    limit = min(int(sample[guess]), NEVER - 1) if len(sample) else NEVER - 1
    while True:
        found = _collect(distances, limit, at)
        if len(found) >= most or limit == NEVER - 1:
            break
        limit = min(NEVER - 1, limit + max(64, limit // 16))
    if len(found) <= most:
        return found
    order = np.argsort(distances[found], kind="stable")[:most]
    return np.sort(found[order])


def _collect(distances: NDArray[np.uint16], limit: int, at: Level) -> NDArray[np.int64]:
    room = 1024 + len(distances) // 16
    while True:
        found = np.empty(room, np.int64)
        total = int(
            _library().eurodac_scan_collect(
                distances.ctypes.data, len(distances), limit, int(level(at)), found.ctypes.data,
                room,
            )
        )  # fmt: skip
        if total <= room:
            return found[:total]
        room = total


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
