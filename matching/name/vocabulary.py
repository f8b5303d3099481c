"""All words that an index holds, and the spellings of a word among them."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from matching.kernels import name as kernel
from matching.name.letters import MAX_LETTERS, WORD
from matching.name.meanings import Meanings

__all__ = ["Spellings", "Vocabulary"]

_CACHED = 1 << 14
_COLUMNS = ("words", "marks", "bones", "heads", "vowelled")
_KEY_BYTES = 140  # of an entry of the dictionary, its key and its number
_GROUP = 8  # words whose script is kept in one byte
_SCRIPT = MAX_LETTERS + 1  # place of the script in a word


@dataclass(frozen=True, slots=True)
class Spellings:
    """Words of a vocabulary that may be spellings of one word, most alike first.

    Args:
        words: (n,) uint32 numbers.
        likeness: (n,) int32, 256ths; see matching/kernels/name.py.
        seen: How many words the vocabulary had.
    """

    words: NDArray[np.uint32]
    likeness: NDArray[np.int32]
    seen: int


class Vocabulary:
    """Numbered words with the number of rows that hold each; number 0 is no word.

    Writers are serialised by the index; ``spellings`` may run beside a writer.

    Args:
        model: The letter model, see matching/name/model.py.
        limits: As for ``kernel.expand``.
        most: Longest list of spellings; the most alike are kept.

    Attributes:
        meanings: Its words that mean the same, as far as it was told to follow.
    """

    def __init__(
        self, model: NDArray[np.void], *, limits: tuple[int, int, int, int], most: int = 400
    ) -> None:
        self._model = model
        self._limits = limits
        self._most = most
        self._numbers: dict[bytes, int] = {}
        self._columns = _columns(1024)
        self._count = 1
        self._cache: OrderedDict[bytes, Spellings] = OrderedDict()
        self._cache_lock = Lock()
        self.meanings = Meanings()

    def __len__(self) -> int:
        return self._count

    @property
    def counts(self) -> NDArray[np.uint32]:
        """(n,) uint32: rows that hold each word; a view."""
        counts: NDArray[np.uint32] = self._columns.words["count"][: self._count]
        return counts

    @property
    def words(self) -> NDArray[np.void]:
        """(n,) ``WORD``; a view."""
        return self._columns.words[: self._count]

    @property
    def nbytes(self) -> int:
        """Bytes of the columns and about those of the table of numbers."""
        columns = [int(getattr(self._columns, name).nbytes) for name in _COLUMNS]
        return sum(columns) + _KEY_BYTES * len(self._numbers)

    def find(self, word: NDArray[np.void]) -> int:
        """Number of a word, (1,) ``WORD``; 0 if it is not there."""
        return self._numbers.get(_key(word), 0)

    def add(self, words: NDArray[np.void]) -> list[int]:
        """Numbers of words, (n,) ``WORD``; new ones are added, counts stay as they are."""
        numbers: list[int] = []
        fresh: dict[bytes, int] = {}
        places: list[int] = []
        for place, key in enumerate(_keys(words)):
            number = self._numbers.get(key) or fresh.get(key)
            if number is None:
                number = fresh[key] = self._count + len(fresh)
                places.append(place)
            numbers.append(number)
        if fresh:
            begin, end = self._count, self._count + len(fresh)
            self._grow(end)
            self._columns.words[begin:end] = words[places]
            self._columns.words["count"][begin:end] = 0
            kernel.marks(self._model, self._columns, begin, end)
            self._count = end  # a search beside this one must not find what is not yet there
            self._numbers |= fresh
        return numbers

    def extend(self, words: NDArray[np.void]) -> None:
        """Fill an empty vocabulary with the words of another one, number 0 included.

        Raises:
            ValueError: it is not empty, or two words are the same.
        """
        if self._count > 1:
            raise ValueError("the vocabulary is not empty")
        self._grow(len(words))
        self._columns.words[: len(words)] = words
        kernel.marks(self._model, self._columns, 1, len(words))
        for number, key in enumerate(_keys(words)):
            if len(key) > 1:  # a forgotten word keeps its number
                self._numbers[key] = number
        self._count = len(words)
        if len(self._numbers) != int((words["length"][1:] > 0).sum()):
            raise ValueError("a word stands twice in the vocabulary")

    def forget(self, number: int) -> None:
        """Overwrite a word that no row holds any more; its number is not given again."""
        place = self._columns.words[number : number + 1]
        del self._numbers[_key(place)]
        place[...] = np.zeros(1, WORD)
        kernel.marks(self._model, self._columns, number, number + 1)
        self.forget_asked()

    def spellings(self, word: NDArray[np.void]) -> Spellings:
        """Find the words that may be spellings of a word, itself among them.

        Args:
            word: (1,) ``WORD``.

        Cost: see ``kernel.expand``; almost nothing for a word that was asked before.
        """
        return self._known(_key(word)) or self._look_up([(_key(word), word)])[0]

    def look_up(self, words: NDArray[np.void]) -> None:
        """Find the spellings of several words in one pass, (n,) ``WORD``, for ``spellings``."""
        keys = _keys(words)
        asked = {key: words[place : place + 1] for place, key in enumerate(keys)}
        fresh = [(key, word) for key, word in asked.items() if self._known(key) is None]
        if fresh:
            self._look_up(fresh)

    def forget_asked(self) -> None:
        """Drop what is kept of words that were asked."""
        with self._cache_lock:
            self._cache.clear()

    def _known(self, key: bytes) -> Spellings | None:
        with self._cache_lock:
            known = self._cache.get(key)
            if known is None or known.seen != self._count:
                return None
            self._cache.move_to_end(key)
            return known

    def _look_up(self, asked: Sequence[tuple[bytes, NDArray[np.void]]]) -> list[Spellings]:
        seen, probes = self._count, np.concatenate([word for _, word in asked])
        lists = kernel.expand(self._model, self._columns, probes, self._limits, count=seen)
        fresh = []
        for found, alike in lists:
            order = np.argsort(-alike, kind="stable")[: self._most]
            fresh.append(Spellings(found[order], alike[order], seen))
        with self._cache_lock:
            for (key, _), spellings in zip(asked, fresh, strict=True):
                self._cache[key] = spellings
                if len(self._cache) > _CACHED:
                    self._cache.popitem(last=False)
        return fresh

    def _grow(self, needed: int) -> None:
        room = len(self._columns.words)
        if needed <= room:
            return
        while room < needed:
            room *= 2
        old, fresh = self._columns, _columns(room)
        for name in _COLUMNS:
            column = getattr(old, name)
            getattr(fresh, name)[: len(column)] = column
        self._columns = fresh


def _columns(room: int) -> kernel.Words:
    return kernel.Words(
        words=np.zeros(room, WORD),
        marks=np.zeros(room, np.uint64),
        bones=np.zeros(room, np.uint64),
        heads=np.zeros(room, np.uint32),
        vowelled=np.zeros(room // _GROUP, np.uint8),
    )


def _key(word: NDArray[np.void]) -> bytes:
    """Letters and script; two words with the same are one."""
    return next(_keys(word))


def _keys(words: NDArray[np.void]) -> Iterator[bytes]:
    """The key of each word; of one without letters a single byte."""
    rows = words.tobytes()
    for at in range(0, len(rows), WORD.itemsize):
        length = rows[at + MAX_LETTERS]
        yield rows[at : at + length] + rows[at + _SCRIPT : at + _SCRIPT + 1]
