"""Names in other languages that mean the same: Yusuf and Joseph, short forms, spellings of Lee.

An equivalent is weaker evidence than a spelling of the same word, and is marked, not merged.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from matching.name.forms import fold
from matching.name.lexicon import Part, part, plain
from matching.name.table import load_table

__all__ = ["GROUPS", "equivalents"]


GROUPS: tuple[tuple[str, ...], ...] = tuple(
    tuple(name.replace("'", "") for name in names) for names in load_table("equivalents")["groups"]
)
"""Names of each group; the number of a group is its place."""


def equivalents(word: Part) -> tuple[int, ...]:
    """Numbers of the groups in which a word stands, ascending; mostly none.

    Two words with one number in common mean the same.  Numbers change with the table and are not
    to be stored.
    """
    return _NUMBERS.get(_key(word), ())


def _key(word: Part) -> str:
    """Folded form; in scripts without vowels the letters, since their folded forms collide."""
    return fold(word.surface) if word.vowelled else plain(word.written)


def _groups() -> Mapping[str, tuple[int, ...]]:
    found: defaultdict[str, list[int]] = defaultdict(list)
    for number, names in enumerate(GROUPS):
        parts = [part(name) for name in names]
        for key in sorted({_key(p) for p in parts if p}):
            found[key].append(number)
    return {key: tuple(numbers) for key, numbers in found.items()}


_NUMBERS = _groups()
