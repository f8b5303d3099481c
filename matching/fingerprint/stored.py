"""Comparison of a probe with references of which only the compact minutiae are kept.

A kernel rebuilds and compares one finger after the other, until those that are left cannot make up
for what is known, or, where a share of mates may be lost, hardly ever do. Nothing is made of a
reference in Python unless its score can reach what is asked for, which strangers' hardly ever can.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from matching.calibrated import CALIBRATIONS, Covariate
from matching.errors import CodecError, KernelError
from matching.features import finger_feature
from matching.fingerprint import compact
from matching.fingerprint.compare import (
    FingersComparison,
    PackedSet,
    compare_many,
    overwrite,
    pack_many,
)
from matching.fusion import against_weight
from matching.kernels import fingerprint as kernel
from matching.parameters import NEUTRAL_QUALITY, TUNINGS
from matching.template import FingerPosition

__all__ = ["Early", "blobs_of", "compare_reaching", "compare_stored"]

_NEVER = np.full((kernel.POSITIONS + 1, kernel.POSITIONS), -np.inf)  # give up early
_SLACK = 1e-3  # of a person score: what rounding may take from a bound


@dataclass(frozen=True, slots=True, eq=False)
class Early:
    """When references are given up whose first fingers are unlike, for a share of lost mates.

    Args:
        worth: (10,) strengths of the probe's fingers; the strongest pairs are compared first.
        least: (11, 10) as in ``kernel.Course``.
    """

    worth: NDArray[np.float64]
    least: NDArray[np.float64]


def compare_stored(
    probe: PackedSet,
    stored: NDArray[np.uint8],
    *,
    threshold: float,
    strengths: NDArray[np.uint8],
    early: Early | None = None,
) -> list[tuple[int, FingersComparison]]:
    """Compare one capture with many that are kept as compact minutiae.

    Args:
        probe: 1..10 fingers.
        stored: (N, 10, S) uint8, the fingers of every reference by position: see ``blobs_of``.
        threshold: Lowest comparison score returned, inclusive.
        strengths: (N, 10) of the references' fingers, by position.
        early: Lets more strangers be given up early; None: only those that cannot reach the
            threshold.

    Returns:
        Number of the reference and its comparison, in order: exactly what ``compare_many`` gives
        of those whose score reaches the threshold.

    Raises:
        CodecError: the minutiae of a finger that is compared are damaged.

    Cost: see ``matching.kernels.fingerprint.reaching``; what reaches the threshold costs 0.5 ms.
    Thread-safe; the GIL is released inside the kernels.
    """
    course = _course(strengths, early, threshold - _SLACK)
    try:
        found = kernel.reaching(
            probe.record.ctypes.data, stored, judgement=_judgement(), course=course
        )
    except KernelError as error:
        if error.code != "kernel_minutiae":
            raise
        raise CodecError("compact_minutiae", "compact minutiae are damaged") from error
    near = np.flatnonzero(found).tolist()
    if not near:
        return []
    chosen = pack_many([blobs_of(stored[i]) for i in near])
    try:
        compared = compare_many(probe, chosen)
    finally:
        for packed in chosen:
            overwrite(packed)
    return [(i, one) for i, one in zip(near, compared, strict=True) if one.score >= threshold]


def blobs_of(stored: NDArray[np.uint8]) -> dict[FingerPosition, bytes]:
    """Read the fingers of one reference.

    Args:
        stored: (10, S) uint8: by position, the size of what follows (two bytes, little endian; 0:
            no such finger), then what ``compact.encode`` made without ``compact.FRONT``.

    Returns:
        Position -> what ``compact.encode`` made.
    """
    found = {}
    for position in FingerPosition:
        data = stored[position - 1].tobytes()
        size = int.from_bytes(data[:2], "little")
        if size:
            found[position] = compact.FRONT + data[2 : 2 + size]
    return found


def _course(strengths: NDArray[np.uint8], early: Early | None, floor: float) -> kernel.Course:
    if early is None:  # weak fingers have few minutiae: the cheapest first
        order, least = strengths.argsort(axis=1, kind="stable"), _NEVER
    else:
        told = early.worth * strengths
        order, least = (-told).argsort(axis=1, kind="stable"), early.least
    return kernel.Course(order.astype(np.uint8), least, floor)


def compare_reaching(
    probe: PackedSet, references: Sequence[PackedSet], *, threshold: float
) -> list[tuple[int, FingersComparison]]:
    """Compare one capture with many whose cylinders are built.

    Returns:
        As for ``compare_stored``.

    Cost: 0.01 ms per pair of fingers. Thread-safe; the GIL is released inside the kernel.
    """
    near = np.flatnonzero(
        kernel.reaching_sets(
            probe.record.ctypes.data,
            [reference.record.ctypes.data for reference in references],
            judgement=_judgement(),
            floor=threshold - _SLACK,
        )
    ).tolist()
    compared = compare_many(probe, [references[i] for i in near])
    return [(i, one) for i, one in zip(near, compared, strict=True) if one.score >= threshold]


@cache
def _judgement() -> kernel.Judgement:
    rows = [CALIBRATIONS[family] for family in compact.FAMILIES]
    dependence = finger_feature(FingerPosition.RIGHT_THUMB).dependence  # of every finger
    return kernel.Judgement(
        tunings=tuple(TUNINGS[family] for family in compact.FAMILIES),
        calibrations=tuple(
            (one.centre, one.spread, one.intercept, one.slope, one.tilt, one.gain, one.lowest,
             one.highest, one.covariate is Covariate.QUALITY)
            for one in rows
        ),
        against=tuple(
            against_weight(max(count, 1), dependence) for count in range(kernel.POSITIONS + 1)
        ),
        neutral=NEUTRAL_QUALITY,
    )  # fmt: skip
