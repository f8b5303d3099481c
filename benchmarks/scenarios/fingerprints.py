"""Fingerprint comparison, one finger against one finger, next to open peers.

Protocol (as FVC): mated are all pairs of impressions of one finger, non-mated all pairs of
impressions of different fingers of one database.  A pair is accepted where score >= t; FNMR is the
lowest with FMR(t) <= target, without interpolation.  "mean" is the mean over the databases.

Where ``non_mated`` is less than others' a peer is too slow for all pairs and got a random sample of
them.  Everything runs on one core, in the best of several windows: cylinders_ms is the making of
what is compared from the stored minutiae of one finger, built_ms the same by the kernel alone, one
call for all fingers of a database and one tuning; comparisons_per_s counts whole comparisons.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from pathlib import Path
from time import perf_counter
from typing import TypeVar, cast

import numpy as np
from numpy.typing import NDArray
from rich.progress import track

from benchmarks.arguments import number, whole
from benchmarks.choice import PEERS_HELP, choose, not_installed
from benchmarks.data import FingerprintDatabase, data_folder, fingerprint_databases
from benchmarks.extractors import NOMINAL_PPI, add_extractor_argument
from benchmarks.fingers import PEERS, Peer, Subject, ours
from benchmarks.report import Result, Row
from benchmarks.timing import alone, pinned, speed
from matching.calibration import equal_error_rate, fnmr_at_fmr
from matching.parameters import MATCHER_VERSION

__all__ = ["add_arguments", "add_measuring", "measure", "run"]

_Read = TypeVar("_Read")
_Made = TypeVar("_Made")
Pairs = Sequence[NDArray[np.int64]]
"""For every probe, the references that it is compared with."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the scenario's options."""
    add_measuring(parser)
    parser.add_argument("--peers", default="bozorth3", help=PEERS_HELP)
    parser.add_argument(
        "--without-peers", dest="peers", action="store_const", const="none", help="as --peers none"
    )


def add_measuring(parser: argparse.ArgumentParser) -> None:
    """Declare what ``measure`` needs."""
    add_extractor_argument(parser)
    parser.add_argument(
        "--seconds", type=number(0.01, 600), default=2.0, help="timing of each figure"
    )
    parser.add_argument("--seed", type=whole(0), default=1358, help="of the sample for slow peers")
    parser.add_argument(
        "--timing-lock", type=Path, metavar="FILE", help="lock this file while timing"
    )


def run(args: argparse.Namespace) -> Result:
    """Measure every database found."""
    peers = choose(args.peers, PEERS)
    databases = fingerprint_databases(data_folder())
    with pinned(1):
        rows = measure(ours(args.extractor), databases, args)
        for peer in peers:
            rows += _measure_peer(peer, databases, args)
    parameters = {
        "extractor": args.extractor,
        "matcher": MATCHER_VERSION,
        "ppi": NOMINAL_PPI,
        "threads": 1,
        "nfiq2": False,
        "seconds": args.seconds,
        "seed": args.seed,
    }
    return Result(parameters, rows)


def _measure_peer(
    peer: Peer, databases: Sequence[FingerprintDatabase], args: argparse.Namespace
) -> list[Row]:
    if not peer.installed():
        return [not_installed(peer.name, "mean")]
    return measure(peer.make(args.extractor), databases, args)


def measure(
    subject: Subject[_Read, _Made],
    databases: Iterable[FingerprintDatabase],
    args: argparse.Namespace,
) -> list[Row]:
    """Measure one subject on every database, and the mean; ``args`` as of ``add_measuring``."""
    rows = [
        Row(subject.name, database.name, _measure_one(subject, database, args))
        for database in track(list(databases), subject.name, transient=True)
    ]
    mean = {
        name: None
        if value is None
        else float(np.mean([cast(float, r.metrics[name]) for r in rows]))
        for name, value in rows[0].metrics.items()
    }
    return [*rows, Row(subject.name, "mean", mean)]


def _measure_one(
    subject: Subject[_Read, _Made], database: FingerprintDatabase, args: argparse.Namespace
) -> dict[str, float | None]:
    files = [path.read_bytes() for path in database.images.values()]
    begin = perf_counter()
    read = [subject.extract(data) for data in files]
    extract_ms = 1e3 * (perf_counter() - begin) / len(read)
    fingers = np.array([finger for finger, _ in database.images])
    pairs = _pairs(fingers, subject.most_non_mated, args.seed)
    with alone(args.timing_lock):
        made, cylinders_ms = _prepare(subject, read, args.seconds)
        built_ms = _build(subject, read, args.seconds)
        scores, per_s = _compare(subject, made, pairs, args.seconds)
    same = np.concatenate([fingers[i] == fingers[chosen] for i, chosen in enumerate(pairs)])
    mated, non_mated = scores[same], scores[~same]
    return {
        "eer": equal_error_rate(mated, non_mated),
        "fnmr_at_fmr_1e2": fnmr_at_fmr(mated, non_mated, 1e-2),
        "fnmr_at_fmr_1e3": fnmr_at_fmr(mated, non_mated, 1e-3),
        "mated": len(mated),
        "non_mated": len(non_mated),
        "comparisons_per_s": per_s,
        "cylinders_ms": cylinders_ms,
        "built_ms": built_ms,
        "extract_ms": extract_ms,
    }


def _prepare(
    subject: Subject[_Read, _Made], read: Sequence[_Read], seconds: float
) -> tuple[Sequence[_Made], float | None]:
    """Make what is compared; and how long one finger takes, None if there is nothing to make."""
    if subject.prepare is None:
        return cast(Sequence[_Made], read), None
    prepare = subject.prepare
    found = speed(lambda _: prepare(read), len(read), seconds)
    return prepare(read), 1e3 / found.per_s


def _build(subject: Subject[_Read, _Made], read: Sequence[_Read], seconds: float) -> float | None:
    """How long one finger takes in a call for all, None if there is no such call."""
    if subject.build is None:
        return None
    build = subject.build
    return 1e3 / speed(lambda _: build(read), len(read), seconds).per_s


def _compare(
    subject: Subject[_Read, _Made], made: Sequence[_Made], pairs: Pairs, seconds: float
) -> tuple[NDArray[np.float64], float]:
    """Compare all pairs; their scores and how many comparisons a second that makes.

    A slow peer goes through the pairs once: that is the one window.
    """
    references = [[made[j] for j in chosen] for chosen in pairs]

    def once() -> NDArray[np.float64]:
        return np.concatenate(
            [subject.compare(made[i], others) for i, others in enumerate(references) if others]
        )

    subject.compare(made[0], made[1:2])  # peers compile at the first call
    begin = perf_counter()
    scores = once()
    took = perf_counter() - begin
    if took > seconds:
        return scores, len(scores) / took
    return scores, speed(lambda _: once(), len(scores), seconds).per_s


def _pairs(fingers: NDArray[np.str_], most_non_mated: int | None, seed: int) -> Pairs:
    """Return for every probe i the references j > i, all or with a sample of the non-mated."""
    first, second = np.triu_indices(len(fingers), 1)
    other = np.flatnonzero(fingers[first] != fingers[second])
    taken = np.ones(len(first), bool)
    if most_non_mated is not None and len(other) > most_non_mated:
        left_out = np.random.default_rng(seed).permutation(other)[most_non_mated:]
        taken[left_out] = False
    return [second[taken & (first == i)] for i in range(len(fingers))]
