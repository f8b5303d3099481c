"""Trains the letter model, which says what two spellings of a word are worth, and writes its file.

Pairs of spellings come from the tables of benchmarks/identities (common spellings of common names,
in their own script and in Latin letters), from typing errors made by chance, and from the real
Arabic-Latin pairs of ``EURODAC_BENCH_DATA``: every second one, so that the
others can test the model.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import numpy as np

from benchmarks.data import data_folder
from benchmarks.identities.origins import load_origins
from benchmarks.letter_model import assemble
from benchmarks.letters import learn
from benchmarks.report import Result, Row
from matching.errors import NameUnreadableError
from matching.name.letters import ABJAD, LATIN, encode
from matching.name.model import VERSION
from matching.name.read import read_name
from matching.name.romanise import romanise
from matching.name.token import Token

__all__ = ["add_arguments", "run", "token_pairs"]

Pair = tuple[bytes, bytes]
_TYPING = 0.12  # share of pairs in which one word is misspelt
_ALIKE = 2  # pairs of the usual spelling with itself, for each other spelling
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_KNOWN = 3  # pairs that every letter is given, so that rare ones are known at all
_PLAIN = [(bytes((number,)),) * 2 for number in range(len(LATIN))] * _KNOWN


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the scenario's options."""
    parser.add_argument("--out", type=Path, required=True, help="the model, an .npz file")
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--all", action="store_true", help="train on every Arabic-Latin pair")


def run(args: argparse.Namespace) -> Result:
    """Learn and write."""
    chance = random.Random(args.seed)
    latin, cross = _from_tables(chance)
    real = [(encode(a), encode(b)) for a, b in token_pairs(data_folder())]
    cross += real if args.all else real[::2]
    both = [*latin, *((b, a) for a, b in latin), *_PLAIN]
    cross += _letters()
    model = assemble(learn(both), learn(cross))
    fields = {name: model[name][0] for name in model.dtype.names or ()}
    np.savez_compressed(args.out, version=VERSION, allow_pickle=False, **fields)
    metrics = {"latin_pairs": len(latin), "cross_pairs": len(cross)}
    return Result({"seed": args.seed, "all": args.all}, [Row("ours", VERSION, metrics)])


def token_pairs(folder: Path) -> list[tuple[Token, Token]]:
    """Read the Arabic-Latin pairs that are one word on both sides."""
    lines = (folder / "names" / "arabic_latin_tokens.tsv").read_text("utf-8").splitlines()[1:]
    pairs = []
    for line in lines:
        arabic, _, latin = line.partition("\t")
        a, b = _one(arabic), _one(latin)
        if a is not None and b is not None and encode(a) and encode(b) and not a.vowelled:
            pairs.append((a, b))
    return pairs


def _one(text: str) -> Token | None:
    try:
        tokens = read_name(text=text).tokens
    except NameUnreadableError:
        return None
    return tokens[0] if len(tokens) == 1 else None


def _from_tables(chance: random.Random) -> tuple[list[Pair], list[Pair]]:
    """Pairs of words with vowels, and of words without and with."""
    latin: list[Pair] = []
    cross: list[Pair] = []
    for native, spellings in _entries():
        usual = encode(spellings[0])
        others = [encode(word) for word in spellings[1:]]
        latin += [(usual, usual)] * (_ALIKE * (1 + len(others)))
        latin += [(usual, other) for other in others]
        latin += [(a, b) for a, b in product(others, others) if a < b]
        for word in spellings:
            if chance.random() < _TYPING * (_ALIKE + 1):
                wrong = _one(_misspelt(word.surface, chance))
                latin += [(encode(word), encode(wrong))] if wrong else []
        if native is not None:
            pairs = [(encode(native), encode(word)) for word in spellings]
            (latin if native.vowelled else cross).extend(pairs)
    return [p for p in latin if all(p)], [p for p in cross if all(p)]


def _letters() -> list[Pair]:
    """Every letter without vowels beside its usual romanisation, so that none is unknown."""
    pairs = []
    for letter in ABJAD:
        word, latin = _one(letter + letter), _one(romanise(letter))
        if word is not None and latin is not None:
            pairs += [(encode(word)[:1], encode(latin))] * _KNOWN
    return [p for p in pairs if all(p)]


def _entries() -> Iterator[tuple[Token | None, list[Token]]]:
    """Native form and spellings of each name that is one word in all of them."""
    for origin in load_origins():
        for name in {name for names in origin.names.values() for name in names}:
            spellings = [_one(word) for word in name.latin]
            words = [word for word in spellings if word is not None]
            if words and len(words) == len(spellings):
                native = _one(name.native.replace("+", ""))
                yield None if native in words else native, words


def _misspelt(word: str, chance: random.Random) -> str:
    """One letter left out, added, changed, or two that changed places."""
    at, letter = chance.randrange(len(word)), chance.choice(_LETTERS)
    return chance.choice(
        (
            word[:at] + word[at + 1 :],
            word[:at] + letter + word[at:],
            word[:at] + letter + word[at + 1 :],
            word[:at] + word[at + 1 : at + 2] + word[at : at + 1] + word[at + 2 :],
        )
    )
