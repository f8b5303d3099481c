"""Reads a name into its words, whatever it is written in."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from functools import lru_cache
from importlib.resources import files

from matching.errors import NameUnreadableError
from matching.name.forms import fold, skeleton
from matching.name.romanise import romanise, script_of
from matching.name.text import clean, displayed, repaired
from matching.name.token import Field, Kind, Name, Script, Token

__all__ = ["MAX_TOKENS", "read_name"]

MAX_TOKENS = 16
"""Words of a name that are kept."""

_WORDS = tomllib.loads(files("matching.name").joinpath("tables", "words.toml").read_text("utf-8"))
_PARTICLES = frozenset(
    word
    for group in ("arabic", "arabic_script", "european", "other")
    for word in _WORDS["particle"][group]
)
_DROPPED = frozenset(_WORDS["dropped"]["words"])
_TITLES = frozenset((*_WORDS["title"]["words"], *_WORDS["title"]["script"]))
_APOSTROPHES = re.compile("['’‘ʼʻ`´ʾʿ′]")
_WORD = re.compile(r"[^\W_]+")
_ARTICLE = re.compile("^ال(?=...)")
_POINTS = re.compile("[\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0591-\u05c7]")


def read_name(
    surnames: str | None = None, forenames: str | None = None, *, text: str | None = None
) -> Name:
    """Read a name into tokens.

    Args:
        surnames: Text of the field of family names.
        forenames: Text of the field of given names.
        text: A whole name where fields are not known.

    Returns:
        Surname first where fields are given.

    Raises:
        NameUnreadableError: empty, only punctuation, or too long.
    """
    given = [
        (field, part)
        for field, part in (
            (Field.SURNAME, surnames),
            (Field.FORENAME, forenames),
            (Field.UNKNOWN, text),
        )
        if part
    ]
    tokens = [
        _token(word, field, kind)
        for field, part in given
        for word, kind in _kinds(_words(clean(part)))
    ]
    if not tokens:
        raise NameUnreadableError(
            "name_empty", "there is no letter or digit in the name; enter it as it is written"
        )
    shown = ", ".join(displayed(part) for _, part in given)
    return Name(tuple(tokens[:MAX_TOKENS]), shown, len(tokens) > MAX_TOKENS)


def _words(text: str) -> list[str]:
    words = []
    for word in _split(_APOSTROPHES.sub("", text)):
        article = _ARTICLE.match(word)
        words += ["ال", word[2:]] if article else [word]
    return words


def _split(text: str) -> list[str]:
    """Runs of letters, marks of letters and digits; points of vowels left out."""
    if text.isascii():
        return _WORD.findall(text)
    text = _POINTS.sub("", text)
    return "".join(
        c if c.isalnum() or unicodedata.category(c)[0] == "M" else " " for c in text
    ).split()


def _kinds(words: list[str]) -> list[tuple[str, Kind]]:
    words = [w for w in words if w not in _DROPPED] or words
    kinds = []
    for i, word in enumerate(words):
        kind = Kind.WORD
        if len(words) > 1 and (word in _TITLES or (word in _PARTICLES and i + 1 < len(words))):
            kind = Kind.PARTICLE
        elif len(word) == 1 and script_of(word) is not Script.HAN:
            kind = Kind.INITIAL
        kinds.append((word, kind))
    return kinds


@lru_cache(maxsize=1 << 16)
def _token(word: str, field: Field, kind: Kind) -> Token:
    word = repaired(word)
    surface = romanise(word)
    folded = fold(surface)
    return Token(word, surface, folded, skeleton(folded), script_of(word), field, kind)
