"""Key -> slot in a few bytes per key: the keys themselves lie in the rows."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

__all__ = ["KeyTable"]

_EMPTY, _GONE = -1, -2
_FULLEST = 0.6  # share of places in use or gone, above which the table is made anew


class KeyTable:
    """An open-addressing table of 32-bit hashes and slots, 14 to 27 bytes per key.

    Not thread-safe; the engine holds its lock around every call.

    Args:
        key_at: Reads the key of a slot.
    """

    def __init__(self, key_at: Callable[[int], str]) -> None:
        self._key_at = key_at
        self._hashes = np.zeros(1024, np.uint32)
        self._slots = np.full(1024, _EMPTY, np.int32)
        self._used = 0  # also places whose key is gone
        self._count = 0

    def __len__(self) -> int:
        return self._count

    @property
    def nbytes(self) -> int:
        """Bytes of the table."""
        return self._hashes.nbytes + self._slots.nbytes

    def find(self, key: str) -> int | None:
        """Slot of a key, None if it is not present."""
        place = self._place(key)
        return None if place is None else int(self._slots[place])

    def put(self, key: str, slot: int) -> None:
        """Add a key, or give it another slot; the slot's row must hold the key already."""
        place = self._place(key)
        if place is not None:
            self._slots[place] = slot
            return
        if self._used >= len(self._slots) * _FULLEST:
            self._remake()
        number = _hash(key)
        mask = len(self._slots) - 1
        place = number & mask
        while self._slots.item(place) >= 0:
            place = (place + 1) & mask
        self._used += self._slots.item(place) == _EMPTY
        self._hashes[place], self._slots[place] = number, slot
        self._count += 1

    def remove(self, key: str) -> int | None:
        """Forget a key; returns its slot, None if it is not present."""
        place = self._place(key)
        if place is None:
            return None
        slot = int(self._slots[place])
        self._hashes[place], self._slots[place] = 0, _GONE
        self._count -= 1
        return slot

    def _place(self, key: str) -> int | None:
        number = _hash(key)
        mask = len(self._slots) - 1
        place = number & mask
        while (slot := self._slots.item(place)) != _EMPTY:
            if slot >= 0 and self._hashes.item(place) == number and self._key_at(slot) == key:
                return place
            place = (place + 1) & mask
        return None

    def _remake(self) -> None:
        """Lay the live entries out anew, with room for as many again."""
        live = np.flatnonzero(self._slots >= 0)
        hashes, slots = self._hashes[live], self._slots[live]
        size = 1024
        while size * _FULLEST < 1.5 * self._count:
            size *= 2
        self._hashes, self._slots = np.zeros(size, np.uint32), np.full(size, _EMPTY, np.int32)
        self._used = self._count
        places = (hashes & np.uint32(size - 1)).astype(np.int64)
        left = np.arange(len(live))
        while len(left):
            left = self._settle(hashes, slots, places, left)
            places[left] = (places[left] + 1) & (size - 1)

    def _settle(
        self,
        hashes: NDArray[np.uint32],
        slots: NDArray[np.int32],
        places: NDArray[np.int64],
        left: NDArray[np.int64],
    ) -> NDArray[np.int64]:
        """Put one entry into each free place; returns those whose place was taken."""
        free = left[self._slots[places[left]] == _EMPTY]
        _, first = np.unique(places[free], return_index=True)
        settled = free[first]
        self._slots[places[settled]] = slots[settled]
        self._hashes[places[settled]] = hashes[settled]
        return np.setdiff1d(left, settled, assume_unique=True)


def _hash(key: str) -> int:
    return hash(key) & 0xFFFFFFFF
