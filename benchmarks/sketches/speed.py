"""How fast the scan is on this machine, and how fast it could be."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import cycle
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from matching.kernels import scan
from matching.kernels.scan import Columns, Probe

__all__ = ["encoding", "scanning"]

_NEUTRAL = np.full(scan.FINGERS, 300, np.uint32)


def _best(call: Callable[[], object], repeats: int) -> float:
    """Shortest wall time of a call, milliseconds."""
    times = []
    for _ in range(repeats):
        begin = perf_counter()
        call()
        times.append(perf_counter() - begin)
    return 1e3 * min(times)


def _filled(rng: np.random.Generator, persons: int) -> Columns:
    """Random bits: the time of a scan does not depend on them."""
    columns = Columns.empty(persons)
    words = columns.leading.reshape(-1).view(np.uint64)
    words[:] = np.resize(rng.integers(0, 2**64 - 1, 1 << 20, np.uint64), len(words))
    for array in (columns.presence, columns.enrolled, columns.attributes):
        array[:] = 2**64 - 1
    return columns


def _probe(rng: np.random.Generator) -> Probe:
    weights = np.clip(np.rint(rng.normal(0, 4.5, (scan.FINGERS, 128))), -12, 12)
    return Probe(weights.astype(np.int8), _NEUTRAL)


def _pin(core: int) -> None:
    """Keep this thread on one core: on a busy machine two threads may share one otherwise."""
    os.sched_setaffinity(0, {core})


def _scan_part(
    columns: Columns,
    probes: list[Probe],
    permitted: NDArray[np.uint64],
    out: NDArray[np.uint16],
    begin: int,
    end: int,
) -> None:
    scan.leading_distances(columns, probes, permitted=permitted, out=out, tiles=(begin, end))


def scanning(persons: int, *, threads: int, repeats: int, seed: int) -> dict[str, float]:
    """Time the stages on random references.

    Args:
        persons: References.
        threads: Of the scan; every other call runs in one.
        repeats: Of every call; the best counts.
        seed: Of the bits.

    Returns:
        Milliseconds per search: ``scan_1`` and ``scan_8`` (eight in one pass), ``permit``,
        ``near`` and ``refine`` (for a thousandth of the references), ``read`` (adding up the
        array that a scan reads, which is what the memory allows); ``bytes_per_person``.
    """
    rng = np.random.default_rng(seed)
    columns = _filled(rng, persons)
    further = np.resize(rng.integers(0, 2**64 - 1, 1 << 20, np.uint64), (len(columns), 10, 2))
    probes = [_probe(rng) for _ in range(scan.MAX_PROBES)]
    tiles = len(columns) // scan.TILE
    edges = [tiles * i // threads for i in range(threads + 1)]
    found: dict[str, float] = {}
    cores = cycle(sorted(os.sched_getaffinity(0)))
    with ThreadPoolExecutor(threads, initializer=lambda: _pin(next(cores))) as pool:

        def spread(task: Callable[[int, int], object]) -> None:
            list(pool.map(task, edges[:-1], edges[1:]))

        for count in (1, scan.MAX_PROBES):
            out = np.zeros((count, len(columns)), np.uint16)
            job = partial(
                _scan_part, columns, probes[:count], np.tile(columns.enrolled, (count, 1)), out
            )
            found[f"scan_{count}_ms"] = _best(partial(spread, job), repeats) / count
        words = columns.leading.reshape(tiles, -1).view(np.uint64)
        time = _best(
            lambda: spread(lambda a, b: np.bitwise_or.reduce(words[a:b], axis=None)), repeats
        )
        found["read_ms"] = time
    found["permit_ms"] = _best(lambda: scan.permit(columns, [1, 2]), repeats)
    limit = np.full((scan.FINGERS + 1, 256), np.quantile(out[0], 1e-3), np.int32)
    used = np.ones(scan.FINGERS, bool)
    choose = partial(
        scan.near, columns, out[0], permitted=columns.enrolled, used=used, limits=limit
    )
    found["near_ms"] = _best(choose, repeats)
    near, _ = choose()
    sums = np.zeros(len(near), np.uint32)
    refine = _best(lambda: scan.refine(columns, further, near, probes[0], distances=sums), repeats)
    found["refine_ms"] = refine
    arrays = (columns.leading, columns.presence, columns.enrolled, columns.attributes, further)
    found["bytes_per_person"] = sum(array.nbytes for array in arrays) / len(columns)
    return found


def encoding(call: Callable[[], object], fingers: int, *, repeats: int) -> float:
    """Milliseconds per finger of a call that encodes so many."""
    return _best(call, repeats) / fingers
