"""Compare synthetic people, made for scale, with real prints: how far their scores are apart.

One finger of every synthetic person is compared with a second capture of it (mated) and with the
same finger of others (non-mated); real prints likewise within their database. The noise model is
described in ``benchmarks/population/captures.py``. The distance is that of Kolmogorov and Smirnov:
the largest difference of the shares below any score.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from time import perf_counter

import numpy as np
from numpy.typing import NDArray
from rich.progress import track

from benchmarks.arguments import whole
from benchmarks.data import data_folder, fingerprint_databases
from benchmarks.extractors import NOMINAL_PPI, make_extractor
from benchmarks.population import make_masters, take, templates
from benchmarks.report import Result, Row
from matching.codec.image import decode
from matching.fingerprint.compare import PackedSet, compare_many
from matching.fingerprint.cylinders import build
from matching.parameters import MATCHER_VERSION
from matching.template import FingerPosition, MinutiaeTemplate

__all__ = ["add_arguments", "ks_distance", "run"]

_POSITION = FingerPosition.RIGHT_INDEX  # any: one finger is compared at a time
_STRANGERS = 40  # others that every synthetic finger is compared with
_BLOCK = 25  # people; more do not fit the cache
Scores = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Collection:
    name: str
    minutiae: int
    mated: Scores
    non_mated: Scores


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the scenario's options."""
    parser.add_argument("--n", type=whole(2), default=300, help="people that are compared")
    parser.add_argument(
        "--made", type=whole(), default=2000, help="people that are made, for speed"
    )
    parser.add_argument("--seed", type=whole(0), default=1)
    parser.add_argument("--without-real", action="store_true", help="do not measure real prints")
    parser.add_argument("--plot", type=Path, metavar="PNG", help="draw the scores there")


def run(args: argparse.Namespace) -> Result:
    """Measure synthetic people, and the real databases in the same run."""
    synthetic = _synthetic(args.seed, args.n)
    real = [] if args.without_real else _real()
    found = [synthetic, *real]
    if real:
        pooled = _Collection(
            "real",
            int(np.median([one.minutiae for one in real])),
            np.concatenate([one.mated for one in real]),
            np.concatenate([one.non_mated for one in real]),
        )
        found.append(pooled)
    rows = [_row(one, against=found[-1]) for one in found]
    rows[0] = Row("ours", rows[0].case, {**rows[0].metrics, **_speed(args.seed, args.made)})
    if args.plot is not None:
        plotter = import_module("benchmarks.scenarios._synthetic_plot")
        plotter.draw(args.plot, [(c.name, c.mated, c.non_mated) for c in found])
    return Result({"n": args.n, "seed": args.seed, "matcher": MATCHER_VERSION}, rows)


def ks_distance(first: Scores, second: Scores) -> float:
    """Largest difference of the shares of two samples below any score, 0..1.

    Examples:
        >>> ks_distance(np.array([1.0, 2.0]), np.array([2.0, 3.0]))
        0.5
    """
    both = np.concatenate([first, second])
    shares = [np.searchsorted(np.sort(s), both, "right") / len(s) for s in (first, second)]
    return float(np.abs(shares[0] - shares[1]).max())


def _row(one: _Collection, *, against: _Collection) -> Row:
    metrics = {
        "minutiae_median": one.minutiae,
        "mated_p5": float(np.percentile(one.mated, 5)),
        "mated_median": float(np.median(one.mated)),
        "non_mated_median": float(np.median(one.non_mated)),
        "non_mated_p99": float(np.percentile(one.non_mated, 99)),
        "mated_ks": ks_distance(one.mated, against.mated),
        "non_mated_ks": ks_distance(one.non_mated, against.non_mated),
    }
    return Row("ours", one.name, metrics)


def _synthetic(seed: int, people: int) -> _Collection:
    masters = make_masters(seed, np.arange(people))
    first, second = (
        [PackedSet({_POSITION: build(t)}) for t in made]
        for made in (templates(take(masters, seed, number=n), finger=1) for n in (0, 1))
    )
    mated, non_mated = [], []
    for person in track(range(people), "synthetic", transient=True):
        others = [(person + step) % people for step in range(1, min(people, _STRANGERS + 1))]
        found = _similarities(first[person], [second[n] for n in (person, *others)])
        mated.append(found[:1])
        non_mated.append(found[1:])
    seen = take(masters, seed, number=0).seen[:, 1].sum(axis=-1)
    return _Collection(
        "synthetic", int(np.median(seen)), np.concatenate(mated), np.concatenate(non_mated)
    )


def _real() -> list[_Collection]:
    extractor = make_extractor("mindtct")
    found = []
    for database in fingerprint_databases(data_folder()):
        files = track(list(database.images.values()), database.name, transient=True)
        images = [decode(path.read_bytes()).pixels for path in files]
        made = [extractor.extract(image, ppi=NOMINAL_PPI).template for image in images]
        fingers = np.array([finger for finger, _ in database.images])
        found.append(_collected(database.name, fingers, made))
    return found


def _collected(
    name: str, fingers: NDArray[np.str_], made: Sequence[MinutiaeTemplate]
) -> _Collection:
    packed = [PackedSet({_POSITION: build(t)}) for t in made]
    scores = [_similarities(packed[i], packed[i + 1 :]) for i in range(len(packed) - 1)]
    first, second = np.triu_indices(len(fingers), 1)
    same = fingers[first] == fingers[second]
    every = np.concatenate(scores)
    return _Collection(name, int(np.median(list(map(len, made)))), every[same], every[~same])


def _similarities(probe: PackedSet, references: Sequence[PackedSet]) -> Scores:
    return np.array([c.terms[0].similarity for c in compare_many(probe, references)])


def _speed(seed: int, people: int) -> dict[str, float]:
    """Time ten fingers of people and one capture of them, in blocks."""
    began = perf_counter()
    for first in range(0, people, _BLOCK):
        block = np.arange(first, min(first + _BLOCK, people))
        take(make_masters(seed, block), seed, number=0)
    return {"people_per_s": people / (perf_counter() - began)}
