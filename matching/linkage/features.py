"""What two records agree on: a level per feature, and how often strangers reach it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from matching.kernels import name_pair as kernel
from matching.linkage.documents import DOCUMENT_LEVELS, compare_documents
from matching.linkage.records import ColumnKind, DateColumn, Encoded, TextColumn
from matching.name import model, weights

__all__ = ["DATE_LEVELS", "TEXT_LEVELS", "WORD_LEVELS", "Feature", "compare_pairs"]

_Ints = NDArray[np.int64]
_STEPS = (80, 120, 160, 195, 222, 245)
"""Likeness of two words from which each level begins."""
WORD_LEVELS = (
    *("other", "hardly_similar", "slightly_similar", "similar", "more_similar", "very_similar"),
    *("nearly_same", "spelling", "initial", "same"),
)
TEXT_LEVELS = WORD_LEVELS
DATE_LEVELS = (
    *("different", "same_month_and_day", "same_year", "two_parts_near", "year_and_part"),
    *("one_digit_of_year", "one_digit", "day_month_swapped", "equal_as_far_as_known", "equal"),
)
_INITIAL, _SAME = 8, 9
_CHUNK = 100_000
"""Pairs whose words are compared at a time, for the sake of memory."""
_SLOTS = 4
"""Words of a name that count; more say nothing that four did not."""


@dataclass(frozen=True, slots=True, eq=False)
class Feature:
    """One kind of evidence of many pairs.

    Args:
        name: Of the column, ``name`` for words.
        kind: A ``ColumnKind``, or ``fingerprints``.
        levels: (pairs,) int8 from 0, -1 where a side lacks it.
        chance: (pairs,) float32, share of strangers that agree on this very value; 0 where it
            does not say.
        names: Of the levels, the last one agreement.
        bits: (pairs,) float64, evidence that was calibrated elsewhere; None where levels are to be
            weighed.
    """

    name: str
    kind: str
    levels: NDArray[np.int8]
    chance: NDArray[np.float32]
    names: tuple[str, ...]
    bits: NDArray[np.float64] | None = None


def compare_pairs(data: Encoded, left: _Ints, right: _Ints) -> list[Feature]:
    """Compare records pair by pair.

    Cost: about 2 microseconds a pair for the name, less for each other column.
    """
    parts = [
        _words(data, left[at : at + _CHUNK], right[at : at + _CHUNK])
        for at in range(0, max(len(left), 1), _CHUNK)
    ]
    features = [_concatenated(slot) for slot in zip(*parts, strict=True)]
    features += [_date(date, left, right) for date in data.dates]
    features += [
        Feature(
            column.name,
            ColumnKind.DOCUMENT,
            *compare_documents(column, left, right),
            DOCUMENT_LEVELS,
        )
        for column in data.documents
    ]
    features += [_text(text, left, right) for text in data.texts]
    return features


def _concatenated(parts: tuple[Feature, ...]) -> Feature:
    levels = np.concatenate([part.levels for part in parts])
    chance = np.concatenate([part.chance for part in parts])
    return replace(parts[0], levels=levels, chance=chance)


def _gather(data: Encoded, records: _Ints) -> tuple[NDArray[np.void], _Ints, _Ints]:
    sizes = data.starts[records + 1] - data.starts[records]
    starts = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    at = np.repeat(data.starts[records] - starts[:-1], sizes) + np.arange(starts[-1])
    ids = data.word_ids[at]
    return data.words[ids], starts, ids


def _words(data: Encoded, left: _Ints, right: _Ints) -> list[Feature]:
    if not len(data.words):
        return []
    one, starts_one, ids_one = _gather(data, left)
    other, starts_other, ids_other = _gather(data, right)
    found = kernel.compare(
        model.load(), kernel.lay_out(weights.load()), (one, starts_one), (other, starts_other)
    )
    # Where the kernel turned the pair, partners are numbers of words of the left side.
    turned = found["turned"].astype(bool)[:, None]
    n, m = np.diff(starts_one), np.diff(starts_other)
    partner = found["partner"].astype(np.int64)
    width = partner.shape[1]
    place = np.arange(width)[None, :]
    first_n = np.where(turned[:, 0], m, n)
    matched = (partner >= 0) & (place < first_n[:, None])
    at_one = starts_one[:-1, None] + np.where(turned, partner, place)
    at_other = starts_other[:-1, None] + np.where(turned, place, partner)
    a = ids_one[np.where(matched, at_one, 0)] if len(ids_one) else np.zeros_like(partner)
    b = ids_other[np.where(matched, at_other, 0)] if len(ids_other) else np.zeros_like(partner)
    likeness = found["likeness"]
    levels = np.searchsorted(_STEPS, likeness, side="right") + 1
    levels = np.where(likeness == kernel.INITIAL, _INITIAL, levels)
    levels = np.where(a == b, _SAME, levels)
    levels = np.where(matched, levels, -1)
    chance = np.where(matched, np.maximum(data.share[a], data.share[b]), 0.0)
    order = np.argsort(-levels, axis=1, kind="stable")[:, :_SLOTS]
    levels = np.take_along_axis(levels, order, 1)
    chance = np.take_along_axis(chance, order, 1)
    joined = found["joined_a"] >= 0
    return _slots(levels, chance, np.minimum(n, m) - joined, matched.sum(axis=1))


def _slots(
    levels: _Ints, chance: NDArray[np.float64], room: _Ints, matched: _Ints
) -> list[Feature]:
    """One feature per word that both sides have; where a word has no counterpart, level 0."""
    slots = []
    for slot in range(levels.shape[1]):
        level = np.where((slot >= matched) & (slot < room), 0, levels[:, slot])
        slots.append(
            Feature(
                "name",
                ColumnKind.NAME,
                level.astype(np.int8),
                chance[:, slot].astype("f4"),
                WORD_LEVELS,
            )
        )
    return slots


def _text(column: TextColumn, left: _Ints, right: _Ints) -> Feature:
    a, b = column.ids[left], column.ids[right]
    known = (a >= 0) & (b >= 0)
    levels = np.full(len(a), -1, np.int8)
    chance = np.zeros(len(a), np.float32)
    size = max(len(column.share), 1)
    keys, inverse = np.unique(a[known] * size + b[known], return_inverse=True)
    x, y = keys // size, keys % size
    at = np.arange(len(keys) + 1, dtype=np.int64)
    found = kernel.compare(
        model.load(), kernel.lay_out(weights.load()), (column.words[x], at), (column.words[y], at)
    )
    has = found["partner"][:, 0] >= 0
    level = np.where(has, np.searchsorted(_STEPS, found["likeness"][:, 0], side="right") + 1, 0)
    level = np.where(x == y, _SAME, level)
    levels[known] = level[inverse]
    if len(keys):
        shared = np.maximum(column.share[x], column.share[y])
        chance[known] = np.where(level > 0, shared, 0.0)[inverse]
    return Feature(column.name, ColumnKind.TEXT, levels, chance, TEXT_LEVELS)


def _date(column: DateColumn, left: _Ints, right: _Ints) -> Feature:
    a, b = column.parts[left], column.parts[right]
    known = (a[:, 0] > 0) & (b[:, 0] > 0)
    same = a == b
    near = _digits(a, b) == 1
    year, month, day = same.T
    swapped = year & (a[:, 1] == b[:, 2]) & (a[:, 2] == b[:, 1])
    unknown = (a[:, 1:] == 0) | (b[:, 1:] == 0)
    as_far = year & unknown.any(axis=1) & (same[:, 1:] | unknown).all(axis=1)
    level = np.select(
        [
            same.all(axis=1), as_far, swapped, year & ((month & near[:, 2]) | (day & near[:, 1])),
            month & day & near[:, 0], year & (month | day), (same | near).all(axis=1),
            year, month & day,
        ],
        [9, 8, 7, 6, 5, 4, 3, 2, 1],
        0,
    )  # fmt: skip
    chance = np.where(level == _SAME, column.share[left], 0.0).astype("f4")
    levels = np.where(known, level, -1).astype(np.int8)
    return Feature(column.name, ColumnKind.DATE, levels, chance, DATE_LEVELS)


def _digits(a: _Ints, b: _Ints) -> _Ints:
    """How many of four decimal digits differ."""
    found: _Ints = np.zeros(a.shape, np.int64)
    for unit in (1, 10, 100, 1000):
        found += (a // unit % 10) != (b // unit % 10)
    return found
