"""Composed names in the script of their origin: letter tables from Latin, in scripts.toml.

Good enough to have plausible words in every script; names of the pools bring their own spelling.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from benchmarks.identities.origins import read

__all__ = ["Script", "script"]


@dataclass(frozen=True, slots=True)
class Script:
    """How Latin letters are written in a script.

    Args:
        kind: ``alphabet``; ``signs`` (a vowel is a sign on its consonant); ``syllables`` (a vowel
            is a distance from the code point of its consonant).
        letters: Consonants, and every letter of an alphabet; longest match first.
        vowels: Where no consonant stands before them.
        signs: After a consonant: what is added, or the distance.
        first: Overrides at the beginning.
        last: Overrides at the end.
        words: Whole words.
        mute: What a consonant without a vowel gets before another one.
        mute_last: Likewise at the end.
    """

    kind: str
    letters: Mapping[str, str]
    vowels: Mapping[str, str]
    signs: Mapping[str, str | int]
    first: Mapping[str, str]
    last: Mapping[str, str]
    words: Mapping[str, str]
    mute: str | int
    mute_last: str | int

    def write(self, latin: str) -> str:
        """Write a Latin word; letters that the table does not know are left out."""
        return " ".join(
            "".join(self._word(part) for part in word.split("-")) for word in latin.lower().split()
        )

    def _word(self, word: str) -> str:
        if word in self.words:
            return self.words[word]
        units = self._units(word)
        if self.kind == "alphabet":
            return "".join(
                self.first.get(unit, self.letters[unit])
                if place == 0
                else self.last.get(unit, self.letters[unit])
                if place == len(units) - 1
                else self.letters[unit]
                for place, unit in enumerate(units)
            )
        return self._with_signs(units)

    def _units(self, word: str) -> list[str]:
        known = self.letters.keys() | self.vowels.keys()
        longest = max(map(len, known))
        found, place = [], 0
        while place < len(word):
            for size in range(longest, 0, -1):
                unit = word[place : place + size]
                if unit in known:
                    found.append(unit)
                    place += len(unit) - 1
                    break
            place += 1
        return found

    def _with_signs(self, units: list[str]) -> str:
        found: list[str] = []
        place = 0
        while place < len(units):
            unit = units[place]
            after = units[place + 1] if place + 1 < len(units) else None
            if unit in self.vowels:
                found.append(self.vowels[unit])
            elif after is not None and after in self.signs:
                found.append(_added(self.letters[unit], self.signs[after]))
                place += 1
            else:
                mute = self.mute_last if after is None else self.mute
                found.append(_added(self.letters[unit], mute))
            place += 1
        return "".join(found)


def _added(letter: str, sign: str | int) -> str:
    return letter + sign if isinstance(sign, str) else chr(ord(letter) + sign)


@cache
def script(name: str) -> Script:
    """Return a table of scripts.toml."""
    table: dict[str, Any] = read("scripts.toml")[name]
    empty: dict[str, str] = {}
    parts = {key: table.get(key, empty) for key in ("vowels", "signs", "first", "last", "words")}
    mute = table.get("mute", "")
    return Script(
        kind=table["kind"],
        letters=table["letters"],
        mute=mute,
        mute_last=table.get("mute_last", mute),
        **parts,
    )
