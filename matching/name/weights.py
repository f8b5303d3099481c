"""What each agreement and disagreement of two identities is worth, in bits.

The numbers stand in weights.toml with their origin; they are log2 likelihood ratios.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["STEPS", "UNIT", "Weights", "for_agreement", "load"]

UNIT = 256
"""Evidence is kept as whole 256ths of a bit, so that no sum depends on its order."""

STEPS = 320
"""Likeness from which a word is worth no more, 256ths."""


@dataclass(frozen=True, slots=True)
class Weights:
    """Weights of one version.

    Args:
        version: Raised with every change; part of every result.
        curve: Evidence of two words by their likeness (256ths), ascending. The rarity of a word is
            evidence as well; what counts is the lesser of the two.
        share: Share of that evidence which counts, by likeness, ascending; all of it by default.
            Below 0 the words speak against one another.
        share_across: The same where one of the words is written without its vowels.
        strict: Whether two known names that differ are no counterparts, however alike, and
            initials left over on both sides are in conflict.
        word_least: Least weight of an agreeing word, bits.
        word_most: Most.
        same: Likeness from which words count as one name when their frequency is taken, 256ths.
        equivalent: Likeness of names that mean the same in two languages, at least.
        shortened: Likeness of a word of which the other is the beginning, at least.
        joined: Likeness from which the index takes two words for one that was written together.
        joining: Cost of two words that are written together on the other side.
        unmatched: Cost of a word without counterpart.
        conflict: Further cost of a pair of words left over on both sides.
        particle: Cost of a particle or initial without counterpart.
        initial: Evidence of an initial that fits.
        date: Evidence by relation of the dates, names of ``DateRelation`` in lower case; "equal"
            is added to the rarity of the date, which counts at most ``date_most``.
        nationality_equal: Added to the rarity of an equal nationality, at most
            ``nationality_most``.
        nationality_other: Evidence of another one.
        sex_equal: Evidence of an equal sex.
        sex_other: Evidence of another one.
        document: Evidence by relation of document numbers, names of ``NumberRelation``.
        birthplace: Evidence of the ``same`` and of an ``other`` place; what lies between is
            interpolated.
    """

    version: str
    curve: tuple[tuple[int, float], ...]
    word_least: float
    word_most: float
    same: int
    equivalent: int
    shortened: int
    joined: int
    joining: float
    unmatched: float
    conflict: float
    particle: float
    initial: float
    date_most: float
    date: Mapping[str, float]
    nationality_most: float
    nationality_equal: float
    nationality_other: float
    sex_equal: float
    sex_other: float
    document: Mapping[str, float]
    birthplace: Mapping[str, float]
    share: tuple[tuple[int, float], ...] = ((0, 1.0),)
    share_across: tuple[tuple[int, float], ...] = ((0, 1.0),)
    strict: bool = False

    def table(self) -> NDArray[np.int32]:
        """The curve at each likeness from 0 on, (321,) int32 in ``UNIT``."""
        likeness, bits = zip(*self.curve, strict=True)
        curve = np.interp(np.arange(STEPS + 1), likeness, bits, left=0.0)
        table: NDArray[np.int32] = np.round(curve * UNIT).astype(np.int32)
        return table

    def shares(self) -> NDArray[np.int32]:
        """Both shares at each likeness from 0 on, (2, 321) int32 in ``UNIT``."""
        table = np.zeros((2, STEPS + 1), np.int32)
        for row, points in zip(table, (self.share, self.share_across), strict=True):
            likeness, share = zip(*points, strict=True)
            row[:] = np.round(np.interp(np.arange(STEPS + 1), likeness, share) * UNIT)
        return table


@cache
def load() -> Weights:
    """Read weights.toml; a missing or unknown key is a TypeError."""
    raw = _table()
    del raw["agreement"]
    return Weights(**raw)


@cache
def for_agreement() -> Weights:
    """Weights for names alone: the same, with what ``[agreement]`` of weights.toml says instead."""
    return replace(load(), **_table()["agreement"])


def _table() -> dict[str, Any]:
    raw = tomllib.loads(files(__package__).joinpath("weights.toml").read_text("utf-8"))
    raw["curve"] = _points(raw["curve"])
    raw["agreement"]["curve"] = _points(raw["agreement"]["curve"])
    for name in ("share", "share_across"):
        raw["agreement"][name] = _points(raw["agreement"][name])
    return raw


def _points(rows: Sequence[tuple[float, float]]) -> tuple[tuple[int, float], ...]:
    return tuple((int(at), float(value)) for at, value in rows)
