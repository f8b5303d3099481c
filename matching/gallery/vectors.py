"""A gallery of vectors: everybody's code is scanned, whoever passes is scored exactly.

Narrowing by codes may lose a mate; how many is a budget that the cut was computed from (see
``vector_cuts``), and ``exact=True`` scores everybody.  Scores are exact on either way.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from matching.errors import GalleryCorruptError, TemplateError
from matching.gallery.epochs import Epochs
from matching.gallery.id_index import IdIndex
from matching.gallery.vector_chunk import Chunk
from matching.gallery.vector_cuts import Cut, cut_of
from matching.gallery.vector_input import MOST_MASK, ids_of, whole
from matching.gallery.vector_layout import Codes, Layout, face
from matching.kernels import vector
from matching.kernels.vector import MASKS, MOST_PROBES, TILE, Best, Part, Probes
from matching.kernels.vector_codes import CODE_BITS, LEADING_BYTES

__all__ = ["VectorGallery", "VectorHits"]

_CHUNK_SLOTS = 1 << 18
_LONGEST_LIST = 1000
_PIECE = 1 << 15  # rows that are prepared at a time when enrolling


@dataclass(frozen=True, slots=True)
class VectorHits:
    """Candidate lists of Q probes.

    Args:
        ids: (Q, k) int64, best first; -1 beyond the list. Equal scores in the order of the slots.
        scores: (Q, k) float32; -inf beyond the list.
        candidates: (Q,) int64, how many references were scored exactly.
        searched: How many references the gallery held.
    """

    ids: NDArray[np.int64]
    scores: NDArray[np.float32]
    candidates: NDArray[np.int64]
    searched: int


@dataclass(frozen=True, slots=True)
class _Wish:
    """How to search."""

    k: int
    threshold: float
    exact: bool
    threads: int


class VectorGallery:
    """References that can be enrolled, erased and searched.

    Writers run one after the other; searches run side by side and with a writer. Nothing that is
    found moves, so the gallery grows without stopping anybody.

    Args:
        layout: Of the rows, or the dimensions of face vectors, e.g. 512.
        cut: How far codes may differ; the shipped one of the layout by default.
        chunk_slots: References per block of memory, a multiple of 64.

    Cost: memory of 94 bytes and a row per reference, in whole chunks; codes of a million are
    scanned in a quarter to a third of a millisecond per probe and core when probes come in batches.
    """

    def __init__(
        self,
        layout: Layout | int,
        *,
        cut: Cut | None = None,
        chunk_slots: int = _CHUNK_SLOTS,
    ) -> None:
        self.layout = face(layout) if isinstance(layout, int) else layout
        self.cut = cut if cut is not None else cut_of(self.layout)
        if chunk_slots < TILE or chunk_slots % TILE:
            raise ValueError(f"chunk_slots is {chunk_slots}; a multiple of {TILE} is needed")
        self._chunk_slots = chunk_slots
        self._chunks: list[Chunk] = []
        self._free: list[int] = []
        self._used = 0  # slots ever handed out
        self._index = IdIndex()
        self._writer = Lock()
        self._epochs = Epochs()
        self._pool: ThreadPoolExecutor | None = None

    def __len__(self) -> int:
        """How many references are enrolled."""
        return len(self._index)

    @property
    def chunk_slots(self) -> int:
        """References per block of memory."""
        return self._chunk_slots

    @property
    def bytes_per_reference(self) -> int:
        """Memory of one reference: its row and its share of the table."""
        return self.layout.dimensions + LEADING_BYTES + CODE_BITS // 8 + 8 + 4 + 2 + 1

    # --- writing ----------------------------------------------------------------------------------

    def enrol(
        self,
        ids: NDArray[np.int64],
        vectors: NDArray[np.generic],
        *,
        attributes: NDArray[np.uint32] | None = None,
        present: NDArray[np.uint16] | None = None,
    ) -> None:
        """Add references; an id that is enrolled is replaced and its old bytes are overwritten.

        Args:
            ids: (N,) distinct integers 0..2^63-1.
            vectors: (N, D) float32 of unit length per segment, or int8 rows of this layout.
            attributes: (N,) uint32 words that ``wanted`` masks are held against; 0 by default.
            present: (N,) uint16, bit m = segment m was captured; everything by default.

        Raises:
            TemplateError: ids or vectors are not as said; nothing is enrolled.

        Cost: about 7 us per reference of 512 dimensions, in bulk.
        """
        keys = ids_of(ids)
        count, everything = len(keys), self.layout.everything
        words = np.zeros(count, np.uint32)
        if attributes is not None:
            words = whole("attributes", attributes, most=MOST_MASK).astype(np.uint32)
        held = np.full(count, everything, np.uint16)
        if present is not None:
            held = whole("present", present, most=everything).astype(np.uint16)
        if len(np.unique(keys)) != count:
            raise TemplateError("vector_ids", "an id stands twice")
        if words.shape != (count,) or held.shape != (count,) or len(vectors) != count:
            raise TemplateError(
                "vector_shape", "ids, vectors, attributes and present differ in length"
            )
        vectors = np.asarray(vectors)
        pieces = [slice(start, start + _PIECE) for start in range(0, count, _PIECE)]
        rows = [self.layout.rows(vectors[piece], held[piece]) for piece in pieces]
        with self._writer:  # all are checked before the first is enrolled
            for piece, part in zip(pieces, rows, strict=True):
                self._insert(keys[piece], part, words[piece], held[piece])

    def _insert(
        self,
        keys: NDArray[np.int64],
        rows: NDArray[np.int8],
        words: NDArray[np.uint32],
        held: NDArray[np.uint16],
    ) -> None:
        codes = self.layout.codes(rows, held)
        slots = self._reserve(len(keys))
        for number in np.unique(slots // self._chunk_slots).tolist():
            chosen = slots // self._chunk_slots == number
            local = slots[chosen] - number * self._chunk_slots
            self._chunks[number].write(
                local, ids=keys[chosen], rows=rows[chosen],
                codes=Codes(codes.leading[chosen], codes.whole[chosen]),
                attributes=words[chosen], present=held[chosen],
            )  # fmt: skip
            self._chunks[number].show(local, always=self.layout.sparse(held[chosen]))
        self._wipe(self._index.put(keys, slots).tolist())

    def _reserve(self, count: int) -> NDArray[np.int64]:
        """Take slots that nobody can see, used ones first."""
        reused = [self._free.pop() for _ in range(min(count, len(self._free)))]
        fresh = np.arange(self._used, self._used + count - len(reused))
        self._used += len(fresh)
        while len(self._chunks) * self._chunk_slots < self._used:
            base = len(self._chunks) * self._chunk_slots
            self._chunks.append(Chunk(base, self._chunk_slots, self.layout.dimensions))
        return np.concatenate([np.array(reused, np.int64), fresh])

    def erase(self, ids: Iterable[int]) -> int:
        """Overwrite and remove references; returns how many of the ids were present.

        The bytes are gone from memory, and from the files that this gallery was saved to or opened
        from, when it returns: it waits for the searches that still read them.

        Raises:
            TemplateError: an id is no whole number from 0 upwards; nobody is erased.

        Cost: about 0.03 ms each, plus waiting.
        """
        keys = ids_of(list(ids)).tolist()
        with self._writer:
            found = [slot for key in keys if (slot := self._index.pop(key)) is not None]
            self._wipe(found)
            return len(found)

    def _wipe(self, slots: Sequence[int]) -> None:
        if not slots:
            return
        for slot in slots:
            self._chunks[slot // self._chunk_slots].hide(slot % self._chunk_slots)
        self._epochs.quiesce()
        for slot in slots:
            self._chunks[slot // self._chunk_slots].wipe(slot % self._chunk_slots)
        self._free.extend(slots)

    @contextmanager
    def frozen(self) -> Iterator[tuple[Sequence[Chunk], int]]:
        """Hold writers off and give the chunks and the number of slots in use, for a snapshot."""
        with self._writer:
            yield tuple(self._chunks), self._used

    def adopt(self, chunks: Sequence[Chunk], used: int) -> None:
        """Fill an empty gallery with the chunks of a snapshot.

        Raises:
            ValueError: the gallery is not empty.
            GalleryCorruptError: an id stands twice.
        """
        with self._writer:
            if self._used:
                raise ValueError("only an empty gallery can take the chunks of a snapshot")
            slots = np.flatnonzero(
                np.concatenate([_live(c) for c in chunks] or [np.zeros(0, bool)])
            )
            ids = np.concatenate([c.kernel.ids for c in chunks] or [np.zeros(0, np.int64)])[slots]
            if len(np.unique(ids)) != len(ids) or used > len(chunks) * self._chunk_slots:
                raise GalleryCorruptError("snapshot_corrupt", "an id stands twice; build it again")
            self._index.put(ids, slots)
            self._free = np.setdiff1d(np.arange(used), slots, assume_unique=True).tolist()
            self._chunks, self._used = list(chunks), used

    # --- searching --------------------------------------------------------------------------------

    def search(
        self,
        probes: NDArray[np.generic],
        *,
        k: int,
        threshold: float,
        wanted: Sequence[int] = (),
        exact: bool = False,
        threads: int = 1,
    ) -> VectorHits:
        """Identify: the k best references of every probe that reach the threshold.

        Args:
            probes: (Q, D) float32 of unit length per segment, or int8 rows of this layout; where a
                layout has several segments, those that are zero were not captured.
            k: Longest candidate list, 1..1000.
            threshold: Lowest score, inclusive: a cosine where the layout has one segment,
                otherwise standard deviations of non-mates.
            wanted: Up to 4 masks; each must share a bit with a reference's attribute word.
            exact: Score every reference instead of those whose code passes the cut.
            threads: How many run at once, 1..64; no answer depends on it.

        Raises:
            TemplateError: the probes are not as said.
            ValueError: k, threshold, threads or masks are out of range.
        """
        if not 1 <= k <= _LONGEST_LIST or not 1 <= threads <= 64:
            raise ValueError(f"k is {k} and threads {threads}; allowed are 1..1000 and 1..64")
        if math.isnan(threshold) or len(wanted) > MASKS:
            raise ValueError(f"the threshold must be a number, and there are at most {MASKS} masks")
        if any(not 0 <= mask <= MOST_MASK for mask in wanted):
            raise ValueError("a mask is a whole number of 32 bits")
        probes = np.asarray(probes)
        held = self.layout.captured(probes)
        rows = self.layout.rows(probes, held)
        wish = _Wish(k, threshold, exact, threads)
        found = [
            self._pass(self._prepare(rows[part], held[part], wanted, exact), wish)
            for part in _parts(len(rows))
        ]
        if len(found) == 1:
            return found[0]
        return VectorHits(
            np.concatenate([hits.ids for hits in found]),
            np.concatenate([hits.scores for hits in found]),
            np.concatenate([hits.candidates for hits in found]),
            found[0].searched,
        )

    def _pass(self, probes: Probes, wish: _Wish) -> VectorHits:
        """Search with as many probes as a call takes."""
        with self._epochs.reading():
            chunks, searched = list(self._chunks), len(self)
            tiles = -(-self._used // TILE)
            edges = [tiles * part // wish.threads for part in range(wish.threads + 1)]

            def share(part: int) -> Best:
                best = Best(probes.count, wish.k, wish.threshold)
                mine = _parts_of(chunks, edges[part], edges[part + 1])
                vector.search(mine, probes, best, exact=wish.exact)
                return best

            if wish.threads == 1:
                shares = [share(0)]
            else:
                shares = list(self._threads().map(share, range(wish.threads)))
        ids, scores, candidates = _merged(shares, wish.k)
        if wish.exact:
            candidates[:] = searched
        return VectorHits(ids, scores, candidates, searched)

    def _threads(self) -> ThreadPoolExecutor:
        if self._pool is None:
            self._pool = ThreadPoolExecutor(64, thread_name_prefix="vectors")
        return self._pool

    def _prepare(
        self,
        rows: NDArray[np.int8],
        held: NDArray[np.uint16],
        wanted: Sequence[int],
        exact: bool,
    ) -> Probes:
        words = np.zeros((len(rows), MASKS), np.uint32)
        words[:, : len(wanted)] = np.array(wanted, np.uint32)
        return Probes(
            rows,
            self.cut.sieve(self.layout, rows, held),
            factors=self.layout.factors,
            held=held,
            wanted=words,
            exact=exact,
        )


def _merged(
    shares: Sequence[Best], k: int
) -> tuple[NDArray[np.int64], NDArray[np.float32], NDArray[np.int64]]:
    """The ids, scores and numbers of candidates of all threads together."""
    scores, ids, candidates = shares[0].scores, shares[0].ids, shares[0].candidates
    if len(shares) > 1:
        scores, ids, slots = (
            np.concatenate([getattr(share, name) for share in shares], axis=1)
            for name in ("scores", "ids", "slots")
        )
        order = np.lexsort((slots, -scores))[:, :k]
        scores = np.take_along_axis(scores, order, axis=1)
        ids = np.take_along_axis(ids, order, axis=1)
        candidates = np.sum([share.candidates for share in shares], axis=0)
    for probe in _repeating(ids) if k > 1 else ():
        _drop_repeated(ids[probe], scores[probe])
    return ids, scores, candidates


def _repeating(ids: NDArray[np.int64]) -> list[int]:
    """Lists in which a reference stands twice, because it was replaced while it was searched."""
    ordered = np.sort(ids, axis=1)
    again = (ordered[:, 1:] == ordered[:, :-1]) & (ordered[:, 1:] >= 0)
    return np.flatnonzero(again.any(axis=1)).tolist()


def _parts(count: int) -> Iterator[slice]:
    for start in range(0, max(count, 1), MOST_PROBES):
        yield slice(start, start + MOST_PROBES)


def _live(chunk: Chunk) -> NDArray[np.bool_]:
    """(slots,) bool: which slots can be found."""
    return np.unpackbits(chunk.kernel.live.view(np.uint8), bitorder="little").astype(bool)


def _parts_of(chunks: Sequence[Chunk], first: int, last: int) -> list[Part]:
    """Tiles of the gallery as tiles of its chunks."""
    found = []
    for chunk in chunks:
        before = chunk.base // TILE
        inside = max(first - before, 0), min(last - before, chunk.tiles)
        if inside[0] < inside[1]:
            found.append((chunk.kernel, *inside))
    return found


def _drop_repeated(ids: NDArray[np.int64], scores: NDArray[np.float32]) -> None:
    """Leave the best entry of every reference of a list."""
    known = ids[ids >= 0]
    first = np.sort(np.unique(known, return_index=True)[1])
    ids[: len(first)], scores[: len(first)] = ids[first], scores[first]
    ids[len(first) :], scores[len(first) :] = -1, -np.inf
