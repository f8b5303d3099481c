"""Rare names: composed from the letters or the syllables of the frequent ones.

Letters: every next letter is drawn from those that follow the same two letters anywhere in the
list, so that a rare name of Georgia looks Georgian. Syllables (Chinese): two entries of the list.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from benchmarks.identities.origins import Name

__all__ = ["Letters", "Syllables"]

_ARTICLE = "al-"
_SHORTEST, _LONGEST = 4, 11
_ATTEMPTS = 6
_END = 0


class Letters:
    """Composes words like those of a list; with the article ``al-`` as often as the list has it.

    Args:
        words: At least one; Latin spellings.
    """

    def __init__(self, words: Sequence[str]) -> None:
        bare = [word.removeprefix(_ARTICLE) for word in words]
        self._article = sum(word.startswith(_ARTICLE) for word in words) / len(words)
        plain = ["".join(c for c in word.lower() if c.isalpha()) for word in bare]
        alphabet = sorted(set("".join(plain)))
        self._alphabet = np.array(["", *alphabet])
        number = {letter: i + 1 for i, letter in enumerate(alphabet)}
        self._size = len(alphabet) + 1
        following: list[list[int]] = [[] for _ in range(self._size**2)]
        for word in plain:
            letters = [_END, _END, *(number[c] for c in word), _END]
            for first, second, third in zip(letters, letters[1:], letters[2:], strict=False):
                following[first * self._size + second].append(third)
        counts = np.array([len(found) for found in following])
        self._count = counts
        self._first = np.concatenate([[0], np.cumsum(counts)[:-1]])
        self._next = np.array([letter for found in following for letter in found])

    def compose(self, ranks: NDArray[np.int64], seed: Sequence[int]) -> list[str]:
        """Compose the words of some ranks; a rank always gives the same word.

        Args:
            ranks: (M,) at least 0.
            seed: Of the list.

        Returns:
            M words of about 4 to 11 letters with a capital; two ranks may share a word.

        Cost: 1 microsecond a word, and one random number for every letter up to the highest rank.
        """
        if not len(ranks):
            return []
        rng = np.random.default_rng(list(seed))
        chance = rng.random((int(ranks.max()) + 1, _ATTEMPTS, _LONGEST + 2), np.float32)[ranks]
        letters = self._walk(chance.reshape(-1, _LONGEST + 2)).reshape(
            len(ranks), _ATTEMPTS, _LONGEST + 2
        )
        length = (letters != _END).sum(2)
        good = (length >= _SHORTEST) & (length <= _LONGEST)
        chosen = letters[np.arange(len(ranks)), good.argmax(1), :_LONGEST]
        other = np.random.default_rng([*seed, 1])  # numbers do not depend on the highest rank
        article = other.random(int(ranks.max()) + 1)[ranks] < self._article
        return [
            (_ARTICLE if prefixed else "") + "".join(row).capitalize()
            for row, prefixed in zip(self._alphabet[chosen].tolist(), article, strict=True)
        ]

    def _walk(self, chance: NDArray[np.float32]) -> NDArray[np.int64]:
        found = np.zeros(chance.shape, np.int64)
        before = np.zeros(len(chance), np.int64)
        last = np.zeros(len(chance), np.int64)
        open_ = np.ones(len(chance), bool)
        for place in range(chance.shape[1]):
            state = before * self._size + last
            step = (chance[:, place] * self._count[state]).astype(np.int64)
            letter = self._next[self._first[state] + np.minimum(step, self._count[state] - 1)]
            letter = np.where(open_, letter, _END)
            found[:, place] = letter
            open_ &= letter != _END
            before, last = np.where(open_, last, 0), letter
        return found


class Syllables:
    """Composes words of two entries of a list.

    Args:
        names: At least one.
    """

    def __init__(self, names: Sequence[Name]) -> None:
        self._names = names

    def compose(self, ranks: NDArray[np.int64], seed: Sequence[int]) -> list[Name]:
        """Compose the words of some ranks; a rank always gives the same word.

        Args:
            ranks: (M,) at least 0.
            seed: Of the list.
        """
        if not len(ranks):
            return []
        rng = np.random.default_rng(list(seed))
        # The square makes the first entries of the list frequent in rare names as well.
        pairs = (rng.random((int(ranks.max()) + 1, 2))[ranks] ** 2 * len(self._names)).astype(int)
        return [_joined(self._names[a], self._names[b]) for a, b in pairs.tolist()]


def _joined(first: Name, second: Name) -> Name:
    return Name(f"{first.native}{second.native}", (f"{first.latin[0]}+{second.latin[0].lower()}",))
