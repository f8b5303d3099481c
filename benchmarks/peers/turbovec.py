"""Peer: turbovec, vectors rotated, quantised to 4 bits a dimension and compared as such."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import turbovec

from benchmarks.peers.protocol import Floats, Found, Work

__all__ = ["Turbovec"]

_BITS = 4


class Turbovec:
    """TurboQuantIndex; its threads are fixed by RAYON_NUM_THREADS when the process starts."""

    def build(self, blocks: Iterable[Floats], *, dimensions: int, people: int) -> None:
        """Add every block and lay the codes out for searching."""
        self._dimensions, self._people = dimensions, people
        self._index = turbovec.TurboQuantIndex(dimensions, _BITS)
        for block in blocks:
            self._index.add(np.ascontiguousarray(block))
        self._index.prepare()

    def search(self, probes: Floats, *, k: int, threads: int) -> Found:
        """Search every code; the scores are those of the quantised vectors."""
        scores, ids = self._index.search(probes, k)
        return Found(np.asarray(ids).astype(np.int64), np.asarray(scores, np.float32))

    def erase(self, person: int) -> None:
        """Move the last person into the row."""
        self._index.swap_remove(person)

    def bytes_per_person(self) -> float:
        """Size of its own file form, all of which it holds in memory."""
        return len(self._index.to_bytes()) / self._people

    def work(self) -> Work:
        """Half a byte a dimension; its instructions per comparison have not been derived."""
        return Work(self._dimensions * _BITS / 8, None)
