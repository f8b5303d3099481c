"""Korean names in Hangul, in Han characters and in the spellings that people and states use."""

from __future__ import annotations

from functools import cache, lru_cache
from itertools import product

from matching.name.syllables import Keys, Reading, System, Words, in_han, meet, orders
from matching.name.table import load_table

__all__ = ["korean", "surnames"]

_WHOLE = 3  # words of a name whose syllables stand apart
_FIRST, _VOWELS, _FINALS = 0xAC00, 21, 28
# At the beginning of a name the South leaves out an r that the North speaks.
_TABLE = load_table("korean")
_ALIKE = tuple(map(frozenset, ("이리", "임림", "노로", "유류", "나라")))


def korean(a: Words, b: Words) -> bool | None:
    """Compare two names as Korean ones.

    Returns:
        True if they can stand for the same syllables, in Han characters only one of them; False if
        each has a family name and two other syllables, and they cannot; else None.
    """
    first, second = _readings(a), _readings(b)
    if not first or not second or (in_han(a) and in_han(b)):
        return None
    if meet(first, second):
        return True
    apart = all(len(words) == _WHOLE and _system().readings(words) for words in (a, b))
    return False if apart else None


def surnames() -> frozenset[str]:
    """Every spelling of a family name."""
    return frozenset(_system().surnames)


@lru_cache(maxsize=1 << 14)
def _readings(words: Words) -> tuple[Reading, ...]:
    return sum((_system().readings(order) for order in orders(words)), ())


@cache
def _system() -> System:
    spelled: dict[str, set[str]] = {}
    for spelling, character in _spellings():
        spelled.setdefault(spelling, set()).add(character)
    spellings = {spelling: frozenset(keys) for spelling, keys in spelled.items()}
    hangul = {
        character: frozenset((character,)) for keys in spellings.values() for character in keys
    }
    hanja: dict[str, Keys] = {}
    for character, some in _TABLE["hanja"].items():
        for one in some:
            hanja[one] = hanja.get(one, frozenset()) | {character}
    characters = hangul | hanja
    return System(spellings, _surnames(spellings | characters), characters)


def _spellings() -> list[tuple[str, str]]:
    table = _TABLE["korean"]
    initials, vowels = ([part.split() or [""] for part in table[k]] for k in ("initials", "vowels"))
    finals = [(int(number), spelled.split() or [""]) for number, spelled in table["finals"].items()]
    return [
        ("".join(parts), chr(_FIRST + (i * _VOWELS + v) * _FINALS + final))
        for (i, first), (v, second), (final, third) in product(
            enumerate(initials), enumerate(vowels), finals
        )
        for parts in product(first, second, third)
    ]


def _surnames(spelled: dict[str, Keys]) -> dict[str, Keys]:
    families = frozenset(_TABLE["korean"]["surnames"].split())
    found = {spelling: keys & families for spelling, keys in spelled.items() if keys & families}
    for spelling, keys in _TABLE["korean"]["irregular"].items():
        found[spelling] = found.get(spelling, frozenset()) | frozenset(keys.split())
    return {
        spelling: keys.union(*(pair for pair in _ALIKE if keys & pair))
        for spelling, keys in found.items()
    }
