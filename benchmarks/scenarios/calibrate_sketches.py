"""Measures how near mates are at each stage of the scan, and writes the table that is shipped.

Two kinds of people that the sketch model was not fitted to: drawn ones, of whom some have bad
captures as a whole, and ones composed of synthetic prints under hard conditions (levels 1.0 to 1.8;
the public databases are like 1), so that the cuts suit databases worse than those at hand.  Every
number of fingers from ten to two has cuts of its own, from as many of the fingers that a pair has
in common, chosen
by chance; each cut is the lower of what the two kinds need.  The cuts of a
number, those of the three stages and of the scores after the first fingers, lose shares of a fixed
proportion, as large as they may be so that together they lose what is allowed: they mostly lose
the same mates.  Mates that the comparison of minutiae would not find are left out.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.progress import track

from benchmarks.arguments import whole
from benchmarks.extractors import make_extractor
from benchmarks.report import Result, Row
from benchmarks.sketches.nearness import (
    Mates,
    beyond,
    composed_pairs,
    drawn_pairs,
    evidences,
    measure,
)
from benchmarks.sketches.prints import Prints, Series, make_chunk, read_prints
from matching.fingerprint.cuts import Cuts, Stage
from matching.parameters import PERSON_THRESHOLD, SKETCH_CUTS, SKETCH_MODEL
from matching.template import FingerPosition

__all__ = ["FINGERS", "add_arguments", "hard_prints", "run"]

HARD = Series(seed=777, impressions=4, easiest=1.0, hardest=1.8)
FINGERS = {
    10: tuple(FingerPosition),
    8: tuple(p for p in FingerPosition if p not in (5, 10)),
    6: tuple(FingerPosition(p) for p in (2, 3, 4, 7, 8, 9)),
    4: tuple(FingerPosition(p) for p in (2, 3, 7, 8)),
    2: tuple(FingerPosition(p) for p in (2, 7)),
}
"""Which fingers a probe of so many has."""
_CHUNKS = 20
_MISSES = (1e-2, 1e-3, 1e-4, 3e-5)
_TAIL = 40  # values that a tail is fitted to
_NUMBERS = range(2, 11)
_HALVINGS = 20
_FIRST = 6  # fingers after which a reference may be given up
_SHARES = np.array([1.0, 2.0, 3.0] + [1.0] * _FIRST)
"""What cuts lose in proportion: most where a stranger who passes costs most beside what he cost."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the scenario's options."""
    parser.add_argument("--prints", type=Path, required=True, help="folder that keeps the minutiae")
    parser.add_argument("--out", type=Path, required=True, help="the table, a .json file")
    parser.add_argument("--people", type=whole(), default=40_000, help="drawn, with ten fingers")
    parser.add_argument("--draws", type=whole(), default=20_000, help="composed, with ten fingers")
    parser.add_argument("--seed", type=whole(0), default=1358)


def hard_prints(folder: Path) -> Prints:
    """Make or read the prints that composed people consist of."""
    folder.mkdir(parents=True, exist_ok=True)
    made = make_extractor("mindtct")
    chunks = track(range(_CHUNKS), "making prints", transient=True)
    return read_prints([make_chunk(folder, n, extractor=made, series=HARD) for n in chunks])


def run(args: argparse.Namespace) -> Result:
    """Measure every number of fingers of both kinds of people; write."""
    prints, ten = hard_prints(args.prints), tuple(FingerPosition)
    made = {
        "drawn": drawn_pairs(args.seed, range(args.people), positions=ten),
        "composed": composed_pairs(prints, draws=args.draws, positions=ten, seed=args.seed),
    }
    groups: dict[tuple[int, str], Mates] = {}
    for kind, pairs in track(made.items(), "comparing mates", transient=True):
        found = measure(pairs)
        for fingers in _NUMBERS:
            some = found.mates(found.fewer(fingers, args.seed))
            groups[fingers, kind] = some.take(some.scores[:, -1] >= PERSON_THRESHOLD)
    table = _fitted(groups)
    args.out.write_text(json.dumps(_written(table), indent=1) + "\n", "utf-8")
    rows = []
    for (fingers, kind), mates in groups.items():
        lost = {
            f"lost_at_{miss:.0e}": float(beyond(mates, table, budget=miss).mean())
            for miss in _MISSES
        }
        near = np.median(mates.near, axis=0).tolist()
        medians = dict(zip(("near_128", "near_256", "near_codes"), near, strict=True))
        metrics = {"mates": len(mates.fingers), **medians, **lost}
        rows.append(Row("ours", f"{kind}, {fingers} fingers", metrics))
    asked = {name: getattr(args, name) for name in ("people", "draws", "seed")}
    return Result({**asked, "table": table.version}, rows)


def _fitted(groups: Mapping[tuple[int, str], Mates]) -> Cuts:
    """Fit what is expected to all groups together, then find the cuts of each number of fingers."""
    every = list(groups.values())
    strongest = float(np.quantile(np.concatenate([g.probes for g in every]), 0.99))
    stages = tuple(_expectation(every, number, strongest) for number in range(3))
    bare = Cuts(SKETCH_CUTS[1], tuple(_NUMBERS), _MISSES, round(strongest, 1), stages, ())
    kinds = {kind for _, kind in groups}
    cuts, scores = [], []
    for fingers in _NUMBERS:
        found = np.minimum.reduce(  # (shares, stages and scores)
            [_cuts(groups[fingers, kind], bare, min(fingers - 1, _FIRST)) for kind in kinds]
        )
        cuts.append([_short(column) for column in found[:, : len(stages)].T.tolist()])
        scores.append(tuple(tuple(_short(row)) for row in found[:, len(stages) :].tolist()))
    return replace(
        bare,
        stages=tuple(
            replace(stage, cuts=tuple(tuple(row[number]) for row in cuts))
            for number, stage in enumerate(stages)
        ),
        scores=tuple(scores),
    )


def _cuts(mates: Mates, bare: Cuts, first: int) -> NDArray[np.float64]:
    """Cuts of every stage, then of the scores after 1.. ``first`` fingers, for every share."""
    found = np.concatenate([evidences(mates, bare), mates.scores[:, :first]], axis=1)
    return np.array([_together(found, miss) for miss in _MISSES])


def _together(found: NDArray[np.float64], miss: float) -> list[float]:
    """Cuts that lose a share together, and each its part of it.

    Args:
        found: (N, C) evidence and scores, C of 4..9.
        miss: 0..1.
    """
    shares = _SHARES[: found.shape[1]] / _SHARES.max()

    def cuts(most: float) -> list[float]:
        return [_least(column, most * one) for column, one in zip(found.T, shares, strict=True)]

    low, high = miss / shares.sum(), miss
    for _ in range(_HALVINGS):
        most = float(np.sqrt(low * high))
        lost = _least((found - cuts(most)).min(axis=1), miss) < 0
        low, high = (low, most) if lost else (most, high)
    return cuts(low)


def _least(found: NDArray[np.float64], miss: float) -> float:
    """Value that all but a share reach; where few lie below it, by an exponential tail.

    The lowest of 40,000 values says little about the next 40,000; the lowest forty together do.
    """
    ordered = np.sort(found)
    if miss * len(found) >= _TAIL or len(found) <= _TAIL:
        return float(np.quantile(ordered, miss))
    start = ordered[_TAIL]
    length = float((start - ordered[:_TAIL]).mean())
    return float(start - length * np.log(_TAIL / (miss * len(found))))


def _expectation(groups: list[Mates], number: int, strongest: float) -> Stage:
    """Nearness by strength, and how far mates spread around it."""
    near = np.concatenate([g.near[:, number] for g in groups])
    fingers = np.sqrt(np.concatenate([g.fingers for g in groups]))
    probes = np.minimum(np.concatenate([g.probes for g in groups]), strongest)
    references = np.minimum(np.concatenate([g.references for g in groups]), strongest)
    strength = np.sqrt(probes * references)
    columns = np.stack([fingers * strength, fingers], axis=1)
    (slope, offset), *_ = np.linalg.lstsq(columns, near, rcond=None)
    wanted = columns @ np.array([slope, offset])
    away = np.abs(near - wanted) * np.sqrt(np.pi / 2)  # mean size of a normal deviate
    growing, constant = np.polyfit(wanted, away, 1)
    slope, offset, constant, growing = _short([slope, offset, constant, growing])
    return Stage(slope, offset, (constant, growing), ())


def _short(numbers: list[float]) -> list[float]:
    return [float(f"{number:.4g}") for number in numbers]


def _written(table: Cuts) -> dict[str, object]:
    stages = [
        {"slope": s.slope, "offset": s.offset, "spread": s.spread, "cuts": s.cuts}
        for s in table.stages
    ]
    return {
        "version": table.version,
        "model": SKETCH_MODEL[1],
        "fingers": table.fingers,
        "misses": table.misses,
        "strongest": table.strongest,
        "stages": stages,
        "scores": table.scores,
    }
