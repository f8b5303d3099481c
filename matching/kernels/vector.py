"""Typed calls of the compiled vector search (vector.h, vector.c)."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from matching.errors import KernelError
from matching.kernels import native
from matching.kernels.native import Level, address, aligned
from matching.kernels.vector_codes import CODE_BITS, LEADING_BYTES, SEXTETS, SIGN_VECTORS

__all__ = [
    "MASKS", "MAX_DIMENSIONS", "MOST_PROBES", "TILE",
    "Best", "Chunk", "Part", "Probes", "Sieve", "put", "search",
]  # fmt: skip

TILE = 64  # VECTOR_TILE of vector.h
MASKS = 4  # VECTOR_MASKS
MAX_DIMENSIONS = 4096
MOST_PROBES = 256  # VECTOR_MOST
_LANES = 16  # VECTOR_LANES
_CODE = CODE_BITS // 64
_POINTER = ctypes.c_void_p
_UNUSED = np.zeros(0, np.int32)
_T = TypeVar("_T", bound=np.generic)


class _Chunk(ctypes.Structure):
    _fields_ = (
        ("leading", _POINTER), ("codes", _POINTER), ("rows", _POINTER), ("live", _POINTER),
        ("always", _POINTER), ("attributes", _POINTER), ("present", _POINTER),
        ("ids", _POINTER), ("base", ctypes.c_int64),
    )  # fmt: skip


class _Part(ctypes.Structure):
    _fields_ = (
        ("chunk", ctypes.POINTER(_Chunk)), ("first", ctypes.c_int64), ("last", ctypes.c_int64),
    )  # fmt: skip


class _Probes(ctypes.Structure):
    _fields_ = (
        ("count", ctypes.c_int32), ("dimensions", ctypes.c_int32), ("rows", _POINTER),
        ("sextets", _POINTER), ("codes", _POINTER), ("masks", _POINTER), ("cuts", _POINTER),
        ("factor", _POINTER), ("held", _POINTER), ("highest", _POINTER),
        ("transposed", _POINTER), ("shift", _POINTER), ("wanted", _POINTER),
    )  # fmt: skip


class _Best(ctypes.Structure):
    _fields_ = (
        ("k", ctypes.c_int32), ("floor", _POINTER), ("found", _POINTER), ("scores", _POINTER),
        ("slots", _POINTER), ("ids", _POINTER), ("candidates", _POINTER),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Chunk:
    """References in slots; T tiles of 64 slots. All arrays C-contiguous; the caller keeps them.

    Args:
        leading: (T, 15, 64) uint8, the leading codes, transposed by tile.
        codes: (64 T, 8) uint64.
        rows: (64 T, D) int8.
        live: (T,) uint64, bit s = slot s of the tile can be found.
        always: (T,) uint64, bit s = the slot passes every cut.
        attributes: (64 T,) uint32.
        present: (64 T,) uint16.
        ids: (64 T,) int64.
        base: Number of the first slot.
    """

    leading: NDArray[np.uint8]
    codes: NDArray[np.uint64]
    rows: NDArray[np.int8]
    live: NDArray[np.uint64]
    always: NDArray[np.uint64]
    attributes: NDArray[np.uint32]
    present: NDArray[np.uint16]
    ids: NDArray[np.int64]
    base: int

    native: _Chunk = field(init=False, repr=False)  # of vector.h; addresses are slow to ask for

    def __post_init__(self) -> None:
        codes, rows = (self.leading, self.codes), (self.rows, self.live, self.always)
        arrays = (*codes, *rows, self.attributes, self.present, self.ids)
        structure = _Chunk(*(address(array) for array in arrays), self.base)
        object.__setattr__(self, "native", structure)


Part = tuple[Chunk, int, int]
"""A chunk, its first tile and its last + 1."""


@dataclass(frozen=True, slots=True)
class Sieve:
    """Who is scored: references within both cuts of a probe.

    Args:
        codes: (Q, 8) uint64.
        masks: (Q, 8) uint64, which bits of a code count.
        costs: (Q, 20, 64) uint8, of what each sextet may be; a sum above 255 counts as 255.
        cuts: (Q, 2) int32, the most that passes: cost of the leading code, distance of the codes.
    """

    codes: NDArray[np.uint64]
    masks: NDArray[np.uint64]
    costs: NDArray[np.uint8]
    cuts: NDArray[np.int32]

    def __post_init__(self) -> None:
        count = len(self.codes)
        shapes = [(count, _CODE), (count, _CODE), (count, SEXTETS, SIGN_VECTORS), (count, 2)]
        if [a.shape for a in (self.codes, self.masks, self.costs, self.cuts)] != shapes:
            raise ValueError("codes, masks, costs and cuts have one row per probe")


class Probes:
    """Probes prepared for any number of calls.

    Args:
        rows: (Q, D) int8, Q at most 256, D a multiple of 64.
        sieve: Of these probes.
        factors: (P,) float32 >= 0, dot product -> score by the segments that both sides have.
        held: (Q,) uint16 < P, segments of each probe.
        wanted: (Q, 4) uint32, every non-zero mask must share a bit with the attributes.
        exact: Whether exact scans will be asked for.
    """

    def __init__(
        self,
        rows: NDArray[np.int8],
        sieve: Sieve,
        *,
        factors: NDArray[np.float32],
        held: NDArray[np.uint16],
        wanted: NDArray[np.uint32],
        exact: bool = False,
    ) -> None:
        count, dimensions = rows.shape
        if not len(sieve.codes) == len(held) == count or wanted.shape != (count, MASKS):
            raise ValueError("sieve, held and wanted have one row per probe")
        if count > MOST_PROBES:
            raise ValueError(f"{count} probes are more than the {MOST_PROBES} of one call")
        if dimensions % 64 or dimensions > MAX_DIMENSIONS:
            raise ValueError(f"dimensions are a multiple of 64 up to {MAX_DIMENSIONS}")
        self.count, self.dimensions = count, dimensions
        self.sieve, self.exact = sieve, exact
        self.arrays = (
            np.ascontiguousarray(rows),
            _aligned(sieve.costs),
            np.ascontiguousarray(sieve.codes),
            np.ascontiguousarray(sieve.masks),
            np.ascontiguousarray(sieve.cuts),
            np.ascontiguousarray(factors),
            np.ascontiguousarray(held),
            _highest(factors, held) if exact else _UNUSED,
            *(_transposed(rows) if exact else (_UNUSED, _UNUSED)),
            np.ascontiguousarray(wanted),
        )
        self.native = _Probes(count, dimensions, *(address(array) for array in self.arrays))

    @property
    def scratch_bytes(self) -> int:
        """Memory that an exact scan needs: VECTOR_SCRATCH of vector.h."""
        return int(4 * (self.count + _LANES - 1) + 6 * self.dimensions)


def _highest(factors: NDArray[np.float32], held: NDArray[np.uint16]) -> NDArray[np.float32]:
    """(Q,): the largest factor that a reference can have in common with each probe."""
    common = np.arange(len(factors), dtype=np.uint16) & held[:, None]
    found: NDArray[np.float32] = factors[common].max(axis=1)
    return found


def _transposed(rows: NDArray[np.int8]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Rows as the exact scan reads them, and what shifting references by 128 adds to each sum."""
    count, dimensions = rows.shape
    registers = -(-count // _LANES)
    padded = np.zeros((registers * _LANES, dimensions), np.int8)
    padded[:count] = rows
    quads = padded.reshape(registers, _LANES, dimensions // 4, 4).transpose(0, 2, 1, 3)
    shift = (-128 * padded.astype(np.int32).sum(axis=1)).astype(np.int32)
    return _aligned(np.ascontiguousarray(quads).view(np.int32)), _aligned(shift)


def _aligned(array: NDArray[_T]) -> NDArray[_T]:
    """Copy to memory that starts at a multiple of 64 bytes."""
    copy: NDArray[_T] = aligned(array.nbytes).view(array.dtype).reshape(array.shape)
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
        ids: (Q, k) int64, of the references in those slots; -1 beyond the list.
        candidates: (Q,) int64, how many references a scan of codes scored exactly.
    """

    def __init__(self, count: int, k: int, threshold: float) -> None:
        self.k = k
        self.floor = np.full(count, threshold, np.float32)
        self.found = np.zeros(count, np.int32)
        self.scores = np.full((count, k), -np.inf, np.float32)
        self.slots = np.full((count, k), -1, np.int64)
        self.ids = self.slots.copy()
        self.candidates = np.zeros(count, np.int64)
        arrays = (self.floor, self.found, self.scores, self.slots, self.ids, self.candidates)
        self.native = _Best(k, *(address(array) for array in arrays))


@cache
def _library() -> ctypes.CDLL:
    library = native.load()
    wide, level = ctypes.c_int64, ctypes.c_int
    shared: list[Any] = [_POINTER, wide, _POINTER, _POINTER]
    library.eurodac_vector_scan.argtypes = [*shared, level]
    library.eurodac_vector_exact.argtypes = [*shared, _POINTER, level]
    library.eurodac_vector_put.argtypes = [_POINTER, _POINTER, _POINTER, wide]
    library.eurodac_vector_put.restype = None
    return library


def search(
    parts: Sequence[Part],
    probes: Probes,
    best: Best,
    *,
    exact: bool = False,
    at: Level = Level.AUTO,
) -> None:
    """Compare probes with the live references of some tiles and keep the best.

    Args:
        parts: The references, of the probes' dimensions, in the order of the slots: a chunk, its
            first tile and its last + 1, 0 <= first <= last <= T.
        probes: At least one.
        best: Of these probes; carried from call to call, one thread at a time.
        exact: Score every reference, not only those whose code passes the cuts; the probes were
            prepared for it.
        at: Instruction set; no result depends on it.

    Raises:
        ValueError: dimensions or tiles do not fit.
        KernelError: this machine lacks the level.

    Cost: with AVX-512 about 0.25 ns a code and probe, 0.0015 us a row of 512 and probe for batches.
    Thread-safe, releases the GIL; slots that are not live may be written meanwhile.
    """
    for chunk, first, last in parts:
        if chunk.rows.shape[1] != probes.dimensions or not 0 <= first <= last <= len(chunk.live):
            raise ValueError("the tiles or the dimensions of the probes do not fit the chunk")
    if exact and not probes.exact:
        raise ValueError("the probes were not prepared for an exact scan")
    laid = (_Part * len(parts))(*(_Part(ctypes.pointer(c.native), a, b) for c, a, b in parts))
    told = (laid, len(parts), ctypes.byref(probes.native), ctypes.byref(best.native))
    if exact:
        scratch = aligned(probes.scratch_bytes)
        done = _library().eurodac_vector_exact(*told, address(scratch), int(at))
    else:
        done = _library().eurodac_vector_scan(*told, int(at))
    if done < 0:
        raise KernelError("kernel_level", f"this machine cannot run {at.name}; use AUTO")


def put(leading: NDArray[np.uint8], slots: NDArray[np.int64], codes: NDArray[np.uint8]) -> None:
    """Write leading codes to the lanes of their slots.

    Args:
        leading: (T, 15, 64) uint8, written.
        slots: (N,) int64, 0 <= slot < 64 T.
        codes: (N, 15) uint8.
    """
    if codes.shape != (len(slots), LEADING_BYTES) or codes.dtype != np.uint8:
        raise ValueError("there is one leading code of 15 bytes per slot")
    if len(slots) and not 0 <= slots.min() <= slots.max() < TILE * len(leading):
        raise ValueError("a slot lies outside the chunk")
    whole, wanted = np.ascontiguousarray(codes), np.ascontiguousarray(slots, np.int64)
    _library().eurodac_vector_put(address(leading), address(wanted), address(whole), len(wanted))
