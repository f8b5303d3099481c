"""Identification by vectors: every engine's accuracy and speed on the same people, in one run.

An engine's threshold is the lowest at which at most one in a thousand of the probes of people who
were never enrolled gets a candidate (FPIR 1e-3).  FNIR is the share of mated probes whose person is
not the first candidate at or above it.  A mate is lost if exact float32 search identifies the
person and the engine does not put the person first; the upper bound (95 %) is of their share.

Every engine runs in a process of its own, pinned to as many cores as it has threads.  The share of
the limit is the speed over what this machine's memory and instructions, measured in the same run,
allow an exhaustive search of that kind; see benchmarks/peers/protocol.py.

With ``--fused`` a record is a face and ten fingers, some of them missing in a capture.  The peers
and the exact search that mates are held against know no masks: they get the weighted vectors side
by side, zero where something is missing.  Ours scores what both sides have, in standard deviations
of strangers with as much in common; a mate that this puts elsewhere than the plain sum counts as
lost too, so what narrowing loses is the difference to the row "everybody exactly".
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Mapping, Sequence
from functools import partial
from importlib import import_module
from pathlib import Path

from rich.progress import track

from benchmarks.arguments import number, share, whole, wholes
from benchmarks.choice import PEERS_HELP, choose, not_installed
from benchmarks.embeddings import Population
from benchmarks.engines import FUSED, OURS, PEERS, Engine
from benchmarks.exact import Reference
from benchmarks.fused import MISSING, FusedPopulation, FusedVectors
from benchmarks.identification import fnir, lost_upper_bound, threshold_at_fpir
from benchmarks.isolation import isolated
from benchmarks.limits import Limits
from benchmarks.peers.protocol import queries_limit
from benchmarks.report import Plot, Result, Row, Value
from benchmarks.stored import Stored, store
from benchmarks.timing import cores
from benchmarks.vector_run import Answers, Measured, Task, measure_limits, run_engine

__all__ = ["add_arguments", "run"]

_FAILURES = (ImportError, MemoryError, OSError, RuntimeError, TypeError, ValueError)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the scenario's options."""
    parser.add_argument("--n", type=whole(), default=100_000, help="people in the gallery")
    parser.add_argument("--dimensions", type=whole(8, 4096), default=512)
    parser.add_argument(
        "--fused", action="store_true", help="a face and ten fingers: 1792 dimensions"
    )
    parser.add_argument(
        "--missing", type=share, default=MISSING, help="share of fingers that a capture lacks"
    )
    parser.add_argument(
        "--realistic", type=whole(), default=1_000_000, help="the others are fillers"
    )
    parser.add_argument("--threads", type=wholes(1, 256), default=[1], metavar="N,N")
    parser.add_argument("--batch", type=wholes(1, 100_000), default=[1, 64], metavar="N,N")
    parser.add_argument("--peers", default="all", help=PEERS_HELP)
    parser.add_argument("--k", type=whole(), default=1, help="candidates asked for")
    parser.add_argument("--mated", type=whole(), default=4096, help="probes of enrolled people")
    parser.add_argument(
        "--peer-mated", type=whole(), default=1024, help="so many of them for peers"
    )
    parser.add_argument("--non-mated", type=whole(), default=2048, help="probes of other people")
    parser.add_argument(
        "--seconds", type=number(0.01, 600), default=2.0, help="timing of each figure"
    )
    parser.add_argument("--seed", type=whole(0), default=42)
    parser.add_argument(
        "--timing-lock", type=Path, metavar="FILE", help="lock this file while timing"
    )


def run(args: argparse.Namespace) -> Result:
    """Measure ours and the chosen peers."""
    engines = [*(FUSED if args.fused else OURS).values(), *choose(args.peers, PEERS)]
    threads = sorted(args.threads, reverse=True)  # most first: that process also answers
    cores(threads[0])
    limits = {
        count: isolated(count, {}, partial(measure_limits, count, args.timing_lock))
        for count in sorted(threads)
    }
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as folder:
        populations = _Populations(args, Path(folder))
        for engine in track(engines, "engines", transient=True):
            rows += _measure(engine, args, threads, populations, limits)
    asked = (
        "n",
        "fused",
        "missing",
        "realistic",
        "k",
        "mated",
        "peer_mated",
        "non_mated",
        "seconds",
        "seed",
    )
    parameters: dict[str, Value] = {name: getattr(args, name) for name in asked}
    parameters["dimensions"] = populations.dimensions
    for count in limits.values():
        parameters |= count.parameters()
    return Result(parameters, rows, _plots(rows) if args.html is not None else ())


class _Populations:
    """The populations of a run, each made once when first asked for."""

    def __init__(self, args: argparse.Namespace, folder: Path) -> None:
        self._args, self._folder = args, folder
        self._made: dict[int, Reference] = {}
        self.dimensions = self._population(1).dimensions

    def of(self, people: int) -> Reference:
        """Return the population of so many people with its exact search."""
        if people not in self._made:
            self._made[people] = Reference(self._make(people))
        return self._made[people]

    def _population(self, people: int) -> Population | FusedVectors:
        args = self._args
        if args.fused:
            return FusedVectors(FusedPopulation(people, args.seed, args.realistic, args.missing))
        return Population(people, args.dimensions, args.seed, args.realistic)

    def _make(self, people: int) -> Stored:
        args = self._args
        population = self._population(people)
        folder = self._folder / str(people)
        folder.mkdir()
        mated = min(args.mated, population.modelled)
        return store(population, folder, mated=mated, non_mated=args.non_mated)


def _measure(
    engine: Engine,
    args: argparse.Namespace,
    threads: Sequence[int],
    populations: _Populations,
    limits: Mapping[int, Limits],
) -> list[Row]:
    """Return a row per number of threads and batch size, or one that says why there is none."""
    people = min(args.n, engine.most_people or args.n)
    size = f"{people:,} x {populations.dimensions}{' fused' * args.fused}{engine.variant}"
    if not engine.installed():
        return [not_installed(engine.subject, size)]
    truth = populations.of(people)
    mated = args.mated if engine.subject == "ours" else args.peer_mated
    judged: dict[str, Value] = {}
    rows: list[Row] = []
    for count in threads:
        task = Task(
            engine, truth.stored, count, args.batch, args.k, args.seconds,
            0 if judged else min(mated, truth.stored.population.modelled), args.timing_lock,
        )  # fmt: skip
        try:
            found = isolated(count, engine.environment, partial(run_engine, task))
        except _FAILURES as error:
            note = f"failed: {type(error).__name__}: {error}"
            return [*rows, Row(engine.subject, f"{size}, {_threads(count)}", {"note": note})]
        if found.answers is not None:
            judged = _judge(found.answers, truth)
        for batch, fast in found.speeds.items():
            share = _share(found, people, batch=batch, limits=limits[count])
            metrics: dict[str, Value] = {
                "queries_per_s": fast.per_s,
                "p50_ms": fast.p50_ms,
                "p95_ms": fast.p95_ms,
                "share_of_limit": share,
                **judged,
                "bytes_per_person": found.bytes_per_person,
                "build_s": found.build_s,
                "erase_us": found.erase_us,
            }
            rows.append(Row(engine.subject, f"{size}, {_threads(count)}, batch {batch}", metrics))
    return rows


def _threads(count: int) -> str:
    return f"{count} thread{'s' * (count > 1)}"


def _judge(answers: Answers, truth: Reference) -> dict[str, Value]:
    _, mates = truth.stored.mated(len(answers.first))
    lost = truth.lost(answers.first)
    threshold = threshold_at_fpir(answers.non_mated)
    return {
        "fnir_at_fpir_1e3": fnir(answers.first, answers.scores, mates, threshold),
        "threshold": threshold,
        "mates_lost": lost,
        "mates_lost_upper_95": lost_upper_bound(lost, len(mates)),
        "mated": len(mates),
        "candidates_mean": answers.candidates_mean,
    }


def _share(found: Measured, people: int, *, batch: int, limits: Limits) -> float | None:
    if found.work is None:
        return None
    limit = queries_limit(found.work, people, batch=batch, limits=limits)
    return None if limit is None else found.speeds[batch].per_s / limit


def _plots(rows: Sequence[Row]) -> list[Plot]:
    """Draw every engine's speed for each way of asking, and whom they miss (extra bench)."""
    plots = import_module("benchmarks.plots")
    found: dict[str, dict[str, Value]] = {}
    missed: dict[str, Value] = {}
    for row in rows:
        if "queries_per_s" in row.metrics:
            *what, threads, batch = row.case.split(", ")
            name = ", ".join([row.subject, *what])
            found.setdefault(f"{threads}, {batch}", {})[name] = row.metrics["queries_per_s"]
            missed[name] = row.metrics["fnir_at_fpir_1e3"]
    drawn = [
        plots.bars(f"Searches per second, {way}", [*speeds], [*speeds.values()], unit="searches/s")
        for way, speeds in sorted(found.items())
    ]
    title, unit = "Mated probes not identified (FNIR at FPIR 1e-3)", "share of mated probes"
    return [*drawn, plots.bars(title, [*missed], [*missed.values()], unit=unit, scale="linear")]
