"""Runs one engine, in a process of its own.

What it returns are answers and times; what they are worth is judged by the scenario.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from benchmarks.engines import Engine
from benchmarks.limits import Limits, measure
from benchmarks.peers.protocol import ErasingPeer, Floats, VectorPeer, Work
from benchmarks.stored import Stored
from benchmarks.timing import Speed, alone, speed

__all__ = ["Answers", "Measured", "Task", "measure_limits", "run_engine"]

_ANSWER_BATCH = 512  # large, so that no engine answers slowly where only accuracy is asked
_ERASED = 20


@dataclass(frozen=True, slots=True)
class Task:
    """What to run.

    Args:
        engine: Which.
        stored: On what.
        threads: With how many, on as many cores.
        batches: Probes per call, one speed each.
        k: Candidates asked for.
        seconds: Of timing per batch size.
        mated: So many mated probes are answered; 0 leaves all answers out.
        lock: File locked while timing.
    """

    engine: Engine
    stored: Stored
    threads: int
    batches: Sequence[int]
    k: int
    seconds: float
    mated: int
    lock: Path | None


@dataclass(frozen=True, slots=True)
class Answers:
    """First candidates: (M,) rows and scores of mated probes, (N,) scores of non-mated ones."""

    first: NDArray[np.int64]
    scores: Floats
    non_mated: Floats
    candidates_mean: float | None


@dataclass(frozen=True, slots=True)
class Measured:
    """What came out.

    Args:
        answers: None if not asked for.
        speeds: Of every batch size.
        build_s: Without the making of the people.
        erase_us: Median of erasing one person; None if the engine cannot.
        bytes_per_person: In memory.
        work: See Work.
    """

    answers: Answers | None
    speeds: Mapping[int, Speed]
    build_s: float
    erase_us: float | None
    bytes_per_person: float
    work: Work | None


def measure_limits(threads: int, lock: Path | None) -> Limits:
    """Measure the machine's limits while holding the lock; runs in a process of its own."""
    with alone(lock):
        return measure(threads)


def run_engine(task: Task) -> Measured:
    """Build, answer, time and erase; runs in a process of its own."""
    engine = task.engine.make()
    population = task.stored.population
    watch = _Watch(task.stored.blocks())
    begin = perf_counter()
    engine.build(watch, dimensions=population.dimensions, people=population.people)
    build_s = perf_counter() - begin - watch.seconds
    answers = _answer(engine, task) if task.mated else None
    probes = _timing_probes(task.stored, max(task.batches))
    size = engine.bytes_per_person()  # before erasing, which may change it
    with alone(task.lock):
        speeds = {batch: _speed(engine, task, probes, batch) for batch in task.batches}
        erase_us = _erase_us(engine, population.people)
    return Measured(answers, speeds, build_s, erase_us, size, engine.work())


class _Watch:
    """Passes blocks on and keeps the time that making them took."""

    def __init__(self, blocks: Iterable[Floats]) -> None:
        self._blocks = iter(blocks)
        self.seconds = 0.0

    def __iter__(self) -> Iterator[Floats]:
        return self

    def __next__(self) -> Floats:
        begin = perf_counter()
        try:
            return next(self._blocks)
        finally:
            self.seconds += perf_counter() - begin


def _answer(engine: VectorPeer, task: Task) -> Answers:
    def ask(probes: Floats) -> tuple[NDArray[np.int64], Floats, list[NDArray[np.int64]]]:
        found = [
            engine.search(probes[at : at + _ANSWER_BATCH], k=task.k, threads=task.threads)
            for at in range(0, len(probes), _ANSWER_BATCH)
        ]
        counted = [one.candidates for one in found if one.candidates is not None]
        first = np.concatenate([one.ids[:, 0] for one in found])
        return first, np.concatenate([one.scores[:, 0] for one in found]), counted

    first, scores, some = ask(task.stored.mated(task.mated)[0])
    _, others, more = ask(task.stored.non_mated())
    counted = some + more
    mean = float(np.concatenate(counted).mean()) if counted else None
    return Answers(first, scores, others, mean)


def _timing_probes(stored: Stored, batch: int) -> Floats:
    """Return mated and non-mated probes by turns, enough for several different batches."""
    others = stored.non_mated()
    mated, _ = stored.mated(len(others))
    pairs = min(len(mated), len(others))
    mixed = np.stack([mated[:pairs], others[:pairs]], axis=1).reshape(2 * pairs, -1)
    return np.tile(mixed, (-(-batch // len(mixed)), 1))


def _speed(engine: VectorPeer, task: Task, probes: Floats, batch: int) -> Speed:
    batches = [probes[at : at + batch] for at in range(0, len(probes) - batch + 1, batch)]

    def call(number: int) -> object:
        return engine.search(batches[number % len(batches)], k=task.k, threads=task.threads)

    return speed(call, batch, task.seconds)


def _erase_us(engine: VectorPeer, people: int) -> float | None:
    if not isinstance(engine, ErasingPeer):
        return None
    durations = []
    for person in range(min(_ERASED, people // 2)):
        begin = perf_counter()
        engine.erase(person)
        durations.append(perf_counter() - begin)
    return 1e6 * median(durations)
