"""References of a native gallery: segments, keys, order; every call within the engine's lock."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from matching.errors import GalleryStorageError
from matching.gallery.key_table import KeyTable
from matching.gallery.protocol import Permit
from matching.gallery.row import FRONT, ROW_BYTES, key_of
from matching.gallery.rows import MakeRows
from matching.gallery.segment import Batch, Segment, View, lanes_of
from matching.kernels.scan import TILE

__all__ = ["ReferenceStore"]

_Slots = NDArray[np.int64]
_FIRST = 8 * TILE  # references of the first segment
_READ_TOGETHER = 512  # keys


class ReferenceStore:
    """Slots of references in segments that never move.

    Growing adds a segment, so nobody waits and nothing is copied: copies would leave erased
    references behind in memory. A slot is taken (``reserve``), written by its segment, shown
    (``publish``), hidden (``withdraw``), wiped by its segment and given back (``release``).

    Args:
        make_rows: Where the rows lie.
        largest: References per segment, a multiple of 512; the first ones are smaller.
    """

    def __init__(self, make_rows: MakeRows, *, largest: int) -> None:
        self._make_rows = make_rows
        self._largest = largest
        self._segments: list[Segment] = []
        self._firsts: list[int] = []
        self._free: list[int] = []
        self._next_slot = 0
        self._next_place = 0
        self._keys = KeyTable(self.key_at)

    def __len__(self) -> int:
        return len(self._keys)

    @property
    def nbytes(self) -> int:
        """Bytes in memory, rows left out."""
        return self._keys.nbytes + sum(segment.nbytes for segment in self._segments)

    def key_at(self, slot: int) -> str:
        """Key of a slot that was written."""
        segment, lane = self._at(slot)
        return key_of(segment.rows.keys(np.array([lane]))[0])

    def keys_of(self, slots: _Slots) -> Iterator[str]:
        """Keys of slots that were written, many read at a time."""
        for start in range(0, len(slots), _READ_TOGETHER):
            for segment, lanes in self.by_segment(slots[start : start + _READ_TOGETHER]):
                yield from map(key_of, segment.rows.keys(lanes))

    def find(self, key: str) -> int | None:
        """Slot of a key."""
        return self._keys.find(key)

    def rows(self, slots: _Slots) -> NDArray[np.uint8]:
        """Copy the rows of slots: (N, 6016) uint8."""
        parts = [segment.rows.read(lanes) for segment, lanes in self.by_segment(slots)]
        return (
            parts[0]
            if len(parts) == 1
            else np.concatenate([np.zeros((0, ROW_BYTES), np.uint8), *parts])
        )

    def fronts(self, slots: _Slots) -> NDArray[np.uint8]:
        """Copy the fronts of the rows of slots: (N, 3725) uint8."""
        found = np.empty((len(slots), FRONT.stop), np.uint8)
        start = 0
        for segment, lanes in self.by_segment(slots):
            some = segment.rows.front(lanes)
            found[start : start + len(lanes)] = some
            some[:] = 0
            start += len(lanes)
        return found

    def by_segment(self, slots: _Slots) -> Iterator[tuple[Segment, NDArray[np.int64]]]:
        """Slots as lanes of their segments, neighbours together, in order."""
        if len(slots) == 1:  # no arrays for one: this is most of what an erasure would cost
            segment, lane = self._at(int(slots[0]))
            yield segment, np.array([lane])
            return
        which = np.searchsorted(self._firsts, slots, side="right") - 1
        start = 0
        for number, run in groupby(which.tolist()):
            stop = start + sum(1 for _ in run)
            segment = self._segments[number]
            yield segment, slots[start:stop] - segment.first
            start = stop

    def places(self, slots: _Slots) -> NDArray[np.int64]:
        """Places in the enrolment order."""
        parts = [segment.order[lanes] for segment, lanes in self.by_segment(slots)]
        return np.concatenate([np.zeros(0, np.int64), *parts])

    def reserve(self, count: int) -> _Slots:
        """Take slots that nobody can see, ascending.

        Raises:
            GalleryStorageError: there is no room for more rows; no slot was taken.
        """
        while len(self._free) + self._room() - self._next_slot < count:
            self._grow()  # first: if there is no room for more rows, nothing has changed
        taken = [self._free.pop() for _ in range(min(count, len(self._free)))]
        fresh = count - len(taken)
        taken += range(self._next_slot, self._next_slot + fresh)
        self._next_slot += fresh
        return np.array(sorted(taken), np.int64)

    def write(self, slots: _Slots, batch: Batch) -> None:
        """Write reserved slots; may run beside readers, outside the lock."""
        start = 0
        for segment, lanes in self.by_segment(slots):
            segment.write(lanes, batch[start : start + len(lanes)])
            start += len(lanes)

    def publish(self, slots: _Slots, keys: Sequence[str], *, replaced: list[int | None]) -> None:
        """Show written slots, in the order given.

        A replaced reference hands its place in the enrolment order to its successor.

        Args:
            slots: Where they lie.
            keys: Their keys.
            replaced: Gets for every slot that is shown the one that it replaces, None for none.

        Raises:
            GalleryError: a row that must be read for its key cannot be; the slots from there on
                are not shown.
        """
        for key, slot in zip(keys, slots.tolist(), strict=True):
            old = self._keys.find(key)
            self._keys.put(key, slot)
            segment, lane = self._at(slot)
            if old is None:
                segment.order[lane] = self._next_place
                self._next_place += 1
            else:
                before, at = self._at(old)
                segment.order[lane] = before.order[at]
                before.hide(np.array([at]))
            segment.show(np.array([lane]))
            replaced.append(old)

    def withdraw(self, key: str) -> int | None:
        """Hide a reference from new readers; returns its slot, None if it is not present."""
        slot = self._keys.remove(key)
        if slot is not None:
            segment, lane = self._at(slot)
            segment.hide(np.array([lane]))
        return slot

    def withdraw_all(self) -> list[int]:
        """Hide every reference from new readers, without reading a row; returns the slots."""
        slots = []
        for segment in self._segments:
            lanes = lanes_of(segment.columns.enrolled)
            segment.hide(lanes)
            slots += (segment.first + lanes).tolist()
        self._keys = KeyTable(self.key_at)
        return slots

    def wipe(self, slots: Iterable[int]) -> None:
        """Overwrite hidden slots that no reader holds; may run outside the lock.

        Raises:
            GalleryStorageError: rows could not be overwritten in their file, where nobody can read
                them any more; all the others are.
        """
        failed: GalleryStorageError | None = None
        for segment, lanes in self.by_segment(np.array(sorted(slots), np.int64)):
            try:
                segment.wipe(lanes)
            except GalleryStorageError as error:
                failed = error
        if failed is not None:
            raise failed

    def release(self, slots: Iterable[int]) -> None:
        """Give wiped slots back."""
        self._free += slots

    def relabel(self, key: str, attributes: int) -> bool:
        """Replace an attribute word; False if the key is not present."""
        slot = self._keys.find(key)
        if slot is None:
            return False
        segment, lane = self._at(slot)
        segment.columns.attributes[lane] = attributes
        return True

    def views(self, permit: Permit) -> list[View]:
        """What a search may read that begins now."""
        views = [segment.view(permit.masks) for segment in self._segments]
        for key in permit.excluded:
            slot = self._keys.find(key)
            if slot is not None:
                view = views[self._number(slot)]
                lane = slot - view.first
                view.permitted[lane // 64] &= ~np.uint64(1 << lane % 64)
        return views

    def attributes(self, slots: _Slots) -> NDArray[np.uint64]:
        """Attribute words of slots."""
        parts = [segment.columns.attributes[lanes] for segment, lanes in self.by_segment(slots)]
        return np.concatenate([np.zeros(0, np.uint64), *parts])

    def _number(self, slot: int) -> int:
        return bisect_right(self._firsts, slot) - 1

    def _at(self, slot: int) -> tuple[Segment, int]:
        segment = self._segments[self._number(slot)]
        return segment, slot - segment.first

    def _room(self) -> int:
        """Slots of all segments."""
        return self._segments[-1].first + self._segments[-1].capacity if self._segments else 0

    def _grow(self) -> None:
        """Add a segment, three times as large as all before together, at most."""
        first = self._room()
        capacity = min(max(3 * first, _FIRST), self._largest)
        rows = self._make_rows(first, capacity)
        # Replaced, not changed: readers use them outside the lock.
        self._segments = [*self._segments, Segment(first, capacity, rows=rows)]
        self._firsts = [segment.first for segment in self._segments]
