"""Peer: hnswlib, a graph in which a search walks towards the probe and so misses people."""

from __future__ import annotations

from collections.abc import Iterable

import hnswlib
import numpy as np

from benchmarks.peers.protocol import Floats, Found

__all__ = ["Hnswlib"]

_LINKS, _BUILD_WIDTH = 32, 100


class Hnswlib:
    """M 32, ef_construction 100. It only marks people as deleted, so it cannot erase.

    Args:
        width: ``ef``: candidates that a search keeps in mind.
    """

    def __init__(self, *, width: int) -> None:
        self._width = width

    def build(self, blocks: Iterable[Floats], *, dimensions: int, people: int) -> None:
        """Link every person into the graph."""
        self._people = people
        self._index = hnswlib.Index(space="ip", dim=dimensions)
        self._index.init_index(people, ef_construction=_BUILD_WIDTH, M=_LINKS)
        for block in blocks:
            self._index.add_items(block)
        self._index.set_ef(self._width)

    def search(self, probes: Floats, *, k: int, threads: int) -> Found:
        """Walk the graph; its distance is one less the inner product."""
        ids, distances = self._index.knn_query(probes, k=k, num_threads=threads)
        return Found(ids.astype(np.int64), (1 - distances).astype(np.float32))

    def bytes_per_person(self) -> float:
        """Size of its own file form, all of which it holds in memory."""
        return float(self._index.index_file_size()) / self._people

    def work(self) -> None:
        """It does not visit everybody."""
