"""What is known about single words: particles, titles, and parts of names of two words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum, auto
from functools import lru_cache
from typing import Any, NamedTuple

from matching.name.forms import fold
from matching.name.romanise import romanise, script_of
from matching.name.somali import respelled_somali
from matching.name.table import load_table
from matching.name.token import Script

__all__ = [
    "TITLE_NAMES",
    "WITHOUT_ARTICLE",
    "Part",
    "Role",
    "canonical",
    "compounds",
    "follows_article",
    "part",
    "plain",
]


class Role(StrEnum):
    """What a word does beside others."""

    NONE = auto()
    ARTICLE = auto()  # al
    ASSIMILATED = auto()  # an article only before the same letter
    PARTICLE = auto()
    TITLE = auto()  # also oglu and kyzy: a particle wherever it stands
    DROPPED = auto()
    SERVANT = auto()  # abd
    SERVANT_OF_THE = auto()  # abdul
    GOD = auto()  # allah, ullah
    FAITH = auto()  # din
    OF_THE_FAITH = auto()  # uddin
    FATHER = auto()  # abu
    FATHER_OF_THE = auto()  # abul
    MOTHER = auto()  # umm
    SUFFIX = auto()  # zadeh


class Part(NamedTuple):
    """A word, romanised.

    Args:
        written: Case-folded, without points of vowels.
        surface: ``[a-z0-9]+``.
        script: Of ``written``.
        role: What it does beside others.
        vowelled: Whether ``surface`` has its short vowels.
    """

    written: str
    surface: str
    script: Script
    role: Role = Role.NONE
    vowelled: bool = True

    def __repr__(self) -> str:
        return f"Part({len(self.surface)} letters, {self.script}, {self.role})"


def plain(word: str) -> str:
    """A word with the letters of Arabic script that writers exchange brought together.

    Returns:
        As many letters as ``word``; one in another script is unchanged.
    """
    return word.translate(_EXCHANGED)


@lru_cache(maxsize=1 << 16)
def part(word: str) -> Part | None:
    """Romanise a word and look up its role; None if no letter of it has a value."""
    surface, script = romanise(word), script_of(word)
    if not surface:
        return None
    if script is Script.LATIN:
        surface = respelled_somali(surface)
    vowelled = script not in (Script.ARABIC, Script.HEBREW)
    role = _ROLES.get(plain(word), Role.NONE)
    if role is Role.NONE and vowelled and script not in (Script.LATIN, Script.HAN):
        # Abdur and uddin in Bengali or Cyrillic; particles are too short to be sure of.
        role = _PAIR_ROLES.get(surface, Role.NONE)
    return Part(word, surface, script, role, vowelled)


def canonical(kind: str, word: Part) -> str | None:
    """The spelling that stands for all, or None where the word is not in the table.

    Args:
        kind: ``attribute`` (after abd), ``revered`` (after abdul), ``faith`` (before ad-din),
            ``god`` (before allah) or ``father`` (after abu).
        word: To look up, by its own script or by its folded form.
    """
    key = fold(word.surface) if word.vowelled else plain(word.written)
    return _COMPOUNDS[kind].get(key)


def compounds() -> Iterable[str]:
    """Names of two words that are known, as they are spelled where they are one token."""
    spelled = {f"abdul{name}" for kind in ("attribute", "revered") for name in _usual(kind)}
    spelled |= {f"abu{name}" for name in _usual("father")}
    spelled |= {f"{name}ullah" for name in _usual("god")}
    spelled |= {f"{name}uddin" for name in _usual("faith")}
    return sorted(spelled)


def _usual(kind: str) -> set[str]:
    return set(_COMPOUNDS[kind].values())


def follows_article(surface: str) -> bool:
    """Whether a word in Latin letters is often written together with an article before it."""
    return surface in _EXACT or fold(surface) in _STEMS


def _compounds(table: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for kind in ("attribute", "revered", "faith", "god", "father"):
        rows = found[kind] = {}
        for row in table[kind]["rows"]:
            for spelling in row:
                key = fold(spelling) if spelling.isascii() else plain(spelling)
                rows.setdefault(key, row[0])
    return found


def _word_roles(words: Mapping[str, Any]) -> dict[str, Role]:
    groups: list[tuple[Role, Iterable[str]]] = [
        (Role.PARTICLE, words["particle"]["words"]),
        (Role.ASSIMILATED, words["particle"]["assimilated"]),
        (Role.DROPPED, words["dropped"]["words"]),
        (Role.TITLE, (*words["title"]["words"], *words["particle"]["after"])),
        (Role.ARTICLE, ("al", "el", "ul", "ال")),
    ]
    return {plain(word): role for role, spelled in groups for word in spelled}


def _pair_roles(words: Mapping[str, Iterable[str]]) -> dict[str, Role]:
    return {plain(word): Role[name.upper()] for name, spelled in words.items() for word in spelled}


# Hamza is left out; ya and alif maqsura, ha and ta marbuta, Arabic and Persian forms are exchanged.
_EXCHANGED = str.maketrans("أإآٱؤئىیېکةۀہھۃ", "ااااوييييكههههه")
_WORDS, _PAIRS = load_table("words"), load_table("compounds")
_COMPOUNDS = _compounds(_PAIRS)
_PAIR_ROLES = _pair_roles(_PAIRS["words"])
_ROLES = {**_word_roles(_WORDS), **_PAIR_ROLES}
WITHOUT_ARTICLE: frozenset[str] = frozenset(map(plain, _WORDS["without_article"]["words"]))
"""Words in Arabic script that begin with the letters of the article and have none."""
TITLE_NAMES: frozenset[str] = frozenset(map(plain, _WORDS["title"]["names"]))
"""Titles that are given names as well."""
_STEMS = frozenset(map(fold, _WORDS["with_article"]["stems"]))
_EXACT = frozenset(_WORDS["with_article"]["exact"])
