"""Room for a fixed number of references: the arrays that a scan reads, and their rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matching.gallery.row import STRENGTHS, codes_of
from matching.gallery.rows import Rows
from matching.kernels import scan

__all__ = ["Batch", "Segment", "View", "lanes_of"]

_WORD = scan.BLOCK  # references per word of bits


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """References to be written, N of them.

    Args:
        attributes: (N,) uint64.
        rows: (N, 6016) uint8, as ``matching.gallery.row`` has them.
    """

    attributes: NDArray[np.uint64]
    rows: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, some: slice) -> Batch:
        return Batch(self.attributes[some], self.rows[some])


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """What a search may read of a segment.

    Args:
        first: Slot of the segment's first reference.
        columns: The part of the segment that is in use.
        middle: (len(columns), 10, 2) uint64, bits 128..255.
        permitted: (blocks,) uint64.
        rows: Of the segment.
    """

    first: int
    columns: scan.Columns
    middle: NDArray[np.uint64]
    permitted: NDArray[np.uint64]
    rows: Rows

    def present(self, lanes: NDArray[np.int64]) -> NDArray[np.uint8]:
        """Which fingers references have: (N, 10) uint8, 0 or 1."""
        words = self.columns.presence[lanes // _WORD]
        return ((words >> (lanes % _WORD).astype(np.uint64)[:, None]) & np.uint64(1)).astype(
            np.uint8
        )


class Segment:
    """References ``first`` .. ``first + capacity - 1``; writers are serialised by the caller.

    A reference is written while nobody can see it, shown by one bit, hidden by the same bit and
    wiped when no reader can hold it any more.

    Args:
        first: Slot of the first reference.
        capacity: A multiple of 512.
        rows: Room for as many rows.
    """

    def __init__(self, first: int, capacity: int, *, rows: Rows) -> None:
        self.first = first
        self.capacity = capacity
        self.rows = rows
        self.columns = scan.Columns.empty(capacity)
        self.middle = np.zeros((capacity, scan.FINGERS, 2), np.uint64)
        self.order = np.zeros(capacity, np.int64)  # place in the enrolment order
        self._used = 0  # tiles that were ever written

    @property
    def nbytes(self) -> int:
        """Bytes in memory of what was ever written, rows left out."""
        columns, used = self.columns, self._used * scan.TILE
        arrays = (columns.leading, columns.presence, columns.enrolled, columns.attributes)
        size = sum(a.nbytes for a in (*arrays, columns.strengths, self.middle, self.order))
        return int(used * (size / self.capacity + self.rows.overhead))

    def write(self, lanes: NDArray[np.int64], batch: Batch) -> None:
        """Write references that nobody can see yet."""
        columns = self.columns
        self._used = max(self._used, int(lanes.max()) // scan.TILE + 1)
        signs, strengths = codes_of(batch.rows)[:, :, 0], batch.rows[:, STRENGTHS]
        leading = np.ascontiguousarray(signs[:, :, :2]).view(np.uint8)
        block, lane = lanes // _WORD, lanes % _WORD
        columns.leading[lanes // scan.TILE, :, block % 8, :, lane] = leading
        self.middle[lanes] = signs[:, :, 2:4]
        there = strengths > 0
        columns.strengths[lanes] = strengths.sum(axis=1) // np.maximum(there.sum(axis=1), 1)
        self._set_presence(lanes, there)
        columns.attributes[lanes] = batch.attributes
        self.rows.write(lanes, batch.rows)

    def show(self, lanes: NDArray[np.int64]) -> None:
        """Let searches that begin from now on see references."""
        np.bitwise_or.at(self.columns.enrolled, lanes // _WORD, _bits(lanes))

    def hide(self, lanes: NDArray[np.int64]) -> None:
        """Let searches that begin from now on not see references."""
        for lane in lanes.tolist():
            self.columns.enrolled[lane // _WORD] &= _others(lane)

    def wipe(self, lanes: NDArray[np.int64]) -> None:
        """Overwrite hidden references with zeros."""
        columns = self.columns
        # Mostly one is erased: by itself it takes a third of the time that an array of one takes.
        for lane in lanes.tolist():
            block = lane // _WORD
            columns.leading[lane // scan.TILE, :, block % 8, :, lane % _WORD] = 0
            columns.presence[block] &= _others(lane)
            columns.attributes[lane] = 0
            self.middle[lane] = 0
            columns.strengths[lane] = 0
            self.order[lane] = 0
        self.rows.wipe(lanes)

    def view(self, masks: Sequence[int]) -> View:
        """Find what a search may read now; masks as ``scan.permit`` takes them."""
        tiles, all_of = self._used, self.columns
        columns = scan.Columns(
            all_of.leading[:tiles],
            all_of.presence[: tiles * 8],
            all_of.enrolled[: tiles * 8],
            all_of.attributes[: tiles * scan.TILE],
            all_of.strengths[: tiles * scan.TILE],
        )
        permitted = scan.permit(columns, masks)
        size = tiles * scan.TILE
        return View(self.first, columns, self.middle[:size], permitted, self.rows)

    def _set_presence(self, lanes: NDArray[np.int64], present: NDArray[np.bool_]) -> None:
        words, bits = self.columns.presence, _bits(lanes)
        # A word holds 64 references: clear and set bit by bit, so that neighbours stay.
        np.bitwise_and.at(words, lanes // _WORD, ~bits[:, None])
        np.bitwise_or.at(words, lanes // _WORD, np.where(present, bits[:, None], np.uint64(0)))


def _bits(lanes: NDArray[np.int64]) -> NDArray[np.uint64]:
    bits: NDArray[np.uint64] = np.uint64(1) << (lanes % _WORD).astype(np.uint64)
    return bits


def _others(lane: int) -> np.uint64:
    """Every bit of a word but that of a lane."""
    return np.uint64(~(1 << lane % _WORD) & 0xFFFF_FFFF_FFFF_FFFF)


def lanes_of(words: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Numbers of the bits that are set, ascending."""
    bits = np.unpackbits(words.view(np.uint8), bitorder="little")
    lanes: NDArray[np.int64] = np.flatnonzero(bits.view(bool))
    return lanes
