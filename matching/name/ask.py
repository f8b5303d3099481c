"""Turns what is known of a person into what the index looks for, and records into its rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from matching.date import PartialDate
from matching.errors import NameUnreadableError
from matching.name.index import Row
from matching.name.letters import WORD, words
from matching.name.probe import Asked, Pair, pack_day
from matching.name.read import read_name
from matching.name.respelled import with_respelled
from matching.name.token import Kind, Name, Token

__all__ = ["SEXES", "ask", "rows_of"]

SEXES: Mapping[str, int] = {"M": 1, "F": 2}
"""Numbers of the sexes that are evidence; any other code counts as unknown."""

_SHORTEST_HALF, _SHORTEST_SPLIT = 2, 5
_LAST_YEAR = 4095  # that a packed day has room for
_NOTHING = np.zeros(0, WORD)


def ask(
    name: Name,
    birth: PartialDate | None = None,
    *,
    nationality: str = "",
    sex: str = "",
    numbers: Mapping[str, int],
) -> Asked:
    """Lay out what is looked up.

    Args:
        name: As it was given, in any script.
        birth: Date of birth as far as it is known.
        nationality: Code, "" if unknown.
        sex: See ``SEXES``, "" if unknown.
        numbers: Numbers of the nationality codes in the index; another code matches nobody's.

    Cost: about 0.2 ms where the words were not read before.
    """
    tokens = name.tokens
    return Asked(
        words(tokens),
        _joined(tokens),
        lambda at: _halves(tokens[at]),
        _day(birth),
        numbers.get(nationality, 0),
        SEXES.get(sex, 0),
        [token.equivalents for token in tokens],
    )


def rows_of(
    names: Sequence[Name], birth: PartialDate | None = None, *, nationality: int = 0, sex: str = ""
) -> list[Row]:
    """Make the rows of one record: one per name and for each in pinyin that it stands for.

    Returns:
        One row without words if there is no name.
    """
    day, number = _day(birth), SEXES.get(sex, 0)
    laid = [words(name.tokens) for name in with_respelled(names)] or [_NOTHING]
    return [Row(one, day, nationality, number) for one in laid]


def _day(birth: PartialDate | None) -> int:
    if birth is None or birth.year > _LAST_YEAR:
        return 0
    return pack_day(birth.year, birth.month, birth.day)


def _joined(tokens: Sequence[Token]) -> NDArray[np.void]:
    """Each word written together with the next; an empty word where that is none."""
    joined = np.zeros(max(len(tokens) - 1, 0), WORD)
    for at in range(len(joined)):
        found = _read(tokens[at].written + tokens[at + 1].written)
        if found:
            joined[at] = words((max(found, key=lambda token: len(token.surface)),))[0]
    return joined


def _halves(token: Token) -> list[Pair]:
    """Every two words into which a word may be split."""
    text = token.written
    if token.kind is not Kind.WORD or len(text) < _SHORTEST_SPLIT:
        return []
    cuts = range(_SHORTEST_HALF, len(text) - _SHORTEST_HALF + 1)
    pairs = [(_read(text[:cut]), _read(text[cut:])) for cut in cuts]
    return [(words(a[:1]), words(b[:1])) for a, b in pairs if a and b]


def _read(text: str) -> tuple[Token, ...]:
    try:
        return read_name(text=text).tokens
    except NameUnreadableError:
        return ()
