"""Japanese names in the romanisation of the state, in the usual one, and in Han characters."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from matching.name.syllables import Words, in_han
from matching.name.table import load_table

__all__ = ["japanese"]

_SURNAME = 3  # most characters
_BOTH = 2  # words: family name and given name
_TABLE = load_table("japanese")
_MORAE = re.compile(_TABLE["japanese"]["pattern"])
_SPELLINGS = tuple((re.compile(a), b) for a, b in _TABLE["japanese"]["spellings"])
_LONG = re.compile("o[ouh](?![aiueoy])|oo")
_DOUBLED = re.compile(r"(.)\1")


def japanese(a: Words, b: Words) -> bool | None:
    """Compare two names as Japanese ones, vowels as long as they may be.

    Returns:
        True if they are one, in any order of their words; False if a known family name stands with
        two other given names; else None.
    """
    first, second = in_han(a), in_han(b)
    if first or second:
        one_script = first and second
        fits = not one_script and _fits(first or second, _hepburn(b if first else a))
        return fits or None
    mine, other = _hepburn(a), _hepburn(b)
    if not mine or not other:
        return None
    if mine == other:
        return True
    return False if len(mine) == len(other) == _BOTH and _one_family(mine, other) else None


def _one_family(a: tuple[str, ...], b: tuple[str, ...]) -> bool:
    return any(word in _families() for word in set(a) & set(b))


@cache
def _families() -> frozenset[str]:
    return frozenset(map(_usual, _TABLE["kanji"]["surnames"].values()))


def _hepburn(words: Words) -> tuple[str, ...]:
    """The words in the usual romanisation without long vowels, sorted; () if one is none."""
    found = []
    for _, surface in words:
        usual = _word(surface)
        if not usual:
            return ()
        found.append(usual)
    return tuple(sorted(found))


@lru_cache(maxsize=1 << 16)
def _word(surface: str) -> str:
    return _usual(surface) if _MORAE.fullmatch(surface) else ""


def _usual(surface: str) -> str:
    for spelling, usual in _SPELLINGS:
        surface = spelling.sub(usual, surface)
    return _DOUBLED.sub(r"\1", _LONG.sub("o", surface.replace("uu", "u")))


def _fits(characters: str, latin: tuple[str, ...]) -> bool:
    """Whether a family name and a given name in Han characters can be read as two words."""
    if len(latin) != _BOTH:
        return False
    for length in range(1, min(_SURNAME, len(characters) - 1) + 1):
        family = _TABLE["kanji"]["surnames"].get(characters[:length])
        if family is None or _usual(family) not in latin:
            continue
        given = latin[1 - latin.index(_usual(family))]
        readings = [_given().get(character, "") for character in characters[length:]]
        if all(readings) and re.fullmatch("".join(readings), given):
            return True
    return False


@cache
def _given() -> dict[str, str]:
    """A pattern of the readings of each character."""
    return {
        character: f"(?:{'|'.join(readings.split())})"
        for some, readings in _TABLE["kanji"]["given"].items()
        for character in some
    }
