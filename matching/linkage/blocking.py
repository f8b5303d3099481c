"""Which pairs are compared at all: those that share something rare, or two things.

A block is a set of records with one property, or with two; blocks with more records than a cap say
too little and are left out.  The union of the pairs of all blocks is compared.  Records that are
alike in every property count as one in a block, so that copies crowd nobody out.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from matching.linkage.records import Encoded

__all__ = ["candidate_pairs"]

_MIX = np.uint64(0x9E3779B97F4A7C15)
_WAITING = 4_000_000
"""Pairs that wait for a merge, at least."""
_MOST_COPIES = 2_500
"""Pairs of the copies of two records, at most; of more, only those with a first one."""
_Ints = NDArray[np.int64]
_Keys = NDArray[np.uint64]


def candidate_pairs(
    data: Encoded, *, split: int | None, cap_one: int, cap_two: int
) -> tuple[_Ints, _Ints]:
    """Find the pairs worth comparing.

    Args:
        data: Records.
        split: Number of the first record of the second file; None within one file.
        cap_one: Most records of a block of one property.
        cap_two: Most records of a block of two properties.

    Returns:
        (pairs,) numbers of records, the smaller first, sorted, each pair once.

    Cost: about a microsecond per pair of a block.
    """
    columns = _properties(data)
    pool = _Pool()
    first = _first_copies(data, columns, split)
    alone = first == np.arange(data.count)
    columns = [np.where(alone, keys, 0).astype(np.uint64) for keys in columns]
    for keys in columns:
        pool.add(_block(keys, data.count, split, cap_one))
    for column in data.documents:
        records, keys = column.keys()
        records, keys = records[alone[records]], keys[alone[records]]
        pool.add(_pairs(records, keys, data.count, split=split, cap=cap_one))
    for (i, one), (j, other) in combinations(enumerate(columns), 2):
        keys = (one * _MIX) ^ (other + np.uint64(i * 64 + j))
        keys[(one == 0) | (other == 0)] = 0
        pool.add(_block(keys, data.count, split, cap_two))
    found = pool.merged()
    if not alone.all():
        pool.add(_of_copies(found // data.count, found % data.count, first, within=split is None))
        found = pool.merged()
    return found // data.count, found % data.count


def _first_copies(data: Encoded, columns: list[_Keys], split: int | None) -> _Ints:
    """(n,) the first record of its file that is alike in every property; mostly itself.

    Records with less than two properties are nobody's copies: there is too little to be alike in.
    """
    known = np.sum([keys != 0 for keys in columns], axis=0)
    mixed = np.zeros(data.count, np.uint64)
    if split is not None:
        mixed[split:] = 1
    documents = [(column.ids + 1).astype(np.uint64) for column in data.documents]
    for keys in (*columns, *documents):
        mixed = (mixed ^ (mixed >> np.uint64(29)) ^ keys) * _MIX
    _, first, inverse = np.unique(mixed, return_index=True, return_inverse=True)
    return np.where(known > 1, first[inverse], np.arange(data.count)).astype(np.int64)


def _of_copies(one: _Ints, other: _Ints, first: _Ints, *, within: bool) -> _Ints:
    """Pairs of the copies of paired records, and of copies with each other, in one number each.

    Of very many copies only the first is paired with all others.
    """
    count = len(first)
    order = np.argsort(first, kind="stable")
    begins = np.searchsorted(first[order], np.arange(count + 1))
    copied = np.diff(begins) > 1
    met = copied[one] | copied[other]
    pairs = list(zip(one[met].tolist(), other[met].tolist(), strict=True))
    if within:
        pairs += [(record, record) for record in np.flatnonzero(copied).tolist()]
    found = [np.zeros(0, np.int64)]
    for a, b in pairs:
        left, right = order[begins[a] : begins[a + 1]], order[begins[b] : begins[b + 1]]
        if len(left) * len(right) > _MOST_COPIES:
            x = np.concatenate([np.full(len(right), a), left])
            y = np.concatenate([right, np.full(len(left), b)])
        else:
            x, y = np.repeat(left, len(right)), np.tile(right, len(left))
        found.append((np.minimum(x, y) * count + np.maximum(x, y))[x != y])
    return np.concatenate(found)


class _Pool:
    """Pairs of many blocks, each kept once; merged now and then, so that memory stays bounded."""

    def __init__(self) -> None:
        self._merged = np.zeros(0, np.int64)
        self._waiting: list[_Ints] = []
        self._count = 0

    def add(self, pairs: _Ints) -> None:
        self._waiting.append(pairs)
        self._count += len(pairs)
        if self._count > max(len(self._merged), _WAITING):
            self.merged()

    def merged(self) -> _Ints:
        everything = np.concatenate([self._merged, *self._waiting])
        everything.sort()
        new = np.append(True, everything[1:] != everything[:-1])[: len(everything)]
        self._merged, self._waiting, self._count = everything[new], [], 0
        return self._merged


def _properties(data: Encoded) -> list[_Keys]:
    """(n,) keys per property, 0 where a record lacks it."""
    columns = []
    skeletons = _numbered([token.skeleton or token.folded for token in data.tokens])
    begins = _numbered([token.surface[:3] for token in data.tokens])
    counts = np.diff(data.starts)
    # Words in the order of their keys, so that swapped fields meet: rarest first.
    order = np.lexsort((data.share[data.word_ids], np.repeat(np.arange(data.count), counts)))
    ids = data.word_ids[order]
    for place in range(3):
        has = counts > place
        at = ids[data.starts[:-1][has] + place]
        for numbers, salt in ((skeletons, 1), (begins, 2)):
            keys = np.zeros(data.count, np.uint64)
            keys[has] = numbers[at] * np.uint64(4) + np.uint64(salt)
            columns.append(keys)
    for number, dates in enumerate(data.dates):
        columns += _date_keys(dates.parts, np.uint64(number))
    for number, text in enumerate(data.texts):
        keys = (text.ids + 1).astype(np.uint64)
        columns.append(np.where(keys > 0, keys + np.uint64((number + 1) << 40), 0).astype("u8"))
    return columns


def _date_keys(date: _Ints, number: np.uint64) -> list[_Keys]:
    year, month, day = date.T
    low, high = np.minimum(month, day), np.maximum(month, day)
    full = (year > 0) & (day > 0)
    columns = []
    for salt, value, known in (
        (1, (year * 100 + low) * 100 + high, full),
        (2, year, year > 0),
        (3, low * 100 + high, full),
        (4, (year % 100) * 100 + month, full),
        (5, (year % 100) * 100 + day, full),
    ):
        keys = (
            value.astype(np.uint64) + (np.uint64(salt) << np.uint64(50)) + (number << np.uint64(44))
        )
        columns.append(np.where(known, keys, 0).astype(np.uint64))
    return columns


def _numbered(texts: list[str]) -> _Keys:
    numbers: dict[str, int] = {}
    return np.array([numbers.setdefault(text, len(numbers) + 1) for text in texts], np.uint64)


def _block(keys: _Keys, count: int, split: int | None, cap: int) -> _Ints:
    """Pairs of records with one key, 0 none, as first * count + second."""
    records = np.flatnonzero(keys)
    return _pairs(records, keys[records], count, split=split, cap=cap)


def _pairs(records: _Ints, keys: _Keys, count: int, *, split: int | None, cap: int) -> _Ints:
    """The same of records with their keys, ascending; no record has a key twice."""
    order = np.argsort(keys, kind="stable")
    records, ordered = records[order], keys[order]
    if len(ordered) < 2:
        return np.zeros(0, np.int64)
    begins = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1]))
    sizes = np.diff(np.append(begins, len(ordered)))
    found = []
    for size in np.unique(sizes[(sizes > 1) & (sizes <= cap)]).tolist():
        members = records[begins[sizes == size][:, None] + np.arange(size)]
        one, other = np.triu_indices(size, 1)
        first, second = members[:, one].ravel(), members[:, other].ravel()
        if split is not None:
            across = (first < split) & (second >= split)
            first, second = first[across], second[across]
        found.append(first * count + second)
    return np.concatenate(found) if found else np.zeros(0, np.int64)
