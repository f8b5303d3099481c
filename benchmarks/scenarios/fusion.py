"""How well the calibration holds on databases that it has not seen: Cllr, DET, CMC, thresholds.

Every database is scored by a calibration that was estimated on the others alone (see
benchmarks/estimate.py), so nobody stands on both sides; the shipped one has seen them all.  Persons
are made of the fingers of one database, strangers are artificial persons of the same sensor, which
is harder than life.  ``cllr`` minus ``min_cllr`` is the fault of the calibration.  ``fnir_n1e6`` is
the share of mates below the threshold for FPIR 1e-3 among a million references.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.arguments import whole
from benchmarks.data import data_folder, fingerprint_databases
from benchmarks.errors import DataError
from benchmarks.estimate import HIGHEST, calibrate, llr_matrix, with_caution
from benchmarks.persons import mated_scores, ranks, stranger_scores
from benchmarks.plots import curves
from benchmarks.report import Plot, Result, Row, Value
from benchmarks.scenarios.calibrate import STEEPEST_OF
from benchmarks.scores import Floats, PrintScores, collect
from matching.calibrated import CALIBRATION_VERSION, CALIBRATIONS
from matching.calibration import (
    cllr,
    equal_error_rate,
    error_rates,
    fnmr_at_fmr,
    min_cllr,
    rising_llr,
)
from matching.features import FEATURES
from matching.parameters import MATCHER_VERSION, MinutiaeFamily
from matching.thresholds import threshold_for

__all__ = ["add_arguments", "run"]

_PERSONS = (10, 8, 4, 2)
_RANKED = 1000
_ONE = "one finger"


@dataclass(frozen=True, slots=True)
class _Case:
    """Scores of mates and strangers on one held-out database, and ranks where there are any."""

    database: str
    name: str
    mated: Floats
    strangers: Floats
    ranks: Floats


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the scenario's options."""
    parser.add_argument(
        "--family", choices=[family.value for family in MinutiaeFamily], default="mindtct"
    )
    parser.add_argument("--strangers", type=whole(0), default=50_000, help="per database")
    parser.add_argument("--seed", type=whole(0), default=1358)


def run(args: argparse.Namespace) -> Result:
    """Hold out every database once."""
    family = MinutiaeFamily(args.family)
    scores = collect(fingerprint_databases(data_folder()), family)
    cases = [
        case
        for held in range(len(scores))
        for case in _held_out(scores, held, family, strangers=args.strangers, seed=args.seed)
    ]
    parameters = {
        "family": family.value,
        "matcher": MATCHER_VERSION,
        "shipped": CALIBRATION_VERSION,
        "covariate": CALIBRATIONS[family].covariate.value,
        "dependence": FEATURES["right_thumb"].dependence,
        "strangers": args.strangers,
        "seed": args.seed,
    }
    rows = [Row("ours", f"{case.database}, {case.name}", _metrics(case)) for case in cases]
    return Result(parameters, [*rows, *_means(cases, rows)], _plots(cases))


def _held_out(
    scores: Sequence[PrintScores],
    held: int,
    family: MinutiaeFamily,
    *,
    strangers: int,
    seed: int,
) -> list[_Case]:
    """Calibrate on the others, then score this one."""
    others = [one for i, one in enumerate(scores) if i != held]
    fitted = calibrate(others, highest=HIGHEST, origin="held out")
    row = with_caution(
        fitted,
        others,
        dependence=FEATURES["right_thumb"].dependence,
        steepest=STEEPEST_OF[family],
    )
    own = scores[held]
    llrs = llr_matrix(row, own)
    first, second, mated = own.pairs()
    single = llrs[first, second]
    ratios = own.by_person(llrs)
    if len(ratios) < max(_PERSONS):
        raise DataError(f"{own.database} has {len(ratios)} fingers; a person has {max(_PERSONS)}")
    persons = (
        _Case(
            own.database,
            f"{count} fingers",
            mated_scores(ratios, count, seed=seed),
            stranger_scores(ratios, count, seed=seed, count=strangers),
            ranks(ratios, count, seed=seed, strangers=_RANKED).astype(np.float64),
        )
        for count in _PERSONS
    )
    return [_Case(own.database, _ONE, single[mated], single[~mated], np.zeros(0)), *persons]


def _metrics(case: _Case) -> dict[str, Value]:
    ranked = len(case.ranks) > 0
    return {
        "cllr": cllr(case.mated, case.strangers),
        "min_cllr": min_cllr(case.mated, case.strangers),
        "eer": equal_error_rate(case.mated, case.strangers),
        "fnmr_at_fmr_1e3": fnmr_at_fmr(case.mated, case.strangers, 1e-3),
        "mean_stranger_ratio": float(np.exp(case.strangers).mean()),
        "strangers_max": float(case.strangers.max()),
        "mated_min": float(case.mated.min()),
        "rank1_n1e3": float((case.ranks == 1).mean()) if ranked else None,
        "fnir_n1e4": _missed(case, 10_000) if ranked else None,
        "fnir_n1e6": _missed(case, 1_000_000) if ranked else None,
    }


def _missed(case: _Case, references: int) -> float:
    return float((case.mated < threshold_for(1e-3, references=references)).mean())


def _means(cases: Sequence[_Case], rows: Sequence[Row]) -> list[Row]:
    """Mean over the databases, per kind of comparison."""
    found = []
    for name in dict.fromkeys(case.name for case in cases):
        own = [row.metrics for case, row in zip(cases, rows, strict=True) if case.name == name]
        found.append(Row("ours", f"mean, {name}", {key: _mean(own, key) for key in own[0]}))
    return found


def _mean(rows: Sequence[Mapping[str, Value]], key: str) -> Value:
    values = [value for row in rows if isinstance(value := row[key], float)]
    return float(np.mean(values)) if values else None


def _plots(cases: Sequence[_Case]) -> list[Plot]:
    return [_reliability(cases), _det(cases), _cmc(cases), _bound(cases)]


def _reliability(cases: Sequence[_Case]) -> Plot:
    lines = []
    for case in cases:
        if case.name == _ONE:
            claimed = np.concatenate([case.mated, case.strangers])
            best = np.concatenate(rising_llr(case.mated, case.strangers))
            order = np.argsort(claimed)
            lines.append((case.database, claimed[order], best[order]))
    return curves(
        "Calibration of one finger, held-out databases",
        lines,
        labels=("log-likelihood ratio claimed", "best rising log-likelihood ratio"),
        diagonal=True,
    )


def _det(cases: Sequence[_Case]) -> Plot:
    lines = []
    for name in dict.fromkeys(case.name for case in cases):
        own = [case for case in cases if case.name == name]
        mated = np.concatenate([case.mated for case in own])
        strangers = np.concatenate([case.strangers for case in own])
        fmr, fnmr = error_rates(mated, strangers)
        # No error at all is drawn as half an error: zero has no place on a logarithmic scale.
        lines.append(
            (name, np.maximum(fmr, 0.5 / len(strangers)), np.maximum(fnmr, 0.5 / len(mated)))
        )
    return curves(
        "Detection error trade-off, held-out databases together",
        lines,
        labels=("FMR", "FNMR"),
        scales=("log", "log"),
    )


def _cmc(cases: Sequence[_Case]) -> Plot:
    lines = []
    steps = np.arange(1, 51)
    for name in dict.fromkeys(case.name for case in cases if len(case.ranks)):
        found = np.concatenate([case.ranks for case in cases if case.name == name])
        lines.append((name, steps, (found[:, None] <= steps).mean(axis=0)))
    return curves(
        f"Cumulative match characteristic among {_RANKED:,} strangers of one sensor",
        lines,
        labels=("rank", "share of mates at this rank or better"),
        scales=("log", "linear"),
    )


def _bound(cases: Sequence[_Case]) -> Plot:
    steps = np.linspace(0, 15, 76)
    lines = [("bound", steps, np.exp(-steps))]
    for name in dict.fromkeys(case.name for case in cases):
        worst = np.max(
            [
                1 - np.searchsorted(np.sort(case.strangers), steps, "left") / len(case.strangers)
                for case in cases
                if case.name == name
            ],
            axis=0,
        )
        lines.append((name, steps, worst))
    return curves(
        "Strangers at or above a score, the worst database, and the bound",
        lines,
        labels=("person score", "share of strangers"),
        scales=("linear", "log"),
    )
