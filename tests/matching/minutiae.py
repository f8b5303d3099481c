"""Synthetic minutiae: enough to compare kernels with, no model of real prints."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from matching.template import FingerPosition, FingerSet, MinutiaeTemplate


def finger(rng: np.random.Generator, count: int = 45) -> NDArray[np.float32]:
    """(count, 4) rows of x, y, direction, quality, independent of each other."""
    columns = [
        rng.uniform(100, 400, count),
        rng.uniform(100, 450, count),
        rng.uniform(0, 2 * np.pi - 1e-3, count),
        rng.uniform(0.1, 1, count),
    ]
    return np.column_stack(columns).astype(np.float32)


def blob(rows: NDArray[np.float32]) -> bytes:
    """All of them as compact minutiae; y upwards, places no farther apart than 65535 pixels."""
    flat = rows.astype(np.float64).T * np.array([1, -1, 1, 1])[:, None]
    x, y = (axis - axis.min(initial=np.inf) for axis in flat[:2])
    unit = 0 if max(x.max(initial=0), y.max(initial=0)) < 16000 else 2
    angle = np.rint(flat[2] * 128 / np.pi).astype(int) % 256
    quality = np.clip(np.rint(flat[3] * 200), 0, 200)
    return b"".join(
        (
            bytes([*b"MC", 1, 1, len(rows), unit]),
            *(np.rint(axis * 4 / 2**unit).astype("<u2").tobytes() for axis in (x, y)),
            *(axis.astype(np.uint8).tobytes() for axis in (angle, quality)),
        )
    )


def moved(rows: NDArray[np.float32], turn: float, dx: float, dy: float) -> NDArray[np.float32]:
    """The same minutiae turned about (250, 275) and shifted, y upwards."""
    c, s = np.cos(turn), np.sin(turn)
    out = rows.astype(np.float64)
    out[:, :2] = (out[:, :2] - (250, 275)) @ np.array([[c, s], [-s, c]]) + (250 + dx, 275 + dy)
    out[:, 2] = (out[:, 2] + turn) % (2 * np.pi)
    return out.astype(np.float32)


def impression(rows: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
    """Another capture of the same finger: some lost, some invented, jitter and a small motion."""
    kept = rows[rng.random(len(rows)) > 0.15].copy()
    kept[:, :2] += rng.normal(0, 2.5, (len(kept), 2))
    kept[:, 2] += rng.normal(0, 0.08, len(kept))
    return np.vstack([moved(kept, rng.normal(0, 0.2), *rng.uniform(-20, 20, 2)), finger(rng, 5)])


def template(rows: NDArray[np.float32], extractor: str = "mindtct/1") -> MinutiaeTemplate:
    """A template of rows whose y runs upwards."""
    minutiae = rows.copy()
    minutiae[:, 1] = np.float32(1000) - minutiae[:, 1]
    minutiae[:, 2] %= np.float32(2 * np.pi)
    minutiae[minutiae[:, 2] >= 2 * np.pi, 2] = 0
    return MinutiaeTemplate(minutiae, np.zeros(len(rows), np.uint8), extractor)


def person(rng: np.random.Generator, extractor: str = "mindtct/1") -> FingerSet:
    """Ten fingers."""
    return FingerSet({p: template(finger(rng), extractor) for p in FingerPosition})


def recapture(fingers: FingerSet, rng: np.random.Generator) -> FingerSet:
    """Another capture of the same person."""

    def again(t: MinutiaeTemplate) -> MinutiaeTemplate:
        rows = t.minutiae.copy()
        rows[:, 1] = np.float32(1000) - rows[:, 1]
        return template(impression(rows, rng), t.extractor)

    return FingerSet({p: again(t) for p, t in fingers.fingers.items()})
