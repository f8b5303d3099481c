"""The tables: names by origin, nationalities.

A pool (``pools/ORIGIN.toml``) lists given and family names, most frequent first, one name a line
or with commas between: its own script first (where that is not Latin), then the Latin spellings,
the usual one first. ``_`` stands for a space inside a spelling, ``+`` for a joint that is written
closed, open or with a hyphen. Given names and family names are combined by drawing only.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from importlib.resources import files
from typing import Any

__all__ = ["Field", "Kind", "Name", "Nation", "Origin", "load_nations", "load_origins", "read"]


class Kind(IntEnum):
    """Lists of an origin."""

    MALE = 0
    FEMALE = 1
    FAMILY = 2
    FAMILY_FEMALE = 3
    MIDDLE = 4
    MIDDLE_FEMALE = 5


@dataclass(frozen=True, slots=True)
class Name:
    """One word of a name.

    Args:
        native: In the origin's script; the usual Latin spelling where that is Latin.
        latin: Spellings, the usual one first.
    """

    native: str
    latin: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Field:
    """A part of the names of an origin.

    Args:
        part: given, second, father, grandfather, link (before father), middle, patronymic, family
            or family2.
        share: Of the people, who have it in their record.
        surname: Whether it stands in the field for surnames.
    """

    part: str
    share: float
    surname: bool


@dataclass(frozen=True, slots=True)
class Origin:
    """Names of one part of the world.

    Args:
        code: Name of the file.
        script: ``"latin"`` or a table of scripts.toml.
        rules: Tables of spelling.toml.
        fields: In the order in which a record has them; at most 6.
        names: By kind; no list is longer than a few hundred.
        tails: By kind: how rare names are composed: letters, syllables or none.
        married: Whether spouses bear one family name.
    """

    code: str
    script: str
    rules: tuple[str, ...]
    fields: tuple[Field, ...]
    names: Mapping[Kind, tuple[Name, ...]]
    tails: Mapping[Kind, str]
    married: bool


@dataclass(frozen=True, slots=True)
class Nation:
    """A nationality.

    Args:
        code: Three letters.
        share: Of all people.
        heaped: Share of 1 January in place of the true day.
        partial: Share of dates of which only the year, or year and month, are known.
        origins: Origin -> share.
    """

    code: str
    share: float
    heaped: float
    partial: float
    origins: Mapping[str, float]


def read(name: str) -> dict[str, Any]:
    """Read a table of this folder."""
    return tomllib.loads(files(__package__).joinpath(name).read_text("utf-8"))


@cache
def load_origins() -> tuple[Origin, ...]:
    """Return the origins, by code."""
    folder = files(__package__).joinpath("pools")
    names = sorted(file.name for file in folder.iterdir() if file.name.endswith(".toml"))
    return tuple(_origin(name.removesuffix(".toml"), read(f"pools/{name}")) for name in names)


@cache
def load_nations() -> tuple[Nation, ...]:
    """Return the nationalities; shares are scaled to 1."""
    rows = [Nation(**row) for row in read("nations.toml")["nation"]]
    whole = sum(row.share for row in rows)
    return tuple(
        Nation(row.code, row.share / whole, row.heaped, row.partial, row.origins) for row in rows
    )


def _origin(code: str, table: dict[str, Any]) -> Origin:
    latin = table["script"] == "latin"
    lists = {
        Kind[key.upper()]: _names(table[key], latin=latin)
        for key in ("male", "female", "family", "middle", "middle_female")
        if key in table
    }
    if "feminine" in table:
        rules = [(re.compile(a), b) for a, b in table["feminine"]]
        lists[Kind.FAMILY_FEMALE] = tuple(_feminine(name, rules) for name in lists[Kind.FAMILY])
    if Kind.MIDDLE in lists:
        lists.setdefault(Kind.MIDDLE_FEMALE, lists[Kind.MIDDLE])
    given, family = table.get("given_tail", "letters"), table.get("family_tail", "letters")
    return Origin(
        code,
        table["script"],
        tuple(table["rules"]),
        tuple(
            Field(part, share, key == "surnames")
            for key in ("forenames", "surnames")
            for part, share in table[key]
        ),
        lists,
        {
            Kind.MALE: given,
            Kind.FEMALE: given,
            Kind.FAMILY: family,
            Kind.FAMILY_FEMALE: family,
            Kind.MIDDLE: "none",
            Kind.MIDDLE_FEMALE: "none",
        },
        table.get("married", False),
    )


def _names(text: str, *, latin: bool) -> tuple[Name, ...]:
    found = []
    for entry in re.split(r"[,\n]", text):
        words = [word.replace("_", " ") for word in entry.split()]
        if words:
            found.append(Name(words[0], tuple(words if latin else words[1:])))
    return tuple(found)


def _feminine(name: Name, rules: list[tuple[re.Pattern[str], str]]) -> Name:
    def changed(word: str) -> str:
        for pattern, replacement in rules:
            word, count = pattern.subn(replacement, word)
            if count:
                break
        return word

    return Name(changed(name.native), tuple(map(changed, name.latin)))
