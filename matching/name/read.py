"""Reads a name into its words, whatever it is written in."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from matching.errors import NameUnreadableError
from matching.name.compounds import join, join_across, split_word
from matching.name.east_asia import split_surname
from matching.name.equivalents import equivalents
from matching.name.forms import fold, skeleton
from matching.name.lexicon import TITLE_NAMES, Part, Role, part, plain
from matching.name.romanise import foreign_sounds
from matching.name.text import clean, displayed
from matching.name.token import Field, Kind, Name, Script, Token

__all__ = ["MAX_TOKENS", "forget_read", "read_name"]

MAX_TOKENS = 16
"""Words of a name that are kept."""

# Apostrophes, and the quotation mark that stands before the last letter of a Hebrew abbreviation.
_APOSTROPHES = re.compile("['’‘ʼʻ`´ʾʿ′ʹ\u05f3\u05f4ʽ]|(?<=[\u05d0-\u05ea])[\"”](?=[\u05d0-\u05ea])")
_COMMA = re.compile("[,،、﹐]")
# Points between the words of a foreign name in Han characters or kana.
_BETWEEN = re.compile("[·•‧・･]")
_PLAIN_WORD = re.compile("[a-z0-9]+")
_POINTS = re.compile("[\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0591-\u05c7]")
_WITH_INITIALS = frozenset(Script) - {Script.HAN, Script.OTHER}
_Field = tuple[Field, list[Part]]
_EVIDENCE_WEAK = (Role.PARTICLE, Role.TITLE, Role.ARTICLE)


def read_name(
    surnames: str | None = None, forenames: str | None = None, *, text: str | None = None
) -> Name:
    """Read a name into tokens.

    Args:
        surnames: Text of the field of family names.
        forenames: Text of the field of given names.
        text: A whole name where fields are not known; one comma, or two ``<`` as in a
            machine-readable zone, separate surnames from forenames.

    Returns:
        Surname first where fields are given.

    Raises:
        NameUnreadableError: no letter or digit in any text, or one too long.

    Cost: about 20 us where the words were seen before.
    """
    texts = [(Field.SURNAME, surnames), (Field.FORENAME, forenames), (Field.UNKNOWN, text)]
    given = [(field, part) for field, part in texts if part]
    read = [(field, clean(part)) for field, part in given]
    if len(read) == 1:
        read = _at_separator(*read[0])
    fields = [(field, parts) for field, text in read if (parts := _parts(field, text))]
    if not fields:
        fields = [(field, _parts(field, text, everything=True)) for field, text in read]
    tokens = _tokens(_joined_across(fields))
    if not tokens:
        raise NameUnreadableError(
            "name_empty", "there is no letter or digit in the name; enter it as it is written"
        )
    return Name(tuple(tokens[:MAX_TOKENS]), _shown(given), len(tokens) > MAX_TOKENS)


def forget_read() -> None:
    """Forget the words that are kept because they were read before."""
    for kept in (split_word, part, _token):
        kept.cache_clear()


def _shown(given: Sequence[tuple[Field, str]]) -> str:
    if len(given) == 1:
        return displayed(given[0][1])
    # The comma between the fields is the only one, so that the shown name is read as they were.
    return ", ".join(displayed(_COMMA.sub(" ", part)) for _, part in given)


def _at_separator(field: Field, text: str) -> list[tuple[Field, str]]:
    """Surnames and forenames of a whole name that says which is which."""
    sides = text.split("<<", 1) if "<<" in text else _COMMA.split(text)
    if field is not Field.UNKNOWN or len(sides) != 2:
        return [(field, text)]
    if not all(_parts(Field.SURNAME, side) for side in sides):
        return [(field, text)]
    return [(Field.SURNAME, sides[0]), (Field.FORENAME, sides[1])]


def _parts(field: Field, text: str, *, everything: bool = False) -> list[Part]:
    """Words of a clean text, compounds joined, without what is never part of a name."""
    parts = [
        part for word in _words(text, whole=field is Field.UNKNOWN) for part in split_word(word)
    ]
    return join([part for part in parts if everything or part.role is not Role.DROPPED])


def _joined_across(fields: list[_Field]) -> list[_Field]:
    if [field for field, _ in fields] != [Field.SURNAME, Field.FORENAME]:
        return fields
    name = join_across(fields[1][1], fields[0][1])
    return [(Field.UNKNOWN, [name]), *fields] if name else fields


def _words(text: str, *, whole: bool) -> list[str]:
    """Runs of letters, marks of letters and digits; points of vowels left out.

    Args:
        text: Clean.
        whole: Whether it is a name and not one of its fields.
    """
    text = _APOSTROPHES.sub("", text)
    if text.isascii():
        return _PLAIN_WORD.findall(text)
    text = unicodedata.normalize("NFKC", _POINTS.sub("", text))
    spaced = [c if c.isalnum() or unicodedata.category(c)[0] == "M" else " " for c in text]
    apart = bool(_BETWEEN.search(text))
    words = [foreign_sounds(word, apart=apart) or word for word in "".join(spaced).split()]
    # A name in Han characters or Hangul has no space between surname and given name.
    return list(split_surname(words[0])) if len(words) == 1 and whole else words


def _tokens(fields: Sequence[_Field]) -> list[Token]:
    return [
        _token(part, field, kind)
        for field, parts in fields
        for part, kind in zip(parts, _kinds(parts), strict=True)
    ]


def _kinds(parts: Sequence[Part]) -> list[Kind]:
    kinds = [_kind(parts, at) for at in range(len(parts))]
    if kinds and all(kind is Kind.PARTICLE for kind in kinds):
        kinds[-1] = Kind.WORD
    return kinds


def _kind(parts: Sequence[Part], at: int) -> Kind:
    part = parts[at]
    if part.role is Role.NONE:
        single = len(part.written) == 1 and part.script in _WITH_INITIALS
        return Kind.INITIAL if single else Kind.WORD
    if part.role is Role.TITLE and len(parts) > 1:
        return Kind.WORD if _given_name(part, parts) else Kind.PARTICLE
    if at + 1 == len(parts):
        return Kind.WORD
    if part.role is Role.ASSIMILATED:
        same = parts[at + 1].surface.startswith(part.surface[1:])
        return Kind.PARTICLE if same else Kind.WORD
    return Kind.PARTICLE if part.role in _EVIDENCE_WEAK else Kind.WORD


def _given_name(title: Part, parts: Sequence[Part]) -> bool:
    """Whether a title is the given name: Hafez al-Assad, but not Hafez Ahmad Assad."""
    plain_words = sum(part.role is Role.NONE for part in parts)
    return plain_words == 1 and plain(title.written) in TITLE_NAMES


@lru_cache(maxsize=1 << 16)
def _token(part: Part, field: Field, kind: Kind) -> Token:
    folded = fold(part.surface, vowelled=part.vowelled)
    same = equivalents(part) if kind is Kind.WORD else ()
    # The usual spelling of a compound has its vowels, whatever script it was written in.
    from_table = part.vowelled and part.script in (Script.ARABIC, Script.HEBREW)
    script = Script.OTHER if from_table else part.script
    return Token(part.written, part.surface, folded, skeleton(folded), script, field, kind, same)
