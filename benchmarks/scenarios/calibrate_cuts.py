"""Cuts of the vector gallery: how far codes may differ within a budget of mates lost.

Captures are those of the noise model of benchmarks/embeddings.py, of people and in numbers that no
other scenario uses.  A mate counts only if exact search would identify it: its score reaches the
threshold at which one search in a thousand without a mate among ``--n`` people finds anybody.
The first cut takes what the second leaves of the budget.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray
from rich.progress import track

from benchmarks.arguments import share, whole
from benchmarks.embeddings import FACE, Population, take
from benchmarks.errors import BenchmarkError
from benchmarks.fused import FusedPopulation, Records
from benchmarks.report import Result, Row
from matching.gallery.vector_cuts import upper_bound
from matching.gallery.vector_layout import PERSON, Layout, face
from matching.kernels.vector import FIRST_BITS

__all__ = ["add_arguments", "run"]

_LAYOUTS = {layout.name: layout for layout in (face(128), face(512), PERSON)}
_BLOCK = 20_000
_STEPS = np.arange(0.0, 6.01, 0.05)
_WORDS = FIRST_BITS // 64
_FPIR = 1e-3
_NORMAL = NormalDist()
Pairs = tuple[NDArray[np.float32], NDArray[np.float32]]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the scenario's options."""
    parser.add_argument("--layouts", nargs="+", choices=sorted(_LAYOUTS), default=sorted(_LAYOUTS))
    parser.add_argument("--pairs", type=whole(), default=400_000, help="mated pairs per layout")
    parser.add_argument("--n", type=whole(), default=10_000_000, help="people in the gallery")
    parser.add_argument("--budget", type=share, default=1e-4, help="share of mates lost, at most")
    parser.add_argument("--seed", type=whole(0), default=2019)


def run(args: argparse.Namespace) -> Result:
    """Find the cuts of every layout; print the rows of vector_cuts.toml."""
    rows = []
    for name in args.layouts:
        found = _calibrate(_LAYOUTS[name], args)
        rows.append(Row("ours", name, found))
        print(
            f'[[cut]]\nlayout = "{name}"\nversion = 1\nfirst = {found["first_z"]:.2f}\n'
            f"whole = {found['whole_z']:.2f}\nlost = {found['mates_lost']:.2e}\n"
            f"lost_upper_95 = {found['mates_lost_upper_95']:.2e}\n"
            f'origin = "calibrate-cuts --pairs {args.pairs} --n {args.n} --budget {args.budget} '
            f'--seed {args.seed}"\n'
        )
    parameters = {name: getattr(args, name) for name in ("pairs", "n", "budget", "seed")}
    return Result(parameters | {"fpir": _FPIR}, rows)


def _calibrate(layout: Layout, args: argparse.Namespace) -> dict[str, float]:
    """Measure both distances of every identified mate, then choose the highest cuts."""
    parts = [
        _measured(layout, pair, args.n)
        for pair in track(list(_pairs(layout, args)), layout.name, transient=True)
    ]
    bits, measured = parts[0][0], np.concatenate([part[1] for part in parts])
    if not len(measured):
        raise BenchmarkError("exact search identifies none of these pairs; give more --pairs")
    z = (bits / 2 - measured) / (np.sqrt(bits) / 2)  # deviations below chance
    whole = _highest(z[:, 1:], [0.0], args.budget / 2)
    first = _highest(z[:, ::-1], [whole], args.budget)
    lost = int(((z[:, 0] < first) | (z[:, 1] < whole)).sum())
    return {
        "first_z": first,
        "whole_z": whole,
        "identified": float(len(z)),
        "mates_lost": lost / len(z),
        "mates_lost_upper_95": upper_bound(lost, len(z)),
        "passed_first": _NORMAL.cdf(-first),
        "passed_whole": _NORMAL.cdf(-whole),
    }


def _highest(z: NDArray[np.float64], fixed: list[float], budget: float) -> float:
    """The highest cut of the last column, the others as fixed, whose upper bound fits."""
    gone = np.zeros(len(z), bool)
    for column, cut in enumerate(fixed[: z.shape[1] - 1]):
        gone |= z[:, column] < cut
    fitting = [
        float(step)
        for step in _STEPS
        if upper_bound(int((gone | (z[:, -1] < step)).sum()), len(z)) <= budget
    ]
    if not fitting:
        raise BenchmarkError(
            f"{len(z)} identified pairs are too few to show a loss of at most {budget:g} with 95 % "
            "certainty; give more --pairs or a larger --budget"
        )
    return max(fitting)


def _measured(
    layout: Layout, pair: Pairs, people: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Bits of both stages, and (M, 2) distances of the mates that exact search identifies."""
    held = [layout.captured(vectors) for vectors in pair]
    rows = [layout.rows(v, h) for v, h in zip(pair, held, strict=True)]
    codes = [layout.codes(r, h) for r, h in zip(rows, held, strict=True)]
    dots = np.einsum("nd,nd->n", rows[0].astype(np.int32), rows[1].astype(np.int32))
    factors = layout.factors(held[0])[np.arange(len(dots)), held[1]]
    deviation = 1 / np.sqrt(layout.dimensions) if len(layout.segments) == 1 else 1.0
    identified = dots * factors >= -_NORMAL.inv_cdf(_FPIR / people) * deviation
    masks = layout.masks(held[0])
    counted = np.bitwise_count(masks)
    differing = np.bitwise_count((codes[0] ^ codes[1]) & masks)
    bits = np.stack([counted[:, :_WORDS].sum(1), counted.sum(1)], axis=1).astype(np.float64)
    apart = np.stack([differing[:, :_WORDS].sum(1), differing.sum(1)], axis=1).astype(np.float64)
    full = bits.max(axis=0)  # as if nothing were missing: the same z
    scaled = full / 2 - (bits / 2 - apart) / np.sqrt(bits) * np.sqrt(full)
    return full, scaled[identified]


def _pairs(layout: Layout, args: argparse.Namespace) -> Iterator[Pairs]:
    """Two captures each of people, in blocks."""
    for block, start in enumerate(range(0, args.pairs, _BLOCK)):
        count = min(_BLOCK, args.pairs - start)
        if layout is PERSON:
            people = FusedPopulation(count, seed=args.seed + block)
            gallery = next(iter(people.blocks()))
            probes, mates = people.mated(count)
            yield _joined(gallery)[mates], _joined(probes)
        else:
            population = Population(count, layout.dimensions, args.seed + block)
            identities = population.identities(0, count)
            rng = np.random.default_rng([args.seed, block])
            yield take(identities, FACE, rng), take(identities, FACE, rng)


def _joined(records: Records) -> NDArray[np.float32]:
    """Unit vectors side by side; the layout weighs them."""
    fingers = records.fingers.reshape(len(records.face), -1)
    return np.concatenate([records.face, fingers], axis=1)
