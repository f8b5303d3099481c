"""The fingerprint first stage: how well sketches find the mate, and how fast the scan is.

*Pass rates* are shares of mated pairs of one finger above the best 1e-1, 1e-2 and 1e-3 of the
non-mated pairs of one sensor.  *Penetrations* are shares of all persons that must be kept so that
1e-2, 1e-3 or 1e-4 of the mates are lost (benchmarks/sketches/persons.py).  *Lost by the cuts* are
mated people composed of the prints whom the gallery would not compare, though their minutiae reach
the lowest threshold.  The model that is shipped saw synthetic fingers only; the research model was
fitted to one half of the databases and is measured on the other.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.arguments import whole
from benchmarks.identification import lost_upper_bound
from benchmarks.report import Result, Row
from benchmarks.scenarios.calibrate_sketches import FINGERS, hard_prints
from benchmarks.sketches.composed import ranks
from benchmarks.sketches.nearness import Pair, beyond, composed_pairs, drawn_pairs, measure
from benchmarks.sketches.persons import penetrations
from benchmarks.sketches.prints import Prints
from benchmarks.sketches.research import cross_fitted, read_research
from benchmarks.sketches.scores import cosines, pass_rates, standardised
from benchmarks.sketches.speed import encoding, scanning
from benchmarks.sketches.training import cells_of
from matching.fingerprint.cuts import MISS_BUDGET
from matching.fingerprint.cuts import shipped as cuts
from matching.fingerprint.sketch import FingerSketches, encode
from matching.fingerprint.sketch_model import SketchModel, shipped
from matching.fingerprint.sketch_probe import make_probes
from matching.parameters import PERSON_THRESHOLD
from matching.template import FingerPosition

__all__ = ["add_arguments", "run"]

_MISSES = (1e-2, 1e-3, 1e-4)
_FEWER = 10  # people are searched a tenth as often as drawn for penetrations
_EXTRACTORS = ("mindtct", "leader")
Scores = NDArray[np.float64]
Halves = Sequence[tuple[Prints, SketchModel]]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the scenario's options."""
    parser.add_argument("--extractors", nargs="+", choices=_EXTRACTORS, default=["mindtct"])
    parser.add_argument("--prints", type=Path, help="folder of the synthetic calibration prints")
    parser.add_argument(
        "--persons", type=whole(0), default=1_000_000, help="of the scan; 0: no scan"
    )
    parser.add_argument("--composed", type=whole(0), default=0, help="persons searched for ranks")
    parser.add_argument("--people", type=whole(0), default=0, help="drawn mates for the cuts")
    parser.add_argument("--probes", type=whole(), default=200, help="of the composed persons")
    parser.add_argument("--threads", type=whole(1, 256), default=2)
    parser.add_argument("--repeat", type=whole(), default=7)
    parser.add_argument("--draws", type=whole(), default=100_000)
    parser.add_argument("--seed", type=whole(0), default=1358)


def run(args: argparse.Namespace) -> Result:
    """Measure accuracy on every extractor's minutiae and across them, then speed."""
    model = shipped()
    prints = {name: read_research(name) for name in args.extractors}
    rows: list[Row] = []
    for name, found in prints.items():
        rows.append(Row("untrained", f"{name}, 1152 floats", _rates(_untrained(found))))
        for subject, halves in (
            ("research-trained", cross_fitted(found, model)),
            ("ours", [(found, model)]),
        ):
            rows += _levels(subject, name, halves)
    if len(prints) == 2:
        for probe, reference in (_EXTRACTORS, _EXTRACTORS[::-1]):
            case = f"{probe} probe, {reference} reference"
            rows += _across(case, prints, probe, reference)
            rows += _lost(case, prints[probe], args, references=prints[reference])
    for name, found in prints.items():
        rows += _persons(name, found, args)
        rows += _lost(name, found, args)
        if args.composed:
            rows += _ranks(name, found, args)
    if args.prints is not None:
        rows += _persons("synthetic, hard", hard_prints(args.prints), args)
    for fingers, positions in FINGERS.items() if args.people else ():
        drawn = drawn_pairs(args.seed + 1, range(args.people), positions=positions)
        rows.append(_lost_of(f"drawn people, {fingers} fingers", drawn))
    rows.append(_encoding(next(iter(prints.values())), args.repeat))
    if args.persons:
        times = scanning(args.persons, threads=args.threads, repeats=args.repeat, seed=args.seed)
        rows.append(Row("ours", f"scan of {args.persons} persons", times))
    asked = {name: getattr(args, name) for name in ("threads", "repeat", "draws", "seed")}
    return Result({**asked, "model": model.version}, rows)


def _rates(rates: Sequence[float]) -> dict[str, float]:
    return dict(zip(("pass_1e1", "pass_1e2", "pass_1e3"), rates, strict=True))


def _untrained(prints: Prints) -> list[float]:
    found = cells_of([t.minutiae for t in prints.templates])
    return pass_rates([(cosines(found, found), prints, prints)])


def _levels(subject: str, name: str, halves: Halves) -> list[Row]:
    """512 floats, and 512, 256 and 128 bits with a probe of values."""
    encoded = [(prints, model, encode(prints.templates, model=model)) for prints, model in halves]

    def rated(case: str, score: Callable[[FingerSketches, SketchModel], Scores]) -> Row:
        parts = [(score(found, model), prints, prints) for prints, model, found in encoded]
        return Row(subject, f"{name}, {case}", _rates(pass_rates(parts)))

    def by_bits(found: FingerSketches, model: SketchModel, *, bits: int) -> Scores:
        return standardised(found, found, model, bits)

    floats = rated("512 floats", lambda found, _: cosines(found.values, found.values))
    return [floats, *(rated(f"{n} bits", partial(by_bits, bits=n)) for n in (512, 256, 128))]


def _across(case: str, prints: dict[str, Prints], probe: str, reference: str) -> list[Row]:
    model = shipped()
    first, second = (encode(prints[name].templates, model=model) for name in (probe, reference))
    return [
        Row(
            "ours",
            f"{case}, {bits} bits",
            _rates(
                pass_rates(
                    [(standardised(first, second, model, bits), prints[probe], prints[reference])]
                )
            ),
        )
        for bits in (512, 256, 128)
    ]


def _persons(name: str, prints: Prints, args: argparse.Namespace) -> list[Row]:
    sketches, rows = encode(prints.templates), []
    for bits in (128, 256):
        scores = standardised(sketches, sketches, shipped(), bits)
        for fingers in (10, 8, 4, 2):
            found = penetrations(scores, prints, fingers=fingers, draws=args.draws, seed=args.seed)
            rows.append(Row("ours", f"{name}, {bits} bits, {fingers} fingers", _needed(found)))
        if len(np.unique(prints.groups)) > 1:
            found = penetrations(
                scores, prints, fingers=10, draws=args.draws, seed=args.seed, one_sensor=True
            )
            rows.append(Row("ours", f"{name}, {bits} bits, 10 of one sensor", _needed(found)))
    return rows


def _lost(
    name: str, prints: Prints, args: argparse.Namespace, *, references: Prints | None = None
) -> list[Row]:
    draws = args.draws // _FEWER
    return [
        _lost_of(
            f"{name}, composed people, {fingers} fingers",
            composed_pairs(
                prints, draws=draws, positions=positions, seed=args.seed, references=references
            ),
        )
        for fingers, positions in FINGERS.items()
    ]


def _lost_of(case: str, pairs: Iterator[Pair]) -> Row:
    found = measure(pairs)
    every = found.mates(found.common)
    mates = every.take(every.scores[:, -1] >= PERSON_THRESHOLD)
    lost = int(beyond(mates, cuts(), budget=MISS_BUDGET).sum())
    count = len(mates.fingers)
    metrics = {
        "mates": count,
        "lost_by_the_cuts": lost,
        "lost_upper_95": lost_upper_bound(lost, count),
        "near_256": float(np.median(mates.near[:, 1])),
        "near_codes": float(np.median(mates.near[:, 2])),
    }
    return Row("ours", case, metrics)


def _ranks(name: str, prints: Prints, args: argparse.Namespace) -> list[Row]:
    sketches, rows = encode(prints.templates), []
    for fingers in (10, 8, 4):
        found = ranks(
            prints,
            sketches,
            persons=args.composed,
            probes=args.probes,
            fingers=fingers,
            seed=args.seed,
        )
        for bits, before in zip((128, 256), found, strict=True):
            metrics = {"first": float((before == 0).mean()), "worst_rank": int(before.max()) + 1}
            case = f"{name}, {bits} bits, {fingers} fingers among {args.composed}"
            rows.append(Row("ours", case, metrics))
    return rows


def _needed(found: Scores) -> dict[str, float]:
    names = (f"list_at_miss_{miss:.0e}" for miss in _MISSES)
    shares = np.quantile(found, [1 - miss for miss in _MISSES])
    return dict(zip(names, shares.tolist(), strict=True))


def _encoding(prints: Prints, repeats: int) -> Row:
    ten = list(prints.templates[:: max(1, len(prints) // 10)][:10])
    sketches, positions = encode(ten), list(FingerPosition)
    metrics = {
        "encode_ms": encoding(lambda: encode(ten), 10, repeats=10 * repeats),
        "probe_ms": encoding(lambda: make_probes(sketches, positions), 1, repeats=10 * repeats),
    }
    return Row("ours", "encode: one finger of ten; probe: all ten", metrics)
