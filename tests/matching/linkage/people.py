"""Invented people, recorded twice, the second time with slips."""

from __future__ import annotations

import numpy as np

from matching.linkage import Column, ColumnKind, Records

_ONSETS, _VOWELS = ["b", "d", "k", "l", "m", "n", "r", "s", "t", "z"], ["a", "e", "i", "o", "u"]


def _word(rng: np.random.Generator, syllables: int) -> str:
    return "".join(rng.choice(_ONSETS) + rng.choice(_VOWELS) for _ in range(syllables))


def recorded_twice(count: int, seed: int) -> tuple[Records, Records]:
    """Return two files; row n of both is the same person."""
    rng = np.random.default_rng(seed)
    given = [_word(rng, 2) for _ in range(40)]
    family = [_word(rng, 3) for _ in range(count // 2)]
    rows = []
    for _ in range(count):
        date = f"{rng.integers(1950, 2010)}-{rng.integers(1, 13):02}-{rng.integers(1, 29):02}"
        rows.append((str(rng.choice(given)), str(rng.choice(family)), date, str(rng.choice(given))))
    return _records(rows), _records([_slipped(row, rng) for row in rows])


def _slipped(row: tuple[str, str, str, str], rng: np.random.Generator) -> tuple[str, str, str, str]:
    given, family, date, place = row
    slip = rng.integers(6)
    if slip == 0:
        given, family = family, given
    elif slip == 1:
        family = family[:-1] + str(rng.choice(_VOWELS))
    elif slip == 2:
        year, month, day = date.split("-")
        date = f"{year}-{day}-{month}"
    elif slip == 3:
        date = ""
    return given, family, date, place


def _records(rows: list[tuple[str, str, str, str]]) -> Records:
    given, family, date, place = (list(column) for column in zip(*rows, strict=True))
    return Records(
        (
            Column("forenames", ColumnKind.NAME, given),
            Column("surnames", ColumnKind.NAME, family),
            Column("birth_date", ColumnKind.DATE, date),
            Column("place", ColumnKind.TEXT, place),
        )
    )
