"""An index of identities: whose name, birth date, nationality and sex are like those of a probe.

Every alias is a row of its own that points to its reference; results are one per reference, at its
best row.  The index is derived from the database and may be thrown away at any time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from threading import Lock, local

import numpy as np
from numpy.typing import NDArray

from matching.kernels import name_index as kernel
from matching.kernels.name_index import KEPT, ROW, ROW_WORDS
from matching.name.probe import Asked, Population, build, word_rarity
from matching.name.segments import Segments
from matching.name.vocabulary import Vocabulary
from matching.name.weights import UNIT, Weights

__all__ = ["LIMITS", "IdentityIndex", "Match", "Row"]

LIMITS = (7, 5, 60, 180)
"""For ``kernel.expand``; see docs/names.md for what they find and cost."""
_DAYS = 1 << 21
_LABELS = 1 << 16
_GROWS = 4096  # words that a writer may add while a probe is laid out


@dataclass(frozen=True, slots=True)
class Row:
    """One recorded identity of a reference.

    Args:
        words: (n,) ``WORD``; particles and initials are not indexed.
        day: See ``pack_day``.
        nationality: Number 1..255, 0 unknown.
        sex: Number 1..255, 0 unknown.
    """

    words: NDArray[np.void]
    day: int
    nationality: int
    sex: int


@dataclass(frozen=True, slots=True)
class Match:
    """A reference that may be the probe's person; ``bits`` is the evidence of its best row."""

    owner: int
    bits: float


class IdentityIndex:
    """Rows of identities that can be searched, added and erased at any time.

    Searches run side by side and beside a writer; writers are serialised.

    Args:
        model: The letter model.
        weights: What agreements are worth.
    """

    def __init__(self, model: NDArray[np.void], weights: Weights) -> None:
        self.vocabulary = Vocabulary(model, limits=LIMITS)
        self.weights = weights
        self._segments = Segments()
        self._days = np.zeros(_DAYS, np.uint32)
        self._nationalities = np.zeros(256, np.int64)
        self._sexes = np.zeros(256, np.int64)
        self._changing = Lock()
        self._scratch = local()

    def __len__(self) -> int:
        return len(self._segments)

    @property
    def nbytes(self) -> int:
        """Bytes of the rows and their postings."""
        return self._segments.nbytes

    def add(self, owner: int, rows: Iterable[Row], *, label: int) -> None:
        """Add the identities of a reference.

        Args:
            owner: Number of the reference, 1..2^32 - 1.
            rows: Its names and aliases; one without words can be found by its date alone.
            label: Who may search it, 1..65535.
        """
        self.add_many([(owner, row, label) for row in rows])

    def add_many(self, rows: Sequence[tuple[int, Row, int]]) -> None:
        """Add identities of many references: owner, row and label of each; see ``add``."""
        if not rows:
            return
        with self._changing:
            packed = np.zeros(len(rows), ROW)
            self._pack_words([row.words for _, row, _ in rows], packed["word"])
            packed["day"] = [row.day for _, row, _ in rows]
            packed["nationality"] = [row.nationality for _, row, _ in rows]
            packed["sex"] = [row.sex for _, row, _ in rows]
            packed["label"] = [label for *_, label in rows]
            self._add(packed, np.array([owner for owner, *_ in rows], np.uint32))

    def add_packed(self, rows: NDArray[np.void], owners: NDArray[np.uint32]) -> None:
        """Add rows whose words are numbers of this vocabulary already."""
        with self._changing:
            self._add(rows, owners)

    def load(
        self, words: NDArray[np.void], rows: NDArray[np.void], owners: NDArray[np.uint32]
    ) -> None:
        """Fill an empty index: its vocabulary, number 0 included, and rows made with it.

        Raises:
            ValueError: it is not empty, or a word stands twice in the vocabulary.
        """
        self.vocabulary.extend(words)
        if len(rows):
            self.add_packed(rows, owners)

    def erase(self, owners: Sequence[int]) -> int:
        """Overwrite the rows of references, and words that nobody else has; returns the rows."""
        with self._changing:
            gone = self._segments.erase(np.array(owners, np.uint32), words=len(self.vocabulary))
            self._count(gone, -1)
            for number in np.unique(gone["word"]).tolist():
                if number and not self.vocabulary.counts[number]:
                    self.vocabulary.forget(number)
            return len(gone)

    def relabel(self, owner: int, label: int) -> None:
        """Replace who may search the rows of a reference."""
        with self._changing:
            self._segments.relabel(owner, label, words=len(self.vocabulary))

    def packed(self) -> Iterator[tuple[NDArray[np.void], NDArray[np.uint32]]]:
        """Give the live rows with their owners, a segment at a time, as ``add_packed`` takes."""
        with self._changing:
            parts = self._segments.parts(words=len(self.vocabulary))
        for part in parts:
            live = part.rows["label"] != 0
            yield part.rows[live], part.owners[live]

    def search(
        self, asked: Asked, *, k: int, permitted: NDArray[np.uint8] | None = None
    ) -> list[Match]:
        """Find the references whose identities are most like what is asked.

        Args:
            asked: What is known.
            k: Longest list, 1..256.
            permitted: (65536,) uint8 by label, is not changed; all labels if None.

        Returns:
            At most k, best first; of equal ones the earlier birth date.

        Cost: a few milliseconds at ten million rows.
        """
        if not 1 <= k <= KEPT:
            raise ValueError(f"k is {k}; allowed are 1..{KEPT}")
        # Label 0 marks rows that are erased; 64 KB are copied in a microsecond.
        permitted = np.ones(_LABELS, np.uint8) if permitted is None else permitted.copy()
        permitted[0] = 0
        with self._changing:  # rows that are being added are seen whole or not at all
            parts = self._segments.parts(words=len(self.vocabulary))
        matcher = build(
            asked, self.vocabulary, self.weights, self._population(),
            scratch=self._scratch_for(max((len(part.rows) for part in parts), default=0)),
            permitted=permitted,
        )  # fmt: skip
        bases = np.cumsum([0, *(len(part.rows) for part in parts)]).tolist()
        segments = [
            kernel.Segment(part.rows, part.owners, part.postings, part.offsets, base)
            for part, base in zip(parts, bases, strict=False)
        ]
        found = kernel.search(matcher, segments, room=k)
        pairs = zip(found.owners.tolist(), found.scores.tolist(), strict=True)
        return [Match(owner, score / UNIT) for owner, score in pairs]

    def rarity(self, word: NDArray[np.void]) -> float:
        """Rarity of a word in all its spellings, bits; (1,) ``WORD``."""
        found = self.vocabulary.spellings(word)
        return word_rarity(self.vocabulary, self.weights, found, rows=len(self))

    def birth_rarity(self, day: int) -> float:
        """Rarity of a date, bits; see ``pack_day``."""
        return float(np.log2(max(len(self), 1) / max(int(self._days[day]), 1)))

    def nationality_rarity(self, number: int) -> float:
        """Rarity of a nationality, bits."""
        often = max(int(self._nationalities[number]), 1)
        return float(np.log2(max(len(self), 1) / often))

    def _pack_words(self, names: Sequence[NDArray[np.void]], packed: NDArray[np.uint32]) -> None:
        """Fill the words of rows; (n, ``ROW_WORDS``) zeros."""
        words = np.concatenate(names)
        rows = np.repeat(np.arange(len(names)), [len(name) for name in names])
        words, rows = words[words["kind"] == 0], rows[words["kind"] == 0]
        numbers = np.array(self.vocabulary.add(words), np.uint32)
        counts = np.bincount(rows, minlength=len(names))
        starts = np.cumsum(counts) - counts
        place = np.arange(len(rows)) - starts[rows]
        kept = place < ROW_WORDS
        packed[rows[kept], place[kept]] = numbers[kept]
        for row in np.flatnonzero(counts > ROW_WORDS).tolist():
            own = numbers[starts[row] : starts[row] + counts[row]]
            often = self.vocabulary.counts[own]
            packed[row] = own[np.argsort(often, kind="stable")][:ROW_WORDS]

    def _add(self, rows: NDArray[np.void], owners: NDArray[np.uint32]) -> None:
        self.vocabulary.meanings.follow(self.vocabulary.words)
        self._count(rows, 1)
        self._segments.add(rows, owners, words=len(self.vocabulary))

    def _count(self, rows: NDArray[np.void], sign: int) -> None:
        """Keep the frequencies of words, days, nationalities and sexes."""
        many = len(rows) > 4096
        for counts, values in (
            (self.vocabulary.counts, rows["word"].ravel()),
            (self._days, rows["day"]),
            (self._nationalities, rows["nationality"]),
            (self._sexes, rows["sex"]),
        ):
            if many:
                counts += (sign * np.bincount(values, minlength=len(counts))).astype(counts.dtype)
            else:
                np.add.at(counts, values, np.array(sign).astype(counts.dtype))
        self.vocabulary.counts[0] = 0  # no word

    def _population(self) -> Population:
        return Population(len(self), self._days, self._nationalities, self._sexes)

    def _scratch_for(self, rows: int) -> kernel.Scratch:
        """Scratch memory of this thread, large enough for the vocabulary and a segment."""
        old: kernel.Scratch | None = getattr(self._scratch, "memory", None)
        words, blocks = len(self.vocabulary) + _GROWS, -(-rows // 64)
        if old is None or len(old.slots) < words or len(old.seen) < blocks:
            old = kernel.Scratch(
                np.zeros(2 * words, np.uint16), np.zeros(blocks + blocks // 4 + 1, np.uint64)
            )
            self._scratch.memory = old
        return old
