"""Measures how many pairs of identities a core compares, without and with the explanation.

Pairs are drawn by benchmarks/identities, mated and not; they are read and laid out beforehand, and
that is timed apart.
"""

from __future__ import annotations

import argparse
from time import perf_counter

from benchmarks.arguments import whole
from benchmarks.identities import make_population
from benchmarks.identities.pairs import draw_pairs
from benchmarks.identities.records import Record
from benchmarks.name_weights import read_record
from benchmarks.report import Result, Row
from matching.date import PartialDate
from matching.identity import Comparer, Identity

__all__ = ["add_arguments", "run"]

_REPEATS = 5


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the scenario's options."""
    parser.add_argument("--pairs", type=whole(), default=20_000)
    parser.add_argument("--seed", type=int, default=3)


def run(args: argparse.Namespace) -> Result:
    """Draw, lay out, compare; the best of a few repeats."""
    population = make_population(200_000, args.seed)
    pairs = list(draw_pairs(population, args.pairs, args.seed))
    comparer = Comparer()
    begin = perf_counter()
    read = [(_identity(pair.first), _identity(pair.second)) for pair in pairs]
    known = [(comparer.prepare(a), comparer.prepare(b)) for a, b in read if a and b]
    prepare_s = perf_counter() - begin
    first, second = (
        comparer.lay_out([p[side].identity.names[0] for p in known]) for side in (0, 1)
    )
    bare, explained = [], []
    for _ in range(_REPEATS):
        begin = perf_counter()
        comparer.bits(first, second)
        bare.append(perf_counter() - begin)
        begin = perf_counter()
        for a, b in known:
            comparer.compare(a, b)
        explained.append(perf_counter() - begin)
    metrics = {
        "names_compared_per_s": len(known) / min(bare),
        "explained_per_s": len(known) / min(explained),
        "read_per_s": 2 * len(known) / prepare_s,
    }
    parameters = {"pairs": args.pairs, "seed": args.seed}
    return Result(parameters, [Row("ours", f"{len(known):,} pairs", metrics)])


def _identity(record: Record) -> Identity | None:
    name = read_record(record)
    if name is None:
        return None
    birth = record.birth
    date = PartialDate.read(birth // 10_000, birth // 100 % 100, birth % 100)
    return Identity((name,), (date,), frozenset((record.nationality,)), "MF"[record.sex])
