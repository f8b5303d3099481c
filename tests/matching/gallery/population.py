"""Random fingers: minutiae without ridges, enough for a gallery that only compares minutiae."""

from collections.abc import Iterable
from functools import cache

import numpy as np
from numpy.typing import NDArray

from matching.fingerprint.sketch import encode
from matching.gallery.protocol import Reference
from matching.gallery.row import codes_of, make_row
from matching.gallery.segment import Batch
from matching.template import FingerPosition, FingerSet, MinutiaeTemplate

ALL_TEN = tuple(FingerPosition)


def _template(rows: NDArray[np.float64], extractor: str) -> MinutiaeTemplate:
    rows[:, 2] %= 2 * np.pi
    minutiae = rows.astype(np.float32)
    minutiae[:, 2] = np.minimum(minutiae[:, 2], np.float32(6.2831))
    return MinutiaeTemplate(minutiae, np.ones(len(rows), np.uint8), extractor)


class Person:
    """Somebody with ten fingers, each a smooth flow of 30 to 60 minutiae."""

    def __init__(self, seed: int, positions: Iterable[FingerPosition] = ALL_TEN) -> None:
        rng = np.random.default_rng(seed)
        self.fingers = {position: self._finger(rng) for position in positions}

    @staticmethod
    def _finger(rng: np.random.Generator) -> NDArray[np.float64]:
        count = int(rng.integers(30, 60))
        xy = rng.uniform(60, 360, (count, 2))
        angle = rng.uniform(0, np.pi) + xy @ rng.normal(0, 0.008, 2)
        angle += np.pi * rng.integers(0, 2, count)
        return np.column_stack([xy, angle, rng.uniform(0.4, 1.0, count)])

    def capture(self, seed: int = 0, extractor: str = "mindtct/1") -> FingerSet:
        """One impression of every finger: moved, turned, jittered, some minutiae lost."""
        rng = np.random.default_rng([seed, 17])
        taken = {}
        for position, finger in self.fingers.items():
            kept = finger[rng.random(len(finger)) > (0.1 if seed else 0.0)].copy()
            turn, (dx, dy) = (rng.normal(0, 0.1), rng.normal(0, 10, 2)) if seed else (0, (0, 0))
            x, y = kept[:, 0] - 210, kept[:, 1] - 210
            noise = rng.normal(0, 1.5 if seed else 0, (2, len(kept)))
            kept[:, 0] = np.clip(210 + x * np.cos(turn) + y * np.sin(turn) + dx + noise[0], 0, 500)
            kept[:, 1] = np.clip(210 - x * np.sin(turn) + y * np.cos(turn) + dy + noise[1], 0, 500)
            kept[:, 2] += turn
            taken[position] = _template(kept, extractor)
        return FingerSet(taken)


@cache
def reference(seed: int, attributes: int = 1, key: str = "") -> Reference:
    """The first capture of person ``seed``."""
    return Reference(key or f"person-{seed}", attributes, Person(seed).capture())


def strangers(count: int, *, seed: int = 5, first: int = 0) -> Batch:
    """References with random sketches and ten times the same minutiae."""
    rng = np.random.default_rng(seed)
    thumb = next(iter(Person(1).capture().fingers.values()))
    ten = FingerSet(dict.fromkeys(FingerPosition, thumb))
    rows = np.repeat(make_row("x", ten, encode([thumb] * 10))[None], count, axis=0)
    codes_of(rows)[:] = rng.integers(0, 1 << 64, (count, 10, 3, 8), np.uint64)
    for number, one in enumerate(rows):
        name = f"stranger-{first + number}".encode()
        one[0], one[1 : 1 + len(name)] = len(name), np.frombuffer(name, np.uint8)
    return Batch(np.full(count, 4, np.uint64), rows)
