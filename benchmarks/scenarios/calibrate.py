"""Estimate the calibrations from real prints and write them to matching/calibration.toml.

Each extractor is a family of its own; "foreign" reads the ISO/IEC 19794-2 files beside the images.
Families that are not asked for keep their rows.  Run it again after every change of an extractor or
of the matcher; nothing is to be adjusted by hand.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np

import matching
from benchmarks.data import data_folder, fingerprint_databases
from benchmarks.estimate import HIGHEST, calibrate, llr_matrix, with_caution
from benchmarks.report import Result, Row
from benchmarks.scores import PrintScores, collect
from matching.calibrated import Calibration, finger_calibrations
from matching.calibration import cllr
from matching.parameters import MATCHER_VERSION, MinutiaeFamily

__all__ = ["STEEPEST_OF", "add_arguments", "run", "write_calibrations"]

_FILE = Path(matching.__file__).parent / "calibration.toml"
# LEADER may have been trained on such prints, so held-out ones are not new to it.
STEEPEST_OF = dict.fromkeys(MinutiaeFamily, 1.0) | {MinutiaeFamily.LEADER: 0.6}
_DIGITS = 6
_HEADING = """\
# Estimated by `python -m benchmarks calibrate`; not to be edited. matching/calibrated.py says what
# the numbers mean, benchmarks/estimate.py how they are found.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the scenario's options."""
    parser.add_argument(
        "--families",
        nargs="+",
        choices=[family.value for family in MinutiaeFamily],
        default=[MinutiaeFamily.MINDTCT.value, MinutiaeFamily.FOREIGN.value],
        help="extractors to calibrate; leader needs its extra and takes minutes",
    )
    parser.add_argument("--output", type=Path, default=_FILE, help="file to read and write")


def run(args: argparse.Namespace) -> Result:
    """Estimate every family asked for, write the file, and show what held-out databases say."""
    databases = fingerprint_databases(data_folder())
    families = [MinutiaeFamily(name) for name in args.families]
    scores = {family: collect(databases, family) for family in families}
    document = tomllib.loads(args.output.read_text("utf-8"))
    rows = finger_calibrations(document)
    for family, found in scores.items():
        origin = f"{family}, {MATCHER_VERSION}: " + ", ".join(d.name for d in databases)
        rows[family] = calibrate(found, highest=HIGHEST, origin=origin)
    dependence = max(row.dependence for row in rows.values())
    for family, found in scores.items():
        steepest = STEEPEST_OF[family]
        rows[family] = with_caution(rows[family], found, dependence=dependence, steepest=steepest)
    version = write_calibrations(args.output, document, rows)
    return Result(
        {"version": version, "matcher": MATCHER_VERSION},
        [_row(family, rows[family], found) for family, found in scores.items()],
    )


def write_calibrations(
    path: Path, document: Mapping[str, object], rows: Mapping[MinutiaeFamily, Calibration]
) -> str:
    """Write the rows of fingers, keep the rest of the document, and return the version."""
    fingers = {family.value: _rounded(asdict(rows[family])) for family in MinutiaeFamily}
    kept = {name: table for name, table in document.items() if name not in ("version", "finger")}
    tables = {f"finger.{name}": row for name, row in fingers.items()} | kept
    digest = hashlib.sha256(json.dumps(tables, sort_keys=True).encode()).hexdigest()
    version = f"calibration/{digest[:8]}"
    parts = [f'{_HEADING}version = "{version}"\n']
    for name, table in tables.items():
        assert isinstance(table, Mapping)
        lines = (f"{key} = {json.dumps(value)}\n" for key, value in table.items())
        parts.append(f"\n[{name}]\n" + "".join(lines))
    path.write_text("".join(parts), "utf-8")
    return version


def _rounded(row: Mapping[str, object]) -> dict[str, object]:
    return {k: round(v, _DIGITS) if isinstance(v, float) else v for k, v in row.items()}


def _row(family: MinutiaeFamily, row: Calibration, scores: Sequence[PrintScores]) -> Row:
    mated, non_mated = [], []
    for one in scores:
        first, second, same = one.pairs()
        ratios = llr_matrix(row, one)[first, second]
        mated.append(ratios[same])
        non_mated.append(ratios[~same])
    metrics = {
        "covariate": row.covariate.value,
        "neutral_similarity": -row.intercept / row.slope,
        "slope_per_similarity": row.slope,
        "lowest_llr": row.lowest,
        "highest_llr": row.highest,
        "dependence": row.dependence,
        "cllr": float(np.mean([cllr(m, n) for m, n in zip(mated, non_mated, strict=True)])),
        "worst_non_mated_ratio": float(max(np.exp(n).mean() for n in non_mated)),
    }
    return Row("ours", family.value, metrics)
