"""Counts what records of one person agree on, and strangers, for files too small to estimate it.

Pairs are synthetic, mated and random; counted are the levels of names, dates and, for texts,
nationalities.  Document numbers are not counted, for want of labelled pairs: their weights are
those of identity comparisons.  Writes weights.toml of matching/linkage.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.arguments import whole
from benchmarks.identities import make_population
from benchmarks.identities.pairs import draw_pairs
from benchmarks.identities.records import Record
from benchmarks.report import Result, Row
from matching.linkage import Column, ColumnKind, Records
from matching.linkage.documents import DOCUMENT_LEVELS
from matching.linkage.features import Feature, compare_pairs
from matching.linkage.records import encode
from matching.name import weights

__all__ = ["add_arguments", "run"]

_STRANGERS = 2_000_000
_SMOOTH = 0.5  # pairs that are added to every count
_DOCUMENTS = (0.7, 0.02, 0.03, 0.25)
"""Share of each level among the documents of one person: most have another one. Stated."""

_SPELLINGS = 0.1
"""Spellings of a text, as a share of those of a name; codes of nationalities have none. Stated."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the scenario's options."""
    parser.add_argument("--out", type=Path, required=True, help="a .toml file to write")
    parser.add_argument("--version", required=True, help="version of the weights")
    parser.add_argument("--people", type=whole(), default=200_000)
    parser.add_argument("--pairs", type=whole(), default=30_000)
    parser.add_argument("--seed", type=int, default=19)


def run(args: argparse.Namespace) -> Result:
    """Draw, compare, count, write."""
    population = make_population(args.people, args.seed)
    pairs = list(draw_pairs(population, args.pairs, args.seed, mated=1.0))
    data = encode(*(_records([_row(side) for side in sides]) for sides in
                    zip(*((pair.first, pair.second) for pair in pairs), strict=True)))  # fmt: skip
    rng, at = np.random.default_rng(args.seed), np.arange(len(pairs))
    one, other = rng.integers(len(pairs), size=(2, _STRANGERS))
    apart = one != other
    mated = _shares(compare_pairs(data, at, at + len(pairs)))
    chance = _shares(compare_pairs(data, one[apart], other[apart] + len(pairs)))
    for shares in (mated, chance):
        between = _SPELLINGS * shares["name"][1:-1]
        ends = shares["text"][[0, -1]]
        ends *= (1 - between.sum()) / ends.sum()
        shares["text"] = np.array([ends[0], *between, ends[1]])
    bits = [weights.load().document[level] for level in DOCUMENT_LEVELS]
    mated["document"] = np.array(_DOCUMENTS)
    chance["document"] = mated["document"] / np.exp2(bits)
    command = f"train-linkage --people {args.people} --pairs {args.pairs} --seed {args.seed}"
    args.out.write_text(_toml(args.version, command, mated, chance), "utf-8")
    parameters = {"people": args.people, "pairs": args.pairs, "seed": args.seed}
    metrics = {"mated": len(pairs), "non_mated": int(apart.sum())}
    return Result(parameters, [Row("ours", args.version, metrics)])


def _row(record: Record) -> tuple[str, str, str]:
    birth = record.birth
    date = f"{birth // 10_000:04}-{birth // 100 % 100:02}-{birth % 100:02}"
    return " ".join((*record.surnames, *record.forenames)), date, record.nationality


def _records(rows: Sequence[tuple[str, str, str]]) -> Records:
    names, births, nationalities = zip(*rows, strict=True)
    return Records(
        (
            Column("names", ColumnKind.NAME, names),
            Column("birth_date", ColumnKind.DATE, births),
            Column("nationality", ColumnKind.TEXT, nationalities),
        )
    )


def _shares(features: Sequence[Feature]) -> dict[str, NDArray[np.float64]]:
    counts: dict[str, NDArray[np.float64]] = {}
    for feature in features:
        levels = np.bincount(feature.levels[feature.levels >= 0], minlength=len(feature.names))
        counts[feature.kind] = counts.get(feature.kind, np.full(len(levels), _SMOOTH)) + levels
    return {str(kind): count / count.sum() for kind, count in counts.items()}


def _toml(
    version: str,
    command: str,
    mated: dict[str, NDArray[np.float64]],
    chance: dict[str, NDArray[np.float64]],
) -> str:
    lines = [
        "# Shares of each level, by kind of column, for files too small to estimate them from.",
        f"# Counted on synthetic pairs by: python -m benchmarks {command}",
        "# Not counted: document, whose evidence is that of matching/name/weights.toml, and what",
        "# spellings of a text say, which is what those of a name say.",
        f'version = "{version}"',
    ]
    for name, shares in (("mated", mated), ("chance", chance)):
        lines += ["", f"[{name}]"]
        lines += [
            f"{kind} = [{', '.join(f'{share:.3g}' for share in found)}]"
            for kind, found in sorted(shares.items())
        ]
    return "\n".join(lines) + "\n"
