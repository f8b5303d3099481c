"""Weights for files too small to estimate any from: what agreements were worth elsewhere."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files

import numpy as np

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
    "with_shipped_rarities",
    "without_rarities",
]

FEWEST = 50
"""Records of a file, and pairs compared, from which weights are estimated.

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
        features: Of the candidate pairs; see ``without_rarities``.
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
    """Take the rarity of words from synthetic people: a file of five says nothing about it."""
    prior, words = PriorFrequencies(weights.load()), data.words["word"]
    rarity = [prior.word(words[n : n + 1]) for n in range(len(words))]
    share = np.exp2(-np.array(rarity, np.float64))
    return replace(data, words=laid_out(data.tokens, share), share=share)


def without_rarities(features: Iterable[Feature]) -> list[Feature]:
    """Let every date count as rare as dates are, and every document number as numbers are.

    An equal text keeps the share that it has in the files, because nothing else is known of it.
    """
    found = []
    for feature in features:
        top = feature.levels == len(feature.names) - 1
        keeps = {ColumnKind.NAME: True, ColumnKind.TEXT: top}.get(ColumnKind(feature.kind), False)
        found.append(replace(feature, chance=np.where(keeps, feature.chance, np.float32(0))))
    return found
