"""Where the rows of a gallery lie: in memory, or in a memory-mapped file.

Those of real people lie in memory or sealed in files, see ``matching.gallery.sealed_rows``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from matching.gallery.row import CODES, FRONT, KEY, ROW_BYTES

__all__ = ["MakeRows", "MappedRows", "MemoryRows", "Rows"]


class Rows(Protocol):
    """Room for a fixed number of rows, overwritten in place; one that was not written is zero.

    Every call may raise ``GalleryStorageError``, and one that reads ``GalleryCorruptError``.
    """

    @property
    def overhead(self) -> int:
        """Bytes in memory for each row, beside the row itself."""

    def read(self, places: NDArray[np.int64]) -> NDArray[np.uint8]:
        """Copy rows: (N,) places -> (N, 6016) uint8."""

    def front(self, places: NDArray[np.int64]) -> NDArray[np.uint8]:
        """Copy the keys, minutiae and strengths of rows: (N,) places -> (N, 3725) uint8."""

    def codes(self, places: NDArray[np.int64]) -> NDArray[np.uint8]:
        """Copy the codes of rows: (N,) places -> (N, 1920) uint8."""

    def keys(self, places: NDArray[np.int64]) -> NDArray[np.uint8]:
        """Copy the keys of rows with their lengths: (N,) places -> (N, 65) uint8."""

    def write(self, places: NDArray[np.int64], rows: NDArray[np.uint8]) -> None:
        """Overwrite rows; if it fails, none of them holds anything."""

    def wipe(self, places: NDArray[np.int64]) -> None:
        """Overwrite rows with zeros; if it fails, nobody can read them all the same."""


class MakeRows(Protocol):
    """Makes room for the references ``first`` .. ``first + capacity - 1`` of a gallery."""

    def __call__(self, first: int, capacity: int) -> Rows:
        """Make room, all zero."""


class _ArrayRows:
    overhead = 0

    def __init__(self, array: NDArray[np.uint8]) -> None:
        self.array = array

    def read(self, places: NDArray[np.int64]) -> NDArray[np.uint8]:
        rows: NDArray[np.uint8] = np.asarray(self.array[places])
        return rows

    def front(self, places: NDArray[np.int64]) -> NDArray[np.uint8]:
        front: NDArray[np.uint8] = np.asarray(self.array[:, FRONT][places])
        return front

    def codes(self, places: NDArray[np.int64]) -> NDArray[np.uint8]:
        codes: NDArray[np.uint8] = np.asarray(self.array[:, CODES][places])
        return codes

    def keys(self, places: NDArray[np.int64]) -> NDArray[np.uint8]:
        keys: NDArray[np.uint8] = np.asarray(self.array[:, KEY][places])
        return keys

    def write(self, places: NDArray[np.int64], rows: NDArray[np.uint8]) -> None:
        self.array[places] = rows

    def wipe(self, places: NDArray[np.int64]) -> None:
        self.array[places] = 0


class MemoryRows(_ArrayRows):
    """Rows in memory, 6 KB each; memory that was never written costs nothing."""

    def __init__(self, first: int, capacity: int) -> None:
        super().__init__(np.zeros((capacity, ROW_BYTES), np.uint8))


class MappedRows:
    """Makes rows in memory-mapped files, as many in memory as the machine has room for.

    The files hold minutiae in the clear and are not read again by a later process: they are for
    populations that nobody is, never for people.  An erased row is overwritten in the file; the
    operating system brings it to the disk when it likes.

    Args:
        folder: An existing folder of its own.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __call__(self, first: int, capacity: int) -> Rows:
        """Make a file of this many rows; it takes room on the disk as rows are written."""
        path = self._folder / f"rows-{first:010}.bin"
        return _ArrayRows(np.memmap(path, np.uint8, "w+", shape=(capacity, ROW_BYTES)))
