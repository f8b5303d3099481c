"""How long a list must be so that it holds the mate: persons composed of single fingers.

A person is ten (eight, four ...) different fingers; one impression number is enrolled and another
is the probe, the same for all fingers.  Strangers are fingers of the same sensor.  The sum of their
scores over n positions is distributed as the n-fold convolution of the distribution of one, so the
share of strangers above a mate (the *penetration* of that search) is read off its tail.  Below
1e-6 that rests on independence between positions, and drawn strangers reached up to 2.4 times as
far as the convolution says.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from benchmarks.sketches.prints import Prints

__all__ = ["penetrations", "tail"]

_STEP = 0.02  # of the grid of scores, in deviations
_LOW, _HIGH = -8.0, 14.0
_BATCH = 50_000  # draws at a time
Scores = NDArray[np.float64]


def tail(strangers: Scores, fingers: int) -> Callable[[Scores], Scores]:
    """Share of strangers whose sum over n fingers reaches a value.

    Args:
        strangers: Scores of single fingers, in deviations.
        fingers: n.

    Returns:
        A function of sums.
    """
    bins = int((_HIGH - _LOW) / _STEP)
    place = np.clip(((strangers - _LOW) / _STEP).astype(np.intp), 0, bins - 1)
    density = np.bincount(place, minlength=bins) / len(strangers)
    size = 1 << int(np.ceil(np.log2(bins * fingers + 1)))
    summed = np.fft.irfft(np.fft.rfft(density, size) ** fingers, size)
    above = np.cumsum(np.where(summed < 1e-17, 0, summed)[::-1])[::-1]

    def share(sums: Scores) -> Scores:
        at = (sums - fingers * (_LOW + _STEP / 2)) / _STEP + 0.5
        found: Scores = above[np.clip(at.astype(np.intp), 0, size - 1)]
        return found

    return share


def penetrations(
    scores: Scores, prints: Prints, *, fingers: int, draws: int, seed: int, one_sensor: bool = False
) -> Scores:
    """Draw mated persons and say which share of strangers comes before each.

    Args:
        scores: (N, N) standardised, row = probe, column = reference, both ``prints``.
        prints: Equally many impressions of every finger.
        fingers: Of a person.
        draws: Persons.
        seed: Of the draws.
        one_sensor: All fingers of a person come from one group, which stands for "everything
            about this person is bad".

    Returns:
        About (draws,) sorted shares 0..1; the quantile 0.999 is the penetration for a miss of 1e-3.
    """
    rng = np.random.default_rng(seed)
    different = prints.fingers[:, None] != prints.fingers
    sensor = prints.groups[:, None] == prints.groups
    share = tail(scores[different & sensor], fingers)
    order = np.lexsort((prints.impressions, prints.fingers))
    owners, counts = np.unique(prints.fingers, return_counts=True)
    table = order.reshape(len(owners), int(counts[0]))
    groups = prints.groups[table[:, 0]]
    pools = [np.arange(len(owners))]
    if one_sensor:
        pools = [np.flatnonzero(groups == g) for g in np.unique(groups)]
    found = []
    for pool in pools:
        for first in range(0, draws // len(pools), _BATCH):
            count = min(_BATCH, draws // len(pools) - first)
            chosen = _different(rng, pool, count, fingers)
            enrolled = rng.integers(0, table.shape[1], (count, 1))
            probe = (enrolled + rng.integers(1, table.shape[1], (count, 1))) % table.shape[1]
            sums = scores[table[chosen, probe], table[chosen, enrolled]].sum(axis=1)
            found.append(share(sums))
    return np.sort(np.concatenate(found))


def _different(
    rng: np.random.Generator, pool: NDArray[np.intp], count: int, size: int
) -> NDArray[np.intp]:
    """(count, size) members of a pool, different within a row."""
    if len(pool) <= 100:
        keys = rng.random((count, len(pool)))
        return pool[np.argsort(keys, axis=1)[:, :size]]
    chosen = rng.integers(0, len(pool), (count, size))
    while True:
        ordered = np.sort(chosen, axis=1)
        twice = (ordered[:, 1:] == ordered[:, :-1]).any(axis=1)
        if not twice.any():
            return pool[chosen]
        chosen[twice] = rng.integers(0, len(pool), (int(twice.sum()), size))
