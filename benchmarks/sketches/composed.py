"""Rank of the mate among a million composed persons, scanned by the real kernels.

Half of the fingers of every sensor are probes and mates, the gallery is composed of the other half,
and position k always comes from the same sensor: every comparison with a stranger is one of one
sensor, at full scale and without a formula.  A few hundred real impressions are recombined, so the
far tail repeats them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from benchmarks.sketches.prints import Prints
from matching.fingerprint.sketch import FingerSketches
from matching.fingerprint.sketch_probe import make_probes
from matching.kernels import scan
from matching.kernels.scan import FINGERS, Columns
from matching.template import FingerPosition

__all__ = ["ranks"]

_POSITIONS = list(FingerPosition)
Index = NDArray[np.intp]
Words = NDArray[np.uint64]


def ranks(
    prints: Prints,
    sketches: FingerSketches,
    *,
    persons: int,
    probes: int,
    fingers: int,
    seed: int,
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Search composed persons.

    Args:
        prints: Of several sensors, equally many impressions of every finger.
        sketches: Of the prints.
        persons: In the gallery, rounded up to 512.
        probes: Searches.
        fingers: Of each probe.
        seed: Of everything drawn.

    Returns:
        (probes,) how many strangers are as near as the mate by 128 and by 256 bits.
    """
    rng = np.random.default_rng(seed)
    table, sensors = _by_finger(prints)
    half = np.arange(len(table)) % 2 == 0
    columns, further = _gallery(rng, sketches.bits, table[~half], sensors[~half], persons)
    everybody = np.arange(len(columns))
    first, second = [], []
    for _ in range(probes):
        shown = _person(rng, sensors[half], 1)[0]
        enrolled, probe = rng.permutation(table.shape[1])[:2]
        rows = table[half][shown]
        wanted = sketches.take(rows[:fingers, probe])
        made = make_probes(wanted, _POSITIONS[:fingers])
        mate_columns, mate_further = _columns(sketches.bits[rows[:, enrolled]][None])
        out = _scanned(columns, made.leading)
        own = _scanned(mate_columns, made.leading)[:1]
        first.append(int((out <= own[0]).sum()))
        sums, own_sum = out.astype(np.uint32), own.astype(np.uint32)
        scan.refine(columns, further, everybody, made.middle, distances=sums)
        scan.refine(mate_columns, mate_further, everybody[:1], made.middle, distances=own_sum)
        second.append(int((sums <= own_sum[0]).sum()))
    return np.array(first), np.array(second)


def _by_finger(prints: Prints) -> tuple[Index, NDArray[np.int64]]:
    """(F, impressions) rows of every finger, and (F,) its sensor."""
    order = np.lexsort((prints.impressions, prints.fingers))
    table = order.reshape(len(np.unique(prints.fingers)), -1)
    return table, prints.groups[table[:, 0]]


def _person(rng: np.random.Generator, sensors: NDArray[np.int64], count: int) -> Index:
    """(count, 10) different fingers, position k from sensor k modulo their number."""
    names = np.unique(sensors)
    chosen = np.zeros((count, FINGERS), np.intp)
    for k, name in enumerate(names):
        places = np.arange(k, FINGERS, len(names))
        pool = np.flatnonzero(sensors == name)
        order = np.argsort(rng.random((count, len(pool))), axis=1)
        chosen[:, places] = pool[order[:, : len(places)]]
    return chosen


def _gallery(
    rng: np.random.Generator,
    bits: Words,
    table: Index,
    sensors: NDArray[np.int64],
    persons: int,
) -> tuple[Columns, Words]:
    count = -(-persons // scan.TILE) * scan.TILE
    chosen = _person(rng, sensors, count)
    impressions = rng.integers(0, table.shape[1], (count, 1))
    return _columns(bits[table[chosen, impressions]])


def _columns(bits: Words) -> tuple[Columns, Words]:
    """Enrol (N, 10, 8) bits, all fingers present; further bits for as many as there is room."""
    columns = Columns.empty(len(bits))
    further = np.zeros((len(columns), FINGERS, 2), np.uint64)
    further[: len(bits)] = bits[..., 2:4]
    leading = np.zeros((len(columns), FINGERS, 2), np.uint64)
    leading[: len(bits)] = bits[..., :2]
    columns.leading[:] = scan.transpose(leading)
    for array in (columns.presence, columns.enrolled):
        array[:] = 2**64 - 1
    return columns, further


def _scanned(columns: Columns, probe: scan.Probe) -> NDArray[np.uint16]:
    out = np.zeros((1, len(columns)), np.uint16)
    scan.leading_distances(
        columns,
        [probe],
        permitted=columns.enrolled[None],
        out=out,
        tiles=(0, len(columns) // scan.TILE),
    )
    found: NDArray[np.uint16] = out[0]
    return found
