"""One list of minutiae out of two: what both extractions found counts, what one found counts less.

Rows are (x, y, direction, quality): pixels at 500 ppi, y downwards, radians counter-clockwise.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from matching.fingerprint.ridges import Ridges
from matching.parameters import (
    CONSENSUS_DIRECTION,
    CONSENSUS_DISTANCE,
    FLOW_COHERENCE,
    FLOW_DIRECTION,
    LEAST_FOREGROUND,
    LONE_WEIGHT,
)

__all__ = ["follow_flow", "merge", "weigh_foreground"]

_Rows = NDArray[np.float64]


def merge(plain: _Rows, enhanced: _Rows) -> tuple[_Rows, NDArray[np.intp]]:
    """Join the minutiae of an image with those of its enhanced version.

    Args:
        plain: (N, 4) found in the image.
        enhanced: (M, 4) found in the enhanced image.

    Returns:
        ((K, 4), (K,)): all of ``plain`` in order, then what only ``enhanced`` has; and for each
        its index in ``plain``, or N + its index in ``enhanced``.  A minutia of both has the place
        and direction of ``enhanced`` and the higher quality; a lone one keeps half of its quality.
    """
    left, right = _paired(plain, enhanced)
    rows = plain.copy()
    rows[:, 3] *= LONE_WEIGHT
    rows[left, :3] = enhanced[right, :3]
    rows[left, 3] = np.maximum(plain[left, 3], enhanced[right, 3])
    alone = np.setdiff1d(np.arange(len(enhanced)), right)
    added = enhanced[alone] * (1, 1, 1, LONE_WEIGHT)
    return np.concatenate([rows, added]), np.concatenate(
        [np.arange(len(plain)), len(plain) + alone]
    )


def _paired(plain: _Rows, enhanced: _Rows) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Indices of minutiae that are each other's nearest, near and turned alike."""
    if len(plain) == 0 or len(enhanced) == 0:
        return np.zeros(0, np.intp), np.zeros(0, np.intp)
    offset = plain[:, None, :2] - enhanced[None, :, :2]
    distance = np.hypot(offset[..., 0], offset[..., 1])
    turn = np.abs(_wrapped(plain[:, None, 2] - enhanced[None, :, 2]))
    cost = distance / CONSENSUS_DISTANCE + 0.8 * turn
    cost[(distance > CONSENSUS_DISTANCE) | (turn > CONSENSUS_DIRECTION)] = np.inf
    left, right = np.arange(len(plain)), cost.argmin(axis=1)
    both = np.isfinite(cost[left, right]) & (cost.argmin(axis=0)[right] == left)
    return left[both], right[both]


def follow_flow(rows: _Rows, ridges: Ridges) -> _Rows:
    """Turn directions, which MINDTCT rounds to 11.25 degrees, to those of the ridges around.

    Args:
        rows: (N, 4); returned as a copy.
        ridges: Of the same image.  Where they are not parallel, or run quite another way, the
            direction stays.
    """
    flow = ridges.flow_at(rows[:, :2])
    # A ridge has no front: the nearer of its two directions is meant.
    turn = _wrapped(np.angle(flow) - 2 * rows[:, 2]) / 2
    trusted = (np.abs(flow) > FLOW_COHERENCE) & (np.abs(turn) <= FLOW_DIRECTION)
    turned = rows.copy()
    turned[:, 2] += np.where(trusted, turn, 0)
    return turned


def weigh_foreground(rows: _Rows, ridges: Ridges) -> _Rows:
    """Lower the quality of minutiae at the edge of the print, where every ridge seems to end.

    Args:
        rows: (N, 4); returned as a copy.
        ridges: Of the same image.
    """
    weighed = rows.copy()
    weighed[:, 3] *= np.maximum(ridges.foreground_at(rows[:, :2]), LEAST_FOREGROUND)
    return weighed


def _wrapped(angle: _Rows) -> _Rows:
    """Bring angles to -pi..pi."""
    return np.mod(angle + np.pi, 2 * np.pi) - np.pi
