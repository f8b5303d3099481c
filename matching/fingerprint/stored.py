"""Comparison of a probe with references of which only the compact minutiae are kept.

Their cylinders are built, compared in one call of the kernels and overwritten. Nothing is made of a
reference in Python unless its score can reach what is asked for, which strangers' hardly ever can.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from matching.calibrated import CALIBRATIONS
from matching.errors import CodecError, KernelError
from matching.fingerprint import compact
from matching.fingerprint.compare import (
    FingersComparison,
    PackedSet,
    compare_many,
    compare_similarities,
    pack_many,
)
from matching.kernels import fingerprint as kernel
from matching.parameters import GENERAL_TUNING, TUNINGS, CylinderTuning
from matching.template import FingerPosition

__all__ = ["compare_reaching", "compare_stored"]

_TUNINGS = tuple(dict.fromkeys(TUNINGS.values()))
_STEPS = 1024  # of similarity, in the table of the highest ratios
_SLACK = 1e-3  # of a person score: what rounding may take from a bound


def compare_stored(
    probe: PackedSet, people: Sequence[Mapping[FingerPosition, bytes]], *, threshold: float
) -> list[tuple[int, FingersComparison]]:
    """Compare one capture with many that are kept as compact minutiae.

    Args:
        probe: 1..10 fingers.
        people: Position -> what ``compact.encode`` made, per reference.
        threshold: Lowest comparison score returned, inclusive.

    Returns:
        Number of the reference and its comparison, in order: exactly what ``compare_many`` gives
        of those whose score reaches the threshold.

    Raises:
        CodecError: the minutiae of a finger are of another format or version, or damaged.

    Cost: 0.02 ms per finger. Thread-safe; the GIL is released inside the kernels.
    """
    near = _near(_similarities(probe, people), threshold)
    chosen = pack_many([people[i] for i in near])
    compared = compare_many(probe, chosen)
    for one in chosen:
        for finger in one.fingers.values():
            for cylinders in (finger.own, finger.general):
                cylinders.setflags(write=True)
                cylinders[:] = 0
    return [(i, one) for i, one in zip(near, compared, strict=True) if one.score >= threshold]


def compare_reaching(
    probe: PackedSet, references: Sequence[PackedSet], *, threshold: float
) -> list[tuple[int, FingersComparison]]:
    """Compare one capture with many whose cylinders are built.

    Returns:
        As for ``compare_stored``.

    Cost: 0.01 ms per pair of fingers. Thread-safe; the GIL is released inside the kernel.
    """
    near = _near(compare_similarities(probe, references), threshold)
    compared = compare_many(probe, [references[i] for i in near])
    return [(i, one) for i, one in zip(near, compared, strict=True) if one.score >= threshold]


def _near(similarities: NDArray[np.float32], threshold: float) -> list[int]:
    """References whose score could reach the threshold, whatever their families and qualities."""
    bounds = np.nan_to_num(similarities, nan=0.0)
    highest = _highest()[np.minimum((bounds * _STEPS).astype(np.intp) + 1, _STEPS)].sum(axis=1)
    near: list[int] = np.flatnonzero(highest >= threshold - _SLACK).tolist()
    return near


@cache
def _highest() -> NDArray[np.float64]:
    """Most that a finger says for, by steps of its similarity, whatever its family and quality."""
    steps = np.linspace(0, 1, _STEPS + 1)
    most = [row.highest_llr(steps) for row in CALIBRATIONS.values()]
    found: NDArray[np.float64] = np.maximum(0.0, np.max(most, axis=0))
    return found


def _similarities(
    probe: PackedSet, people: Sequence[Mapping[FingerPosition, bytes]]
) -> NDArray[np.float32]:
    """Similarities (len(people), 10) float32, NaN where either side lacks a finger."""
    fingers = [
        (n, position - 1, blob)
        for n, one in enumerate(people)
        for position, blob in one.items()
        if position in probe.fingers
    ]
    records = np.zeros((len(people), 2, kernel.POSITIONS), np.uintp)
    made = []
    for own, tuning in enumerate(dict.fromkeys([GENERAL_TUNING, *TUNINGS.values()])):
        built = [
            (n, place, blob)
            for n, place, blob in fingers
            if not own or TUNINGS[compact.stated_family(blob)] is tuning
        ]
        if not built:
            continue
        packed, starts = _built([blob for *_, blob in built], tuning)
        made.append(packed)
        who, place = (np.array([one[i] for one in built], np.intp) for i in (0, 1))
        where = np.uintp(packed.ctypes.data) + starts[:-1].astype(np.uintp)
        records[who, 0, place] = where
        if not own:
            records[who, 1, place] = where
    first = records.ctypes.data
    addresses = [first + n * records.strides[0] for n in range(len(people))]
    found = kernel.compare_sets(probe.record.ctypes.data, addresses, _TUNINGS)
    for packed in made:
        packed[:] = 0
    return found


def _built(
    blobs: Sequence[bytes], tuning: CylinderTuning
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    try:
        return kernel.build_many(blobs, tuning)
    except KernelError as error:
        if error.code != "kernel_minutiae":
            raise
        raise CodecError("compact_minutiae", "compact minutiae are damaged") from error
