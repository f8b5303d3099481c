"""Typed calls of the compiled vector search (vector.h, vector.c)."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matching.errors import KernelError
from matching.kernels import native
from matching.kernels.native import Level, aligned

__all__ = [
    "CODE_BITS", "FIRST_BITS", "MASKS", "MAX_DIMENSIONS", "TILE",
    "Best", "Chunk", "Probes", "put", "search",
]  # fmt: skip

TILE = 64  # VECTOR_TILE of vector.h
CODE_BITS = 512
FIRST_BITS = 256
MASKS = 4  # VECTOR_MASKS
MAX_DIMENSIONS = 4096
_LANES = 16  # VECTOR_LANES
_WORDS, _CODE = FIRST_BITS // 64, CODE_BITS // 64
_POINTER = ctypes.c_void_p


class _Chunk(ctypes.Structure):
    _fields_ = (
        ("first", _POINTER), ("codes", _POINTER), ("rows", _POINTER), ("live", _POINTER),
        ("always", _POINTER), ("attributes", _POINTER), ("present", _POINTER),
        ("base", ctypes.c_int64),
    )  # fmt: skip


class _Probes(ctypes.Structure):
    _fields_ = (
        ("count", ctypes.c_int32), ("dimensions", ctypes.c_int32),
        ("patterns", ctypes.c_int32), ("masked", ctypes.c_int32),
        ("rows", _POINTER), ("codes", _POINTER), ("masks", _POINTER), ("cuts", _POINTER),
        ("factor", _POINTER), ("highest", _POINTER), ("transposed", _POINTER), ("shift", _POINTER),
        ("wanted", _POINTER),
    )  # fmt: skip


class _Best(ctypes.Structure):
    _fields_ = (
        ("k", ctypes.c_int32), ("floor", _POINTER), ("found", _POINTER), ("scores", _POINTER),
        ("slots", _POINTER), ("candidates", _POINTER),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Chunk:
    """References in slots; T tiles of 64 slots. All arrays C-contiguous; the caller keeps them.

    Args:
        first: (T, 4, 64) uint64, the first half of every code, transposed by tile.
        codes: (64 T, 8) uint64.
        rows: (64 T, D) int8.
        live: (T,) uint64, bit s = slot s of the tile can be found.
        always: (T,) uint64, bit s = the slot passes every cut.
        attributes: (64 T,) uint32.
        present: (64 T,) uint16.
        base: Number of the first slot.
    """

    first: NDArray[np.uint64]
    codes: NDArray[np.uint64]
    rows: NDArray[np.int8]
    live: NDArray[np.uint64]
    always: NDArray[np.uint64]
    attributes: NDArray[np.uint32]
    present: NDArray[np.uint16]
    base: int

    def native(self) -> _Chunk:
        """Return the structure of vector.h; valid while this object lives."""
        codes, rows = (self.first, self.codes), (self.rows, self.live, self.always)
        arrays = (*codes, *rows, self.attributes, self.present)
        return _Chunk(*(array.ctypes.data for array in arrays), self.base)


class Probes:
    """Probes prepared for any number of calls.

    Args:
        rows: (Q, D) int8, D a multiple of 64.
        codes: (Q, 8) uint64.
        masks: (Q, 8) uint64, which bits of a code count.
        cuts: (Q, 2) int32, largest distance that passes: first half, whole code.
        factors: (Q, P) float32 > 0, dot product -> score by presence pattern; P a power of two.
        wanted: (Q, 4) uint32, every non-zero mask must share a bit with the attributes.
    """

    def __init__(
        self,
        rows: NDArray[np.int8],
        *,
        codes: NDArray[np.uint64],
        masks: NDArray[np.uint64],
        cuts: NDArray[np.int32],
        factors: NDArray[np.float32],
        wanted: NDArray[np.uint32],
    ) -> None:
        count, dimensions = rows.shape
        shapes = [(count, _CODE), (count, _CODE), (count, 2), (count, MASKS)]
        if [a.shape for a in (codes, masks, cuts, wanted)] != shapes or len(factors) != count:
            raise ValueError("codes, masks, cuts, factors and wanted have one row per probe")
        if dimensions % 64 or dimensions > MAX_DIMENSIONS:
            raise ValueError(f"dimensions are a multiple of 64 up to {MAX_DIMENSIONS}")
        registers = -(-count // _LANES)
        padded = np.zeros((registers * _LANES, dimensions), np.int8)
        padded[:count] = rows
        quads = padded.reshape(registers, _LANES, dimensions // 4, 4).transpose(0, 2, 1, 3)
        self.count, self.dimensions = count, dimensions
        self._patterns, self._masked = factors.shape[1], bool(np.any(~masks[:, :_WORDS]))
        self.arrays = (
            np.ascontiguousarray(rows),
            np.ascontiguousarray(codes),
            np.ascontiguousarray(masks),
            np.ascontiguousarray(cuts),
            np.ascontiguousarray(factors),
            np.ascontiguousarray(factors.max(axis=1)),
            _aligned(np.ascontiguousarray(quads).view(np.int32)),
            _aligned((-128 * padded.astype(np.int32).sum(axis=1)).astype(np.int32)),
            np.ascontiguousarray(wanted),
        )

    @property
    def scratch_bytes(self) -> int:
        """Memory that an exact scan needs: VECTOR_SCRATCH of vector.h."""
        return int(4 * (self.count + _LANES - 1) + 6 * self.dimensions)

    def native(self) -> _Probes:
        """Return the structure of vector.h; valid while this object lives."""
        numbers = (self.count, self.dimensions, self._patterns, self._masked)
        return _Probes(*numbers, *(array.ctypes.data for array in self.arrays))


def _aligned(array: NDArray[np.int32]) -> NDArray[np.int32]:
    """Copy to memory that starts at a multiple of 64 bytes."""
    copy = aligned(array.nbytes).view(np.int32).reshape(array.shape)
    copy[...] = array
    return copy


class Best:
    """The k best references of every probe, filled by ``search``.

    Args:
        count: Probes.
        k: Longest list, >= 1.
        threshold: Lowest score that counts, inclusive.

    Attributes:
        found: (Q,) int32, entries of each list.
        scores: (Q, k) float32, best first; equal scores by slot.
        slots: (Q, k) int64, -1 beyond the list.
        candidates: (Q,) int64, how many references a scan of codes scored exactly.
    """

    def __init__(self, count: int, k: int, threshold: float) -> None:
        self.k = k
        self.floor = np.full(count, threshold, np.float32)
        self.found = np.zeros(count, np.int32)
        self.scores = np.full((count, k), -np.inf, np.float32)
        self.slots = np.full((count, k), -1, np.int64)
        self.candidates = np.zeros(count, np.int64)

    def native(self) -> _Best:
        """Return the structure of vector.h; valid while this object lives."""
        arrays = (self.floor, self.found, self.scores, self.slots, self.candidates)
        return _Best(self.k, *(array.ctypes.data for array in arrays))


@cache
def _library() -> ctypes.CDLL:
    library = native.load()
    wide, level = ctypes.c_int64, ctypes.c_int
    shared: list[Any] = [_POINTER, _POINTER, _POINTER, wide, wide]
    library.eurodac_vector_scan.argtypes = [*shared, level]
    library.eurodac_vector_exact.argtypes = [*shared, _POINTER, level]
    library.eurodac_vector_put.argtypes = [_POINTER, _POINTER, _POINTER, wide]
    library.eurodac_vector_put.restype = None
    return library


def search(
    chunk: Chunk,
    probes: Probes,
    best: Best,
    *,
    tiles: tuple[int, int],
    exact: bool = False,
    at: Level = Level.AUTO,
) -> None:
    """Compare probes with the live references of some tiles and keep the best.

    Args:
        chunk: The references, of the probes' dimensions.
        probes: At least one.
        best: Of these probes; carried from call to call, one thread at a time.
        tiles: First and last + 1, 0 <= first <= last <= T.
        exact: Score every reference, not only those whose code passes the cuts.
        at: Instruction set; no result depends on it.

    Raises:
        ValueError: dimensions or tiles do not fit.
        KernelError: this machine lacks the level.

    Cost: with AVX-512 about 0.3 ns a code and probe, 0.0015 us a row of 512 and probe for batches.
    Thread-safe, releases the GIL; slots that are not live may be written meanwhile.
    """
    first, last = tiles
    if chunk.rows.shape[1] != probes.dimensions or not 0 <= first <= last <= len(chunk.live):
        raise ValueError("the tiles or the dimensions of the probes do not fit the chunk")
    structures = (chunk.native(), probes.native(), best.native())
    pointers = [ctypes.byref(structure) for structure in structures]
    if exact:
        scratch = aligned(probes.scratch_bytes)
        done = _library().eurodac_vector_exact(*pointers, first, last, scratch.ctypes.data, int(at))
    else:
        done = _library().eurodac_vector_scan(*pointers, first, last, int(at))
    if done < 0:
        raise KernelError("kernel_level", f"this machine cannot run {at.name}; use AUTO")


def put(first: NDArray[np.uint64], slots: NDArray[np.int64], codes: NDArray[np.uint64]) -> None:
    """Write the first halves of codes to the lanes of their slots.

    Args:
        first: (T, 4, 64) uint64, written.
        slots: (N,) int64, 0 <= slot < 64 T.
        codes: (N, 8) uint64.
    """
    if len(slots) and not 0 <= slots.min() <= slots.max() < TILE * len(first):
        raise ValueError("a slot lies outside the chunk")
    halves = np.ascontiguousarray(codes[:, :_WORDS])
    wanted = np.ascontiguousarray(slots, np.int64)
    _library().eurodac_vector_put(
        first.ctypes.data, wanted.ctypes.data, halves.ctypes.data, len(wanted)
    )
