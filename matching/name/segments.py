"""Rows of an index in segments: each ordered by day, with the postings of its words."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matching.kernels import name_index as kernel
from matching.kernels import native
from matching.kernels.name_index import ROW

__all__ = ["Sealed", "Segments"]

_TAIL = 1 << 14  # rows that are sorted anew with every change
_FACTOR = 4  # a segment is merged with the one before unless that is so many times as large


@dataclass(frozen=True, slots=True)
class Sealed:
    """Rows in the order of their days.

    Args:
        rows: (n,) ``ROW``, two to a cache line.
        owners: (n,) uint32, number of the reference that a row belongs to.
        postings: See ``kernel.Segment``.
        offsets: See ``kernel.Segment``.
    """

    rows: NDArray[np.void]
    owners: NDArray[np.uint32]
    postings: NDArray[np.uint32]
    offsets: NDArray[np.uint64]


def _seal(rows: NDArray[np.void], owners: NDArray[np.uint32], words: int) -> Sealed:
    live = rows["label"] != 0
    if not live.all():
        rows, owners = rows[live], owners[live]
    order = np.argsort(rows["day"], kind="stable")
    placed = native.aligned(rows.nbytes).view(ROW)  # or every second row lies in two cache lines
    np.take(rows, order, out=placed, mode="clip")  # another mode would copy them once more
    return Sealed(placed, owners[order], *kernel.postings(placed, words))


class Segments:
    """Growing rows: a small tail, and sealed segments whose sizes fall by a factor.

    Each row is sealed anew about log4(n) times while the index grows, so adding stays cheap and a
    search has few segments to look at.  Not thread-safe; the index serialises its writers.
    """

    def __init__(self) -> None:
        self._sealed: list[Sealed] = []
        self._tail_rows: list[NDArray[np.void]] = []
        self._tail_owners: list[NDArray[np.uint32]] = []
        self._tail = 0
        self._fresh: Sealed | None = None

    def __len__(self) -> int:
        return sum(len(part.rows) for part in self._sealed) + self._tail

    @property
    def nbytes(self) -> int:
        """Bytes of rows, owners and postings."""
        return sum(
            column.nbytes
            for part in self._sealed
            for column in (part.rows, part.owners, part.postings, part.offsets)
        )

    def add(self, rows: NDArray[np.void], owners: NDArray[np.uint32], *, words: int) -> None:
        """Add rows.

        Args:
            rows: (n,) ``ROW``, in any order.
            owners: (n,) uint32.
            words: Size of the vocabulary.
        """
        self._tail_rows.append(rows)
        self._tail_owners.append(owners)
        self._tail += len(rows)
        self._fresh = None
        if self._tail >= _TAIL:
            self._sealed.append(self._seal_tail(words))
            self._empty_tail()
            self._merge(words)

    def parts(self, *, words: int) -> list[Sealed]:
        """All segments, the largest first; the tail is sealed if it changed."""
        if self._tail and self._fresh is None:
            self._fresh = self._seal_tail(words)
        return [*self._sealed, *([self._fresh] if self._fresh is not None else [])]

    def erase(self, owners: NDArray[np.uint32], *, words: int) -> NDArray[np.void]:
        """Overwrite the rows of some references; returns them as they were.

        Cost: one pass over the owners, 4 bytes a row.
        """
        gone: list[NDArray[np.void]] = []
        for part in self.parts(words=words):
            places = np.flatnonzero(np.isin(part.owners, owners))
            gone.append(part.rows[places].copy())
            for place in places.tolist():
                day = part.rows["day"][place - 1] if place else 0  # keeps the order of days
                part.rows[place] = np.zeros(1, ROW)[0]
                part.rows["day"][place] = day
                part.owners[place] = 0
        if self._fresh is not None:  # its rows are copies of those in the tail
            self._tail_rows = [self._fresh.rows]
            self._tail_owners = [self._fresh.owners]
        return np.concatenate(gone) if gone else np.zeros(0, ROW)

    def relabel(self, owner: int, label: int, *, words: int) -> None:
        """Replace the label of the rows of a reference."""
        for part in self.parts(words=words):
            part.rows["label"][part.owners == owner] = label
        if self._fresh is not None:
            self._tail_rows, self._tail_owners = [self._fresh.rows], [self._fresh.owners]

    def _seal_tail(self, words: int) -> Sealed:
        return _seal(np.concatenate(self._tail_rows), np.concatenate(self._tail_owners), words)

    def _empty_tail(self) -> None:
        self._tail_rows, self._tail_owners, self._tail = [], [], 0
        self._fresh = None

    def _merge(self, words: int) -> None:
        while len(self._sealed) > 1:
            before, last = self._sealed[-2:]
            if len(before.rows) >= _FACTOR * len(last.rows):
                return
            self._sealed[-2:] = [
                _seal(
                    np.concatenate((before.rows, last.rows)),
                    np.concatenate((before.owners, last.owners)),
                    words,
                )
            ]
