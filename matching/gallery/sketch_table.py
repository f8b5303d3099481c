"""Sketches of enrolled references in faiss: they order candidates and decide nothing."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import faiss as faiss_module
import numpy as np
from numpy.typing import NDArray

from matching.fingerprint.sketch import SKETCH_DIMENSIONS
from matching.template import FingerPosition

__all__ = ["SketchTable", "quantise"]

faiss: Any = faiss_module  # its annotations are those of C++, before Python wraps the calls
_WIDTH = len(FingerPosition) * SKETCH_DIMENSIONS
_BLOCK = 512  # references per faiss index, 5.9 MB
_SCALE = 508.0  # 127 / 0.25: a coordinate of a unit-length sketch above 0.25 is clipped


def quantise(sketch: NDArray[np.float32]) -> NDArray[np.int8]:
    """Round a unit-length sketch to whole steps of 1/508.

    Args:
        sketch: (SKETCH_DIMENSIONS,) float32, unit length or all zero.

    Returns:
        (SKETCH_DIMENSIONS,) int8, -127..127.
    """
    steps: NDArray[np.int8] = np.clip(np.rint(sketch * _SCALE), -127, 127).astype(np.int8)
    return steps


def _row(sketches: Mapping[FingerPosition, NDArray[np.int8]]) -> NDArray[np.float32]:
    """Concatenate ten fingers to (1, _WIDTH) float32; a missing finger is zero."""
    row = np.zeros((1, _WIDTH), np.float32)
    for position, sketch in sketches.items():
        row[0, (position - 1) * SKETCH_DIMENSIONS : position * SKETCH_DIMENSIONS] = sketch
    return row


class _Block:
    """A faiss index of fixed size whose rows are overwritten in place."""

    def __init__(self) -> None:
        # Untrained, one byte per coordinate: 11.5 KB per reference instead of 46 KB as float32.
        # The fingers stand side by side, so one inner product sums the cosines of all of them.
        self.index = faiss.IndexScalarQuantizer(
            _WIDTH, faiss.ScalarQuantizer.QT_8bit_direct_signed, faiss.METRIC_INNER_PRODUCT
        )
        self.index.add(np.zeros((_BLOCK, _WIDTH), np.float32))
        codes = faiss.rev_swig_ptr(self.index.codes.data(), self.index.codes.size())
        self.rows: NDArray[np.uint8] = codes.reshape(_BLOCK, _WIDTH)

    def scores(
        self, probe: NDArray[np.float32], permitted: NDArray[np.int64]
    ) -> NDArray[np.float32]:
        """Score the permitted rows (sorted, at least one); returned in the same order."""
        bitmap = np.zeros(_BLOCK, bool)
        bitmap[permitted] = True
        selector = faiss.IDSelectorBitmap(np.packbits(bitmap, bitorder="little"))
        # One probe uses one thread; a team of OpenMP threads only spins (15 times slower on two
        # busy cores). The setting is per calling thread, so it is made here.
        faiss.omp_set_num_threads(1)
        found, rows = self.index.search(
            probe, k=len(permitted), params=faiss.SearchParameters(sel=selector)
        )
        scores: NDArray[np.float32] = found[0][np.argsort(rows[0])]
        return scores


class SketchTable:
    """Slot -> sketches of up to ten fingers.

    The table grows by whole blocks that never move: a growing vector would leave copies of
    erased sketches behind in freed memory. Writers are serialised by the caller; a reader that
    meets a half-written row gets a wrong order, never a wrong candidate list.
    """

    def __init__(self) -> None:
        self._blocks: list[_Block] = []

    def put(self, slot: int, sketches: Mapping[FingerPosition, NDArray[np.int8]]) -> None:
        """Write the sketches of a slot, 0 <= slot; the table grows as needed."""
        while slot >= len(self._blocks) * _BLOCK:
            self._blocks.append(_Block())
        block = self._blocks[slot // _BLOCK]
        block.rows[slot % _BLOCK] = block.index.sa_encode(_row(sketches))[0]

    def get(self, slot: int, position: FingerPosition) -> NDArray[np.int8]:
        """Read one finger of a slot: (SKETCH_DIMENSIONS,) int8, zero where nothing was put."""
        block = self._blocks[slot // _BLOCK]
        codes = block.rows[slot % _BLOCK : slot % _BLOCK + 1]
        row = block.index.sa_decode(codes)[0, (position - 1) * SKETCH_DIMENSIONS :][
            :SKETCH_DIMENSIONS
        ]
        sketch: NDArray[np.int8] = row.astype(np.int8)
        return sketch

    def wipe(self, slot: int) -> None:
        """Overwrite a slot in place."""
        self.put(slot, {})

    def scores(
        self, probe: Mapping[FingerPosition, NDArray[np.int8]], slots: NDArray[np.int64]
    ) -> NDArray[np.float32]:
        """Score slots by the sum of finger cosines, in quantised units.

        Args:
            probe: Quantised sketches of the probe.
            slots: (N,) int64, ascending, distinct.

        Returns:
            (N,) float32, higher is more alike.

        Cost: about 0.0015 ms per slot of a block that holds any of ``slots``.
        """
        row = _row(probe)
        edges = np.searchsorted(slots, np.arange(len(self._blocks) + 1) * _BLOCK)
        scores = np.zeros(len(slots), np.float32)
        for number, (start, stop) in enumerate(pairwise(edges)):
            if start < stop:
                permitted = slots[start:stop] - number * _BLOCK
                scores[start:stop] = self._blocks[number].scores(row, permitted)
        return scores
