"""Weights for files too small to estimate any from: what agreements were worth elsewhere."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from matching.date import PartialDate
from matching.errors import DateError
from matching.identity.frequencies import PriorFrequencies
from matching.linkage.features import Feature
from matching.linkage.model import Model
from matching.linkage.records import ColumnKind, Encoded, laid_out
from matching.name import weights

__all__ = [
    "FEWEST",
    "Shipped",
    "load",
    "shipped_model",
    "with_own_spellings",
    "with_shipped_rarities",
]

FEWEST = 50
"""Records of each file, twice as many of a single one, and pairs compared, to estimate from.

With fewer, estimated weights find next to nothing; docs/names.md has the figures.
"""


@dataclass(frozen=True, slots=True)
class Shipped:
    """Shares of levels, by kind of column.

    Args:
        version: Raised with every change.
        mated: Kind -> share of each level among pairs of one person.
        chance: Kind -> share of each level among pairs of two people.
    """

    version: str
    mated: Mapping[str, tuple[float, ...]]
    chance: Mapping[str, tuple[float, ...]]


@cache
def load() -> Shipped:
    """Read weights.toml."""
    raw = tomllib.loads(files(__package__).joinpath("weights.toml").read_text("utf-8"))
    mated, chance = (
        {kind: tuple(shares) for kind, shares in raw[side].items()} for side in ("mated", "chance")
    )
    return Shipped(raw["version"], mated, chance)


def shipped_model(features: Sequence[Feature], *, prior: float) -> Model:
    """Weigh features as the shipped shares say.

    Args:
        features: Of the candidate pairs; see ``with_own_spellings``.
        prior: Log2 odds that a random pair is of one person.
    """
    shares = load()
    kinds = {feature.name: feature.kind for feature in features if feature.bits is None}
    mated, chance = (
        {name: np.array(side[kind]) for name, kind in kinds.items()}
        for side in (shares.mated, shares.chance)
    )
    return Model(prior, mated, chance, shares.version)


def with_shipped_rarities(data: Encoded) -> Encoded:
    """Take rarities from synthetic people: a file of five says nothing about them."""
    prior, words = PriorFrequencies(weights.load()), data.words["word"]
    rarity = [prior.word(words[n : n + 1]) for n in range(len(words))]
    share = np.exp2(-np.array(rarity, np.float64))
    number = load().chance[ColumnKind.DOCUMENT][-1]
    return replace(
        data,
        words=laid_out(data.tokens, share),
        share=share,
        dates=tuple(
            replace(column, share=np.array([_date(prior, *row) for row in column.parts.tolist()]))
            for column in data.dates
        ),
        documents=tuple(
            replace(column, share=dict.fromkeys(column.share, number)) for column in data.documents
        ),
    )


def _date(prior: PriorFrequencies, year: int, month: int, day: int) -> float:
    """Share of people with a date; one that does not exist is as rare as any other of its year."""
    if not year:
        return 0.0
    try:
        date = PartialDate.read(year, month, day)
    except DateError:
        date = PartialDate(year, 12, 31)
    return float(2.0 ** -prior.birth(date))


def with_own_spellings(features: Iterable[Feature]) -> list[Feature]:
    """Let spellings of a text count as they were counted: one of two records says no share."""
    return [
        replace(feature, chance=np.where(_is_equal(feature), feature.chance, np.float32(0)))
        if feature.kind == ColumnKind.TEXT
        else feature
        for feature in features
    ]


def _is_equal(feature: Feature) -> NDArray[np.bool_]:
    equal: NDArray[np.bool_] = feature.levels == len(feature.names) - 1
    return equal
