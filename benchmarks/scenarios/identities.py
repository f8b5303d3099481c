"""Synthetic identities: how many words, how they are spread, and how long it takes to make them.

One row for everybody, and one for each of the most frequent nationalities.
"""

from __future__ import annotations

import argparse
import resource
from collections import Counter
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from benchmarks.identities import Population, draw_pairs, draw_probes, make_population
from benchmarks.report import Result, Row, Value

__all__ = ["add_arguments", "run"]

_MIB = 2**20
_NATIONS = 12
_JANUARY = 101


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the scenario's options."""
    parser.add_argument("--n", type=int, default=1_000_000, help="people")
    parser.add_argument("--seed", type=int, default=2024)
    parser.add_argument("--drawn", type=int, default=20_000, help="probes and pairs to count")


def run(args: argparse.Namespace) -> Result:
    """Make a population, describe it, and count what probes and pairs have wrong."""
    begin = perf_counter()
    people = make_population(args.n, args.seed)
    seconds = perf_counter() - begin
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / _MIB
    whole: dict[str, Value] = {"seconds": seconds, "peak_mib": peak}
    everybody = np.ones(len(people), bool)
    rows = [Row("ours", "everybody", whole | _described(people, everybody))]
    shares = np.bincount(people.nationality, minlength=len(people.nationalities))
    for number in np.argsort(-shares)[:_NATIONS].tolist():
        here = people.nationality == number
        if here.any():
            rows.append(Row("ours", people.nationalities[number], _described(people, here)))
    rows += _drawn(people, args)
    return Result({"n": args.n, "seed": args.seed, "drawn": args.drawn}, rows)


def _described(people: Population, here: NDArray[np.bool_]) -> dict[str, Value]:
    """Counts and shares of some records."""
    tokens, birth = people.tokens[here], people.birth[here]
    words = np.bincount(tokens[tokens >= 0], minlength=len(people.vocabulary))
    place = people.forenames[here].clip(max=tokens.shape[1] - 1)
    family = tokens[np.arange(len(tokens)), place]
    return {
        "records": len(tokens),
        "people": len(np.unique(people.identity[here])),
        "words": int((words > 0).sum()),
        "words_seen_once": int((words == 1).sum()),
        "words_per_record": float((tokens >= 0).sum() / len(tokens)),
        "top_forename": _top(people, tokens[:, 0]),
        "top_forename_share": _top_share(tokens[:, 0]),
        "top_surname": _top(people, family),
        "top_surname_share": _top_share(family),
        "first_january_share": float((birth % 10_000 == _JANUARY).mean()),
        "partial_date_share": float((birth % 100 == 0).mean()),
        "female_share": float(people.sex[here].mean()),
        "births_median": float(np.median(birth // 10_000)),
        "records_like_another": len(tokens) - _distinct(people, here),
    }


def _distinct(people: Population, here: NDArray[np.bool_]) -> int:
    """How many records differ in words, date, nationality or sex."""
    whole = np.column_stack(
        [people.tokens[here], people.birth[here], people.nationality[here], people.sex[here]]
    )
    rows = np.ascontiguousarray(whole, np.int32).view(f"V{whole.shape[1] * 4}")[:, 0]
    return len(np.unique(rows))


def _top(people: Population, tokens: NDArray[np.int32]) -> str:
    return people.vocabulary[int(np.bincount(tokens[tokens >= 0]).argmax())]


def _top_share(tokens: NDArray[np.int32]) -> float:
    return float(np.bincount(tokens[tokens >= 0]).max() / len(tokens))


def _drawn(people: Population, args: argparse.Namespace) -> list[Row]:
    """Rates of what is changed in probes, and of the kinds of pairs."""
    begin = perf_counter()
    probes = draw_probes(people, args.drawn, args.seed)
    seconds = perf_counter() - begin
    tags = Counter(tag for probe in probes for tag in probe.tags)
    rates: dict[str, Value] = {tag: count / len(probes) for tag, count in sorted(tags.items())}
    begin = perf_counter()
    kinds = Counter(pair.kind for pair in draw_pairs(people, args.drawn, args.seed))
    paired = perf_counter() - begin
    drawn: dict[str, Value] = {kind: count / args.drawn for kind, count in sorted(kinds.items())}
    return [
        Row("ours", "probes", {"seconds": seconds} | rates),
        Row("ours", "pairs", {"seconds": paired} | drawn),
    ]
