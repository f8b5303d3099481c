"""Measures who compares two names: accuracy on a labelled set, and speed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import cast

import numpy as np

from benchmarks.names.data import LabelledPairs
from benchmarks.names.metrics import best, judge_at, recall_at_precision
from benchmarks.names.protocols import Floats, PairScorer
from benchmarks.names.running import attempt
from benchmarks.names.subjects import Subject
from benchmarks.report import Row, Value
from benchmarks.timing import alone, speed

__all__ = ["measure_pairs"]

_TIMED = 2000
"""Pairs of one timed call, drawn at random."""


@dataclass(frozen=True, slots=True)
class _Scores:
    scores: Floats
    threshold: float | None
    per_s: float


def measure_pairs(
    subject: Subject, labelled: LabelledPairs, *, seconds: float, lock: Path | None
) -> Row:
    """Return the row of one subject on one set.

    Args:
        subject: With a PairScorer.
        labelled: The set.
        seconds: Of timing.
        lock: File locked while timing.
    """
    case = f"{labelled.name}, {len(labelled.pairs):,} pairs"
    found = attempt(subject, case, partial(_run, subject, labelled, seconds, lock))
    if isinstance(found, Row):
        return found
    scores, mated, total = found.scores, labelled.mated, int(labelled.mated.sum())
    judged = best(scores, mated, total=total)
    fixed = None
    if found.threshold is not None:
        fixed = judge_at(scores, mated, total=total, threshold=found.threshold).f1
    metrics: dict[str, Value] = {
        "f1": judged.f1,
        "precision": judged.precision,
        "recall": judged.recall,
        "threshold": judged.threshold,
        "f1_fixed": fixed,
        "threshold_fixed": found.threshold,
        "recall_at_p95": recall_at_precision(scores, mated, total=total, precision=0.95),
        "recall_at_p99": recall_at_precision(scores, mated, total=total, precision=0.99),
        "pairs_per_s": found.per_s,
    }
    return Row(subject.name, case, metrics)


def _run(subject: Subject, labelled: LabelledPairs, seconds: float, lock: Path | None) -> _Scores:
    """Score all pairs, and time some of them; runs in a process of its own."""
    scorer = cast(PairScorer, subject.make())
    scores = scorer.score_pairs(labelled.pairs)
    drawn = np.random.default_rng(0).permutation(len(labelled.pairs))[:_TIMED]
    pairs = [labelled.pairs[place] for place in drawn.tolist()]
    with alone(lock):
        found = speed(lambda _: scorer.score_pairs(pairs), len(pairs), seconds)
    return _Scores(scores, scorer.threshold, found.per_s)
