"""A slow engine that is obviously right, and one that fails, to test the harness itself."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from benchmarks.limits import Instruction
from benchmarks.peers.protocol import Floats, Found, Work


class Exact:
    """Inner products by NumPy; forgets every person whose row ``loses`` divides."""

    def __init__(self, *, loses: int = 0) -> None:
        self._loses = loses

    def build(self, blocks: Iterable[Floats], *, dimensions: int, people: int) -> None:
        self._rows = np.concatenate(list(blocks))
        assert self._rows.shape == (people, dimensions)
        if self._loses:
            self._rows[:: self._loses] = 0

    def search(self, probes: Floats, *, k: int, threads: int) -> Found:
        products = probes @ self._rows.T
        ids = np.argsort(-products, axis=1, kind="stable")[:, :k]
        compared = np.full(len(probes), len(self._rows), np.int64)
        return Found(ids.astype(np.int64), np.take_along_axis(products, ids, 1), compared)

    def erase(self, person: int) -> None:
        self._rows[person] = 0

    def bytes_per_person(self) -> float:
        return float(self._rows[0].nbytes)

    def work(self) -> Work:
        return Work(4.0 * self._rows.shape[1], {Instruction.FMA: self._rows.shape[1] / 16})


class Failing(Exact):
    """Cannot be built."""

    def build(self, blocks: Iterable[Floats], *, dimensions: int, people: int) -> None:
        raise RuntimeError("no room for anybody")
