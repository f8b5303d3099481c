"""Peer: signs in the binary index of faiss, its best candidates compared again in float32."""

from __future__ import annotations

from collections.abc import Iterable

import faiss
import numpy as np

from benchmarks.limits import Instruction
from benchmarks.peers.protocol import Floats, Found, Work

__all__ = ["FaissBinary"]

_CANDIDATES = 64
_WORD = 512  # bits of an instruction


class FaissBinary:
    """IndexBinaryFlat on sign bits, then NumPy on the rows of the 64 nearest."""

    def build(self, blocks: Iterable[Floats], *, dimensions: int, people: int) -> None:
        """Keep the signs in faiss and the rows beside it."""
        self._dimensions = dimensions
        self._rows = np.empty((people, dimensions), np.float32)
        self._index = faiss.IndexBinaryFlat(dimensions)
        at = 0
        for block in blocks:
            self._rows[at : at + len(block)] = block
            self._index.add(np.packbits(block > 0, axis=1))
            at += len(block)

    def search(self, probes: Floats, *, k: int, threads: int) -> Found:
        """Take the candidates with the fewest differing signs and order them by inner product."""
        faiss.omp_set_num_threads(threads)
        wanted = min(max(k, _CANDIDATES), len(self._rows))
        _, near = self._index.search(np.packbits(probes > 0, axis=1), wanted)
        scores = np.stack(
            [self._rows[ids] @ probe for ids, probe in zip(near, probes, strict=True)]
        )
        order = np.argsort(-scores, axis=1, kind="stable")[:, :k]
        return Found(
            np.take_along_axis(near, order, 1),
            np.take_along_axis(scores, order, 1),
            np.full(len(probes), wanted, np.int64),
        )

    def bytes_per_person(self) -> float:
        """One bit and four bytes a dimension."""
        return self._dimensions / 8 + 4.0 * self._dimensions

    def work(self) -> Work:
        """Exclusive or, count and addition per 512 signs."""
        words = self._dimensions / _WORD
        return Work(self._dimensions / 8, {Instruction.XOR: 3 * words, Instruction.POPCNT: words})
