"""Synthetic fingerprints next to real ones: do they look alike to extractor and matcher?

Mated are all pairs of impressions of one finger, non-mated all pairs of different fingers of one
collection; "real" pools the pairs of the databases.  Scores are similarities of one finger, 0..1.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache, partial
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path
from time import process_time

import numpy as np
from numpy.typing import NDArray
from rich.progress import track

from benchmarks.arguments import number, whole
from benchmarks.data import FingerprintDatabase, data_folder, fingerprint_databases
from benchmarks.report import Result, Row
from eurodac.demo.fingerprints import finger_seed, make_master, take_impression
from matching.calibration import equal_error_rate, fnmr_at_fmr
from matching.codec.image import decode, encode
from matching.fingerprint.compare import PackedSet, compare_many
from matching.fingerprint.cylinders import build
from matching.fingerprint.extractor import ExtractedFinger
from matching.fingerprint.mindtct import MindtctExtractor
from matching.parameters import MATCHER_VERSION
from matching.quality import DEFAULT_GATE, assess
from matching.template import FingerPosition

__all__ = ["add_arguments", "run"]

_POSITION = FingerPosition.RIGHT_INDEX  # any: one finger is compared at a time
_SAMPLES = (2, 4)  # impressions and fingers of the picture
_GREYS = 12  # step of the greys in the picture
Scores = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Collection:
    """Prints of one origin.

    Args:
        name: ``"synthetic"`` or the database.
        fingers: Of every print, in the order of `prints`.
        prints: What the extractor made of them.
        mated: (M,) similarities.
        non_mated: (N,) similarities.
    """

    name: str
    fingers: Sequence[str]
    prints: Sequence[ExtractedFinger]
    mated: Scores
    non_mated: Scores


@dataclass(frozen=True, slots=True)
class _Made:
    """One synthetic finger with its impressions, and the processor time they took."""

    prints: Sequence[ExtractedFinger]
    master_ms: float
    impression_ms: float


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the scenario's options."""
    cores = len(os.sched_getaffinity(0))
    parser.add_argument("--fingers", type=whole(2), default=50)
    parser.add_argument("--impressions", type=whole(2), default=4)
    parser.add_argument("--seed", type=whole(0), default=1)
    parser.add_argument(
        "--level", type=number(0, 10), default=1.0, help="hardness of the conditions"
    )
    parser.add_argument("--processes", type=whole(1, 256), default=cores)
    parser.add_argument("--without-real", action="store_true", help="do not measure real prints")
    parser.add_argument("--plot", type=Path, metavar="PNG", help="draw the scores there")
    parser.add_argument("--samples", type=Path, metavar="PNG", help="put some impressions there")


def run(args: argparse.Namespace) -> Result:
    """Measure the generator, and the real databases in the same run."""
    databases = [] if args.without_real else fingerprint_databases(data_folder())
    with ProcessPoolExecutor(args.processes, mp_context=get_context("spawn")) as pool:
        draw = partial(_make_finger, args.seed, args.impressions, args.level)
        jobs = pool.map(draw, range(args.fingers))
        made = list(track(jobs, "synthetic", args.fingers, transient=True))
        names = [str(finger) for finger in range(args.fingers) for _ in range(args.impressions)]
        synthetic = _collect("synthetic", names, [p for finger in made for p in finger.prints])
        real = [_read(pool, database) for database in databases]
    costs = {
        "master_ms": float(np.mean([finger.master_ms for finger in made])),
        "impression_ms": float(np.mean([finger.impression_ms for finger in made])),
    }
    rows = [_row(c) for c in real]
    if real:
        real.append(_pooled(real))
        rows.append(_row(real[-1]))
        costs["mated_median_ratio"] = float(np.median(synthetic.mated) / np.median(real[-1].mated))
    rows.insert(0, Row("ours", synthetic.name, {**_row(synthetic).metrics, **costs}))
    if args.plot is not None:
        plotter = import_module("benchmarks.scenarios._synthetic_plot")
        plotter.draw(args.plot, [(c.name, c.mated, c.non_mated) for c in (synthetic, *real)])
    if args.samples is not None:
        args.samples.write_bytes(_picture(args.seed, args.level))
    asked = {name: getattr(args, name) for name in ("fingers", "impressions", "seed", "level")}
    return Result({**asked, "extractor": _extractor().name, "matcher": MATCHER_VERSION}, rows)


@cache
def _extractor() -> MindtctExtractor:
    return MindtctExtractor()


def _make_finger(seed: int, impressions: int, level: float, finger: int) -> _Made:
    begin = process_time()
    master = make_master(finger_seed(seed, finger, _POSITION))
    grown = process_time()
    images = [take_impression(master, n, level=level) for n in range(impressions)]
    taken = process_time()
    prints = [_extractor().extract(image) for image in images]
    return _Made(prints, 1e3 * (grown - begin), 1e3 * (taken - grown) / impressions)


def _read_print(path: Path) -> ExtractedFinger:
    return _extractor().extract(decode(path.read_bytes()).pixels)


def _read(pool: ProcessPoolExecutor, database: FingerprintDatabase) -> _Collection:
    files = list(database.images.values())
    prints = list(track(pool.map(_read_print, files), database.name, len(files), transient=True))
    return _collect(database.name, [finger for finger, _ in database.images], prints)


def _collect(name: str, fingers: Sequence[str], prints: Sequence[ExtractedFinger]) -> _Collection:
    """Compare every print with every later one."""
    packed = [PackedSet({_POSITION: build(found.template)}) for found in prints]
    scores = [
        comparison.terms[0].similarity
        for i, probe in enumerate(packed[:-1])
        for comparison in compare_many(probe, packed[i + 1 :])
    ]
    first, second = np.triu_indices(len(fingers), 1)
    same = np.array(fingers)[first] == np.array(fingers)[second]
    return _Collection(name, fingers, prints, np.array(scores)[same], np.array(scores)[~same])


def _pooled(real: Sequence[_Collection]) -> _Collection:
    return _Collection(
        "real",
        [f"{c.name} {finger}" for c in real for finger in c.fingers],
        [found for c in real for found in c.prints],
        np.concatenate([c.mated for c in real]),
        np.concatenate([c.non_mated for c in real]),
    )


def _row(found: _Collection) -> Row:
    qualities = [p.nfiq2 for p in found.prints if p.nfiq2 is not None]
    metrics: dict[str, float | int] = {
        "fingers": len(set(found.fingers)),
        "impressions": len(found.prints),
        "eer": equal_error_rate(found.mated, found.non_mated),
        "fnmr_at_fmr_1e2": fnmr_at_fmr(found.mated, found.non_mated, 1e-2),
        "fnmr_at_fmr_1e3": fnmr_at_fmr(found.mated, found.non_mated, 1e-3),
    }
    for name, scores, levels in (
        ("mated", found.mated, (5, 25, 50, 75, 95)),
        ("non_mated", found.non_mated, (50, 99)),
    ):
        for level in levels:
            metrics[f"{name}_p{level}"] = float(np.percentile(scores, level))
    metrics["minutiae_p50"] = float(np.median([len(p.template) for p in found.prints]))
    metrics["nfiq2_p50"] = float(np.median(qualities))
    passed = [assess(p, DEFAULT_GATE) == "" for p in found.prints]
    metrics["gate_passed"] = float(np.mean(passed))
    return Row("ours", found.name, metrics)


def _picture(seed: int, level: float) -> bytes:
    """One finger per column, one impression per row, at half size."""
    impressions, fingers = _SAMPLES
    masters = [make_master(finger_seed(seed, finger, _POSITION)) for finger in range(fingers)]
    rows = [
        np.hstack([take_impression(master, n, level=level) for master in masters])
        for n in range(impressions)
    ]
    sheet = np.vstack(rows).astype(np.uint16)
    half = (sheet[::2, ::2] + sheet[1::2, ::2] + sheet[::2, 1::2] + sheet[1::2, 1::2]) // 4
    few_greys = half // _GREYS * _GREYS  # a smaller file
    return encode(few_greys.astype(np.uint8), "image/png", ppi=250)
