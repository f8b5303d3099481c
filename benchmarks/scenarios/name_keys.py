"""Which keys of a word find its spelling in the other script, and among how many candidates?

The words of ``names/arabic_latin_tokens.tsv`` (Arabic, tab, Latin; one heading line): the Latin
side of all pairs is indexed under a key, every eighth Arabic word is looked up.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.data import data_folder
from benchmarks.errors import DataError
from benchmarks.report import Result, Row, Value
from matching.errors import NameUnreadableError
from matching.name.read import read_name
from matching.name.token import Kind, Token
from matching.name.version import READING_VERSION

__all__ = ["KEYS", "add_arguments", "deletions", "measure", "read_pairs", "run"]

Pair = tuple[Token, Token]
_FILE = Path("names", "arabic_latin_tokens.tsv")
_PREFIX = 9  # letters whose deletions are indexed, as a spelling index would


def deletions(word: str, most: int) -> set[str]:
    """All words that at most so many deletions leave, the word itself among them."""
    found = last = {word}
    for _ in range(most):
        last = {w[:i] + w[i + 1 :] for w in last for i in range(len(w))}
        found = found | last
    return found


KEYS: dict[str, Callable[[Token], set[str]]] = {
    "surface": lambda token: {token.surface},
    "folded": lambda token: {token.folded},
    "folded, 1 deletion": lambda token: deletions(token.folded[:_PREFIX], 1),
    "folded, 2 deletions": lambda token: deletions(token.folded[:_PREFIX], 2),
    "skeleton": lambda token: {token.skeleton},
    "skeleton, 1 deletion": lambda token: deletions(token.skeleton, 1),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the scenario's options."""
    parser.add_argument("--step", type=int, default=8, help="look up every so-many-th word")


def run(args: argparse.Namespace) -> Result:
    """Measure every key."""
    pairs = read_pairs(data_folder() / _FILE)
    rows = [Row("ours", name, measure(pairs, key, step=args.step)) for name, key in KEYS.items()]
    return Result({"reading": READING_VERSION, "step": args.step}, rows)


def measure(
    pairs: Sequence[Pair], key: Callable[[Token], set[str]], *, step: int
) -> dict[str, Value]:
    """Look every ``step``-th first word up among all second words.

    Returns:
        Recall (its own spelling is among the candidates), mean number of candidates, words.
    """
    index: defaultdict[str, set[int]] = defaultdict(set)
    for number, (_, latin) in enumerate(pairs):
        for value in key(latin):
            index[value].add(number)
    hits = candidates = 0
    asked = pairs[::step]
    for arabic, latin in asked:
        found = set().union(*(index.get(value, ()) for value in key(arabic)))
        candidates += len(found)
        hits += any(pairs[number][1].surface == latin.surface for number in found)
    return {
        "recall": round(hits / len(asked), 4),
        "mean_candidates": round(candidates / len(asked), 1),
        "words": len(pairs),
    }


def read_pairs(path: Path) -> list[Pair]:
    """Read the pairs; of several words on a side the longest counts.

    Raises:
        DataError: the file is missing, or no line of it holds two words.
    """
    if not path.is_file():
        raise DataError(f"{path} is missing; it holds an Arabic and a Latin word a line")
    lines = [line.split("\t") for line in path.read_text("utf-8").splitlines()[1:]]
    pairs = [
        (ours, theirs)
        for line in lines
        if len(line) > 1 and min(map(len, line[:2])) > 2
        if (ours := _word(line[0])) and (theirs := _word(line[1]))
    ]
    if not pairs:
        raise DataError(f"{path} holds no pair of words, parted by a tab")
    return pairs


def _word(text: str) -> Token | None:
    try:
        tokens = read_name(text=text).tokens
    except NameUnreadableError:
        return None
    words = [token for token in tokens if token.kind is Kind.WORD]
    return max(words, key=lambda token: len(token.surface), default=None)
