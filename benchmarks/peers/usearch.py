"""Peer: the exact search of usearch on int8 vectors."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from usearch.index import MetricKind, search

from benchmarks.limits import Instruction
from benchmarks.peers.int8 import quantise, scale
from benchmarks.peers.protocol import Floats, Found, Work

__all__ = ["Usearch"]


class Usearch:
    """``search(..., exact=True)`` over one int8 matrix."""

    def build(self, blocks: Iterable[Floats], *, dimensions: int, people: int) -> None:
        """Quantise every block."""
        self._rows = np.empty((people, dimensions), np.int8)
        at = 0
        for block in blocks:
            self._rows[at : at + len(block)] = quantise(block)
            at += len(block)

    def search(self, probes: Floats, *, k: int, threads: int) -> Found:
        """Search exactly; its distance is one less the inner product of the integers."""
        found = search(self._rows, quantise(probes), k, MetricKind.IP, exact=True, threads=threads)
        keys = np.asarray(found.keys).reshape(len(probes), -1).astype(np.int64)
        distances = np.asarray(found.distances, np.float64).reshape(len(probes), -1)
        scores = (1 - distances) / scale(self._rows.shape[1]) ** 2
        return Found(keys, scores.astype(np.float32))

    def bytes_per_person(self) -> float:
        """A byte a dimension."""
        return float(self._rows.shape[1])

    def work(self) -> Work:
        """One int8 product instruction per 64 dimensions."""
        dimensions = self._rows.shape[1]
        return Work(float(dimensions), {Instruction.DPBUSD: dimensions / 64})
