"""Peer: numkong's packed int8 inner products, the best candidates picked by NumPy."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numkong
import numpy as np

from benchmarks.limits import Instruction
from benchmarks.peers.int8 import quantise, scale
from benchmarks.peers.protocol import Floats, Found, Work

__all__ = ["Numkong"]

_ROWS = 16_384  # of one packed block


class Numkong:
    """Blocks of ``dots_pack``; threads take turns with the blocks."""

    def build(self, blocks: Iterable[Floats], *, dimensions: int, people: int) -> None:
        """Quantise and pack every block."""
        self._dimensions = dimensions
        self._blocks = []
        at = 0
        for block in blocks:
            for start in range(0, len(block), _ROWS):
                rows = quantise(block[start : start + _ROWS])
                self._blocks.append((at, len(rows), numkong.dots_pack(rows, dtype="int8")))
                at += len(rows)
        self._pools: dict[int, ThreadPoolExecutor] = {}

    def search(self, probes: Floats, *, k: int, threads: int) -> Found:
        """Compare with every block and keep the best of each."""
        small = quantise(probes)
        pool = self._pools.setdefault(threads, ThreadPoolExecutor(threads))
        parts = pool.map(partial(self._search, small, k), range(threads), [threads] * threads)
        found = [one for part in parts for one in part]
        scores = np.concatenate([s for s, _ in found], axis=1)
        ids = np.concatenate([i for _, i in found], axis=1)
        order = np.argsort(-scores, axis=1, kind="stable")[:, :k]
        best = np.take_along_axis(scores, order, 1) / scale(self._dimensions) ** 2
        return Found(np.take_along_axis(ids, order, 1), best.astype(np.float32))

    def _search(
        self, probes: np.ndarray, k: int, thread: int, threads: int
    ) -> list[tuple[np.ndarray, np.ndarray]]:
        return [self._best(probes, k, *block) for block in self._blocks[thread::threads]]

    @staticmethod
    def _best(
        probes: np.ndarray, k: int, at: int, rows: int, packed: object
    ) -> tuple[np.ndarray, np.ndarray]:
        products = np.asarray(numkong.dots_packed(probes, packed))
        if k == 1:
            places = products.argmax(axis=1)[:, None]
        else:
            places = np.argpartition(products, rows - min(k, rows), axis=1)[:, -k:]
        return np.take_along_axis(products, places, 1), places + at

    def bytes_per_person(self) -> float:
        """A byte a dimension."""
        return float(self._dimensions)

    def work(self) -> Work:
        """One int8 product instruction per 64 dimensions."""
        return Work(float(self._dimensions), {Instruction.DPBUSD: self._dimensions / 64})
