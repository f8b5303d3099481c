"""Fingerprint comparison as in ``fingerprints``, on images changed as other sensors would.

Ours only, on one core; the rows of ``fingerprints`` are those of the unchanged images.  Stands in
for databases nobody has: a change of the extraction that helps the images as they are but not these
has learnt the sensors by heart.
"""

from __future__ import annotations

import argparse
from functools import partial

from benchmarks.data import data_folder, fingerprint_databases
from benchmarks.extractors import NOMINAL_PPI
from benchmarks.fingers import ours
from benchmarks.report import Result, Row
from benchmarks.scenarios import fingerprints
from benchmarks.timing import pinned
from benchmarks.transforms import TRANSFORMS, apply
from matching.parameters import MATCHER_VERSION

__all__ = ["add_arguments", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the scenario's options."""
    fingerprints.add_measuring(parser)
    parser.add_argument(
        "--transform", choices=sorted(TRANSFORMS), action="append", help="only this one; repeatable"
    )


def run(args: argparse.Namespace) -> Result:
    """Measure every database found under every transform."""
    databases = fingerprint_databases(data_folder())
    rows: list[Row] = []
    with pinned(1):
        for name in args.transform or TRANSFORMS:
            subject = ours(args.extractor, name=name, change=partial(apply, name))
            rows += fingerprints.measure(subject, databases, args)
    parameters: dict[str, float | int | str | bool | None] = {
        "extractor": args.extractor,
        "matcher": MATCHER_VERSION,
        "ppi": NOMINAL_PPI,
        "threads": 1,
        "seconds": args.seconds,
        "seed": args.seed,
    }
    return Result(parameters, rows)
