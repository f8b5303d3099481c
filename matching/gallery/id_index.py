"""Which slot an id lies in, in 16 bytes per id."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["IdIndex"]

_GONE = -1
_MOST_RECENT = 4096  # changes kept in a dictionary before they are merged into the arrays


class IdIndex:
    """A map from 64-bit ids to slots; not thread-safe.

    Most of it is a sorted array; the latest changes stand in a dictionary until there are many.

    Examples:
        >>> index = IdIndex()
        >>> index.put(np.array([7, 3]), np.array([0, 1])).tolist()
        []
        >>> index.put(np.array([3]), np.array([4])).tolist()
        [1]
        >>> index.pop(7), index.get(7), index.get(3), len(index)
        (0, None, 4, 1)
    """

    def __init__(self) -> None:
        self._ids = np.zeros(0, np.int64)
        self._slots = np.zeros(0, np.int64)
        self._recent: dict[int, int] = {}
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def get(self, key: int) -> int | None:
        """Return the slot of an id, None if it is not present."""
        slot = self._recent.get(key)
        if slot is None:
            place = int(np.searchsorted(self._ids, key))
            if place == len(self._ids) or self._ids[place] != key:
                return None
            slot = int(self._slots[place])
        return None if slot == _GONE else slot

    def put(self, keys: NDArray[np.int64], slots: NDArray[np.int64]) -> NDArray[np.int64]:
        """Enter or move distinct ids; returns the slots that they lay in before."""
        before = np.full(len(keys), _GONE)
        places = np.searchsorted(self._ids, keys)
        known = np.flatnonzero(places < len(self._ids))
        known = known[self._ids[places[known]] == keys[known]]
        before[known] = self._slots[places[known]]
        if self._recent:
            for i, key in enumerate(keys.tolist()):
                before[i] = self._recent.get(key, before[i])
        self._count += int((before == _GONE).sum())
        self._recent.update(zip(keys.tolist(), slots.tolist(), strict=True))
        if len(self._recent) > max(_MOST_RECENT, len(self._ids) // 8):
            self._merge()
        moved: NDArray[np.int64] = before[before != _GONE]
        return moved

    def pop(self, key: int) -> int | None:
        """Take an id out; returns its slot, None if it is not present."""
        slot = self.get(key)
        if slot is not None:
            self._recent[key] = _GONE
            self._count -= 1
        return slot

    def _merge(self) -> None:
        keys = np.fromiter(self._recent.keys(), np.int64, len(self._recent))
        slots = np.fromiter(self._recent.values(), np.int64, len(self._recent))
        kept = ~np.isin(self._ids, keys)
        every = np.concatenate([self._ids[kept], keys[slots != _GONE]])
        places = np.concatenate([self._slots[kept], slots[slots != _GONE]])
        order = np.argsort(every, kind="stable")
        self._ids, self._slots, self._recent = every[order], places[order], {}
