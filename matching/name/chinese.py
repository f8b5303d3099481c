"""Chinese names in pinyin, Wade-Giles and Russian, and as Hong Kong and its neighbours write.

A syllable is known by its pinyin without tones; a name in Han characters is read as pinyin.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache, lru_cache
from itertools import product

from matching.name.syllables import Reading, System, Words, in_han, meet, orders
from matching.name.table import load_table

__all__ = ["chinese", "pinyin", "surnames"]

_Systems = tuple[tuple[Reading, ...], ...]


def chinese(a: tuple[Words, bool], b: tuple[Words, bool]) -> bool | None:
    """Compare two names as Chinese ones.

    Args:
        a: Words, and whether one of them has a hyphen or an apostrophe, as pinyin has not.
        b: Likewise.

    Returns:
        True if they spell the same syllables; False if pinyin spells others than pinyin,
        Wade-Giles or Russian, which can spell all; else None.
    """
    first, second = _readings(*a), _readings(*b)
    if not any(first) or not any(second):
        return None
    if not any(first[1:]) and not any(second[1:]):
        return bool(set(first[0]) & set(second[0]))
    pairs = [(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)]
    if in_han(a[0]) or in_han(b[0]):
        pairs.append((0, 4))  # in Latin letters a Vietnamese name is no Chinese one
    for i, j in pairs:
        if meet(first[i], second[j]) or meet(first[j], second[i]):
            return True
    complete = any((first[0] and second[i]) or (first[i] and second[0]) for i in (1, 3))
    return False if complete else None


def pinyin(words: Words) -> tuple[str, ...]:
    """The names in pinyin for which one in Wade-Giles, in Russian or as in Hong Kong stands.

    Returns:
        Family name and given name, at most four; () where there are more, and for other names.
    """
    known = surnames()
    if not words or not any(word in known for end in (words[0], words[-1]) for word in end):
        return ()
    if not all(_SPELLED.fullmatch(written) for written, _ in words):
        return ()
    straight, turned = _both_orders(words)
    own, wade, mixed, russian, _ = straight if any(straight) else turned
    for readings in (own, wade, russian, mixed):  # from the surest to the vaguest
        texts = {
            f"{family} {''.join(given)}"
            for reading in readings
            for family, *given in product(*reading)
        }
        if texts:
            few = len(texts) <= _MOST_NAMES and readings is not own
            return tuple(sorted(texts)) if few else ()
    return ()


@cache
def surnames() -> frozenset[str]:
    """Every spelling of a family name."""
    return frozenset().union(*(system.surnames for system in _systems()))


@lru_cache(maxsize=1 << 14)
def _readings(words: Words, parted: bool) -> _Systems:
    """In each system; what can be pinyin, and has nothing of other systems, is nothing else."""
    straight, turned = _both_orders(words)
    likely = straight if any(straight) else turned
    both = tuple(a + b for a, b in zip(straight, turned, strict=True))
    if not likely[0]:
        return ((), *both[1:])
    return both if parted else (both[0], *[()] * (len(both) - 1))


def _both_orders(words: Words) -> tuple[list[tuple[Reading, ...]], list[tuple[Reading, ...]]]:
    """Readings by each system, family name first and last."""
    if _CYRILLIC.match(words[0][0]):  # romanised it may look like other syllables of pinyin
        words = tuple((written, "") for written, _ in words)
    first, last = orders(words)
    systems = _systems()
    return [s.readings(first) for s in systems], [s.readings(last) for s in systems]


@cache
def _systems() -> tuple[System, ...]:
    syllables = [
        initial + final for initial, finals in _TABLE["pinyin"].items() for final in finals.split()
    ]
    neighbours = load_table("syllables")
    cantonese, vietnamese = (_syllables_of(neighbours[k]) for k in ("cantonese", "vietnamese"))
    wade = _inverted(syllables, _wade)
    # A family name in Wade-Giles often stands before a given name of the south.
    mixed = {s: {*wade.get(s, ()), *cantonese.get(s, ())} for s in {*wade, *cantonese}}
    # Passports wrote LV for 吕, and write LYU.
    pinyin = {
        spelling: {syllable}
        for syllable in syllables
        for spelling in (_plain(syllable), syllable, syllable.replace("v", "yu"))
    }
    russian = _inverted(syllables, _palladius)
    return tuple(map(_system, (pinyin, wade, mixed, russian, vietnamese)))


def _syllables_of(table: Mapping[str, str]) -> dict[str, set[str]]:
    return {spelling: set(syllables.split()) for spelling, syllables in table.items()}


def _inverted(
    syllables: Iterable[str], spell: Callable[[str], Iterable[str]]
) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for syllable in syllables:
        for spelling in spell(syllable):
            found.setdefault(spelling, set()).add(syllable)
    return found


def _palladius(syllable: str) -> Iterator[str]:
    """The spelling of a syllable of pinyin in Russian."""
    table = _TABLE["palladius"]
    if syllable in table["whole"]:
        yield table["whole"][syllable]
        return
    initial, final = _parted(syllable)
    finals = (
        {**table["finals"], **table["narrow"]} if initial in ("j", "q", "x") else table["finals"]
    )
    yield table["initials"].get(initial, initial) + finals.get(final, final)


def _system(spellings: Mapping[str, Iterable[str]]) -> System:
    families = frozenset(_plain(_TABLE["surnames"]["pinyin"]).split())
    keys = {spelling: frozenset(map(_plain, of)) for spelling, of in spellings.items()}
    return System(keys, {s: of & families for s, of in keys.items() if of & families}, {})


def _plain(text: str) -> str:
    """Two points on a u are often left out; the table writes v for it."""
    return text.replace("v", "u")


def _wade(syllable: str) -> Iterator[str]:
    """Spellings of a syllable of pinyin by Wade-Giles, without apostrophes."""
    table = _TABLE["wade"]
    if syllable in table["other"]:
        yield table["other"][syllable]
    if syllable in table["whole"]:
        yield table["whole"][syllable]
        return
    initial, final = _parted(syllable)
    yield table["initials"].get(initial, initial) + table["finals"].get(final, final)


def _parted(syllable: str) -> tuple[str, str]:
    length = next(n for n in (2, 1, 0) if syllable[:n] in _TABLE["pinyin"])
    return syllable[:length], syllable[length:]


_TABLE = load_table("chinese")
_MOST_NAMES = 4
_SPELLED = re.compile(
    "[a-z\u00e0-\u017f]{2,}|[а-яё]+"
)  # what a name in a romanisation is written in
_CYRILLIC = re.compile("[а-яё]")
