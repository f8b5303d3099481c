"""Measures how long the lists of candidates must be, and writes the table that is shipped.

Persons are composed of synthetic fingers that the sketch model was not fitted to, taken under hard
conditions (levels 1.0 to 1.8; the public databases are like 1), so that the lists suit databases
worse than those at hand.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
from rich.progress import track

from benchmarks.arguments import whole
from benchmarks.extractors import make_extractor
from benchmarks.report import Result, Row
from benchmarks.sketches.persons import penetrations
from benchmarks.sketches.prints import Prints, Series, make_chunk, read_prints
from benchmarks.sketches.scores import standardised
from matching.fingerprint.sketch import encode
from matching.fingerprint.sketch_model import shipped
from matching.parameters import SKETCH_SHORTLIST

__all__ = ["add_arguments", "hard_prints", "run"]

HARD = Series(seed=777, impressions=4, easiest=1.0, hardest=1.8)
_CHUNKS = 20
_MISSES = (1e-2, 1e-3, 1e-4, 3e-5)
_SAFETY = 3.0  # drawn strangers reached up to 2.4 times as far as the convolution says
_STAGES = (("leading", 128), ("middle", 256))


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the scenario's options."""
    parser.add_argument("--prints", type=Path, required=True, help="folder that keeps the minutiae")
    parser.add_argument("--out", type=Path, required=True, help="the table, a .json file")
    parser.add_argument("--draws", type=whole(), default=300_000)
    parser.add_argument("--seed", type=whole(0), default=1358)


def hard_prints(folder: Path) -> Prints:
    """Make or read the prints that the table is measured on."""
    folder.mkdir(parents=True, exist_ok=True)
    made = make_extractor("mindtct")
    chunks = track(range(_CHUNKS), "making prints", transient=True)
    return read_prints([make_chunk(folder, n, extractor=made, series=HARD) for n in chunks])


def run(args: argparse.Namespace) -> Result:
    """Measure every number of fingers at both stages; write."""
    prints, model = hard_prints(args.prints), shipped()
    sketches = encode(prints.templates, model=model)
    table: dict[str, object] = {
        "version": SKETCH_SHORTLIST[1],
        "model": model.version,
        "misses": _MISSES,
    }
    rows = []
    for stage, bits in _STAGES:
        scores = standardised(sketches, sketches, model, bits)
        lists = np.ones((10, len(_MISSES)))
        for fingers in range(1, 11):
            found = penetrations(scores, prints, fingers=fingers, draws=args.draws, seed=args.seed)
            lists[fingers - 1] = np.quantile(found, [1 - miss for miss in _MISSES])
        # Never shorter for fewer misses or fewer fingers, whatever the draws say.
        lists = np.clip(lists * _SAFETY, 1e-9, 1)
        lists = np.maximum.accumulate(np.maximum.accumulate(lists, axis=1)[::-1], axis=0)[::-1]
        table[stage] = [[float(f"{share:.2g}") for share in row] for row in lists]
        for fingers in (10, 8, 6, 4, 2):
            shares = dict(zip(_MISSES, lists[fingers - 1].tolist(), strict=True))
            metrics = {f"list_at_miss_{miss:.0e}": share for miss, share in shares.items()}
            rows.append(Row("ours", f"{stage}, {fingers} fingers", metrics))
    args.out.write_text(json.dumps(table, indent=1) + "\n", "utf-8")
    return Result({"draws": args.draws, "seed": args.seed, "safety": _SAFETY}, rows)
