"""Names in other languages that mean the same: Yusuf and Joseph, short forms, spellings of Lee.

An equivalent is weaker evidence than a spelling of the same word, and is marked, not merged.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from matching.name.forms import fold
from matching.name.letters import LIQUID
from matching.name.lexicon import Part, compounds, part, plain
from matching.name.table import load_table

__all__ = ["GROUPS", "equivalents"]

GROUPS: tuple[tuple[str, ...], ...] = tuple(
    tuple(name.replace("'", "") for name in names) for names in load_table("equivalents")["groups"]
)
"""Names that mean the same; the number of a group is its place."""


def equivalents(word: Part) -> tuple[int, ...]:
    """Numbers of the groups in which a word stands, ascending; mostly none.

    Two words with one number in common mean the same.  Numbers change with the table and are not
    to be stored.
    """
    if LIQUID in word.written:  # a transcription may sound like another name that is known
        return ()
    exact = _EXACT.get(word.surface) if word.vowelled else None
    return exact or _GROUPS.get(_key(word), ())


def _key(word: Part) -> str:
    """Folded form; in scripts without vowels the letters, since their folded forms collide."""
    return fold(word.surface) if word.vowelled else plain(word.written)


def _groups(rows: Sequence[Sequence[str]]) -> Mapping[str, tuple[int, ...]]:
    found: defaultdict[str, list[int]] = defaultdict(list)
    for number, names in enumerate(rows):
        parts = [part(name.replace("'", "")) for name in names]
        for key in sorted({_key(p) for p in parts if p}):
            found[key].append(number)
    # Abdulrahman and Abdulrahim: every compound that is known is a name of its own.
    for number, compound in enumerate(compounds(), len(rows)):
        if fold(compound) not in found:
            found[fold(compound)].append(number)
    # Abu Omar is a name of his own, and often only called Omar.
    for compound in compounds():
        if compound.startswith("abu") and fold(compound[3:]) in found:
            found[fold(compound)] += found[fold(compound[3:])]
    return {key: tuple(sorted(set(numbers))) for key, numbers in found.items()}


def _exact(rows: Sequence[Sequence[str]], words: Iterable[str]) -> Mapping[str, tuple[int, ...]]:
    """Groups of the words that are looked up as they are spelled."""
    return {word: tuple(n for n, names in enumerate(rows) if word in names) for word in words}


_KNOWN = load_table("known")
_ROWS = [*GROUPS, *_KNOWN["groups"]]
_GROUPS = _groups(_ROWS)
_EXACT = _exact(_ROWS, _KNOWN["exact"])
