"""Invented vectors for tests."""

import numpy as np
from numpy.typing import NDArray


def unit(rng: np.random.Generator, count: int, dimensions: int = 512) -> NDArray[np.float32]:
    """(count, dimensions) float32 of unit length, in random directions."""
    rows = rng.standard_normal((count, dimensions), np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return rows


def again(
    rng: np.random.Generator, people: NDArray[np.float32], likeness: float = 0.7
) -> NDArray[np.float32]:
    """Capture people once more: (N, D) float32 of about this cosine with them."""
    noise = unit(rng, len(people), people.shape[1])
    mixed = likeness * people + np.sqrt(1 - likeness**2) * noise
    mixed /= np.linalg.norm(mixed, axis=1, keepdims=True)
    rows: NDArray[np.float32] = mixed.astype(np.float32)
    return rows
