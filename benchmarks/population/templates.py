"""Captures as the templates that the matcher takes."""

from __future__ import annotations

import numpy as np

from benchmarks.population.captures import Capture
from matching.template import FingerPosition, FingerSet, MinutiaeTemplate

__all__ = ["EXTRACTOR", "finger_sets", "templates"]

EXTRACTOR = "mindtct/synthetic"
"""Family of the minutiae: the noise model was made to look like it."""


def templates(capture: Capture, *, finger: int) -> list[MinutiaeTemplate]:
    """One finger (0..9) of every person, whether usable or not."""
    return [_template(capture, person, finger) for person in range(len(capture.rows))]


def finger_sets(capture: Capture) -> list[FingerSet]:
    """The usable fingers of every person; cost about 0.03 ms per finger."""
    return [
        FingerSet(
            {
                FingerPosition(finger + 1): _template(capture, person, finger)
                for finger in np.flatnonzero(usable).tolist()
            }
        )
        for person, usable in enumerate(capture.usable)
    ]


def _template(capture: Capture, person: int, finger: int) -> MinutiaeTemplate:
    rows = capture.rows[person, finger][capture.seen[person, finger]]
    if len(rows):
        rows[:, :2] -= rows[:, :2].min(axis=0)
    # A direction just below a full turn may have been rounded up to it.
    rows[rows[:, 2] >= np.float32(2 * np.pi), 2] = 0
    return MinutiaeTemplate(rows, np.zeros(len(rows), np.uint8), EXTRACTOR)
