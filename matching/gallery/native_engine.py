"""The embedded gallery: sketches of everybody narrow a search, the minutiae decide."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from matching.errors import GalleryError
from matching.fingerprint.compact import family_of
from matching.fingerprint.compare import FingersComparison, PackedSet, overwrite, pack
from matching.fingerprint.cuts import limits
from matching.fingerprint.sketch import FingerSketches, encode
from matching.fingerprint.sketch_probe import ScanProbes, make_probes
from matching.fingerprint.stored import Early, compare_stored
from matching.gallery import parts as snapshot_parts
from matching.gallery.in_place import InPlace
from matching.gallery.narrowing import FindLimits, Narrowed, Narrower, Work, in_threads
from matching.gallery.protocol import (
    Candidate,
    CandidateList,
    Permit,
    Reference,
    check_reference,
    check_search,
)
from matching.gallery.row import STRENGTHS, fingers_in, key_of, make_row
from matching.gallery.rows import MakeRows, MemoryRows
from matching.gallery.segment import Batch
from matching.gallery.store import ReferenceStore
from matching.kernels.scan import MAX_PROBES, TILE
from matching.parameters import MATCHER_VERSION, SKETCH_MODEL, MinutiaeFamily
from matching.template import FingerSet

__all__ = ["Audit", "NativeGallery", "batch_of"]

_ENROLLED_TOGETHER = 64
_COMPARED_TOGETHER = 16
_PART = 512  # references per part of a dump, 3.1 MB
_SMALLEST = 1000  # references: fewer are all compared, which takes half a second
_LARGEST = 1 << 18  # references per segment
_Reached = tuple[float, int, int, FingersComparison]  # -score, place, slot, comparison


@dataclass(frozen=True, slots=True)
class Audit:
    """A search beside the same search of everybody.

    Args:
        found: What the search answers.
        exact: What it answers if every permitted reference is compared.
        lost: Candidates of ``exact`` that the search did not compare.
    """

    found: CandidateList
    exact: CandidateList
    lost: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True)
class _Wish:
    """How to search."""

    permit: Permit
    k: int
    threshold: float
    exact: bool


class NativeGallery(InPlace):
    """A gallery in this process for millions of references.

    A search scans the sketches of every permitted reference, keeps those that are near enough for
    the miss budget, rebuilds their cylinders from the minutiae and compares them exactly, finger
    by finger, the most telling first.
    Answers depend on neither threads nor segments nor probes searched together. A search holds
    the lock only while it filters; erasure waits for the searches that began before it, then
    overwrites in place. What a search rebuilds it overwrites before it returns.

    Args:
        threads: That a search may use, >= 1.
        rows: Where the minutiae lie; in memory by default.
        cuts: Probe -> what references must reach; None: all are compared.
        smallest: Fewer permitted references than this are all compared.
        largest: References per segment, a multiple of 512.

    Cost: 331 bytes and the key's place (14-27 bytes) in memory per reference, and 6 KB per row, in
    memory or on the disk.
    """

    def __init__(
        self,
        *,
        threads: int = 1,
        rows: MakeRows = MemoryRows,
        cuts: FindLimits | None = limits,
        smallest: int = _SMALLEST,
        largest: int = _LARGEST,
    ) -> None:
        if threads < 1 or smallest < 0 or largest < TILE or largest % TILE:
            raise ValueError(
                f"threads {threads} (1 or more), smallest {smallest} (0 or more) or largest "
                f"{largest} (a multiple of {TILE}) is out of range"
            )
        pool = ThreadPoolExecutor(threads, "gallery") if threads > 1 else None
        self._work = in_threads(pool)
        self._threads = threads
        self._narrower = Narrower(cuts, smallest=smallest, parts=threads)
        self._store = ReferenceStore(rows, largest=largest)
        super().__init__(self._store)

    @property
    def layout(self) -> str:
        """Names everything that the parts of ``dump`` depend on."""
        return f"{snapshot_parts.LAYOUT} {SKETCH_MODEL[1]} {MATCHER_VERSION}"

    @property
    def nbytes(self) -> int:
        """Bytes in memory, rows left out."""
        with self._lock:
            return self._store.nbytes

    def labels(self) -> dict[str, int]:
        """Key -> attribute word of every enrolled reference, at one moment."""
        with self._epochs.reading():
            with self._lock:
                slots = self._in_order()
                words = self._store.attributes(slots).tolist()
            return dict(zip(self._store.keys_of(slots), words, strict=True))

    # --- writing ------------------------------------------------------------------------------

    def enrol(self, references: Iterable[Reference]) -> None:
        """Add references; a key that is present is replaced and keeps its place in the order."""
        with self._writer:
            waiting: list[Reference] = []
            try:
                for reference in references:
                    check_reference(reference)
                    waiting.append(reference)
                    if len(waiting) == _ENROLLED_TOGETHER:
                        taken, waiting = waiting, []
                        self._insert(batch_of(taken), [one.key for one in taken])
            finally:
                if waiting:
                    self._insert(batch_of(waiting), [one.key for one in waiting])

    def enrol_batch(self, batch: Batch) -> None:
        """Add references that are in the form of the gallery already, as from a dump."""
        with self._writer:
            self._insert(batch, [key_of(row) for row in batch.rows])

    def _insert(self, batch: Batch, keys: Sequence[str]) -> None:
        with self._lock:
            slots = self._store.reserve(len(batch))
        replaced: list[int | None] = []
        try:
            self._store.write(slots, batch)
            with self._lock:
                self._store.publish(slots, keys, replaced=replaced)
        except GalleryError:
            self._wipe(slots[len(replaced) :].tolist())  # nobody has seen them
            raise
        finally:
            self._overwrite([slot for slot in replaced if slot is not None])

    def _wipe(self, slots: list[int]) -> None:
        try:
            self._store.wipe(slots)
        finally:
            with self._lock:
                self._store.release(slots)

    # --- searching ----------------------------------------------------------------------------

    def search(
        self, probe: FingerSet, *, permit: Permit, k: int, threshold: float
    ) -> CandidateList:
        """Identify: find the permitted references that are like a probe (1:N).

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
        return self.search_many([probe], permit=permit, k=k, threshold=threshold)[0]

    def search_many(
        self,
        probes: Sequence[FingerSet],
        *,
        permit: Permit,
        k: int,
        threshold: float,
        exact: bool = False,
    ) -> list[CandidateList]:
        """Search for several probes in one pass; see ``search``.

        Args:
            probes: Any number, searched eight at a time. Where there are as many eights as threads,
                each is one thread's; no more are begun before those are done, so that searches of
                others need not wait for the whole batch.
            permit: As for ``search``.
            k: As for ``search``.
            threshold: As for ``search``.
            exact: Compare everybody who is permitted.

        Cost: beside what is compared, two bytes of memory a reference for each probe of the eights
        that are begun.
        """
        for probe in probes:
            check_search(probe, k, threshold)
        eights = [probes[n : n + MAX_PROBES] for n in range(0, len(probes), MAX_PROBES)]
        wish, alone = _Wish(permit, k, threshold, exact), in_threads(None)
        found: list[list[CandidateList]] = []
        for start in range(0, len(eights), self._threads):
            begun = eights[start : start + self._threads]
            if len(begun) == self._threads:
                found += self._work(lambda some: self._search(some, wish, alone), begun)
            else:
                found += [self._search(some, wish, self._work) for some in begun]
        return [one for some in found for one in some]

    def _search(self, probes: Sequence[FingerSet], wish: _Wish, work: Work) -> list[CandidateList]:
        """Search for up to eight probes in one pass."""
        packed = [pack(probe) for probe in probes]
        try:
            sought = [] if wish.exact else _scan_probes(probes)
            with self._epochs.reading():
                with self._lock:
                    views = self._store.views(wish.permit)
                narrowed = (
                    [self._narrower.everybody(views)] * len(probes)
                    if wish.exact
                    else self._narrower.narrow(views, sought, work=work)
                )
                return self._confirm(packed, narrowed, wish, work=work)
        finally:
            for one in packed:
                overwrite(one)

    def audit(self, probe: FingerSet, *, permit: Permit, k: int, threshold: float) -> Audit:
        """Search, search everybody, and compare the answers."""
        found, exact = (
            self.search_many([probe], permit=permit, k=k, threshold=threshold, exact=way)[0]
            for way in (False, True)
        )
        keys = {candidate.key for candidate in found.candidates}
        lost = tuple(one for one in exact.candidates if one.key not in keys)
        return Audit(found, exact, lost)

    def _confirm(
        self, probes: Sequence[PackedSet], narrowed: Sequence[Narrowed], wish: _Wish, *, work: Work
    ) -> list[CandidateList]:
        """Compare the chosen references of each probe exactly."""
        chunks = [(n, some) for n, one in enumerate(narrowed) for some in self._chunks(one.slots)]

        def compared(chunk: tuple[int, NDArray[np.int64]]) -> list[_Reached]:
            n, slots = chunk
            return self._compare(probes[n], slots, wish.threshold, narrowed[n].early)

        hits: list[list[_Reached]] = [[] for _ in probes]
        for (n, _), some in zip(chunks, work(compared, chunks), strict=True):
            hits[n] += some
        found = []
        for one, reached in zip(narrowed, hits, strict=True):
            best = sorted(reached, key=lambda hit: hit[:2])[: wish.k]
            candidates = tuple(
                Candidate(self._store.key_at(slot), rank, comparison)
                for rank, (*_, slot, comparison) in enumerate(best, 1)
            )
            found.append(CandidateList(candidates, len(one.slots), one.searched))
        return found

    def _chunks(self, slots: NDArray[np.int64]) -> Iterator[NDArray[np.int64]]:
        size = max(_COMPARED_TOGETHER, min(_PART, len(slots) // (4 * self._threads)))
        for start in range(0, len(slots), size):
            yield slots[start : start + size]

    def _compare(
        self, probe: PackedSet, slots: NDArray[np.int64], threshold: float, early: Early | None
    ) -> list[_Reached]:
        """Score one chunk: what reaches the threshold."""
        fronts, places = self._store.fronts(slots), self._store.places(slots)
        try:
            found = compare_stored(
                probe,
                fingers_in(fronts),
                threshold=threshold,
                strengths=fronts[:, STRENGTHS],
                early=early,
            )
        finally:
            fronts[:] = 0
        return [(-one.score, int(places[n]), int(slots[n]), one) for n, one in found]

    # --- keeping ------------------------------------------------------------------------------

    def dump(self, write: Callable[[bytes], None]) -> int:
        """Hand the references to ``write`` as opaque parts, in enrolment order.

        Args:
            write: Called once per part of bounded size; must not write to this gallery.

        Returns:
            How many references the parts hold.
        """
        with self._epochs.reading():
            with self._lock:
                slots = self._in_order()
                attributes = self._store.attributes(slots)
            for start in range(0, len(slots), _PART):
                some = slice(start, start + _PART)
                write(snapshot_parts.encode(self._read(slots[some], attributes[some])))
            return len(slots)

    def restore(self, parts: Iterable[bytes]) -> None:
        """Fill an empty gallery with the parts of a ``dump`` of the same layout.

        Raises:
            GalleryCorruptError: a part cannot be read; throw the gallery away.
            ValueError: the gallery is not empty.
        """
        if len(self):
            raise ValueError("only an empty gallery can be restored")
        for part in parts:
            self.enrol_batch(snapshot_parts.decode(part))

    def _in_order(self) -> NDArray[np.int64]:
        slots = self._narrower.everybody(self._store.views(Permit())).slots
        ordered: NDArray[np.int64] = slots[np.argsort(self._store.places(slots))]
        return ordered

    def _read(self, slots: NDArray[np.int64], attributes: NDArray[np.uint64]) -> Batch:
        return Batch(attributes, self._store.rows(slots))


def _sketches(people: Sequence[FingerSet]) -> FingerSketches:
    """Sketch the fingers of people, one after the other, in one pass over the model.

    Who has a finger of an unknown extractor stays without a sketch: sketches of such fingers lose
    mates by tens of percent, so there is no list for them, and the others alone would leave out
    whom those fingers speak for. As nothing is in common with them, they are always compared.
    """
    found = encode([t for one in people for t in one.fingers.values()])
    known = [
        all(family_of(t.extractor) is not MinutiaeFamily.FOREIGN for t in one.fingers.values())
        for one in people
    ]
    strengths = found.strengths * np.repeat(known, [len(one) for one in people]).astype(np.uint8)
    return replace(found, values=found.values * (strengths > 0)[:, None], strengths=strengths)


def _scan_probes(probes: Sequence[FingerSet]) -> list[ScanProbes]:
    found = _sketches(probes)
    made, start = [], 0
    for probe in probes:
        own = np.arange(start, start + len(probe))
        made.append(make_probes(found.take(own), list(probe.fingers)))
        start += len(probe)
    return made


def batch_of(references: Sequence[Reference]) -> Batch:
    """Bring references into the form of the gallery."""
    found = _sketches([one.fingers for one in references])
    ends = np.cumsum([len(one.fingers) for one in references])
    rows = [
        make_row(one.key, one.fingers, found.take(np.arange(end - len(one.fingers), end)))
        for one, end in zip(references, ends.tolist(), strict=True)
    ]
    return Batch(np.array([one.attributes for one in references], np.uint64), np.stack(rows))
