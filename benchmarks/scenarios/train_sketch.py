"""Trains the sketch model on synthetic fingers and writes the file that is shipped.

Half of the fingers are grown as images by eurodac/demo/fingerprints under conditions of every
difficulty, extracted by MINDTCT, and kept in ``--prints`` so that another run need not make them
again; the other half are drawn as minutiae by benchmarks/population, where whole captures are bad.
Either half alone serves the other badly.  The same options give the same model up to the last bits
of the linear algebra library.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from rich.progress import track

from benchmarks.arguments import whole
from benchmarks.extractors import make_extractor
from benchmarks.report import Result, Row
from benchmarks.sketches.prints import CHUNK, Prints, Series, draw_people, make_chunk, read_prints
from benchmarks.sketches.training import Recipe, fit
from matching.fingerprint.sketch import encode
from matching.fingerprint.sketch_model import VALUES, SketchModel, dump
from matching.parameters import SKETCH_MODEL
from matching.template import MinutiaeTemplate

__all__ = ["add_arguments", "run"]

_COHORT_CHUNKS = 10
_LEVELS = (0.6, 1.6)  # of the conditions; 1 behaves like the public databases


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the scenario's options."""
    parser.add_argument("--prints", type=Path, required=True, help="folder that keeps the minutiae")
    parser.add_argument("--out", type=Path, required=True, help="the model, an .npz file")
    parser.add_argument("--fingers", type=whole(), default=1500)
    parser.add_argument("--impressions", type=whole(), default=6)
    parser.add_argument("--people", type=whole(), default=500, help="drawn without images")
    parser.add_argument("--captures", type=whole(), default=4)
    parser.add_argument("--seed", type=whole(0), default=20260)


def run(args: argparse.Namespace) -> Result:
    """Make the prints that are not there yet, fit, write."""
    args.prints.mkdir(parents=True, exist_ok=True)
    extractor = make_extractor("mindtct")
    chunks = -(-args.fingers // CHUNK)
    series = Series(args.seed, args.impressions, *_LEVELS)
    paths = [
        make_chunk(args.prints, n, extractor=extractor, series=series)
        for n in track(range(chunks + _COHORT_CHUNKS), "making prints", transient=True)
    ]
    drawn = draw_people(args.seed, args.people, captures=args.captures)
    projection, origin = fit([read_prints(paths[:chunks]), drawn], Recipe())
    plain = SketchModel(SKETCH_MODEL[1], projection, origin, np.zeros((0, VALUES), np.float32))
    # Strangers that the model was not fitted to, of both kinds.
    others = [
        *_first(read_prints(paths[chunks:])),
        *_first(draw_people(args.seed + 1, 25, captures=1)),
    ]
    values = encode(others, model=plain).values
    halves = np.minimum(np.floor(2 * np.abs(values)), 3)
    cohort = (np.where(values > 0, 1, -1) * (2 * halves + 1)).astype(np.float32)
    data = dump(SketchModel(plain.version, projection, origin, cohort))
    args.out.write_bytes(data)
    metrics = {
        "fingers": chunks * CHUNK,
        "drawn": len(np.unique(drawn.fingers)),
        "cohort": len(cohort),
        "bytes": len(data),
    }
    return Result(
        {"seed": args.seed, "impressions": args.impressions, "captures": args.captures},
        [Row("ours", plain.version, metrics)],
    )


def _first(prints: Prints) -> list[MinutiaeTemplate]:
    return [t for t, i in zip(prints.templates, prints.impressions, strict=True) if i == 0]
