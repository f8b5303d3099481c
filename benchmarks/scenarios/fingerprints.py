"""Fingerprint comparison, one finger against one finger, next to Bozorth3.

Protocol (as FVC): mated are all pairs of impressions of one finger, non-mated all pairs of
impressions of different fingers of one database.  A pair is accepted where score >= t; FNMR is the
lowest with FMR(t) <= target, without interpolation.  "mean" is the mean over the databases.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Generic, TypeVar, cast

import numpy as np
from numpy.typing import NDArray
from rich.progress import track

from benchmarks.data import FingerprintDatabase, data_folder, fingerprint_databases
from benchmarks.extractors import NOMINAL_PPI, add_extractor_argument, make_extractor
from benchmarks.peers.bozorth3 import Bozorth3
from benchmarks.report import Result, Row
from matching.calibration import equal_error_rate, fnmr_at_fmr
from matching.codec.image import decode
from matching.fingerprint.compare import PackedSet, compare_many
from matching.fingerprint.cylinders import build
from matching.fingerprint.extractor import Extractor
from matching.parameters import MATCHER_VERSION
from matching.template import FingerPosition

__all__ = ["Subject", "add_arguments", "extracting_subject", "measure", "run"]

_POSITION = FingerPosition.RIGHT_INDEX  # any: one finger is compared at a time
_Made = TypeVar("_Made")


@dataclass(frozen=True, slots=True)
class Subject(Generic[_Made]):
    """Something that extracts and compares.

    Args:
        name: ``"ours"`` or the peer's.
        extract: Image file -> what is compared.
        compare: One probe against many references -> (N,) scores.
    """

    name: str
    extract: Callable[[bytes], _Made]
    compare: Callable[[_Made, Sequence[_Made]], NDArray[np.float64]]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the scenario's options."""
    add_extractor_argument(parser)
    parser.add_argument("--without-peers", action="store_true", help="do not run Bozorth3")


def run(args: argparse.Namespace) -> Result:
    """Measure every database found."""
    databases = fingerprint_databases(data_folder())
    rows = measure(extracting_subject("ours", make_extractor(args.extractor)), databases)
    if not args.without_peers:
        peer = Bozorth3()
        rows += measure(Subject(peer.name, peer.extract, peer.compare), databases)
    parameters = {
        "extractor": args.extractor,
        "matcher": MATCHER_VERSION,
        "ppi": NOMINAL_PPI,
        "threads": 1,
        "nfiq2": False,
    }
    return Result(parameters, rows)


def extracting_subject(
    name: str,
    extractor: Extractor,
    change: Callable[[NDArray[np.uint8]], NDArray[np.uint8]] = lambda image: image,
) -> Subject[PackedSet]:
    """Extract with one of the product's extractors and compare with the product's matcher.

    Args:
        name: Of the subject.
        extractor: Any.
        change: Done to every image before.
    """

    def extract(data: bytes) -> PackedSet:
        found = extractor.extract(change(decode(data).pixels), ppi=NOMINAL_PPI)
        return PackedSet({_POSITION: build(found.template)})

    def compare(probe: PackedSet, references: Sequence[PackedSet]) -> NDArray[np.float64]:
        found = compare_many(probe, references)
        return np.array([comparison.terms[0].similarity for comparison in found])

    return Subject(name, extract, compare)


def measure(subject: Subject[_Made], databases: Iterable[FingerprintDatabase]) -> list[Row]:
    """Measure one subject on every database, and the mean."""
    rows = [
        Row(subject.name, database.name, _measure_one(subject, database))
        for database in track(list(databases), subject.name, transient=True)
    ]
    mean = {
        name: float(np.mean([cast(float, row.metrics[name]) for row in rows]))
        for name in rows[0].metrics
    }
    return [*rows, Row(subject.name, "mean", mean)]


def _measure_one(subject: Subject[_Made], database: FingerprintDatabase) -> dict[str, float]:
    files = [path.read_bytes() for path in database.images.values()]
    begin = perf_counter()
    made = [subject.extract(data) for data in files]
    extracted = perf_counter()
    scores = [subject.compare(made[i], made[i + 1 :]) for i in range(len(made) - 1)]
    compared = perf_counter()
    mated, non_mated = _split([finger for finger, _ in database.images], np.concatenate(scores))
    return {
        "eer": equal_error_rate(mated, non_mated),
        "fnmr_at_fmr_1e2": fnmr_at_fmr(mated, non_mated, 1e-2),
        "fnmr_at_fmr_1e3": fnmr_at_fmr(mated, non_mated, 1e-3),
        "comparisons_per_s": (len(mated) + len(non_mated)) / (compared - extracted),
        "extract_ms": 1e3 * (extracted - begin) / len(made),
    }


def _split(
    fingers: Sequence[str], scores: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Part the scores of all pairs i < j into mated and non-mated ones."""
    first, second = np.triu_indices(len(fingers), 1)
    same = np.array(fingers)[first] == np.array(fingers)[second]
    return scores[same], scores[~same]
