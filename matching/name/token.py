"""The words of a name, in the forms in which they are compared.

A name is never rewritten for show: what was typed stays beside its forms, because a romanisation is
evidence for a comparison and nothing that a person is called.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Field", "Kind", "Name", "Script", "Token"]


class Field(StrEnum):
    """Where a word stood; comparisons use it only as weak evidence, since fields get swapped."""

    SURNAME = "surname"
    FORENAME = "forename"
    UNKNOWN = "unknown"


class Kind(StrEnum):
    """What a word is."""

    WORD = "word"
    INITIAL = "initial"  # one letter, or one syllable that was shortened
    PARTICLE = "particle"  # al, bin, von, de la: carries little evidence, may be left out


class Script(StrEnum):
    """How a word was written, as far as comparison cares."""

    LATIN = "latin"
    ARABIC = "arabic"  # also Persian, Dari, Pashto, Urdu, Kurdish Sorani
    HEBREW = "hebrew"
    CYRILLIC = "cyrillic"
    GREEK = "greek"
    HAN = "han"
    OTHER = "other"  # written with its vowels, or romanised by syllables


@dataclass(frozen=True, slots=True)
class Token:
    """One word of a name.

    Args:
        written: The word in its own script, NFKC, case-folded, without marks that carry no
            difference between names (points of vowels, tatweel, invisible characters).
        surface: Romanised, ``[a-z0-9]{1,64}``.
        folded: Surface with the usual alternatives of transliteration merged.
        skeleton: Folded without vowels and weak letters, voiced and unvoiced merged; may be "".
        script: Of ``written``; OTHER where a table knew the spelling with its vowels.
        field: Where the word stood.
        kind: Word, initial or particle.
        equivalents: Numbers of the groups of names in other languages that mean the same
            (Yusuf, Joseph), ascending; mostly empty.
    """

    written: str
    surface: str
    folded: str
    skeleton: str
    script: Script = Script.LATIN
    field: Field = Field.UNKNOWN
    kind: Kind = Kind.WORD
    equivalents: tuple[int, ...] = ()

    @property
    def vowelled(self) -> bool:
        """Whether short vowels were written; a script without them agrees with any vowel."""
        return self.script not in (Script.ARABIC, Script.HEBREW)

    def __repr__(self) -> str:
        return f"Token({len(self.surface)} letters, {self.script}, {self.kind})"


@dataclass(frozen=True, slots=True)
class Name:
    """One name or alias, read into tokens.

    Args:
        tokens: Words in the order in which they stood, surname first where fields were given; at
            most 16. Words that belong together (abd al-rahman) are one token.
        shown: The text for display: NFC, controls and invisible characters removed, each run of
            another direction isolated, so that it cannot reorder what stands around it.
        truncated: Whether words beyond the sixteenth were left out, or a machine-readable zone
            had no room for more letters.
    """

    tokens: tuple[Token, ...]
    shown: str
    truncated: bool = False

    def __repr__(self) -> str:
        return f"Name({len(self.tokens)} tokens)"
