"""Other spellings of a word: weighted rules by language, written from how clerks transliterate.

The rules stand in spelling.toml and share nothing with what the register does to names before it
compares them: a rule here may well be one that the register does not know.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache
from random import Random

from benchmarks.identities.origins import read

__all__ = ["Below", "Speller", "below_of", "open_joints", "speller"]

Below = Callable[[int], int]
"""Draws a number from 0 to below its argument."""
_ORDERS = 256
_JOINTS = ("", "", "", "", "", "", "", " ", " ", "-")
_MASK = (1 << 64) - 1


class Speller:
    """Respells words by some tables of spelling.toml.

    Args:
        tables: Names of tables; one that is named twice counts twice.
    """

    def __init__(self, tables: Sequence[str]) -> None:
        every = read("spelling.toml")
        rows = [row for table in tables for row in every[table]["rules"]]
        rules = [(re.compile(a, re.IGNORECASE), b, "\\" in b, float(c)) for a, b, c in rows]
        random = Random(len(rules))
        # Weighted permutations, drawn once: a word takes the first rule of one that fits.
        self._orders = [
            [
                rule[:3]
                for rule in sorted(rules, key=lambda rule: -(random.random() ** (1 / rule[3])))
            ]
            for _ in range(_ORDERS)
        ]

    def respell(self, word: str, below: Below) -> str:
        """Apply one rule at one place; the same word where none fits.

        Args:
            word: Latin letters.
            below: Where chances come from.

        Cost: some 5 microseconds.
        """
        for pattern, replacement, groups in self._orders[below(_ORDERS)]:
            places = list(pattern.finditer(word))
            if not places:
                continue
            place = places[below(len(places))] if len(places) > 1 else places[0]
            new = place.expand(replacement) if groups else replacement
            rest = word[place.end() :]
            if place.start() == 0 and new and word[0].isupper():
                rest = rest[:1].lower() + rest[1:]
            found = word[: place.start()] + new + rest
            if len(found) > 1 and found.casefold() != word.casefold():
                return _capitals(found)
        return word


@cache
def speller(tables: tuple[str, ...]) -> Speller:
    """Return the speller of some tables."""
    return Speller(tables)


def below_of(seed: int) -> Below:
    """Return a source of chances that, unlike Random, costs nothing to seed."""
    state = (seed * 0x9E3779B97F4A7C15 + 0xD1B54A32D192ED03) & _MASK

    def below(limit: int) -> int:
        nonlocal state
        state = (state * 6364136223846793005 + 1442695040888963407) & _MASK
        mixed = (state ^ (state >> 33)) * 0xFF51AFD7ED558CCD & _MASK
        return ((mixed >> 32) * limit) >> 32

    return below


def open_joints(word: str, below: Below) -> str:
    """Write every joint (``+``) closed, open or with a hyphen."""
    if "+" not in word:
        return word
    return _capitals(word.replace("+", _JOINTS[below(len(_JOINTS))]))


def _capitals(word: str) -> str:
    """Capitals where words begin; lower case elsewhere, except in particles with a hyphen."""
    if word[0].isupper() and " " not in word:
        return word
    return " ".join(
        part if part.startswith(("al-", "el-")) else part[:1].upper() + part[1:]
        for part in word.split(" ")
        if part
    )
