"""The skin of one finger: ridges grown along the flow, and the minutiae that come with them.

Random noise is filtered again and again by Gabor kernels turned and scaled to the flow at every
pixel. Ridges appear, and where neighbouring stripes do not fit together a ridge must end or
fork: the minutiae are the phase dislocations of the grown pattern, so they are known exactly.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from eurodac.demo.fingerprints.fields import Field, blur, upsample
from eurodac.demo.fingerprints.flow import Flow, draw_flow, draw_pattern

__all__ = ["MASTER_SHAPE", "Master", "make_master"]

MASTER_SHAPE = (480, 400)  # pixels at 500 dpi: more skin than one impression shows
_STEP = 2  # the pattern grows on every second pixel, still 4.5 samples to a ridge
_REACH = 6  # of the kernels, in grid points
_SIGMA = 2.5  # of the kernels, in grid points
_ROUNDS = (4, 8)  # least and most; more rounds, fewer minutiae
_PORE_SPACING = 9.0  # pixels along and across the ridges, before the choice of those on ridges


@dataclass(frozen=True, slots=True, eq=False)
class Master:
    """One finger, before any impression is taken.

    Args:
        pattern: A key of `flow.PATTERNS`.
        ridges: (480, 400) float32 -1..1, positive on ridges, pixels at 500 dpi.
        pores: (480, 400) float32 0..1, one in the middle of a sweat pore.
        minutiae: (N, 3) float32: x, y downwards in pixels, angle in radians 0..2 pi as in
            ISO/IEC 19794-2 (towards the side that has one ridge more).
        seed: The seed it was made from.
    """

    pattern: str
    ridges: Field
    pores: Field
    minutiae: Field
    seed: int


def _kernels(flow: Flow) -> tuple[list[tuple[int, int]], NDArray[np.float32], NDArray[np.float32]]:
    """Even and odd Gabor weights per pixel, for one half of the symmetric neighbourhood."""
    wave = np.float32(2 * np.pi * _STEP) / flow.period
    across_x, across_y = wave * np.sin(flow.angle), wave * np.cos(flow.angle)
    span = range(-_REACH, _REACH + 1)
    offsets = [
        (dy, dx)
        for dy in range(_REACH + 1)
        for dx in span
        if (dy > 0 or dx > 0) and dx * dx + dy * dy <= _REACH * _REACH
    ]
    even = np.empty((len(offsets), *flow.angle.shape), np.float32)
    odd = np.empty_like(even)
    for k, (dy, dx) in enumerate(offsets):
        bell = np.float32(np.exp(-(dx * dx + dy * dy) / (2 * _SIGMA**2)))
        phase = across_x * np.float32(dx) + across_y * np.float32(dy)
        even[k] = bell * np.cos(phase)
        odd[k] = bell * np.sin(phase)
    return offsets, even, odd


def _filtered(
    image: Field, offsets: list[tuple[int, int]], weights: NDArray[np.float32], parity: int
) -> Field:
    """Apply the per-pixel kernels; parity 1 for even weights, -1 for odd ones."""
    height, width = image.shape
    padded = np.pad(image, _REACH)
    out = image.copy() if parity == 1 else np.zeros_like(image)
    for (dy, dx), weight in zip(offsets, weights, strict=True):
        top, left = _REACH + dy, _REACH + dx
        ahead = padded[top : top + height, left : left + width]
        top, left = _REACH - dy, _REACH - dx
        behind = padded[top : top + height, left : left + width]
        out += weight * (ahead + behind if parity == 1 else ahead - behind)
    return out


def _grow(rng: np.random.Generator, flow: Flow) -> NDArray[np.complex64]:
    """Grow the ridge pattern; its phase rises by 2 pi from ridge to ridge."""
    offsets, even, odd = _kernels(flow)
    image = rng.standard_normal(flow.angle.shape, dtype=np.float32)
    for _ in range(int(rng.integers(*_ROUNDS, endpoint=True))):
        image = _filtered(image, offsets, even, 1)
        image = np.tanh(image * np.float32(1.2 / image.std()))
    real = _filtered(image, offsets, even, 1)
    imaginary = _filtered(image, offsets, odd, -1)
    return (real + 1j * imaginary).astype(np.complex64)


def _dislocations(pattern: NDArray[np.complex64], flow: Flow) -> Field:
    """Find the points about which the phase turns once: x, y in pixels, angle."""
    corners = [np.s_[:-1, :-1], np.s_[1:, :-1], np.s_[1:, 1:], np.s_[:-1, 1:]]
    start = flow.angle[corners[0]]
    phases = []
    for corner in corners:
        # The odd part changes sign where the angle jumps by pi: follow the first corner.
        flip = np.cos(flow.angle[corner] - start) < 0
        phases.append(np.angle(np.where(flip, pattern[corner].conj(), pattern[corner])))
    turns = np.zeros_like(phases[0])
    for k in range(4):
        turns += np.remainder(phases[(k + 1) % 4] - phases[k] + np.pi, 2 * np.pi) - np.pi
    rows, columns = np.nonzero(np.abs(turns) > np.pi)
    x, y = (columns + 0.5) * _STEP, (rows + 0.5) * _STEP
    keep = np.ones(len(x), bool)
    for px, py in (*flow.cores, *flow.deltas):
        keep &= np.hypot(x - px, y - py) > 6
    angle = start[rows, columns] + np.where(turns[rows, columns] > 0, 0.0, np.pi)
    found = np.stack([x, y, np.remainder(angle, 2 * np.pi)], axis=1)[keep]
    return found.astype(np.float32)


def _pores(rng: np.random.Generator, ridges: Field) -> Field:
    """Scatter sweat pores on the middle of the ridges."""
    height, width = ridges.shape
    count = int(height * width / _PORE_SPACING**2)
    rows, columns = rng.integers(height, size=4 * count), rng.integers(width, size=4 * count)
    on_ridge = ridges[rows, columns] > 0.85
    dots = np.zeros_like(ridges)
    rows, columns = rows[on_ridge], columns[on_ridge]
    dots[rows, columns] = rng.uniform(0.4, 1.0, len(rows)).astype(np.float32)
    pores: Field = np.clip(blur(dots, (1.0, 0.6, 0.12)) * np.float32(5), 0, 1)
    return pores


def make_master(seed: int, pattern: str | None = None) -> Master:
    """Make the finger of a seed.

    Args:
        seed: 0 or more; see `seeds.finger_seed`. Equal seeds give equal fingers.
        pattern: A key of `flow.PATTERNS`; None draws one with its natural share.

    Returns:
        The finger.

    Raises:
        ValueError: the pattern is unknown.

    Cost: about 0.06 s on one core, 30 MB of temporary memory.
    Source: R. Cappelli, D. Maio, D. Maltoni, Synthetic fingerprint-image generation, ICPR 2000
        (ridge growth by oriented filters); the minutiae as phase dislocations after K. Larkin
        and P. Fletcher, A coherent framework for fingerprint analysis, 2007.
    """
    rng = np.random.Generator(np.random.PCG64(seed))
    chosen = draw_pattern(rng) if pattern is None else pattern
    flow = draw_flow(rng, chosen, (MASTER_SHAPE[0] // _STEP, MASTER_SHAPE[1] // _STEP), _STEP)
    grown = _grow(rng, flow)
    ridges = upsample(grown.real)
    ridges = np.tanh(ridges * np.float32(1.4 / ridges.std()))
    minutiae = _dislocations(grown, flow)
    return Master(chosen, ridges, _pores(rng, ridges), minutiae, seed)
