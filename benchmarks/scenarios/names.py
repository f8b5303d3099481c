"""Comparing and finding people by name and other identity data, next to open peers.

``tokens``: true pairs of an Arabic and a Latin spelling of one word against random pairs of words.
``pairs``: every set of labelled pairs of names found in the measuring data.  f1 is the best over
all thresholds, picked afterwards and so an upper bound for every subject; f1_fixed is at the
threshold that its makers recommend.  recall_at_p99 is the recall at a threshold with a precision of
.99.  pairs_per_s counts from text to score.

``search``: synthetic people, probes with errors.  recall_at_10 is the share of the probes whose
person is among the first ten.  A slow peer is asked fewer ``probes``.  p50_ms and p95_ms are those
of probes in a row, whose words are often known; first_p50_ms and first_p95_ms those of 500 probes,
before each of which an engine that remembers what it was asked has forgotten all of it.  Case by
case a subject is told more of the probe; one that can use the name only has the first case only.

``--people FILE --probes FILE``: search other people than those of the generator, from CSV files
with the columns person, name, birth, nationality and sex (``benchmarks/names/people_files.py`` says
what stands in them).  The row "a list of ten" is then what any list of ten could hold if every
probe were asked as it is recorded.

Every subject runs in a process of its own on one core.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from rich.progress import track

from benchmarks.choice import PEERS_HELP, choose
from benchmarks.data import data_folder
from benchmarks.errors import DataError
from benchmarks.isolation import isolated
from benchmarks.names.ceiling import shares_held
from benchmarks.names.comparing import measure_pairs
from benchmarks.names.data import LabelledPairs, load_pair_files, load_tokens
from benchmarks.names.people import SearchSet, make_search_set
from benchmarks.names.people_files import load_search_set, short_hash
from benchmarks.names.running import draw
from benchmarks.names.searching import CASES, RANKS, measure_search
from benchmarks.names.subjects import PAIRS, SEARCH, Part, Subject
from benchmarks.report import Result, Row, Value

__all__ = ["add_arguments", "run"]

_PARTS = ("tokens", "pairs", "search")
_MATED, _NON_MATED = 2000, 20_000
_DRAWN = (
    ("f1", "best F1", "linear"),
    ("recall_at_p99", "recall at precision .99", "linear"),
    ("pairs_per_s", "pairs/s", "log"),
    ("recall_at_10", "share of probes", "linear"),
    ("p95_ms", "ms", "log"),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the scenario's options."""
    parser.add_argument("--part", nargs="+", default=[*_PARTS], choices=_PARTS)
    parser.add_argument("--n", type=int, default=100_000, help="people to be searched")
    parser.add_argument("--queries", type=int, default=1000, help="probes of them")
    parser.add_argument("--people", type=Path, metavar="FILE", help="search these instead")
    parser.add_argument("--probes", type=Path, metavar="FILE", help="by these; both or none")
    parser.add_argument("--peers", default="all", help=PEERS_HELP)
    parser.add_argument("--threads", type=int, default=1, choices=[1], help="one core each")
    parser.add_argument("--seconds", type=float, default=2.0, help="timing of pairs_per_s")
    parser.add_argument("--seed", type=int, default=1, help="of all draws")
    parser.add_argument(
        "--timing-lock", type=Path, metavar="FILE", help="lock this file while timing"
    )


def run(args: argparse.Namespace) -> Result:
    """Measure ours and the chosen peers in every part asked for."""
    compared, searched = _chosen(args)
    rows = [
        measure_pairs(subject, labelled, seconds=args.seconds, lock=args.timing_lock)
        for labelled in _labelled(args)
        for subject in track(compared, labelled.name, transient=True)
    ]
    asked = ("n", "queries", "threads", "seconds", "seed")
    parameters: dict[str, Value] = {name: getattr(args, name) for name in asked}
    if "search" in args.part:
        population = _population(args)
        parameters |= population.parameters
        for subject in track(searched, "search", transient=True):
            rows += measure_search(
                subject, population.source, size=population.size, lock=args.timing_lock
            )
        rows += population.rows
    plots = draw(rows, _DRAWN) if args.html is not None else ()
    return Result({"parts": " ".join(args.part), **parameters}, rows, plots)


@dataclass(frozen=True, slots=True)
class _Population:
    """Who is searched: how they are made, what they are called, and what the report adds."""

    source: Callable[[], SearchSet]
    size: str
    parameters: dict[str, Value]
    rows: list[Row]


def _population(args: argparse.Namespace) -> _Population:
    """People of the generator, or of files, which are then read once before anybody is measured."""
    if args.people is None and args.probes is None:
        made = partial(make_search_set, args.n, args.queries, seed=args.seed)
        return _Population(made, f"{args.n:,}", {}, [])
    if args.people is None or args.probes is None:
        raise DataError("--people and --probes belong together: give both or none")
    files = {"people": args.people, "probes": args.probes}
    hashes = {name: short_hash(path) for name, path in files.items()}
    read = partial(load_search_set, args.people, args.probes, most=args.queries)
    records, probes, held = isolated(1, {}, partial(_read_once, read))
    size = f"{records:,} of {args.people.stem}"
    counts = {"n": records, "queries": probes}
    told = {name: f"{path.stem}, sha256 {hashes[name]}" for name, path in files.items()}
    rows = [
        Row("a list of ten", f"{size}, {case}", {"recall_at_10": share, "probes": probes})
        for case, share in held.items()
    ]
    return _Population(read, size, {**counts, **told}, rows)


def _read_once(read: Callable[[], SearchSet]) -> tuple[int, int, dict[str, float]]:
    """Count records and probes, and say what a list can hold; in a process of its own."""
    found = read()
    return len(found.people), len(found.probes), shares_held(found, CASES, k=RANKS)


def _chosen(args: argparse.Namespace) -> tuple[list[Subject], list[Subject]]:
    """Who compares and who searches; a peer must be known in a part that is asked for."""
    parts = []
    if {"tokens", "pairs"} & set(args.part):
        parts.append(PAIRS)
    if "search" in args.part:
        parts.append(SEARCH)
    known = {name: peer for part in parts for name, peer in part.peers.items()}
    wanted = choose(args.peers, known)

    def of(part: Part) -> list[Subject]:
        return [*part.ours.values(), *(peer for peer in part.peers.values() if peer in wanted)]

    return of(PAIRS), of(SEARCH)


def _labelled(args: argparse.Namespace) -> Sequence[LabelledPairs]:
    """Load the labelled sets asked for; of pairs there may be none."""
    found: list[LabelledPairs] = []
    if "tokens" in args.part:
        found.append(load_tokens(data_folder(), mated=_MATED, non_mated=_NON_MATED, seed=args.seed))
    if "pairs" in args.part:
        found += load_pair_files(data_folder())
    return found
