"""From a finger to the grey image a sensor would give."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from eurodac.demo.fingerprints.conditions import Conditions, sample_conditions
from eurodac.demo.fingerprints.fields import Field, blur, sample, sigmoid, smooth_noise
from eurodac.demo.fingerprints.master import MASTER_SHAPE, Master
from eurodac.demo.fingerprints.seeds import conditions_seed, impression_seed

__all__ = ["IMPRESSION_SHAPE", "locate", "make_impression", "take_impression"]

IMPRESSION_SHAPE = (400, 320)  # pixels at 500 dpi
_PAD = (128.0, 172.0)  # half axes of the contact area at full coverage, in pixels
_CENTRE = (MASTER_SHAPE[1] / 2, MASTER_SHAPE[0] * 0.5)


def _skin_positions(
    rng: np.random.Generator, conditions: Conditions
) -> tuple[Field, Field, Field, Field]:
    """For every pixel of the image: where on the finger it lies, rigidly and with distortion."""
    height, width = IMPRESSION_SHAPE
    turn = np.deg2rad(conditions.rotation)
    u = np.arange(width, dtype=np.float32)[None, :] - np.float32(
        width / 2 + conditions.displacement[0]
    )
    v = np.arange(height, dtype=np.float32)[:, None] - np.float32(
        height / 2 + conditions.displacement[1]
    )
    cos, sin = np.float32(np.cos(turn)), np.float32(np.sin(turn))
    x, y = cos * u - sin * v, sin * u + cos * v
    size = np.float32(conditions.distortion)
    stretched_x = x + size * smooth_noise(rng, IMPRESSION_SHAPE, 75)
    stretched_y = y + size * smooth_noise(rng, IMPRESSION_SHAPE, 75)
    return x, y, stretched_x + np.float32(_CENTRE[0]), stretched_y + np.float32(_CENTRE[1])


def locate(points: Field, conditions: Conditions) -> Field:
    """Where points of the finger fall in an impression, distortion left out.

    Args:
        points: (N, 3) float32: x, y on the finger, angle in radians.
        conditions: Of the impression.

    Returns:
        (N, 3) float32: x, y in the image (may lie outside), angle 0..2 pi.
    """
    height, width = IMPRESSION_SHAPE
    turn = np.deg2rad(conditions.rotation)
    cos, sin = np.cos(turn), np.sin(turn)
    x, y = points[:, 0] - _CENTRE[0], points[:, 1] - _CENTRE[1]
    u = cos * x + sin * y + width / 2 + conditions.displacement[0]
    v = -sin * x + cos * y + height / 2 + conditions.displacement[1]
    angle = np.remainder(points[:, 2] + turn, 2 * np.pi)
    return np.stack([u, v, angle], axis=1).astype(np.float32)


def _contact(rng: np.random.Generator, conditions: Conditions, x: Field, y: Field) -> Field:
    """How firmly the skin touches: above 0 inside the contact area, in pixels to its edge."""
    scale = np.sqrt(conditions.coverage) * (0.94 + 0.12 * conditions.pressure)
    dx = (x - np.float32(conditions.touch[0])) / np.float32(_PAD[0] * scale)
    dy = (y - np.float32(conditions.touch[1])) / np.float32(_PAD[1] * scale)
    # Fingertips are rounder above than below: a superellipse of changing power.
    radius = np.sqrt(dx * dx + dy * dy * np.where(dy > 0, np.abs(dy), np.float32(1)))
    edge: Field = (1 - radius) * np.float32(_PAD[0] * scale)
    edge += 4 * smooth_noise(rng, IMPRESSION_SHAPE, 55)
    edge += 1.5 * smooth_noise(rng, IMPRESSION_SHAPE, 5)
    return edge


def _scratches(rng: np.random.Generator, amount: float) -> Field:
    """Thin light lines across the print; 0 without, up to 1 on a line."""
    height, width = IMPRESSION_SHAPE
    lines = np.zeros(IMPRESSION_SHAPE, np.float32)
    x = np.arange(width, dtype=np.float32)[None, :]
    y = np.arange(height, dtype=np.float32)[:, None]
    for _ in range(rng.poisson(5 * amount)):
        turn = rng.uniform(0, np.pi)
        cos, sin = np.float32(np.cos(turn)), np.float32(np.sin(turn))
        px, py = rng.uniform(0.2, 0.8, 2) * (width, height)
        half, thick = rng.uniform(12, 70), rng.uniform(0.7, 2.0)
        along = (x - np.float32(px)) * cos + (y - np.float32(py)) * sin
        bow = np.float32(rng.normal(0, 0.0015))
        off = (y - np.float32(py)) * cos - (x - np.float32(px)) * sin + bow * along * along
        line = np.exp(-0.5 * (off / np.float32(thick)) ** 2)
        ends = sigmoid((np.float32(half) - np.abs(along)) * np.float32(1 / 3))
        lines = np.maximum(lines, line * ends)
    return lines


def _ink(
    rng: np.random.Generator, master: Master, conditions: Conditions, x: Field, y: Field
) -> Field:
    """Height of the skin above the sensor's reach: ridges positive, wider under pressure."""
    shape = IMPRESSION_SHAPE
    dry, wet = max(0.0, conditions.dryness - 0.4) / 0.6, max(0.0, 0.4 - conditions.dryness) / 0.4
    skin = sample(master.ridges + 1j * master.pores, x, y)
    ink = skin.real - np.float32(0.9 * (1 - 0.8 * wet)) * skin.imag
    ink += np.float32(0.9 * (conditions.pressure - 0.45) + 0.35 * wet - 0.35 * dry)
    ink += np.float32(0.25 + 0.2 * conditions.noise) * smooth_noise(rng, shape, 38)
    # Roughness comes in patches: some places of a print are clean, others hardly readable.
    patches = np.exp(0.5 * smooth_noise(rng, shape, 28))
    rough = smooth_noise(rng, shape, 3) + smooth_noise(rng, shape, 5)
    ink += np.float32(0.08 + 0.22 * conditions.noise) * patches * rough
    if dry > 0:
        ink += np.float32(0.55 * dry) * smooth_noise(rng, shape, 1.6)
    blotch = smooth_noise(rng, shape, 14) - np.float32(2.9 - 1.1 * conditions.noise)
    ink += np.float32(1.6 * (1 if wet > dry else -1)) * np.clip(blotch, 0, None)
    ink -= np.float32(1.8) * _scratches(rng, conditions.noise)
    return ink


def make_impression(master: Master, seed: int, conditions: Conditions) -> NDArray[np.uint8]:
    """Take one impression of a finger.

    Args:
        master: The finger.
        seed: 0 or more; see `seeds.impression_seed`. Equal arguments give equal images.
        conditions: How the finger was put on the sensor.

    Returns:
        (400, 320) uint8, 500 dpi, dark ridges on a light background.

    Cost: about 0.025 s on one core.
    """
    rng = np.random.Generator(np.random.PCG64(seed))
    x, y, skin_x, skin_y = _skin_positions(rng, conditions)
    ink = _ink(rng, master, conditions, skin_x, skin_y)
    contact = _contact(rng, conditions, x, y)
    # Towards the edge the skin lifts off: ridges thin out before they vanish.
    ink += np.float32(1.5) * (np.clip(contact / 22, -1, 1) - 1)
    dark = sigmoid(np.float32(4.2) * ink) * sigmoid(contact * np.float32(1 / 3))
    dark = blur(dark, (1.0, 0.35))
    depth = 200 + 50 * (conditions.pressure - 0.5) + 14 * smooth_noise(rng, IMPRESSION_SHAPE, 60)
    light = rng.uniform(235, 254) + 3.0 * smooth_noise(rng, IMPRESSION_SHAPE, 120)
    grain = rng.standard_normal(IMPRESSION_SHAPE, dtype=np.float32)
    image = light - depth * dark + np.float32(1 + 5 * conditions.noise) * grain
    grey: NDArray[np.uint8] = np.clip(image + np.float32(0.5), 0, 255).astype(np.uint8)
    return grey


def take_impression(master: Master, number: int, *, level: float = 1.0) -> NDArray[np.uint8]:
    """Take the impression of a finger that has this number, under random conditions.

    Args:
        master: The finger.
        number: 0 or more; every number is another impression, equal numbers are equal images.
        level: How hard the conditions are; see `sample_conditions`.

    Returns:
        (400, 320) uint8, as `make_impression`.

    Raises:
        ValueError: the level is negative.
    """
    rng = np.random.Generator(np.random.PCG64(conditions_seed(master.seed, number)))
    conditions = sample_conditions(rng, level)
    return make_impression(master, impression_seed(master.seed, number), conditions)
