"""Estimates what agreements of two identities are worth, on labelled synthetic pairs.

Counted are the likeness of words that stand for each other in two records of one person and of any
two words, words without counterpart, and how dates, nationality and sex relate.  Writes
weights.toml and the table of frequencies that comparisons without an index use.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from benchmarks.arguments import whole
from benchmarks.identities import make_population
from benchmarks.identities.pairs import draw_pairs
from benchmarks.name_frequencies import write_frequencies
from benchmarks.name_weights import count
from benchmarks.report import Result, Row
from benchmarks.weights_file import as_toml
from benchmarks.word_table import WordTable
from matching.name import weights

__all__ = ["add_arguments", "run"]

_KEPT = 20_000  # words of the table of frequencies


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the scenario's options."""
    parser.add_argument("--frequencies", type=Path, required=True, help="an .npz file to write")
    parser.add_argument("--weights", type=Path, required=True, help="a .toml file to write")
    parser.add_argument("--version", required=True, help="version of the weights")
    parser.add_argument("--people", type=whole(), default=400_000)
    parser.add_argument("--pairs", type=whole(), default=60_000)
    parser.add_argument("--seed", type=int, default=17)


def run(args: argparse.Namespace) -> Result:
    """Count, estimate, write."""
    population = make_population(args.people, args.seed)
    table = WordTable(population)
    write_frequencies(args.frequencies, table, population, most=_KEPT)
    pairs = list(draw_pairs(population, args.pairs, args.seed))
    before = weights.load()
    counted = count(pairs, table, before)
    parameters = {"people": args.people, "pairs": args.pairs, "seed": args.seed}
    origin = f"train-names --people {args.people} --pairs {args.pairs} --seed {args.seed}"
    args.weights.write_text(as_toml(counted, before, args.version, origin=origin), "utf-8")
    metrics = {"words": len(table), "mated": counted.mated, "non_mated": counted.non_mated}
    return Result(parameters, [Row("ours", args.version, metrics)])
