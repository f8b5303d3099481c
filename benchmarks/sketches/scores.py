"""Comparison scores of single fingers by their sketches, and how well they tell fingers apart."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from benchmarks.sketches.prints import Prints
from matching.fingerprint.sketch import FingerSketches
from matching.fingerprint.sketch_model import SketchModel

__all__ = ["RATES", "cosines", "pass_rates", "standardised"]

RATES = (1e-1, 1e-2, 1e-3)
"""Shares of non-mated pairs at which pass rates are given."""

_LARGEST = 2.5  # as matching/fingerprint/sketch_probe.py clips the values of a probe
Scores = NDArray[np.float64]


def cosines(probes: NDArray[np.float32], references: NDArray[np.float32]) -> Scores:
    """(P, R) cosines of rows; 0 where a row is zero."""
    first, second = (_unit(rows.astype(np.float64)) for rows in (probes, references))
    found: Scores = first @ second.T
    return found


def _unit(rows: Scores) -> Scores:
    found: Scores = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)
    return found


def standardised(
    probes: FingerSketches, references: FingerSketches, model: SketchModel, bits: int
) -> Scores:
    """Compare values of probes with bits of references, as the scan does.

    Args:
        probes: P sketches; their values are used.
        references: R sketches; the signs of their values are used.
        model: Of both; its cohort gives the mean and the spread of strangers.
        bits: How many leading bits.

    Returns:
        (P, R): how many of its own deviations above strangers each pair is.
    """
    values = probes.values[:, :bits].astype(np.float64)
    most = _LARGEST * np.abs(values).mean(axis=1, keepdims=True)
    values = np.clip(values, -most, most)
    strangers = values @ np.sign(model.cohort[:, :bits]).T
    spread = np.maximum(strangers.std(axis=1, keepdims=True), 1e-9)
    raw = values @ np.where(references.values[:, :bits] > 0, 1.0, -1.0).T
    found: Scores = (raw - strangers.mean(axis=1, keepdims=True)) / spread
    return found


def pass_rates(parts: Sequence[tuple[Scores, Prints, Prints]]) -> list[float]:
    """Share of mated pairs above the best of the non-mated pairs of one sensor, at ``RATES``.

    Args:
        parts: (P, R) scores with the prints of their rows and columns; pooled over the parts.
            A print is never paired with itself, nor with the same impression taken by another
            extractor.

    Returns:
        One rate per entry of ``RATES``, 0..1.
    """
    mated, others = [], []
    for scores, probes, references in parts:
        same = probes.fingers[:, None] == references.fingers
        again = probes.impressions[:, None] != references.impressions
        sensor = probes.groups[:, None] == references.groups
        mated.append(scores[same & again])
        others.append(scores[~same & sensor])
    non_mated = np.sort(np.concatenate(others))[::-1]
    found = np.concatenate(mated)
    return [float((found > non_mated[int(len(non_mated) * rate)]).mean()) for rate in RATES]
