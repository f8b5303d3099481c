"""Independent seeds for every finger and impression of a population."""

from __future__ import annotations

import numpy as np

__all__ = ["conditions_seed", "finger_seed", "impression_seed"]


def _derived(root: int, *key: int) -> int:
    return int(np.random.SeedSequence(root, spawn_key=key).generate_state(1, np.uint64)[0])


def finger_seed(population_seed: int, person: int, position: int) -> int:
    """Seed of one finger of one person.

    Args:
        population_seed: Of the whole population, 0 or more.
        person: Number of the person, 0 or more.
        position: Finger position, 1..10.

    Returns:
        0..2**64 - 1; streams of different arguments are independent.

    Examples:
        >>> finger_seed(1, 0, 2) == finger_seed(1, 0, 2) != finger_seed(1, 0, 3)
        True
    """
    return _derived(population_seed, 0, person, position)


def impression_seed(finger: int, impression: int) -> int:
    """Seed of one impression of a finger.

    Args:
        finger: Seed of the finger.
        impression: Number of the impression, 0 or more.

    Returns:
        0..2**64 - 1.
    """
    return _derived(finger, 1, impression)


def conditions_seed(finger: int, impression: int) -> int:
    """Seed of the conditions under which an impression is taken; arguments as above."""
    return _derived(finger, 2, impression)
