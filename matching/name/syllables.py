"""Names as a family name and syllables, in one of several ways to spell them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from matching.name.token import Kind, Name

__all__ = ["Keys", "Reading", "System", "Words", "in_han", "meet", "orders", "words_of"]

Keys = frozenset[str]
"""What a syllable may stand for: characters, or sounds of one language."""
Reading = tuple[Keys, ...]
"""Family name and given name, syllable by syllable."""
Words = tuple[tuple[str, str], ...]
"""Words of a name: as they are written, and romanised."""

_GIVEN = 2  # most syllables of a given name
_FIRST_HAN = "\u3007"
_HAN = re.compile("[\u3005\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U000323af]+")


@dataclass(frozen=True, slots=True)
class System:
    """Syllables by their spelling.

    Args:
        spellings: Of all syllables.
        surnames: Of those that are family names.
        characters: Of a script of its own, each of which is a syllable.
    """

    spellings: Mapping[str, Keys]
    surnames: Mapping[str, Keys]
    characters: Mapping[str, Keys]

    def readings(self, words: Words) -> tuple[Reading, ...]:
        """Every way to read words as a family name and a given name of one or two syllables."""
        (written, surname), *given = words
        keys = self.surnames.get(written) or self.surnames.get(surname)
        if keys is None:
            return ()
        parts = [sum(part, ()) for part in product(*(self._split(*word) for word in given))]
        return tuple((keys, *syllables) for syllables in parts if len(syllables) <= _GIVEN)

    def _split(self, written: str, surface: str) -> Sequence[Reading]:
        if all(character in self.characters for character in written):
            return [tuple(self.characters[character] for character in written)]
        spelled = [
            parts
            for text in dict.fromkeys((surface, written))
            for parts in ((text,), *((text[:cut], text[cut:]) for cut in range(1, len(text))))
        ]
        return [
            tuple(self.spellings[part] for part in parts)
            for parts in spelled
            if all(part in self.spellings for part in parts)
        ]


def words_of(name: Name) -> Words:
    """The words of a name without its initials; bin and de are syllables here, not particles."""
    return tuple((t.written, t.surface) for t in name.tokens if t.kind is not Kind.INITIAL)


def orders(words: Words) -> tuple[Words, Words]:
    """Words with the family name first and last, as one who reads it first needs them."""
    return words, (words[-1], *words[:-1])


def in_han(words: Words) -> str:
    """The characters of a name in Han characters, "" if it is in another script."""
    if words[0][0] < _FIRST_HAN:
        return ""
    text = "".join(written for written, _ in words)
    return text if _HAN.fullmatch(text) else ""


def meet(first: Iterable[Reading], second: Iterable[Reading]) -> bool:
    """Whether there are readings whose syllables can all be the same."""
    return any(
        len(x) == len(y) and all(p & q for p, q in zip(x, y, strict=True))
        for x, y in product(first, second)
    )
