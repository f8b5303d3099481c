"""Which spellings are known to be one name or place in two writings (rule (a) of the annexes).

The acts do not say which transliterations are "known"; here they are tables with a version
(``known_letters.toml``, ``known_names.toml``). Mechanical romanisation is never used: it has no
short vowels of Arabic and so finds too little, and where it finds it cannot be reviewed.
"""

from __future__ import annotations

import tomllib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any, Protocol

from eurodac.interop.text_forms import BREAKS, harmonise

__all__ = ["KnownTransliterations", "TransliterationTables", "default_transliterations"]

_LONGEST_NAME = 3  # words of one spelling: ABD AL RAHMAN
_ARTICLE = "ال"
_ALEFS = "اأإآٱ"
_LATIN_ARTICLES = ("AL", "EL")
_LEAST_JOINED = 5  # letters of a name behind a joined article; shorter ones end other names
# Ways to write one Arabic letter that a keyboard or a country decides, and the unwritten vowels.
_ARABIC = str.maketrans(dict.fromkeys(_ALEFS, "ا") | {"ی": "ي", "ک": "ك"} | dict.fromkeys("ًٌٍَُِّْٰـ", ""))


class KnownTransliterations(Protocol):
    """A versioned source of known transliterations."""

    @property
    def version(self) -> str:
        """Version, logged with every comparison."""

    def connects(self, a: str, b: str) -> bool:
        """Say whether two harmonised texts are one text in two known spellings; False if equal."""


class TransliterationTables:
    """Letter swaps and groups of spellings.

    Args:
        version: Version of the tables.
        letters: Letter, or two that are written together -> every known way to write it in A to Z.
        groups: Spellings of one name each, of at most three words.
    """

    def __init__(
        self, version: str, *, letters: Mapping[str, Sequence[str]], groups: Iterable[Iterable[str]]
    ) -> None:
        self._version = version
        self._letters = {letter: tuple(ways) for letter, ways in letters.items()}
        of_spelling: dict[tuple[str, ...], set[int]] = defaultdict(set)
        for number, spellings in enumerate(groups):
            for spelling in spellings:
                of_spelling[_folded(_words(harmonise(spelling)))].add(number)
        self._groups = {words: frozenset(numbers) for words, numbers in of_spelling.items()}

    @property
    def version(self) -> str:
        """Version of the tables."""
        return self._version

    def connects(self, a: str, b: str) -> bool:
        """Say whether two texts are one in two known spellings.

        Hyphens and commas separate words, apostrophes do not, as in a machine readable zone; a
        difference in nothing but them is no transliteration. Words keep their order.

        Args:
            a: Harmonised text.
            b: Harmonised text.

        Cost: O(words of a * words of b) at worst, mostly O(words).
        """
        left, right = self._apart(_words(a)), self._apart(_words(b))
        seen: set[tuple[int, int, bool]] = set()
        ahead = [(0, 0, False)]
        while ahead:
            state = ahead.pop()
            if state in seen:
                continue
            seen.add(state)
            if state == (len(left), len(right), True):
                return True
            ahead += self._steps(left, right, state=state)
        return False

    def _apart(self, words: tuple[str, ...]) -> tuple[str, ...]:
        """Part an article from a known name to which it was joined: ALHUSSEIN, but not ELISA."""
        found: list[str] = []
        for word in words:
            article, name = word[:2], word[2:]
            is_joined = article in _LATIN_ARTICLES and len(name) >= _LEAST_JOINED
            found += [article, name] if is_joined and (name,) in self._groups else [word]
        return tuple(found)

    def _steps(
        self, left: tuple[str, ...], right: tuple[str, ...], *, state: tuple[int, int, bool]
    ) -> Iterable[tuple[int, int, bool]]:
        """Give where the next words lead: indices behind them, and whether a table was needed."""
        i, j, needed = state
        for m, written in _units(left, i):
            for n, other in _units(right, j):
                if written == other:
                    yield i + m, j + n, needed
                elif self._have_common_spelling(written, other):
                    yield i + m, j + n, True
        of_right = list(self._groups_at(right, j))
        for m, groups in self._groups_at(left, i):
            for n, others in of_right:
                if groups & others and left[i : i + m] != right[j : j + n]:
                    yield i + m, j + n, True

    def _groups_at(self, words: tuple[str, ...], at: int) -> Iterable[tuple[int, frozenset[int]]]:
        folded = _folded(words[at : at + _LONGEST_NAME])
        for length in range(1, len(folded) + 1):
            if groups := self._groups.get(folded[:length]):
                yield length, groups

    def _have_common_spelling(self, a: str, b: str) -> bool:
        """Walk both words letter by letter through every known way to write them."""
        if self._letters.keys().isdisjoint(a + b):
            return False
        seen: set[tuple[int, int, str, str]] = set()
        ahead = [(0, 0, "", "")]
        while ahead:
            state = ahead.pop()
            if state in seen:
                continue
            seen.add(state)
            i, j, rest_a, rest_b = state
            if not rest_a and not rest_b and i == len(a) and j == len(b):
                return True
            if not rest_a and i < len(a):
                pairs = [(i + n, j, way, rest_b) for n, way in self._ways(a, i)]
            elif not rest_b and j < len(b):
                pairs = [(i, j + n, rest_a, way) for n, way in self._ways(b, j)]
            else:
                continue
            ahead += [
                (x, y, left[len(right) :], right[len(left) :])
                for x, y, left, right in pairs
                if left.startswith(right) or right.startswith(left)
            ]
        return False

    def _ways(self, text: str, at: int) -> Iterable[tuple[int, str]]:
        """Ways to write what stands at a place, with how many letters of the text they write."""
        yield from ((1, way) for way in self._letters.get(text[at], (text[at],)))
        if at + 1 < len(text):
            yield from ((2, way) for way in self._letters.get(text[at : at + 2], ()))


@cache
def default_transliterations() -> TransliterationTables:
    """Load the tables of the project; version such as ``"letters/1+names/1"``."""
    letters, names = _table("known_letters"), _table("known_names")
    ways: dict[str, list[str]] = defaultdict(list)
    for section in letters.values():
        if isinstance(section, dict):
            for spelling, of_letters in section.items():
                for letter in of_letters:
                    ways[letter].append(spelling)
    version = f"{letters['version']}+{names['version']}"
    return TransliterationTables(version, letters=ways, groups=names["groups"])


def _table(name: str) -> dict[str, Any]:
    return tomllib.loads(files("eurodac.interop").joinpath(f"{name}.toml").read_text("utf-8"))


def _words(text: str) -> tuple[str, ...]:
    """Split a harmonised text into words, the Arabic article by itself."""
    found: list[str] = []
    for word in text.translate(BREAKS).split():
        if len(word) > 3 and word[0] in _ALEFS and word[1] == _ARTICLE[1]:
            found += [word[:2], word[2:]]
        else:
            found.append(word)
    return tuple(found)


def _folded(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(word.translate(_ARABIC) for word in words)


def _units(words: tuple[str, ...], at: int) -> Iterable[tuple[int, str]]:
    """Give the word at a place, and together with it the word that an article belongs to."""
    if at < len(words):
        yield 1, words[at]
        if at + 1 < len(words) and _folded(words[at : at + 1]) == (_ARTICLE,):
            yield 2, words[at] + words[at + 1]
