"""Which reference lies in which slot, with its attribute word and its place in the order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matching.fingerprint.compare import PackedSet
from matching.gallery.protocol import Permit

__all__ = ["ReferenceTable", "Slot"]

_DEAD = -1  # the place of a slot that no reader may find


@dataclass(frozen=True, slots=True, repr=False)
class Slot:
    """What the table knows about one live slot."""

    key: str
    packed: PackedSet


_EMPTY = Slot("", PackedSet({}))


class ReferenceTable:
    """Slots of references; not thread-safe, the engine holds its lock around every call.

    A slot that is taken out keeps its data until ``release``: earlier readers may still use it.
    """

    def __init__(self) -> None:
        self._live: list[Slot] = []
        self._free: list[int] = []
        self._slot_of: dict[str, int] = {}
        self._attributes = np.zeros(64, np.uint64)
        self._places = np.full(64, _DEAD, np.int64)
        self._next_place = 0

    def __len__(self) -> int:
        return len(self._slot_of)

    def reserve(self) -> int:
        """Take a slot that no reader can see yet."""
        if self._free:
            return self._free.pop()
        self._live.append(_EMPTY)
        if len(self._live) > len(self._places):
            self._attributes = np.concatenate([self._attributes, np.zeros_like(self._attributes)])
            self._places = np.concatenate([self._places, np.full_like(self._places, _DEAD)])
        return len(self._live) - 1

    def publish(self, slot: int, entry: Slot, attributes: int) -> int | None:
        """Make a reserved slot visible; returns the slot that it replaces, if any.

        A replaced reference hands its place in the enrolment order to its successor.
        """
        replaced = self._slot_of.get(entry.key)
        if replaced is None:
            place, self._next_place = self._next_place, self._next_place + 1
        else:
            place = int(self._places[replaced])
            self._places[replaced] = _DEAD
        self._live[slot] = entry
        self._attributes[slot] = attributes
        self._places[slot] = place
        self._slot_of[entry.key] = slot
        return replaced

    def withdraw(self, key: str) -> int | None:
        """Hide a reference from new readers; returns its slot, None if the key is not present."""
        slot = self._slot_of.pop(key, None)
        if slot is not None:
            self._places[slot] = _DEAD
        return slot

    def withdraw_all(self) -> list[int]:
        """Hide every reference from new readers; returns their slots."""
        slots = list(self._slot_of.values())
        self._slot_of.clear()
        self._places[slots] = _DEAD
        return slots

    def release(self, slot: int) -> None:
        """Give a withdrawn or replaced slot back once its data are overwritten."""
        self._live[slot] = _EMPTY
        self._attributes[slot] = 0
        self._free.append(slot)

    def relabel(self, key: str, attributes: int) -> bool:
        """Replace an attribute word; False if the key is not present."""
        slot = self._slot_of.get(key)
        if slot is None:
            return False
        self._attributes[slot] = attributes
        return True

    def live(self) -> list[Slot]:
        """A copy of slot -> entry, also of slots withdrawn but not released."""
        return self._live.copy()

    def permitted(self, permit: Permit) -> NDArray[np.int64]:
        """Slots that may be searched, ascending; the vectorised form of ``Permit.allows``."""
        used = len(self._live)
        allowed = self._places[:used] != _DEAD
        for mask in permit.masks:
            allowed &= (self._attributes[:used] & np.uint64(mask)) != 0
        for key in permit.excluded:
            slot = self._slot_of.get(key)
            if slot is not None:
                allowed[slot] = False
        return np.flatnonzero(allowed).astype(np.int64)

    def places(self, slots: NDArray[np.int64]) -> NDArray[np.int64]:
        """Places of slots in the enrolment order."""
        places: NDArray[np.int64] = self._places[slots]
        return places

    def in_order(self) -> Iterator[tuple[int, int]]:
        """Live (slot, attributes) in enrolment order."""
        slots = self.permitted(Permit())
        for slot in slots[np.argsort(self._places[slots])]:
            yield int(slot), int(self._attributes[slot])

    def labels(self) -> dict[str, int]:
        """Key -> attribute word of every live reference."""
        return {key: int(self._attributes[slot]) for key, slot in self._slot_of.items()}
