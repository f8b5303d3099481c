"""Peer: the exact float32 index of faiss, as it comes and with its batching threshold fixed.

As it comes, faiss 1.15 takes matrix products only where probes x dimensions reach 128,000; below,
every probe of a batch reads the whole gallery again. The fixed variant lets every batch of at least
two probes take the matrix product, and names its OpenBLAS a processor that it knows (engines.py).
"""

from __future__ import annotations

from collections.abc import Iterable

import faiss
import numpy as np

from benchmarks.limits import Instruction
from benchmarks.peers.protocol import Floats, Found, Work

__all__ = ["FaissFlat"]

_LANES = 16  # float32 numbers of a 512-bit instruction
_FROM_PROBES = 2


class FaissFlat:
    """IndexFlatIP.

    Args:
        fixed: Lower ``distance_compute_blas_threshold`` so that batches are multiplied.
    """

    def __init__(self, *, fixed: bool) -> None:
        self._fixed = fixed

    def build(self, blocks: Iterable[Floats], *, dimensions: int, people: int) -> None:
        """Add every block; the people are known only to reserve nothing, as faiss grows itself."""
        self._dimensions = dimensions
        self._index = faiss.IndexFlatIP(dimensions)
        if self._fixed:
            faiss.cvar.distance_compute_blas_threshold = _FROM_PROBES * dimensions
        for block in blocks:
            self._index.add(block)

    def search(self, probes: Floats, *, k: int, threads: int) -> Found:
        """Search exactly."""
        faiss.omp_set_num_threads(threads)
        scores, ids = self._index.search(probes, k)
        return Found(ids, scores)

    def erase(self, person: int) -> None:
        """Move everybody behind the person one row forward."""
        self._index.remove_ids(faiss.IDSelectorArray(np.array([person])))

    def bytes_per_person(self) -> float:
        """Four bytes a dimension."""
        return 4.0 * self._dimensions

    def work(self) -> Work:
        """One fused multiply-add per sixteen dimensions."""
        return Work(4.0 * self._dimensions, {Instruction.FMA: self._dimensions / _LANES})
