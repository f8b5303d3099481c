"""Which words of a vocabulary mean the same in different languages, see equivalents.py."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from matching.name.equivalents import GROUPS
from matching.name.forms import fold
from matching.name.letters import NUMBERS, words
from matching.name.lexicon import part, plain
from matching.name.token import Token

__all__ = ["Meanings"]

_LETTERS = tuple(NUMBERS)


class Meanings:
    """Numbers of the words in each group of equivalents; follows a vocabulary that grows.

    A word is told by its letters alone, so that words of a snapshot need not be read again.
    """

    def __init__(self) -> None:
        self._numbers: defaultdict[int, list[int]] = defaultdict(list)
        self._seen = 1  # number 0 is no word
        self._changing = Lock()

    def follow(self, vocabulary: NDArray[np.void]) -> None:
        """Take in the words that were added since; (n,) ``WORD``.

        Cost: 5 microseconds a new word.
        """
        if self._seen >= len(vocabulary):
            return
        with self._changing:
            fresh = vocabulary[self._seen :]
            for number, key in enumerate(_keys(fresh), self._seen):
                for group in _GROUPS.get(key, ()):
                    self._numbers[group].append(number)
            self._seen = max(self._seen, len(vocabulary))

    def find(self, groups: Iterable[int]) -> NDArray[np.uint32]:
        """Numbers of the words in any of some groups, ascending; forgotten ones among them."""
        found = {number for group in groups for number in self._numbers.get(group, ())}
        return np.array(sorted(found), np.uint32)


def _keys(rows: NDArray[np.void]) -> Iterable[str]:
    """Folded forms of words; in scripts without vowels their letters, since folds collide."""
    columns = (rows["letters"].tolist(), rows["length"].tolist(), rows["script"].tolist())
    for letters, length, script in zip(*columns, strict=True):
        text = "".join([_LETTERS[number] for number in letters[:length]])
        # An x is laid out as ks; at the beginning of a name it is folded as an x.
        yield plain(text) if script else fold("x" + text[2:] if text[:2] == "ks" else text)


def _groups() -> Mapping[str, tuple[int, ...]]:
    found: defaultdict[str, list[int]] = defaultdict(list)
    for number, names in enumerate(GROUPS):
        parts = [p for name in names if (p := part(name))]
        tokens = tuple(Token(p.written, p.surface, "", "", p.script) for p in parts)
        for key in sorted(set(_keys(words(tokens)))):
            found[key].append(number)
    return {key: tuple(numbers) for key, numbers in found.items()}


_GROUPS = _groups()
