"""Labelled pairs of records, to estimate weights from and to test decisions on.

Mated pairs are two recordings of one person: a record and a disturbed one of the same person, or of
the person's second record. Non-mated pairs are of two people, at random, of one nationality with a
word in common, or of one household. The second record of every pair is disturbed in the same way,
so that traces of errors tell nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

import numpy as np
from numpy.typing import NDArray

from benchmarks.identities.population import Population
from benchmarks.identities.probes import Disturber
from benchmarks.identities.records import Record, record

__all__ = ["KINDS", "Pair", "draw_pairs"]

KINDS = ("same_record", "other_record", "random", "common_word", "household")
"""How a pair was drawn; the first two are mated."""
_NON_MATED = (0.4, 0.4, 0.2)
_SAMPLE = 200_000  # rows among which common words are looked for
Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two records.

    Args:
        first: As it stands in the population.
        second: Disturbed.
        mated: Whether they are of one person.
        kind: How they were drawn, one of ``KINDS``.
        tags: What was changed in the second one.
    """

    first: Record
    second: Record
    mated: bool
    kind: str
    tags: tuple[str, ...]


def draw_pairs(population: Population, n: int, seed: int, *, mated: float = 0.5) -> Iterator[Pair]:
    """Draw labelled pairs, one by one.

    Args:
        population: Of at least two people.
        n: How many.
        seed: At least 0.
        mated: Share of mated pairs, 0..1.

    Raises:
        ValueError: the population has one person only, or the share is out of range.

    Cost: some 60 microseconds a pair.
    """
    people = population.identity
    if people[0] == people[-1] or not 0 <= mated <= 1:
        raise ValueError(f"mated {mated}: 0..1 and a population of two people are needed")
    random = Random(seed)
    disturber = Disturber(population, seed)
    seconds = np.flatnonzero(np.diff(people) == 0)
    families = np.flatnonzero((np.diff(people) > 0) & (np.diff(population.household) == 0))
    found = {
        "common_word": _common(population, np.random.default_rng([seed, 1])),
        "household": np.stack([families, families + 1], axis=1),
    }
    for _ in range(n):
        if random.random() < mated:
            kind, rows = _mated(len(people), seconds, random)
        else:
            (kind,) = random.choices(KINDS[2:], _NON_MATED)
            if not len(found.get(kind, people)):
                kind = "random"  # a small population has no such pair
            rows = _two(people, found.get(kind), random)
        if random.random() < 0.5:
            rows = rows[::-1]
        probe = disturber.disturb(rows[1])
        first = record(population, rows[0])
        yield Pair(first, probe.record, first.identity == probe.record.identity, kind, probe.tags)


def _mated(rows: int, seconds: Rows, random: Random) -> tuple[str, tuple[int, int]]:
    if len(seconds) and random.random() < 0.3:
        row = int(seconds[random.randrange(len(seconds))])
        return "other_record", (row, row + 1)
    row = random.randrange(rows)
    return "same_record", (row, row)


def _two(people: NDArray[np.int32], found: Rows | None, random: Random) -> tuple[int, int]:
    if found is not None:
        first, second = found[random.randrange(len(found))].tolist()
        return first, second
    while True:
        first, second = random.randrange(len(people)), random.randrange(len(people))
        if people[first] != people[second]:
            return first, second


def _common(population: Population, rng: np.random.Generator) -> Rows:
    """Pairs of rows, (M, 2), of two people of one nationality with a word in common."""
    rows = np.arange(len(population))
    if len(rows) > _SAMPLE:
        rows = np.sort(rng.choice(len(rows), _SAMPLE, replace=False))
    tokens = population.tokens[rows]
    words = np.int64(len(population.vocabulary))
    keys = population.nationality[rows].astype(np.int64)[:, None] * words + tokens
    owners = np.broadcast_to(rows[:, None], keys.shape)[tokens >= 0]
    keys = keys[tokens >= 0]
    shuffled = rng.permutation(len(keys))
    order = shuffled[np.argsort(keys[shuffled], kind="stable")]
    alike = np.flatnonzero(np.diff(keys[order]) == 0)
    pairs = np.stack([owners[order[alike]], owners[order[alike + 1]]], axis=1)
    people = population.identity
    found: Rows = pairs[people[pairs[:, 0]] != people[pairs[:, 1]]]
    return found
