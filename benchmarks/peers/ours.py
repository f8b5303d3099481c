"""Our own gallery of vectors, by its codes or exactly, in the same harness as the peers."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from benchmarks.fused import FINGER_WEIGHT
from benchmarks.limits import Instruction
from benchmarks.peers.protocol import Floats, Found, Work
from matching.gallery.vector_layout import PERSON
from matching.gallery.vectors import VectorGallery
from matching.kernels.vector_codes import LEADING_BYTES, SEXTETS

__all__ = ["Ours"]

_BYTES = 64  # of an instruction


class Ours:
    """VectorGallery with the shipped cut of its layout.

    Args:
        exact: Score everybody instead of those whose code passes.
        fused: Records of a face and ten fingers; the layout weighs the fingers itself.
    """

    def __init__(self, *, exact: bool, fused: bool) -> None:
        self._exact, self._fused = exact, fused

    def build(self, blocks: Iterable[Floats], *, dimensions: int, people: int) -> None:
        """Enrol every block."""
        self._gallery = VectorGallery(PERSON if self._fused else dimensions)
        at = 0
        for block in blocks:
            vectors = self._unit(block)
            present = self._gallery.layout.captured(vectors)
            self._gallery.enrol(np.arange(at, at + len(block)), vectors, present=present)
            at += len(block)

    def search(self, probes: Floats, *, k: int, threads: int) -> Found:
        """Identify without threshold, so that every probe has a candidate if anybody passes."""
        found = self._gallery.search(
            self._unit(probes), k=k, threshold=-np.inf, exact=self._exact, threads=threads
        )
        return Found(found.ids, found.scores, found.candidates)

    def _unit(self, vectors: Floats) -> Floats:
        """Every segment of unit length."""
        if not self._fused:
            return vectors
        scaled = vectors.copy()
        scaled[:, PERSON.segments[0].dimensions :] /= np.float32(np.sqrt(FINGER_WEIGHT))
        return scaled

    def erase(self, person: int) -> None:
        """Overwrite the person's bytes."""
        self._gallery.erase([person])

    def bytes_per_person(self) -> float:
        """Row, code and table."""
        return float(self._gallery.bytes_per_reference)

    def work(self) -> Work:
        """The leading code of everybody: a look-up for every sextet of a register of them.

        Exactly: one int8 product instruction per 64 dimensions of every row.
        """
        dimensions = self._gallery.layout.dimensions
        if self._exact:
            return Work(float(dimensions), {Instruction.DPBUSD: dimensions / _BYTES})
        return Work(LEADING_BYTES, {Instruction.PERMB: SEXTETS / _BYTES})
