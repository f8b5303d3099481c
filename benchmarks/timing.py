"""Measuring time fairly: alone, pinned, best of several windows."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import numpy as np

from benchmarks.errors import BenchmarkError

__all__ = ["Speed", "alone", "cores", "pin", "speed"]

_WINDOW_S = 0.3
_FEWEST_CALLS = 3


@dataclass(frozen=True, slots=True)
class Speed:
    """How fast calls of one size were.

    Args:
        per_s: Items a second in the best window.
        p50_ms: Median duration of a call.
        p95_ms: Duration that 95 % of the calls stay below.
    """

    per_s: float
    p50_ms: float
    p95_ms: float


@contextmanager
def alone(lock: Path | None) -> Iterator[None]:
    """Hold a lock file while something is timed, if one is named; others wait for it."""
    if lock is None:
        yield
        return
    with lock.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def cores(threads: int) -> set[int]:
    """Return as many cores as there are threads: the last ones, as the first serves interrupts.

    Raises:
        BenchmarkError: this process may use fewer.
    """
    usable = sorted(os.sched_getaffinity(0))
    if threads > len(usable):
        raise BenchmarkError(
            f"{threads} threads need as many cores; this process may use {len(usable)}"
        )
    return set(usable[-threads:])


def pin(threads: int) -> None:
    """Keep this thread, and those it starts later, on as many cores as there are threads."""
    os.sched_setaffinity(0, cores(threads))


def speed(call: Callable[[int], object], items: int, seconds: float) -> Speed:
    """Time calls, after one that warms up.

    Args:
        call: Does the work of the n-th call.
        items: Of one call.
        seconds: Calls are made for so long, and three at least.
    """
    call(0)
    durations: list[float] = []
    while sum(durations) < seconds or len(durations) < _FEWEST_CALLS:
        begin = perf_counter()
        call(len(durations))
        durations.append(perf_counter() - begin)
    p50, p95 = np.percentile(durations, [50, 95])
    return Speed(items / min(_window_means(durations)), 1e3 * float(p50), 1e3 * float(p95))


def _window_means(durations: list[float]) -> Iterator[float]:
    """Yield the mean duration of every full window of consecutive calls; of all if none is full."""
    window: list[float] = []
    full = False
    for duration in durations:
        window.append(duration)
        if sum(window) >= _WINDOW_S:
            full = True
            yield sum(window) / len(window)
            window = []
    if not full:
        yield sum(durations) / len(durations)
