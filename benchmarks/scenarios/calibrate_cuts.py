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
from matching.gallery.vector_cuts import cut_of, upper_bound
from matching.gallery.vector_layout import PERSON, Layout, face
from matching.kernels.vector_codes import tables
from matching.kernels.vector_twin import sextets_of

__all__ = ["add_arguments", "run"]

_LAYOUTS = {layout.name: layout for layout in (face(128), face(512), PERSON)}
_BLOCK = 20_000
_STEPS = np.arange(0.0, 6.01, 0.05)
_ROUNDED_AT = 2.0  # deviations; how finely costs are rounded hardly depends on the cut
_FPIR = 1e-3
_NORMAL = NormalDist()
Pairs = tuple[NDArray[np.float32], NDArray[np.float32]]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the scenario's options."""
    parser.add_argument("--layouts", nargs="+", choices=sorted(_LAYOUTS), default=sorted(_LAYOUTS))
    parser.add_argument("--pairs", type=whole(), default=2_000_000, help="mated pairs per layout")
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
            f'[[cut]]\nlayout = "{name}"\nversion = {cut_of(_LAYOUTS[name]).version + 1}\n'
            f"first = {found['first_z']:.2f}\n"
            f"whole = {found['whole_z']:.2f}\nlost = {found['mates_lost']:.2e}\n"
            f"lost_upper_95 = {found['mates_lost_upper_95']:.2e}\n"
            f'origin = "calibrate-cuts --pairs {args.pairs} --n {args.n} --budget {args.budget} '
            f'--seed {args.seed}"\n'
        )
    parameters = {name: getattr(args, name) for name in ("pairs", "n", "budget", "seed")}
    return Result(parameters | {"fpir": _FPIR}, rows)


def _calibrate(layout: Layout, args: argparse.Namespace) -> dict[str, float]:
    """Measure both distances of every identified mate, then choose the highest cuts."""
    blocks = -(-args.pairs // _BLOCK)
    pairs = track(_pairs(layout, args), layout.name, total=blocks, transient=True)
    measured = [_measured(layout, pair, args.n) for pair in pairs]
    z = np.concatenate([mates for mates, _ in measured])
    strangers = np.concatenate([others for _, others in measured])
    if not len(z):
        raise BenchmarkError("exact search identifies none of these pairs; give more --pairs")
    whole = _highest(z[:, 1:], [0.0], args.budget / 2)
    first = _highest(z[:, ::-1], [whole], args.budget)
    lost = int(((z[:, 0] < first) | (z[:, 1] < whole)).sum())
    return {
        "first_z": first,
        "whole_z": whole,
        "identified": float(len(z)),
        "mates_lost": lost / len(z),
        "mates_lost_upper_95": upper_bound(lost, len(z)),
        "passed_first": float((strangers >= first).mean()),
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
    """Deviations below chance: (M, 2) of the mates that exact search identifies, (N,) of strangers.

    By the leading code and by the whole code, of strangers by the leading code only; the first
    capture is the probe.
    """
    held = [layout.captured(vectors) for vectors in pair]
    rows = [layout.rows(v, h) for v, h in zip(pair, held, strict=True)]
    codes = [layout.codes(r, h) for r, h in zip(rows, held, strict=True)]
    dots = np.einsum("nd,nd->n", rows[0].astype(np.int32), rows[1].astype(np.int32))
    factors = layout.factors[held[0] & held[1]]
    deviation = 1 / np.sqrt(layout.dimensions) if len(layout.segments) == 1 else 1.0
    identified = dots * factors >= -_NORMAL.inv_cdf(_FPIR / people) * deviation
    masks = layout.masks[held[0]]
    bits, apart = (
        np.bitwise_count(words).sum(axis=1, dtype=np.int64)
        for words in (masks, (codes[0].whole ^ codes[1].whole) & masks)
    )
    costs, _ = tables(rows[0], layout.groups, np.full(len(dots), _ROUNDED_AT))
    below = _below(costs, codes[1].leading)
    found = np.stack([below, (bits - 2 * apart) / np.sqrt(bits)], axis=1)
    return found[identified], _below(costs, np.roll(codes[1].leading, 1, axis=0))


def _below(costs: NDArray[np.uint8], codes: NDArray[np.uint8]) -> NDArray[np.float64]:
    """(N,) deviations by which leading codes cost less than those of strangers."""
    sextets = sextets_of(codes)
    of_mates = np.take_along_axis(costs, sextets[:, :, None], axis=2).sum(axis=(1, 2), dtype=float)
    of_strangers, deviation = costs.mean(axis=2).sum(axis=1), costs.var(axis=2).sum(axis=1) ** 0.5
    found: NDArray[np.float64] = (of_strangers - of_mates) / deviation
    return found


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
