"""Keys of references and the numbers that stand for them in the rows of an index."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from matching.gallery.key_table import KeyTable

__all__ = ["MAX_KEY", "Owners", "check_key"]

MAX_KEY = 64
_SHORTEST = 32  # characters of the ids that the register gives


def check_key(key: str) -> None:
    """Refuse a key that no index holds.

    Raises:
        ValueError: it has not 1..64 visible ASCII characters.
    """
    if not 1 <= len(key) <= MAX_KEY or not key.isascii() or not key.isprintable():
        raise ValueError(f"a reference key has 1..{MAX_KEY} visible ASCII characters")


class Owners:
    """Numbered keys with label and number of rows; number 0 is nobody, none is given twice.

    Not thread-safe; the gallery holds its lock around every call.
    """

    def __init__(self) -> None:
        self._keys = np.zeros(1024, f"S{_SHORTEST}")
        self._labels = np.zeros(1024, np.uint16)
        self._rows = np.zeros(1024, np.uint16)
        self._next = 1
        self._numbers = KeyTable(self.key_of)

    def __len__(self) -> int:
        return len(self._numbers)

    def key_of(self, number: int) -> str:
        """Key of a number, "" if it is gone."""
        return bytes(self._keys[number]).decode("ascii")

    def find(self, key: str) -> int | None:
        """Number of a key, None if it is not present."""
        return self._numbers.find(key)

    def add(self, key: str, *, label: int, rows: int) -> int:
        """Give a key a new number; one that it had stands for it no longer."""
        number = self._next
        self._make_room(number + 1, len(key))
        self._keys[number] = key.encode("ascii")
        self._labels[number], self._rows[number] = label, rows
        self._numbers.put(key, number)
        self._next = number + 1
        return number

    def forget(self, number: int) -> None:
        """Overwrite a number that stands for its key no longer."""
        self._keys[number], self._labels[number], self._rows[number] = b"", 0, 0

    def remove(self, key: str) -> int | None:
        """Take a key away; its number is still to be forgotten."""
        return self._numbers.remove(key)

    def label(self, number: int) -> int:
        """Label of a number."""
        return int(self._labels[number])

    def relabel(self, number: int, label: int) -> None:
        """Replace a label."""
        self._labels[number] = label

    def rows(self, number: int) -> int:
        """How many rows a number has."""
        return int(self._rows[number])

    def live(self) -> tuple[NDArray[np.int64], NDArray[np.bytes_], NDArray[np.uint16]]:
        """Numbers, keys and labels of all that are present, in enrolment order."""
        numbers = np.flatnonzero(self._labels[: self._next])
        return numbers, self._keys[numbers], self._labels[numbers]

    def _make_room(self, needed: int, key: int) -> None:
        if key > self._keys.itemsize:
            self._keys = self._keys.astype(f"S{MAX_KEY}")
        room = len(self._keys)
        if needed > room:
            for name in ("_keys", "_labels", "_rows"):
                column = getattr(self, name)
                grown = np.zeros(2 * room, column.dtype)
                grown[:room] = column
                setattr(self, name, grown)
