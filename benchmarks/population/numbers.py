"""Random numbers by place: the same whoever else is made in the same block.

Every number is a hash of a seed, a stream and the place it is for, so that person 7 of a million is
the same whether made alone or with all others, in any order and any block.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["Numbers", "numbers"]

_ODD = np.uint64(0x9E3779B97F4A7C15)
_FIRST, _SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_LANE = 1 / 65536


class Numbers:
    """Four independent 16-bit numbers per place.

    Args:
        words: uint64, hashed.
    """

    def __init__(self, words: NDArray[np.uint64]) -> None:
        self._lanes = words[..., None].view(np.uint16)

    def uniform(self, lane: int) -> NDArray[np.float32]:
        """0..1, one of four (0..3)."""
        found: NDArray[np.float32] = (self._lanes[..., lane] + np.float32(0.5)) * np.float32(_LANE)
        return found

    def bell(self) -> NDArray[np.float32]:
        """Mean 0, deviation 1, at most 3.5: the sum of all four."""
        total = self._lanes.sum(axis=-1, dtype=np.int32)
        found: NDArray[np.float32] = (total - 131070) * np.float32(_LANE * 3**0.5)
        return found

    def triangle(self, pair: int) -> NDArray[np.float32]:
        """Mean 0, deviation 1, at most 2.5: the sum of two; pair 0 or 1."""
        first, second = self._lanes[..., 2 * pair], self._lanes[..., 2 * pair + 1]
        total = first.astype(np.int32) + second
        found: NDArray[np.float32] = (total - 65535) * np.float32(_LANE * 6**0.5)
        return found


def numbers(seed: int, stream: int, *places: NDArray[np.integer]) -> Numbers:
    """Hash places, broadcast against each other.

    Args:
        seed: Of the population.
        stream: What the numbers are for.
        places: E.g. person, finger and minutia.
    """
    word = _mixed(np.uint64(seed * 2 + 1), np.array(stream, np.uint64))
    for place in places:
        word = _mixed(word, place.astype(np.uint64))
    return Numbers(np.ascontiguousarray(word))


def _mixed(word: NDArray[np.uint64] | np.uint64, place: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """One step of splitmix64 (Steele, Lea, Flood 2014)."""
    with np.errstate(over="ignore"):
        found = (word ^ place) * _ODD + _ODD
        found = (found ^ (found >> np.uint64(30))) * _FIRST
        found = (found ^ (found >> np.uint64(27))) * _SECOND
    mixed: NDArray[np.uint64] = np.asarray(found ^ (found >> np.uint64(31)))
    return mixed
