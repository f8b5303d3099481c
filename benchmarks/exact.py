"""The truth that narrowing is held against: exact float32 search by NumPy, asked when needed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from benchmarks.identification import threshold_at_fpir
from benchmarks.stored import Stored

__all__ = ["Reference"]

_PROBES = 512  # of one pass over a block, so that the products stay in some 100 MiB
_PEOPLE = 8_192
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Reference:
    """Exact search over a stored population.

    Args:
        stored: The population.
    """

    stored: Stored

    @cached_property
    def threshold(self) -> float:
        """Where exact search has the target FPIR."""
        _, scores = self.first(self.stored.non_mated())
        return threshold_at_fpir(scores)

    def first(self, probes: Floats) -> tuple[NDArray[np.int64], Floats]:
        """Find the first candidate of every probe.

        Args:
            probes: (P, d) float32.

        Returns:
            (P,) rows and (P,) inner products; among equals the first row.
        """
        best = np.full(len(probes), -np.inf, np.float32)
        rows = np.full(len(probes), -1, np.int64)
        at = 0
        for block in self.stored.blocks():
            for start in range(0, len(block), _PEOPLE):
                people = block[start : start + _PEOPLE].T
                for low in range(0, len(probes), _PROBES):
                    _keep_best(probes[low : low + _PROBES] @ people, at + start,
                               best[low : low + _PROBES], rows[low : low + _PROBES])  # fmt: skip
            at += len(block)
        return rows, best

    def lost(self, first: NDArray[np.int64]) -> int:
        """Count the people that exact search identifies and an engine does not put first.

        Args:
            first: (P,) the engine's first candidate of the first P mated probes.

        Cost: an exact search of the probes that failed, and once of all non-mated ones.
        """
        probes, mates = self.stored.mated(len(first))
        failed = first != mates
        if not failed.any():
            return 0
        rows, scores = self.first(probes[failed])
        return int(np.sum((rows == mates[failed]) & (scores >= self.threshold)))


def _keep_best(products: Floats, at: int, best: Floats, rows: NDArray[np.int64]) -> None:
    """Update best scores and rows in place."""
    places = products.argmax(axis=1)
    scores = products[np.arange(len(products)), places]
    better = scores > best
    best[better] = scores[better]
    rows[better] = places[better] + at
