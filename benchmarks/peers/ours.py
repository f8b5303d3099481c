"""Our own gallery of vectors, by its codes or exactly, in the same harness as the peers."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from benchmarks.limits import Instruction
from benchmarks.peers.protocol import Floats, Found, Work
from matching.gallery.vectors import VectorGallery
from matching.kernels.vector import FIRST_BITS

__all__ = ["Ours"]

_WORD = 512  # bits of an instruction
_BYTES = 64  # of an instruction


class Ours:
    """VectorGallery with the shipped cut of its layout.

    Args:
        exact: Score everybody instead of those whose code passes.
    """

    def __init__(self, *, exact: bool) -> None:
        self._exact = exact

    def build(self, blocks: Iterable[Floats], *, dimensions: int, people: int) -> None:
        """Enrol every block."""
        self._gallery = VectorGallery(dimensions)
        at = 0
        for block in blocks:
            self._gallery.enrol(np.arange(at, at + len(block)), block)
            at += len(block)

    def search(self, probes: Floats, *, k: int, threads: int) -> Found:
        """Identify without threshold, so that every probe has a candidate if anybody passes."""
        found = self._gallery.search(
            probes, k=k, threshold=-np.inf, exact=self._exact, threads=threads
        )
        return Found(found.ids, found.scores, found.candidates)

    def erase(self, person: int) -> None:
        """Overwrite the person's bytes."""
        self._gallery.erase([person])

    def bytes_per_person(self) -> float:
        """Row, code and table."""
        return float(self._gallery.bytes_per_reference)

    def work(self) -> Work:
        """The first half of every code: exclusive or, count, sum and comparison.

        Exactly: one int8 product instruction per 64 dimensions of every row.
        """
        dimensions = self._gallery.layout.dimensions
        if self._exact:
            return Work(float(dimensions), {Instruction.DPBUSD: dimensions / _BYTES})
        words = FIRST_BITS / _WORD
        return Work(FIRST_BITS / 8, {Instruction.XOR: 3 * words, Instruction.POPCNT: words})
