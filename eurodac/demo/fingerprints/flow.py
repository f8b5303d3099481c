"""Where the ridges of a finger run: orientation and ridge period, with cores and deltas.

The zero-pole model of Sherlock and Monro (1993): every core turns the orientation by half its
polar angle, every delta by minus half. A smooth arch is added, because between poles alone the
flanks of a print lie too flat, and a little smooth noise, because no finger is a formula.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from eurodac.demo.fingerprints.fields import Field, smooth_noise

__all__ = ["PATTERNS", "Flow", "Point", "draw_flow", "draw_pattern"]

Point = tuple[float, float]

# Shares of the pattern types among fingers in general, after Wilson, Candela and Watson (1993):
# left loop .338, right loop .317, whorl .279, arch .037, tented arch .029; of the whorls about
# a fifth are double loops.
PATTERNS = {
    "left_loop": 0.338,
    "right_loop": 0.317,
    "whorl": 0.223,
    "double_loop": 0.056,
    "arch": 0.037,
    "tented_arch": 0.029,
}

# How steeply the flanks of the added arch lean, radians, least and most.
_LEAN = {
    "left_loop": (0.30, 0.50),
    "right_loop": (0.30, 0.50),
    "whorl": (0.30, 0.50),
    "double_loop": (0.30, 0.50),
    "arch": (0.75, 1.05),
    "tented_arch": (0.45, 0.65),
}

# How far the flow is twisted about the middle, radians, mean (of either sign) and spread:
# circles become spirals, and a long whorl the S of a double loop.
_TWIST = {
    "left_loop": (0.0, 0.08),
    "right_loop": (0.0, 0.08),
    "whorl": (0.0, 0.30),
    "double_loop": (0.85, 0.12),
    "arch": (0.0, 0.08),
    "tented_arch": (0.0, 0.05),
}
_TWIST_RADIUS = 60.0  # pixels

_STRAIGHT = (0.4, 1.1)  # how far the legs of loops are straightened, least and most
_STRAIGHT_RADIUS = 90.0  # pixels


@dataclass(frozen=True, slots=True, eq=False)
class Flow:
    """Orientation and period of the ridges on a grid.

    Args:
        angle: (H, W) float32, direction of the ridges in radians, counter-clockwise from the x
            axis as seen on the image; only its value modulo pi means anything.
        period: (H, W) float32, distance of two ridges in pixels at 500 dpi.
        cores: Core points (x, y), y downwards; empty for an arch.
        deltas: Delta points (x, y), as many as cores.
    """

    angle: Field
    period: Field
    cores: tuple[Point, ...]
    deltas: tuple[Point, ...]


def draw_pattern(rng: np.random.Generator) -> str:
    """Draw a pattern type with its natural share."""
    shares = np.array(list(PATTERNS.values()))
    return str(rng.choice(list(PATTERNS), p=shares / shares.sum()))


def _singular_points(
    rng: np.random.Generator, pattern: str, centre: Point
) -> tuple[tuple[Point, ...], tuple[Point, ...]]:
    """Cores and deltas of a pattern about the centre of the finger, in pixels at 500 dpi."""

    def near(x: float, y: float, spread: float) -> Point:
        dx, dy = rng.normal(0, spread, 2)
        return centre[0] + x + dx, centre[1] + y + dy

    if pattern == "arch":
        return (), ()
    if pattern == "tented_arch":
        core = near(0, 0, 8)
        return (core,), ((core[0] + rng.normal(0, 5), core[1] + rng.uniform(45, 85)),)
    if pattern in ("left_loop", "right_loop"):
        side = 1 if pattern == "left_loop" else -1
        core = near(side * -4, -6, 9)
        away = (side * rng.uniform(55, 110), rng.uniform(70, 125))
        return (core,), ((core[0] + away[0], core[1] + away[1]),)
    if pattern == "whorl":
        tilt, apart = rng.normal(0, 0.25), rng.uniform(6, 34)
    else:
        tilt, apart = rng.choice((-1, 1)) * rng.uniform(0.5, 1.1), rng.uniform(50, 76)
    x, y = near(0, -4, 9)
    step = (0.5 * apart * np.sin(tilt), 0.5 * apart * np.cos(tilt))
    cores = ((x + step[0], y - step[1]), (x - step[0], y + step[1]))
    deltas = tuple((x + side * rng.uniform(82, 125), y + rng.uniform(80, 130)) for side in (-1, 1))
    return cores, deltas


def _straightened(angle: Field, right: Field, up: Field, amount: float) -> Field:
    """What to add so that the legs of a loop run side by side instead of fanning out.

    Args:
        angle: (H, W) flow with the core in it.
        right: (1, W) pixels from the core to the right.
        up: (H, 1) pixels from the core upwards.
        amount: 0 leaves parabolas, 1 gives straight legs below a round head.
    """
    distance = np.hypot(right, up)
    polar = np.arctan2(up, right)
    near = (distance > 8) & (distance < 24)
    # About a core the flow is radial in one direction only: the one in which the loop opens.
    opening = np.angle(np.exp(1j * (2 * angle - polar))[near].sum())
    bend = -0.5 * amount * np.sin(polar - opening)
    added: Field = bend * np.exp(-((distance / _STRAIGHT_RADIUS) ** 2))
    return added


def draw_flow(rng: np.random.Generator, pattern: str, shape: tuple[int, int], step: int) -> Flow:
    """Draw the ridge flow of one finger.

    Args:
        rng: Source of randomness.
        pattern: A key of PATTERNS.
        shape: (H, W) of the grid.
        step: Pixels at 500 dpi between two points of the grid.

    Returns:
        The flow; its angles and periods lie on the grid, its points are in pixels.

    Raises:
        ValueError: the pattern is unknown.

    Source: B. Sherlock, D. Monro, A model for interpreting fingerprint topology, 1993.
    """
    if pattern not in PATTERNS:
        raise ValueError(f"pattern {pattern!r} is not one of {', '.join(PATTERNS)}")
    height, width = shape[0] * step, shape[1] * step
    centre = (width / 2, height * 0.45)
    cores, deltas = _singular_points(rng, pattern, centre)
    x = np.arange(0, width, step, dtype=np.float32)[None, :]
    y = np.arange(0, height, step, dtype=np.float32)[:, None]
    across = (x - centre[0]) / (0.5 * width)
    below = (y - centre[1]) / (0.5 * height)
    # The flanks lean towards the middle; the lean fades out below, where ridges run level.
    low, high = _LEAN[pattern]
    lean = rng.uniform(low, high)
    bend = np.exp(-((np.clip(below - rng.uniform(-0.1, 0.1), 0, None) / 0.5) ** 2))
    angle = -lean * bend * np.sin(np.pi * np.clip(across, -1, 1) * 0.75)
    mean, spread = _TWIST[pattern]
    twist = rng.choice((-1, 1)) * rng.normal(mean, spread)
    distance = np.hypot(x - centre[0], y - centre[1])
    angle = angle + twist * np.exp(-((distance / _TWIST_RADIUS) ** 2))
    for poles, sign in ((cores, 0.5), (deltas, -0.5)):
        for px, py in poles:
            angle = angle + sign * np.arctan2(py - y, x - px)
    straight = rng.uniform(*_STRAIGHT)
    for core in cores:
        angle = angle + _straightened(angle, x - core[0], core[1] - y, straight)
    angle = angle + np.float32(0.09) * smooth_noise(rng, shape, 44 / step)
    angle = angle + np.float32(0.12) * smooth_noise(rng, shape, 100 / step)
    period = rng.normal(9.0, 0.55) * (
        1 + 0.08 * smooth_noise(rng, shape, 60 / step) + 0.16 * np.clip(below - 0.3, 0, 0.6)
    )
    period = np.clip(period, 6.5, 12.5)
    return Flow(angle.astype(np.float32), period.astype(np.float32), cores, deltas)
