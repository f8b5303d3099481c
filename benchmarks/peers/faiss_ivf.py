"""Peer: the inverted-file index of faiss; it visits the nearest cells only and so misses people."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain

import faiss
import numpy as np

from benchmarks.peers.protocol import Floats, Found

__all__ = ["FaissIvf"]

_ITERATIONS = 8
_POINTS_PER_CELL = 64


class FaissIvf:
    """IndexIVFScalarQuantizer, 8 bits, 1,024 cells (fewer for small galleries).

    Args:
        probed: Cells that a search visits.
    """

    def __init__(self, *, probed: int) -> None:
        self._probed = probed

    def build(self, blocks: Iterable[Floats], *, dimensions: int, people: int) -> None:
        """Find the cells on the first blocks, then add every block."""
        self._dimensions = dimensions
        cells = min(1024, max(1, people // 100))
        quantizer = faiss.IndexFlatIP(dimensions)
        self._index = faiss.IndexIVFScalarQuantizer(
            quantizer, dimensions, cells, faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT
        )
        self._quantizer = quantizer  # faiss only points at it
        self._index.cp.niter = _ITERATIONS
        self._index.cp.max_points_per_centroid = _POINTS_PER_CELL
        self._index.nprobe = self._probed
        pending = iter(blocks)
        first: list[Floats] = []
        while sum(map(len, first)) < cells * _POINTS_PER_CELL:
            block = next(pending, None)
            if block is None:
                break
            first.append(block)
        self._index.train(np.concatenate(first))
        for block in chain(first, pending):
            self._index.add(block)

    def search(self, probes: Floats, *, k: int, threads: int) -> Found:
        """Search the nearest cells."""
        faiss.omp_set_num_threads(threads)
        scores, ids = self._index.search(probes, k)
        return Found(ids, np.where(ids < 0, -np.inf, scores).astype(np.float32))

    def erase(self, person: int) -> None:
        """Look for the person in every cell."""
        self._index.remove_ids(faiss.IDSelectorArray(np.array([person])))

    def bytes_per_person(self) -> float:
        """A byte a dimension and the id."""
        return self._dimensions + 8.0

    def work(self) -> None:
        """It does not visit everybody."""
