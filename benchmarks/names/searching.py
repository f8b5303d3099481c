"""Measures who finds people: how often the right one comes first or among ten, and how fast."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import cast

import numpy as np

from benchmarks.names.metrics import rank_of_mate
from benchmarks.names.people import SearchSet
from benchmarks.names.protocols import Probe, Remembering, SearchPeer
from benchmarks.names.running import attempt
from benchmarks.names.subjects import Subject
from benchmarks.report import Row, Value
from benchmarks.timing import alone

__all__ = ["CASES", "RANKS", "measure_search"]

CASES: Mapping[str, Sequence[str]] = {
    "name": (),
    "name + birth date": ("birth",),
    "name + birth date + nationality + sex": ("birth", "nationality", "sex"),
}
"""What of a probe a subject is told beside the name, by the name of the case."""
RANKS = 10
"""Length of the lists."""
_WARMING = 5
_FIRST = 500  # probes that are also asked of an engine that has forgotten all others


@dataclass(frozen=True, slots=True)
class _Found:
    metrics: dict[str, dict[str, Value]]
    build_s: float
    bytes_per_person: float


def measure_search(
    subject: Subject, source: Callable[[], SearchSet], *, size: str, lock: Path | None
) -> list[Row]:
    """Return a row of one subject for each case that it can use.

    Args:
        subject: With a SearchPeer.
        source: Makes the people in the process of the subject; can be sent there.
        size: Says how many they are.
        lock: File locked while timing.
    """
    found = attempt(subject, f"{size}, name", partial(_run, subject, source, lock))
    if isinstance(found, Row):
        return [found]
    whole = {"build_s": found.build_s, "bytes_per_person": found.bytes_per_person}
    return [
        Row(subject.name, f"{size}, {case}", metrics | whole)
        for case, metrics in found.metrics.items()
    ]


def _run(subject: Subject, source: Callable[[], SearchSet], lock: Path | None) -> _Found:
    """Make the people, build, ask; runs in a process of its own."""
    data = source()
    engine = cast(SearchPeer, subject.make())
    begin = perf_counter()
    engine.build(data.people)
    build_s = perf_counter() - begin
    try:
        metrics = {
            case: _ask(engine, data, fields, most=subject.most, lock=lock)
            for case, fields in CASES.items()
            if engine.fields.issuperset(fields)
        }
        return _Found(metrics, build_s, engine.bytes_per_person())
    finally:
        engine.close()


def _ask(
    engine: SearchPeer,
    data: SearchSet,
    fields: Sequence[str],
    *,
    most: int | None,
    lock: Path | None,
) -> dict[str, Value]:
    told = [_told(probe, fields) for probe in data.probes[:most]]
    ranks, durations = [], []
    first: dict[str, Value] = {}
    with alone(lock):
        if isinstance(engine, Remembering):
            first = _percentiles("first_", _first_times(engine, told[:_FIRST]))
        for probe in told[:_WARMING]:
            engine.search(probe, k=RANKS)
        for probe, mate in zip(told, data.mates.tolist(), strict=False):
            begin = perf_counter()
            found = engine.search(probe, k=RANKS)
            durations.append(perf_counter() - begin)
            ranks.append(rank_of_mate(found, data.people.identity, mate=mate))
    return {
        "recall_at_1": sum(rank == 1 for rank in ranks) / len(ranks),
        "recall_at_10": sum(rank is not None for rank in ranks) / len(ranks),
        **_percentiles("", durations),
        **first,
        "queries_per_s": len(durations) / sum(durations),
        "probes": len(durations),
    }


def _first_times(engine: Remembering, told: Sequence[Probe]) -> list[float]:
    """How long each probe takes an engine that has seen none of its words, seconds."""
    durations = []
    for probe in told:
        engine.forget_asked()
        begin = perf_counter()
        engine.search(probe, k=RANKS)
        durations.append(perf_counter() - begin)
    return durations


def _percentiles(prefix: str, durations: Sequence[float]) -> dict[str, Value]:
    p50, p95 = np.percentile(durations, [50, 95])
    return {f"{prefix}p50_ms": 1e3 * float(p50), f"{prefix}p95_ms": 1e3 * float(p95)}


def _told(probe: Probe, fields: Sequence[str]) -> Probe:
    """Leave out of a probe what is not asked for."""
    return Probe(probe.name, **{field: getattr(probe, field) for field in fields})
