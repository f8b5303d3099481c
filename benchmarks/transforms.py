"""Sensors and skins that the measured databases lack, imitated on their images."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import cast
from zlib import crc32

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

__all__ = ["TRANSFORMS", "apply"]

_Grey = NDArray[np.uint8]
_WINDOW = 250  # pixels: half an inch, as the smallest sensors have


def apply(name: str, image: _Grey) -> _Grey:
    """Transform one print; equal images give equal results.

    Args:
        name: One of ``TRANSFORMS``.
        image: (H, W) uint8, ridges dark.
    """
    return TRANSFORMS[name](image, np.random.default_rng(crc32(image.tobytes())))


def _small(image: _Grey, rng: np.random.Generator) -> _Grey:
    """A small sensor, touched with a turned finger: up to 20 degrees, 20 pixels off (deviation)."""
    around = int(np.percentile(image, 90))
    turned = Image.fromarray(image).rotate(
        rng.uniform(-20, 20), Image.Resampling.BICUBIC, fillcolor=around
    )
    grey = np.asarray(turned, np.float32)
    ink = np.abs(grey - np.asarray(turned.filter(ImageFilter.BoxBlur(8)), np.float32))
    ink[ink < np.median(ink)] = 0
    window = []
    for axis, side in enumerate(ink.shape):
        middle = np.average(np.arange(side), weights=ink.sum(axis=1 - axis)) + rng.normal(0, 20)
        first = int(np.clip(middle - _WINDOW / 2, 0, max(0, side - _WINDOW)))
        window.append(slice(first, first + _WINDOW))
    return np.ascontiguousarray(np.asarray(turned)[window[0], window[1]])


def _dry(image: _Grey, rng: np.random.Generator) -> _Grey:
    """Dry skin: ridges a pixel thinner on both sides, and grainy."""
    thin = np.asarray(Image.fromarray(image).filter(ImageFilter.MaxFilter(3)), np.float32)
    grain = np.clip(rng.normal(128, 40, image.shape), 0, 255).astype(np.uint8)
    soft = Image.fromarray(grain).filter(ImageFilter.GaussianBlur(1.2))
    return _grey(thin + 1.5 * (np.asarray(soft, np.float32) - 128))


def _wet(image: _Grey, rng: np.random.Generator) -> _Grey:
    """Wet skin: ridges a pixel thicker on both sides, and smeared."""
    thick = Image.fromarray(image).filter(ImageFilter.MinFilter(3))
    return np.asarray(thick.filter(ImageFilter.GaussianBlur(rng.uniform(1.0, 2.0))))


def _coarse(image: _Grey, rng: np.random.Generator) -> _Grey:
    """A coarse, pale, noisy sensor of 250 to 300 ppi."""
    height, width = image.shape
    share = rng.uniform(0.5, 0.6)
    less = Image.fromarray(image).resize(
        (round(width * share), round(height * share)), Image.Resampling.BOX
    )
    again = np.asarray(less.resize((width, height), Image.Resampling.BICUBIC), np.float32)
    return _grey(128 + 0.3 * (again - 128) + rng.normal(0, 6, image.shape))


def _grey(values: NDArray[np.floating]) -> _Grey:
    return cast(_Grey, np.clip(values, 0, 255).astype(np.uint8))


TRANSFORMS: Mapping[str, Callable[[_Grey, np.random.Generator], _Grey]] = MappingProxyType(
    {"small": _small, "dry": _dry, "wet": _wet, "coarse": _coarse}
)
"""What happens to every image of a database, by name."""
