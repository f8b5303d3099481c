"""Rows in files, sealed: millions of people without their minutiae in memory or in the clear.

Every row is three records, because a search reads the codes of many and the minutiae of few, and
who looks for a key reads nothing else: the codes, the key, and all that lies before the codes. A
record is encrypted and authenticated; its nonce is random, new with every write, and stays in
memory, 12 bytes for each row. So a record opens only where, and as, it was written last: one that
was changed, moved or put back is refused, and a row that was wiped opens nowhere, whatever copy of
its bytes a disk kept. The files have no name from the moment they are made, and nobody reads them
after the process, whose cipher is gone with it.

They are read and written by system calls and not mapped: a full or failing disk would end a process
that has mapped a file, here it is an error of the call.
"""

from __future__ import annotations

import errno
import os
import secrets
import tempfile
import weakref
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from matching.errors import GalleryStorageError
from matching.gallery.row import CODES, FRONT, KEY, ROW_BYTES

__all__ = ["DISK_BYTES", "RowCipher", "SealedRows"]

_NONCE, _TAG = 12, 16
_TOGETHER = 256  # rows per write, 1.5 MB


@dataclass(frozen=True, slots=True, eq=False)
class _Record:
    """One of the records of a row.

    Args:
        number: The last two bits of its nonce.
        part: Which bytes of a row it seals.
        stride: Bytes of the area of a row that it lies in.
        offset: Where it begins in that area.
    """

    number: int
    part: slice
    stride: int
    offset: int = 0

    @property
    def size(self) -> int:
        """Plain bytes."""
        return int(self.part.stop - self.part.start)

    def nonces(self, held: NDArray[np.uint8]) -> list[bytes]:
        """Nonces of this record from those of rows, (N, 12)."""
        own = held.copy()
        own[:, -1] = own[:, -1] & 0xFC | self.number
        data = own.tobytes()
        return [data[at : at + _NONCE] for at in range(0, len(data), _NONCE)]


# A row has two areas, none of which lies in more pages of memory than it must. The key lies beside
# the codes, whose pages are in memory more often than those of the minutiae.
_FRONT = _Record(0, FRONT, 4096)
_CODES = _Record(1, CODES, 2048)
_KEY = _Record(2, KEY, 2048, 1920 + _TAG)
_AREAS = {2048: (_CODES, _KEY), 4096: (_FRONT,)}
DISK_BYTES = sum(_AREAS)
"""Bytes on the disk for each row."""
_ZEROS = memoryview(bytes(_TOGETHER * max(_AREAS)))


class RowCipher(Protocol):
    """Seals records under one key that nobody keeps, with a tag of 16 bytes at their end."""

    def seal(self, nonce: bytes, plain: memoryview, out: memoryview) -> None:
        """Encrypt N bytes into N + 16; no nonce of 12 bytes is given twice."""

    def open(self, nonce: bytes, sealed: bytearray, out: memoryview) -> None:
        """Decrypt N + 16 bytes into N.

        Raises:
            GalleryCorruptError: they are not what was sealed under this nonce.
        """


class SealedRows:
    """Makes rows in sealed files.

    Args:
        folder: On a local disk; made with mode 0700 if missing.
        cipher: Of these rows alone; at most 2**30 rows may be written under it.

    Raises:
        GalleryStorageError: the folder cannot be made.

    Cost: 6144 bytes on the disk and 12 in memory for each row that was ever written.
    """

    def __init__(self, folder: Path, cipher: RowCipher) -> None:
        self._folder, self._cipher = folder, cipher
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise _failed("made", error) from error

    def __call__(self, first: int, capacity: int) -> _SealedFile:
        """Make a file for this many rows; it grows as they are written.

        Raises:
            GalleryStorageError: it cannot be made.
        """
        return _SealedFile(self._folder, self._cipher, capacity)


class _SealedFile:
    overhead = _NONCE

    def __init__(self, folder: Path, cipher: RowCipher, capacity: int) -> None:
        self._cipher = cipher
        self._nonces = np.zeros((capacity, _NONCE), np.uint8)  # zero: the row holds nothing
        self._starts = {2048: 0, 4096: capacity * 2048}  # of the areas
        try:
            with tempfile.TemporaryFile(dir=folder, buffering=0) as file:
                self._file = os.dup(file.fileno())
        except OSError as error:
            raise _failed("made", error) from error
        weakref.finalize(self, os.close, self._file)

    def read(self, places: NDArray[np.int64]) -> NDArray[np.uint8]:
        rows = np.zeros((len(places), ROW_BYTES), np.uint8)
        for record in (_FRONT, _CODES):
            part = self._open(places, record)
            rows[:, record.part] = part
            part[:] = 0
        return rows

    def front(self, places: NDArray[np.int64]) -> NDArray[np.uint8]:
        return self._open(places, _FRONT)

    def codes(self, places: NDArray[np.int64]) -> NDArray[np.uint8]:
        return self._open(places, _CODES)

    def keys(self, places: NDArray[np.int64]) -> NDArray[np.uint8]:
        return self._open(places, _KEY)

    def write(self, places: NDArray[np.int64], rows: NDArray[np.uint8]) -> None:
        try:
            for first, run in _runs(places):
                self._write(first, rows[run])
        except GalleryStorageError:
            with suppress(GalleryStorageError):  # what a full disk refused is not there
                self._forget(places)
            raise

    def wipe(self, places: NDArray[np.int64]) -> None:
        self._forget(places[self._nonces[places].any(axis=1)])

    def _forget(self, places: NDArray[np.int64]) -> None:
        """Make rows unreadable, then overwrite them, as many as the disk lets."""
        self._nonces[places] = 0
        failed: GalleryStorageError | None = None
        for first, run in _runs(places):
            for stride in _AREAS:
                try:
                    self._put(stride, first, _ZEROS[: (run.stop - run.start) * stride])
                except GalleryStorageError as error:
                    failed = error
        if failed is not None:
            raise failed

    def _write(self, first: int, rows: NDArray[np.uint8]) -> None:
        """Seal rows for neighbouring places, and let them be read once all records are there."""
        fresh = np.frombuffer(secrets.token_bytes(len(rows) * _NONCE), np.uint8)
        nonces = fresh.reshape(-1, _NONCE)
        for stride, records in _AREAS.items():
            area = np.zeros((len(rows), stride), np.uint8)
            for record in records:
                sealed = area[:, record.offset : record.offset + record.size + _TAG]
                for nonce, row, out in zip(record.nonces(nonces), rows, sealed, strict=True):
                    self._cipher.seal(nonce, row[record.part].data, out.data)
            self._put(stride, first, area.data)
        self._nonces[first : first + len(rows)] = nonces

    def _put(self, stride: int, first: int, data: memoryview) -> None:
        try:
            written = os.pwrite(self._file, data, self._starts[stride] + first * stride)
            if written != data.nbytes:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        except OSError as error:
            raise _failed("written", error) from error

    def _open(self, places: NDArray[np.int64], record: _Record) -> NDArray[np.uint8]:
        """Read and decrypt one record of rows: (N, its size); zeros of rows that hold nothing."""
        held, size = self._nonces[places], record.size
        listed, nonces = places.tolist(), record.nonces(held)
        found = np.zeros((len(places), size), np.uint8)
        plain, sealed = found.reshape(-1).data, bytearray(size + _TAG)
        start = self._starts[record.stride] + record.offset
        try:
            self._call_for(listed, record.stride)
            for n in np.flatnonzero(held.any(axis=1)).tolist():
                # Where a file is too short, what is left in the buffer does not open.
                os.preadv(self._file, [sealed], start + listed[n] * record.stride)
                self._cipher.open(nonces[n], sealed, plain[n * size : (n + 1) * size])
        except BaseException as error:
            found[:] = 0
            if isinstance(error, OSError):
                raise _failed("read", error) from error
            raise
        return found

    def _call_for(self, places: list[int], stride: int) -> None:
        """Let the disk fetch together what is about to be read one by one, if it is not cached."""
        if len(places) > 1 and hasattr(os, "posix_fadvise"):
            for place in places:
                at = self._starts[stride] + place * stride
                os.posix_fadvise(self._file, at, stride, os.POSIX_FADV_WILLNEED)


def _runs(places: NDArray[np.int64]) -> Iterator[tuple[int, slice]]:
    """Split places into neighbours: the first of each run, and where the run stands in them."""
    start, listed = 0, places.tolist()
    for n in range(1, len(listed) + 1):
        if n == len(listed) or listed[n] != listed[n - 1] + 1 or n - start == _TOGETHER:
            yield listed[start], slice(start, n)
            start = n


def _failed(what: str, error: OSError) -> GalleryStorageError:
    return GalleryStorageError(
        "gallery_storage",
        f"rows of the gallery cannot be {what} ({error.strerror}); see that their folder can be "
        "written and its disk has room",
    )
