"""The embedded gallery: faiss orders the candidates, the minutiae decide."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from matching.fingerprint.compare import PackedSet, compare_many, overwrite, pack
from matching.fingerprint.sketch import sketch
from matching.gallery.dump import LAYOUT, Dumped, decode, encode
from matching.gallery.in_place import InPlace
from matching.gallery.protocol import (
    Candidate,
    CandidateList,
    Permit,
    Reference,
    check_reference,
    check_search,
)
from matching.gallery.reference_table import ReferenceTable, Slot
from matching.gallery.sketch_table import SketchTable, quantise
from matching.parameters import MATCHER_VERSION
from matching.template import FingerPosition, FingerSet

__all__ = ["FaissGallery"]

_BATCH = 256  # references per call of the comparison kernels
_PART = 512  # references per part of a dump, at most about 30 MB
_Sketches = Mapping[FingerPosition, NDArray[np.int8]]


def _sketches(fingers: FingerSet) -> _Sketches:
    return {position: quantise(sketch(t)) for position, t in fingers.fingers.items()}


class FaissGallery(InPlace):
    """A gallery in this process: every permitted reference is compared by minutiae.

    The sketch order makes the likely mates come first; it breaks no ties and changes no answer.
    A search holds the lock only while it filters, so writers and readers hardly wait for each
    other; erasure waits for the searches that began before it, then overwrites in place.

    Args:
        batch: References per call of the comparison kernels, >= 1; no answer depends on it.

    Cost: about 0.0015 ms per reference for the order, plus the comparisons.
    """

    def __init__(self, *, batch: int = _BATCH) -> None:
        if batch < 1:
            raise ValueError(f"batch is {batch}; it must be at least 1")
        self._batch = batch
        self._table = ReferenceTable()
        super().__init__(self._table)
        self._sketches = SketchTable()

    @property
    def layout(self) -> str:
        """Names everything that the parts of ``dump`` depend on."""
        return f"{LAYOUT} {MATCHER_VERSION}"

    def labels(self) -> dict[str, int]:
        """Key -> attribute word of every enrolled reference, at one moment."""
        with self._lock:
            return self._table.labels()

    def enrol(self, references: Iterable[Reference]) -> None:
        """Add references; a key that is present is replaced and keeps its place in the order."""
        with self._writer:
            replaced: list[int] = []
            try:
                for reference in references:
                    check_reference(reference)
                    slot = Slot(reference.key, pack(reference.fingers))
                    replaced += self._insert(
                        slot, reference.attributes, sketches=_sketches(reference.fingers)
                    )
            finally:
                self._overwrite(replaced)

    def search(
        self, probe: FingerSet, *, permit: Permit, k: int, threshold: float
    ) -> CandidateList:
        """Identify: compare a probe with every permitted reference (1:N).

        Args:
            probe: 1..10 fingers.
            permit: Which references may be searched; applied before anything is compared.
            k: Longest candidate list, 1..1000.
            threshold: Lowest comparison score returned, inclusive; natural-log likelihood ratio.

        Returns:
            At most k candidates whose score reaches the threshold, best first; equal scores in
            enrolment order. Empty if none.

        Raises:
            ValueError: the probe has no finger, k is out of range or the threshold is no number.
        """
        check_search(probe, k, threshold)
        packed, sketches = pack(probe), _sketches(probe)
        with self._epochs.reading():
            with self._lock:
                slots = self._table.permitted(permit)
                places = self._table.places(slots)
                live = self._table.live()
            order = np.lexsort((places, -self._sketches.scores(sketches, slots)))
            best: list[tuple[float, int, Candidate]] = []
            for start in range(0, len(order), self._batch):
                chunk = order[start : start + self._batch]
                entries = [live[slot] for slot in slots[chunk]]
                compared = compare_many(packed, [entry.packed for entry in entries])
                best += [
                    (-one.score, int(place), Candidate(entry.key, 0, one))
                    for one, place, entry in zip(compared, places[chunk], entries, strict=True)
                    if one.score >= threshold
                ]
                best = sorted(best, key=lambda hit: hit[:2])[:k]
        ranked = (
            Candidate(hit.key, rank, hit.comparison) for rank, (*_, hit) in enumerate(best, 1)
        )
        return CandidateList(tuple(ranked), compared=len(order), searched=len(slots))

    def dump(self, write: Callable[[bytes], None]) -> int:
        """Hand the references to ``write`` as opaque parts, in enrolment order.

        Args:
            write: Called once per part of bounded size; must not write to this gallery.

        Returns:
            How many references the parts hold.
        """
        with self._epochs.reading():
            with self._lock:
                rows = list(self._table.in_order())
                live = self._table.live()
            for start in range(0, len(rows), _PART):
                write(
                    b"".join(
                        encode(
                            Dumped(
                                live[slot].key,
                                attributes,
                                live[slot].packed,
                                self._sketches_of(slot, live[slot].packed),
                            )
                        )
                        for slot, attributes in rows[start : start + _PART]
                    )
                )
            return len(rows)

    def restore(self, parts: Iterable[bytes]) -> None:
        """Fill an empty gallery with the parts of a ``dump`` of the same layout.

        Raises:
            GalleryCorruptError: a part cannot be read; throw the gallery away.
            ValueError: the gallery is not empty.
        """
        with self._writer:
            if len(self):
                raise ValueError("only an empty gallery can be restored")
            for part in parts:
                for dumped in decode(part):
                    slot = Slot(dumped.key, dumped.packed)
                    self._insert(slot, dumped.attributes, sketches=dumped.sketches)

    def _sketches_of(self, slot: int, packed: PackedSet) -> _Sketches:
        return {position: self._sketches.get(slot, position) for position in packed.fingers}

    def _insert(self, entry: Slot, attributes: int, *, sketches: _Sketches) -> list[int]:
        """Fill a slot, then show it; returns the slot that it replaces, if any."""
        with self._lock:
            slot = self._table.reserve()
        self._sketches.put(slot, sketches)
        with self._lock:
            replaced = self._table.publish(slot, entry, attributes)
        return [] if replaced is None else [replaced]

    def _wipe(self, slots: list[int]) -> None:
        with self._lock:
            live = self._table.live()
        for slot in slots:
            self._sketches.wipe(slot)
            overwrite(live[slot].packed)
        with self._lock:
            for slot in slots:
                self._table.release(slot)
