"""Millions of references composed of a pool of fingers.

Making ten million people finger by finger takes an hour, so strangers are combinations: finger p of
stranger i is finger p of one of the pool's people, chosen by a hash of i and p. The ten come from
people whose prints are about as strong as each other, so that some strangers are weak as a whole,
as people are. No two strangers are alike, but with a pool of 20,000 and a million strangers each
finger occurs 50 times. Fingers of probes and of their mates are never in the pool.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rich.progress import track

from benchmarks.population.captures import take
from benchmarks.population.masters import make_masters
from benchmarks.population.numbers import numbers
from benchmarks.population.templates import finger_sets
from matching.gallery.native_engine import batch_of
from matching.gallery.protocol import Reference
from matching.gallery.row import (
    CODES,
    FINGER_STRIDE,
    FIRST_FINGER,
    FRONT,
    KEY,
    ROW_BYTES,
    STRENGTHS,
    codes_of,
)
from matching.gallery.segment import Batch

__all__ = ["Pool", "PooledRows", "make_pool", "people"]

_BLOCK = 25  # people made at a time; more do not fit the cache
_CHOICE, _GRADE = 100, 101  # streams
_NEAR = 20  # a twentieth of the pool is about as strong, or so many people
_NAME = b"s"
_DIGITS = 9


@dataclass(frozen=True, slots=True, eq=False)
class Pool:
    """Fingers to compose strangers of.

    Args:
        seed: Of the choices.
        rows: (P, 6016) uint8, the weakest people first.
    """

    seed: int
    rows: NDArray[np.uint8]

    def compose(self, strangers: NDArray[np.int64]) -> Batch:
        """Make strangers by their numbers, 0..999,999,999; 8 us each."""
        return Batch(np.full(len(strangers), 1, np.uint64), self.rows_of(strangers))

    def rows_of(self, strangers: NDArray[np.int64]) -> NDArray[np.uint8]:
        """Their rows alone."""
        chosen = self._chosen(strangers)
        rows = np.zeros((len(strangers), ROW_BYTES), np.uint8)
        rows[:, 0], rows[:, 1] = 1 + _DIGITS, _NAME[0]
        for digit in range(_DIGITS):
            rows[:, 1 + _DIGITS - digit] = 48 + strangers // 10**digit % 10
        for finger in range(10):
            part = slice(
                FIRST_FINGER + finger * FINGER_STRIDE, FIRST_FINGER + (finger + 1) * FINGER_STRIDE
            )
            rows[:, part] = self.rows[chosen[:, finger], part]
        rows[:, STRENGTHS] = self.rows[:, STRENGTHS][chosen, np.arange(10)]
        rows[:, CODES] = self.codes_of(strangers)
        return rows

    def codes_of(self, strangers: NDArray[np.int64]) -> NDArray[np.uint8]:
        """The codes of their rows alone: (N, 1920) uint8."""
        codes = codes_of(self.rows)[self._chosen(strangers), np.arange(10)]
        return codes.reshape(len(strangers), -1).view(np.uint8)

    def _chosen(self, strangers: NDArray[np.int64]) -> NDArray[np.intp]:
        found = numbers(self.seed, _CHOICE, strangers[:, None], np.arange(10)[None])
        high, low = found.uniform(0).astype(np.float64), found.uniform(1).astype(np.float64)
        share = np.minimum(high + low / 65536, 1 - 1e-9)
        count = len(self.rows)
        near = max(min(count, _NEAR), count // _NEAR)
        whole = numbers(self.seed, _GRADE, strangers)
        grade = np.minimum(whole.uniform(0).astype(np.float64), 1 - 1e-9)
        first = (grade * (count - near + 1)).astype(np.intp)
        return first[:, None] + (share * near).astype(np.intp)


class PooledRows:
    """Rows that are composed when they are read: stranger i lies at slot i.

    What else is written is kept; nothing of it is on a disk.

    Args:
        pool: Composes.
        strangers: How many.
        first: Slot of the first row.
    """

    overhead = 0

    def __init__(self, pool: Pool, strangers: int, *, first: int) -> None:
        self._pool, self._strangers, self._first = pool, strangers, first
        self._others: dict[int, NDArray[np.uint8]] = {}

    def read(self, places: NDArray[np.int64]) -> NDArray[np.uint8]:
        """Compose; see ``Rows``."""
        rows = self._pool.rows_of(places + self._first)
        for n in self._kept(places):
            rows[n] = self._others.get(int(places[n]), np.zeros(ROW_BYTES, np.uint8))
        return rows

    def front(self, places: NDArray[np.int64]) -> NDArray[np.uint8]:
        """Compose what lies before the codes; see ``Rows``."""
        return self.read(places)[:, FRONT]

    def keys(self, places: NDArray[np.int64]) -> NDArray[np.uint8]:
        """Compose the keys; see ``Rows``."""
        return self.read(places)[:, KEY]

    def codes(self, places: NDArray[np.int64]) -> NDArray[np.uint8]:
        """Compose the codes; see ``Rows``."""
        codes = self._pool.codes_of(places + self._first)
        for n in self._kept(places):
            codes[n] = self._others.get(int(places[n]), np.zeros(ROW_BYTES, np.uint8))[CODES]
        return codes

    def _kept(self, places: NDArray[np.int64]) -> list[int]:
        """Which of some places are not composed."""
        written = np.fromiter(self._others, np.int64, len(self._others))
        kept = (places + self._first >= self._strangers) | np.isin(places, written)
        return np.flatnonzero(kept).tolist()

    def write(self, places: NDArray[np.int64], rows: NDArray[np.uint8]) -> None:
        """Keep what is no stranger."""
        for place, row in zip(places.tolist(), rows, strict=True):
            if place + self._first >= self._strangers:
                self._others[place] = row.copy()

    def wipe(self, places: NDArray[np.int64]) -> None:
        """Forget rows."""
        for place in places.tolist():
            self._others[place] = np.zeros(ROW_BYTES, np.uint8)


def people(seed: int, numbers_of: NDArray[np.int64], *, capture: int) -> Iterator[Reference]:
    """Capture people, finger by finger; key ``m`` and the number."""
    for start in range(0, len(numbers_of), _BLOCK):
        block = numbers_of[start : start + _BLOCK]
        taken = take(make_masters(seed, block), seed, number=capture)
        for number, fingers in zip(block.tolist(), finger_sets(taken), strict=True):
            yield Reference(f"m{number}", 2, fingers)


def make_pool(seed: int, size: int) -> Pool:
    """Make a pool of so many people's fingers, showing how far it is; 1.5 ms each."""
    made: list[Batch] = []
    waiting: list[Reference] = []
    made_one_by_one = people(seed, np.arange(size), capture=0)
    for reference in track(made_one_by_one, "pool", total=size, transient=True):
        waiting.append(reference)
        if len(waiting) == 200:
            made.append(batch_of(waiting))
            waiting = []
    if waiting:
        made.append(batch_of(waiting))
    rows = np.concatenate([b.rows for b in made])
    strength = rows[:, STRENGTHS].sum(axis=1, dtype=np.int64)
    return Pool(seed, rows[np.argsort(strength, kind="stable")])
