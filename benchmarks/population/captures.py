"""What a capture sees of a finger: the noise model.

Every capture of a person has a grade, every finger in it another, every minutia a strength; their
product says how much goes wrong. In the order of a capture:

* the finger is turned (deviation 7 degrees) and stretched by a smooth field (deviation 3 pixels at
  the edge, in both directions, by position squared);
* an ellipse of it is seen, shifted by a deviation of 22 x 30 pixels: partial overlap;
* minutiae are lost, the weak ones first; those left move (deviation 1.5 pixels and more) and turn
  (deviation 6 degrees and more), 3 % to the opposite; directions are rounded to 32;
* false ones appear along the ridges, of low quality;
* 2 % of captures are bad as a whole (twice as much goes wrong), 0.5 % of fingers give nothing;
* every year between two captures adds 1.5 % to what goes wrong.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.population.masters import SLOTS, Masters
from benchmarks.population.numbers import Numbers, numbers

__all__ = ["FALSE", "Capture", "take"]

FALSE = 32
"""Most false minutiae of one finger."""
_WHOLE, _PRINT, _SHAPE, _MOVE, _TURN, _FATE, _FALSE, _FALSE_PLACE = range(10, 18)  # streams
_BAD, _NOTHING, _YEARLY = 0.02, 0.005, 0.015
_GRADE_SPREAD, _PRINT_SPREAD = 0.28, 0.42  # of the logarithm
_LOSS = 0.20  # chance of a minutia of medium strength
_FALSE_MEAN = 19.0  # on the whole finger
_FALSE_AWAY = 12.0  # deviation, pixels, from the place that a false one stands beside
_STEP = np.float32(np.pi / 16)
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Capture:
    """One capture of P people: all places for minutiae, and which of them are seen.

    Args:
        rows: (P, 10, SLOTS + FALSE, 4) float32: x and y in pixels from the middle, angle 0..2 pi,
            quality 0..1 in steps of 0.01.
        seen: (P, 10, SLOTS + FALSE) bool.
        usable: (P, 10) bool, the finger is there and gave something.
    """

    rows: Floats
    seen: NDArray[np.bool_]
    usable: NDArray[np.bool_]


def take(masters: Masters, seed: int, *, number: int, years: float = 0.0) -> Capture:
    """Capture the fingers of people.

    Args:
        masters: The people.
        seed: Of the population.
        number: Of the capture; the same number gives the same capture.
        years: Since the first capture.

    Cost: about 0.02 ms per finger.
    """
    who, finger = masters.people[:, None, None], np.arange(10)[None, :, None]
    shot = np.array([number])
    whole = numbers(seed, _WHOLE, who, shot)
    single = numbers(seed, _PRINT, who, finger, shot)
    bad = np.where(whole.uniform(0) < _BAD, np.float32(2), np.float32(1))
    grade = np.exp(
        np.float32(_GRADE_SPREAD) * whole.triangle(1) + np.float32(_PRINT_SPREAD) * single.bell()
    )
    amount = np.minimum(bad * grade * np.float32(1 + _YEARLY * years), np.float32(4))
    slot = np.arange(SLOTS)
    fate = numbers(seed, _FATE, who, finger, slot, shot)
    move = numbers(seed, _MOVE, who, finger, slot, shot)
    shape = [numbers(seed, _SHAPE, who, finger, np.array([n]), shot) for n in range(4)]
    lost = np.float32(_LOSS) * amount * (np.float32(1.8) - np.float32(1.6) * masters.strength)
    visible = _visible(masters, shape)
    seen = masters.there & visible & (fate.uniform(0) > lost)
    x, y, turn = _placed(masters, shape, move=move, amount=amount)
    spread = (np.float32(0.04) + np.float32(0.03) * amount) * numbers(
        seed, _TURN, who, finger, slot, shot
    ).bell()
    turned = np.where(fate.uniform(1) < 0.03, np.float32(np.pi), np.float32(0))
    angle = masters.angle + turn + spread + turned
    quality = _quality(masters.strength, amount, fate.uniform(2))
    true_rows = np.stack([x, y, angle, quality], axis=-1)
    beside, false_rows, appeared = _false(masters, seed, shot=shot, amount=amount)
    # Ridges lead false minutiae as they lead true ones.
    false_rows[..., :3] += np.take_along_axis(true_rows[..., :3], beside[..., None], axis=2)
    appeared &= np.take_along_axis(visible, beside, axis=2)
    rows = np.concatenate([true_rows, false_rows], axis=2, dtype=np.float32)
    rows[..., 2] = np.rint(rows[..., 2] / _STEP) % 32 * _STEP
    rows[..., :2] = np.rint(rows[..., :2])
    usable = ~masters.missing & (single.uniform(3)[..., 0] > _NOTHING)
    return Capture(rows, np.concatenate([seen, appeared], axis=2), usable)


def _visible(masters: Masters, shape: list[Numbers]) -> NDArray[np.bool_]:
    """The part of the finger that touches."""
    away_x, away_y = 22 * shape[0].triangle(0), 30 * shape[0].triangle(1)
    half_x, half_y = 125 + 12 * shape[1].triangle(0), 170 + 22 * shape[1].triangle(1)
    inside: NDArray[np.bool_] = ((masters.x - away_x) / half_x) ** 2 + (
        (masters.y - away_y) / half_y
    ) ** 2 < 1
    return inside


def _placed(
    masters: Masters, shape: list[Numbers], *, move: Numbers, amount: Floats
) -> tuple[Floats, Floats, Floats]:
    """Stretch, jitter and turn."""
    u, v = masters.x / 150, masters.y / 210
    bend = [np.float32(3) * shape[n].triangle(m) for n in (2, 3) for m in (0, 1)]
    jitter = np.float32(0.9) + np.float32(0.75) * amount
    x = masters.x + bend[0] * u * v + bend[1] * v * v + jitter * move.triangle(0)
    y = masters.y + bend[2] * u * v + bend[3] * u * u + jitter * move.triangle(1)
    turn = np.float32(0.12) * shape[1].bell()
    cos, sin = np.cos(turn), np.sin(turn)
    return x * cos + y * sin, y * cos - x * sin, turn


def _quality(strength: Floats, amount: Floats, chance: Floats) -> Floats:
    raw = np.float32(1.05) - np.float32(0.3) * amount * (np.float32(1.5) - strength)
    raw = np.clip(raw - np.float32(0.45) * chance * chance, np.float32(0.05), np.float32(0.95))
    found: Floats = (np.rint(raw * 100) / 100).astype(np.float32)
    return found


def _false(
    masters: Masters, seed: int, *, shot: NDArray[np.int64], amount: Floats
) -> tuple[NDArray[np.intp], Floats, NDArray[np.bool_]]:
    """False minutiae: beside which place, (x, y, angle, quality) from there, and which appear."""
    who, finger = masters.people[:, None, None], np.arange(10)[None, :, None]
    slot = np.arange(FALSE)
    place = numbers(seed, _FALSE_PLACE, who, finger, slot, shot)
    other = numbers(seed, _FALSE, who, finger, slot, shot)
    beside = (other.uniform(2) * SLOTS).astype(np.intp)
    rows = np.stack(
        [
            place.triangle(0) * np.float32(_FALSE_AWAY),
            place.triangle(1) * np.float32(_FALSE_AWAY),
            np.where(other.uniform(3) < 0.5, np.float32(np.pi), np.float32(0)),
            np.rint(np.float32(5) + 40 * other.uniform(0) ** 2) / np.float32(100),
        ],
        axis=-1,
    )
    appeared: NDArray[np.bool_] = other.uniform(1) < amount * np.float32(_FALSE_MEAN / FALSE)
    return beside, rows, appeared
