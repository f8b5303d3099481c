"""Counts, on labelled pairs of records, how often agreements occur in one person and in two."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from benchmarks.identities.pairs import Pair
from benchmarks.identities.records import Record
from benchmarks.word_table import WordTable
from matching.date import DateRelation, PartialDate, compare_dates
from matching.errors import NameUnreadableError
from matching.kernels import name as kernel
from matching.kernels import name_index, name_pair
from matching.kernels.name_pair import INITIAL, PAIR_WORD
from matching.name import model
from matching.name.letters import words
from matching.name.probe import pack_day
from matching.name.read import read_name
from matching.name.token import Name
from matching.name.weights import UNIT, Weights

__all__ = ["EDGES", "Counted", "count", "curve_of", "read_record"]

EDGES = np.array([-(1 << 20), 20, 60, 100, 140, 180, 215, 240, 258, 1 << 20])
"""Likenesses between which words are counted together."""

_Floats = NDArray[np.float64]
_SAMPLED = 4000  # words that are held against others of their population
_OTHERS = 400


@dataclass
class Counted:
    """What was counted.

    Args:
        mated: Pairs of records of one person.
        non_mated: Of two people drawn at random.
        likeness: Words that stand for each other in mated pairs, by ``EDGES``.
        by_chance: Share of random pairs of words, by ``EDGES``.
        dates: Relations in mated and in non-mated pairs.
        codes: Equal and other nationality, equal and other sex; mated, then non-mated.
        left: Words in conflict, words that could be, words too many; mated, then non-mated.
        initials: Initials, and those that fit, in mated and in non-mated pairs.
        by_chance_initial: Share of pairs of random words that begin with one letter.
        joined: Mated and non-mated pairs in which two words are written together on one side.
    """

    mated: int = 0
    non_mated: int = 0
    likeness: _Floats = field(default_factory=lambda: np.zeros(len(EDGES) - 1))
    by_chance: _Floats = field(default_factory=lambda: np.zeros(len(EDGES) - 1))
    dates: tuple[Counter[DateRelation], Counter[DateRelation]] = field(
        default_factory=lambda: (Counter(), Counter())
    )
    codes: _Floats = field(default_factory=lambda: np.zeros((2, 4)))
    left: _Floats = field(default_factory=lambda: np.zeros((2, 3)))
    initials: _Floats = field(default_factory=lambda: np.zeros((2, 2)))
    by_chance_initial: float = 0.0
    joined: _Floats = field(default_factory=lambda: np.zeros(2))


def read_record(record: Record) -> Name | None:
    """Read the name of a record; None if nothing of it can be read."""
    try:
        return read_name(" ".join(record.surnames) or None, " ".join(record.forenames) or None)
    except NameUnreadableError:
        return None


def count(pairs: Sequence[Pair], table: WordTable, weights: Weights) -> Counted:
    """Count over labelled pairs; of the non-mated ones only those drawn at random.

    Args:
        pairs: See benchmarks/identities/pairs.py.
        table: Frequencies of words.
        weights: Assign words to each other; only the order of their evidence matters.
    """
    found = Counted()
    read = [(pair, read_record(pair.first), read_record(pair.second)) for pair in pairs]
    usable = [(p, a, b) for p, a, b in read if a and b and (p.mated or p.kind == "random")]
    sides = (
        _laid_out([first for _, first, _ in usable], table),
        _laid_out([second for _, _, second in usable], table),
    )
    results = name_pair.compare(model.load(), name_pair.lay_out(weights), sides[0], sides[1])
    for number, (pair, _, _) in enumerate(usable):
        words_of = [side[0][side[1][number] : side[1][number + 1]]["word"] for side in sides]
        _count_words(found, words_of[0], words_of[1], results[number], mated=pair.mated)
        _count_facts(found, pair)
    found.by_chance = _by_chance(table)
    first = table.vocabulary.words["letters"][:, 0]
    shares = np.bincount(first, table.vocabulary.counts)
    found.by_chance_initial = float(((shares / shares.sum()) ** 2).sum())
    found.dates[1].clear()
    found.dates[1].update(_dates_by_chance([pair.first.birth for pair, _, _ in usable]))
    return found


def curve_of(counted: Counted) -> list[tuple[int, float]]:
    """Evidence of two words by likeness: log2 of mated over by chance, rising throughout."""
    mated = counted.likeness / counted.likeness.sum()
    chance = np.maximum(counted.by_chance, 1e-7)
    bits = np.log2(np.maximum(mated, 1e-7) / chance)
    middles = np.round((EDGES[1:-2] + EDGES[2:-1]) / 2).astype(int).tolist()
    rising = np.maximum.accumulate(np.maximum(bits[1:-1], 0.0))
    return list(zip(middles, rising.round(2).tolist(), strict=True))


def _laid_out(
    names: Sequence[Name], table: WordTable
) -> tuple[NDArray[np.void], NDArray[np.int64]]:
    rows = [words(name.tokens) for name in names]
    laid = np.zeros(sum(map(len, rows)), PAIR_WORD)
    laid["word"] = np.concatenate(rows)
    known: dict[bytes, float] = {}
    for place in range(len(laid)):
        word = laid["word"][place : place + 1]
        key = word.tobytes()
        if key not in known:
            known[key] = table.rarity(word)
        laid["weight"][place] = round(known[key] * UNIT)
    return laid, np.cumsum([0, *map(len, rows)])


def _count_words(
    found: Counted, a: NDArray[np.void], b: NDArray[np.void], result: np.void, *, mated: bool
) -> None:
    side = 0 if mated else 1
    first, second = (b, a) if result["turned"] else (a, b)
    plain = [int((words_["kind"] == 0).sum()) for words_ in (first, second)]
    for i in range(len(first)):
        j = int(result["partner"][i])
        if j < 0 or first["kind"][i] or second["kind"][j]:
            continue
        plain = [left - 1 for left in plain]
        if mated:
            found.likeness += np.histogram([result["likeness"][i]], EDGES)[0]
    if result["joined_a"] >= 0:
        found.joined[side] += 1
        plain = [plain[0] - 2, plain[1] - 1]
    fits = {int(j) for i, j in enumerate(result["partner"]) if result["likeness"][i] == INITIAL}
    places = np.flatnonzero(second["kind"] == 1).tolist()
    found.initials[side] += (len(places), len(fits.intersection(places)))
    possible = min(int((a["kind"] == 0).sum()), int((b["kind"] == 0).sum()))
    found.left[side] += (min(plain), possible, abs(plain[0] - plain[1]))


def _count_facts(found: Counted, pair: Pair) -> None:
    side = 0 if pair.mated else 1
    if pair.mated:
        found.mated += 1
    else:
        found.non_mated += 1
    dates = [_date(record.birth) for record in (pair.first, pair.second)]
    found.dates[side][compare_dates(*dates)] += 1
    nation = pair.first.nationality == pair.second.nationality
    sex = pair.first.sex == pair.second.sex
    found.codes[side] += (nation, not nation, sex, not sex)


def _dates_by_chance(births: Sequence[int]) -> Counter[DateRelation]:
    """Relations of each date to all others that were drawn."""
    days = np.array([pack_day(b // 10_000, b // 100 % 100, b % 100) for b in births], np.uint32)
    total = np.zeros(len(DateRelation), np.int64)
    for place in range(0, len(days), max(len(days) // _SAMPLED, 1)):
        others = np.delete(days, place)
        relations = name_index.date_relations(int(days[place]), others)
        total += np.bincount(relations, minlength=len(total))
    return Counter({relation: int(total[relation]) for relation in DateRelation})


def _date(packed: int) -> PartialDate:
    return PartialDate.read(packed // 10_000, packed // 100 % 100, packed % 100)


def _by_chance(table: WordTable) -> _Floats:
    """Share of pairs of words of two random records, by likeness."""
    vocabulary = table.vocabulary
    share = vocabulary.counts / vocabulary.counts.sum()
    chance = np.random.default_rng(5)
    total = np.zeros(len(EDGES) - 1)
    for number in chance.choice(len(share), _SAMPLED, p=share).tolist():
        others = chance.choice(len(share), _OTHERS, p=share)
        probe = vocabulary.words[number : number + 1]
        alike = kernel.likenesses(model.load(), probe, vocabulary.words, others)
        total += np.histogram(alike, EDGES)[0]
    found: _Floats = total / total.sum()
    return found
