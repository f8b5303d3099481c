"""How a finger was put on the sensor: what differs between impressions of one finger."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

__all__ = ["Conditions", "sample_conditions"]


@dataclass(frozen=True, slots=True)
class Conditions:
    """The circumstances of one impression; the defaults give a clean, centred print.

    Args:
        rotation: Turn of the finger in degrees, counter-clockwise, -45..45.
        displacement: Shift (x, y) of the finger on the sensor in pixels at 500 dpi, y downwards.
        touch: Shift (x, y) of the contact area on the finger in pixels: which part touches.
        coverage: Size of the contact area, 0.3..1.2; 1 is the whole pad.
        distortion: Size of the elastic displacement of the skin in pixels (root mean square).
        pressure: 0..1; light touch gives thin ridges, a heavy one thick ridges that merge.
        dryness: 0..1; wet skin smears at 0, dry skin breaks ridges into grains at 1.
        noise: 0..1: scratches, blotches, edge roughness and sensor noise.

    Raises:
        ValueError: a value lies outside its range.
    """

    rotation: float = 0.0
    displacement: tuple[float, float] = (0.0, 0.0)
    touch: tuple[float, float] = (0.0, 0.0)
    coverage: float = 1.0
    distortion: float = 0.0
    pressure: float = 0.5
    dryness: float = 0.3
    noise: float = 0.1

    def __post_init__(self) -> None:
        ranges = {
            "rotation": (-45.0, 45.0),
            "coverage": (0.3, 1.2),
            "distortion": (0.0, 20.0),
            "pressure": (0.0, 1.0),
            "dryness": (0.0, 1.0),
            "noise": (0.0, 1.0),
        }
        for name, (low, high) in ranges.items():
            value = getattr(self, name)
            if not low <= value <= high:
                raise ValueError(f"{name} {value} lies outside {low}..{high}")


def sample_conditions(rng: np.random.Generator, level: float = 1.0) -> Conditions:
    """Draw the conditions of one impression.

    Args:
        rng: Source of randomness.
        level: How hard: 0 is clean and centred, 1 behaves like the public databases of
            volunteers that were asked to vary rotation and pressure, 2 is worse.

    Returns:
        Conditions within their ranges.

    Raises:
        ValueError: the level is negative.
    """
    if level < 0:
        raise ValueError(f"level {level} is negative")
    clip = np.clip
    hard = level * rng.beta(0.8, 1.4) * 2.1  # most volunteers are easy, a few spoil everything
    return Conditions(
        rotation=float(clip(rng.normal(0, 8 * level), -20, 20)),
        displacement=(float(rng.normal(0, 10 * level)), float(rng.normal(0, 12 * level))),
        touch=(float(rng.normal(0, 20 * level)), float(rng.normal(0, 26 * level))),
        coverage=float(clip(1.05 - 0.3 * hard * abs(rng.normal()), 0.5, 1.1)),
        distortion=float(clip(level * rng.uniform(0.5, 3) + 2.3 * hard, 0, 12)),
        pressure=float(clip(rng.normal(0.5, 0.22 * level), 0, 1)),
        dryness=float(clip(rng.normal(0.4, 0.25 * level), 0, 1)),
        noise=float(clip(0.05 + 0.6 * hard, 0, 1)),
    )
