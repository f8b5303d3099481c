"""Ten-finger and four-finger person scores at the shipped threshold.

Each database is one person: its n-th finger stands at position n, its impressions are captures.
Non-mates are the persons of two databases and, harder, artificial ones of one sensor: the fingers
of a database in two random orders that share no place.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from rich.progress import track

from benchmarks.arguments import whole
from benchmarks.data import FingerprintDatabase, data_folder, fingerprint_databases
from benchmarks.errors import DataError
from benchmarks.extractors import NOMINAL_PPI, add_extractor_argument, make_extractor
from benchmarks.persons import fused
from benchmarks.report import Result, Row
from matching.codec.image import decode
from matching.fingerprint.compare import PackedSet, compare_many
from matching.fingerprint.cylinders import build
from matching.fingerprint.extractor import Extractor
from matching.parameters import MATCHER_VERSION, PERSON_THRESHOLD
from matching.template import FingerPosition

__all__ = ["add_arguments", "run"]

_ANY = FingerPosition.RIGHT_INDEX
_RIGHT_HAND = slice(1, 5)  # positions 2..5, as EES takes them
Ratios = NDArray[np.float64]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the scenario's options."""
    add_extractor_argument(parser)
    parser.add_argument(
        "--shuffled", type=whole(0), default=50_000, help="artificial pairs a database"
    )
    parser.add_argument("--seed", type=whole(0), default=1358)


def run(args: argparse.Namespace) -> Result:
    """Measure every database found."""
    extractor = make_extractor(args.extractor)
    databases = fingerprint_databases(data_folder())
    fingers = [
        _pack(extractor, database) for database in track(databases, "extracting", transient=True)
    ]
    rng = np.random.default_rng(args.seed)
    rows: list[Row] = []
    for i, database in enumerate(databases):
        ratios = _ratios(fingers[i], fingers[i])
        others = [_ratios(fingers[i], fingers[j]) for j in range(len(databases)) if j != i]
        for name, chosen in (("ten", slice(0, 10)), ("four", _RIGHT_HAND)):
            metrics = _mated(ratios, chosen) | _non_mated(others, chosen)
            metrics |= _shuffled(ratios, chosen, args.shuffled, rng)
            rows.append(Row("ours", f"{database.name}, {name} fingers", metrics))
    parameters = {
        "extractor": args.extractor,
        "matcher": MATCHER_VERSION,
        "threshold": PERSON_THRESHOLD,
        "shuffled": args.shuffled,
        "seed": args.seed,
    }
    return Result(parameters, rows)


def _pack(extractor: Extractor, database: FingerprintDatabase) -> list[list[PackedSet]]:
    """Return the captures of every finger; ten fingers with equally many captures each."""
    found: dict[str, list[PackedSet]] = {}
    for (finger, _), path in database.images.items():
        template = extractor.extract(decode(path.read_bytes()).pixels, ppi=NOMINAL_PPI).template
        found.setdefault(finger, []).append(PackedSet({_ANY: build(template)}))
    if len(found) != 10 or len({len(captures) for captures in found.values()}) != 1:
        raise DataError(f"{database.name} needs ten fingers with equally many impressions")
    return list(found.values())


def _ratios(
    probes: Sequence[Sequence[PackedSet]], references: Sequence[Sequence[PackedSet]]
) -> Ratios:
    """(10, captures, 10, captures) log-likelihood ratios of every finger against every finger."""
    flat = [capture for captures in references for capture in captures]
    return np.array(
        [
            [
                np.reshape(
                    [found.terms[0].llr for found in compare_many(probe, flat)],
                    (len(references), len(references[0])),
                )
                for probe in captures
            ]
            for captures in probes
        ]
    )


def _mated(ratios: Ratios, chosen: slice) -> dict[str, float]:
    captures = range(ratios.shape[1])
    places = np.arange(10)[chosen]
    scores = np.array([fused(ratios[places, a, places, b]) for a, b in combinations(captures, 2)])
    return {
        "mated_min": float(scores.min()),
        "mated_median": float(np.median(scores)),
        "fnmr": float((scores < PERSON_THRESHOLD).mean()),
    }


def _non_mated(others: Sequence[Ratios], chosen: slice) -> dict[str, float | None]:
    places = np.arange(10)[chosen]
    scores = [fused(ratios[places, :, places, :], axis=0).max() for ratios in others]
    return {"other_sensor_max": float(max(scores)) if scores else None}


def _shuffled(
    ratios: Ratios, chosen: slice, count: int, rng: np.random.Generator
) -> dict[str, float]:
    """Scores of artificial non-mates; a finger never meets itself."""
    first, second = np.arange(10), rng.permuted(np.tile(np.arange(10), (count * 4, 1)), axis=1)
    apart = second[(second != first).all(axis=1)][:count]
    a, b = rng.integers(ratios.shape[1], size=(2, len(apart), 1))
    scores = fused(ratios[first[None], a, apart, b][:, chosen], axis=1)
    return {
        "shuffled_max": float(scores.max()),
        "shuffled_p9999": float(np.quantile(scores, 0.9999)),
        "fmr": float((scores >= PERSON_THRESHOLD).mean()),
    }
