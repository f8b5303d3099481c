"""A probe of the index, laid out for the kernel: which words may stand where, for how much."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from matching.date import DateRelation
from matching.kernels.name_index import DAYS, ENTRY, LIST, LISTS, POSITIONS, PROBE, Matcher, Scratch
from matching.name.vocabulary import Spellings, Vocabulary
from matching.name.weights import STEPS, UNIT, Weights

__all__ = ["Asked", "Pair", "Population", "build", "pack_day", "word_rarity"]

_TIERS = (245, 205, 150, 100)  # likeness at which the spellings of a word are split into lists
_MISSPELT = 120  # least likeness of a half that no word of the index is
_CUTS = 2  # places that are tried where two words may have been written together
_LESS_KNOWN = 1  # letters by which a place may explain less of the word than the best one
_SHORT_HALF = 3  # letters from which a half may be misspelt
_AS_ASKED = UNIT // 8  # of rows that are otherwise equal, the one that is spelled as asked is first
_INITIAL = 1  # kind of a word
_MAX_ENTRIES = 65_000
_NOT_ASKED = 3  # words of a row that may be left over
_LAST_YEAR = 2100
_BEFORE = 1 << 16  # rows of the world at large that count beside those of the index
# Their usual shares: of a name, of a day of birth, of a nationality.
_NAME, _DAY, _NATIONALITY = 2.0**-13, 2.0**-14, 2.0**-5


Pair = tuple[NDArray[np.void], NDArray[np.void]]
"""Two words that may have been written together."""


def _whole(_: int) -> Sequence[Pair]:
    return ()


@dataclass(frozen=True, slots=True)
class Asked:
    """What is known of a person who is looked up.

    Args:
        words: (n,) ``WORD`` of the name, particles and initials among them.
        joined: (n - 1,) ``WORD``: each word written together with the next.
        halves: Makes the pairs of (1,) ``WORD`` into which the word of a number may be split; few
            words are unknown, so few are split.
        day: See ``pack_day``.
        nationality: Number, 0 unknown.
        sex: Number, 0 unknown.
        equivalents: For each word, the groups of names in other languages that mean the same.
    """

    words: NDArray[np.void]
    joined: NDArray[np.void]
    halves: Callable[[int], Sequence[Pair]] = _whole
    day: int = 0
    nationality: int = 0
    sex: int = 0
    equivalents: Sequence[Sequence[int]] = ()


@dataclass(frozen=True, slots=True)
class Population:
    """How often things occur in an index.

    Args:
        rows: Number of rows.
        days: (2^21,) uint32 rows by day.
        nationalities: (256,) int64 rows by nationality.
        sexes: (256,) int64 rows by sex.
    """

    rows: int
    days: NDArray[np.uint32]
    nationalities: NDArray[np.int64]
    sexes: NDArray[np.int64]


def pack_day(year: int, month: int | None = None, day: int | None = None) -> int:
    """Pack a date, unknown parts as 0; ordered like dates, at most 21 bits for years below 4096."""
    return year << 9 | (month or 0) << 5 | (day or 0)


def _rarity(often: int, rows: int, share: float) -> float:
    """Bits of an agreement; a small index says little of how rare something is among strangers.

    What one person with many aliases has would be common in it, and the person not be found.
    """
    return float(np.log2((rows + _BEFORE) / (often + _BEFORE * share)))


def word_rarity(vocabulary: Vocabulary, weights: Weights, found: Spellings, *, rows: int) -> float:
    """Bits of an agreement on a word: the rarer all spellings of the name are, the more."""
    same = found.words[found.likeness >= weights.same]
    bits = _rarity(int(vocabulary.counts[same].sum()), rows, _NAME)
    return min(max(bits, weights.word_least), weights.word_most)


class _Lists:
    """Collects the lists of a probe."""

    def __init__(self, vocabulary: Vocabulary, weights: Weights, rows: int) -> None:
        self.entries: list[NDArray[np.void]] = []
        self.lists: list[tuple[int, int, int, int]] = []
        self._size = 0
        self._vocabulary, self.weights, self._rows = vocabulary, weights, rows
        self._most = weights.table()

    def is_unknown(self, word: NDArray[np.void]) -> bool:
        """Whether no row has the word, or one that is more like it than its beginning alone."""
        found = self._vocabulary.spellings(word)
        same = found.words[found.likeness > self.weights.shortened]
        return not self._vocabulary.counts[same].any()

    def add(
        self,
        word: NDArray[np.void],
        mask: int,
        *,
        least: int = 0,
        less: int = 0,
        groups: Sequence[int] = (),
    ) -> bool:
        """Add the spellings of a word and its equivalents at some positions; False without any.

        Args:
            word: (1,) ``WORD``.
            mask: Of the positions that it takes.
            least: Least likeness.
            less: What its evidence is reduced by, to 0 at most.
            groups: Of words that mean the same.
        """
        found = self._vocabulary.spellings(word)
        keep = found.likeness >= least
        words, likeness = found.words[keep], found.likeness[keep]
        if groups:
            same = self._vocabulary.meanings.find(groups)
            words, likeness = _raised(words, likeness, same, to=self.weights.equivalent)
        if not len(words):
            return False
        steps = np.minimum(likeness, STEPS)
        weight = int(word_rarity(self._vocabulary, self.weights, found, rows=self._rows) * UNIT)
        evidence = np.minimum(weight, self._most[steps]) + _AS_ASKED * (likeness >= STEPS)
        evidence = np.maximum(evidence - less, 0)
        last = len(words)
        for tier in (*_TIERS, 0):
            begin = len(words) - last
            end = int(np.searchsorted(-likeness, -tier, side="right"))
            if end > begin and self._size + end - begin < _MAX_ENTRIES:
                self._put(words[begin:end], evidence[begin:end], mask)
            last = len(words) - max(begin, end)
        return True

    def _put(self, words: NDArray[np.uint32], evidence: NDArray[np.int32], mask: int) -> None:
        if len(self.lists) == LISTS:
            return
        entries = np.zeros(len(words), ENTRY)
        entries["word"], entries["mask"], entries["evidence"] = words, mask, evidence
        self.entries.append(entries)
        self.lists.append((self._size, self._size + len(words), mask, int(evidence.max())))
        self._size += len(words)


def _raised(
    words: NDArray[np.uint32], likeness: NDArray[np.int32], same: NDArray[np.uint32], *, to: int
) -> tuple[NDArray[np.uint32], NDArray[np.int32]]:
    """Put equivalents among spellings, at their likeness at least; most alike first."""
    every = np.union1d(words, same)
    alike = np.zeros(len(every), np.int32)
    alike[np.searchsorted(every, words)] = likeness
    at = np.searchsorted(every, same)
    alike[at] = np.maximum(alike[at], to)
    order = np.argsort(-alike, kind="stable")
    return every[order], alike[order]


def build(
    asked: Asked,
    vocabulary: Vocabulary,
    weights: Weights,
    population: Population,
    *,
    scratch: Scratch,
    permitted: NDArray[np.uint8],
) -> Matcher:
    """Lay out a probe.

    Args:
        asked: What is known; words beyond ``POSITIONS`` are left out.
        vocabulary: Of the index.
        weights: What agreements are worth.
        population: Frequencies in the index.
        scratch: Of this thread.
        permitted: Labels that may be searched.
    """
    probe = np.zeros(1, PROBE)
    lists = _Lists(vocabulary, weights, population.rows)
    kinds = asked.words["kind"].tolist()[:POSITIONS]
    vocabulary.look_up(_looked_up(asked, kinds))
    absent = [weights.particle if kind else weights.unmatched for kind in kinds]
    extra: dict[int, int] = {}
    for at, kind in enumerate(kinds):
        if kind == 0 and lists.is_unknown(asked.words[at : at + 1]):
            halves, free = asked.halves(at), len(kinds) + len(extra)
            extra |= _split(lists, vocabulary, halves, at=at, free=free)
    for at, kind in enumerate(kinds):
        if kind == 0:
            groups = asked.equivalents[at] if at < len(asked.equivalents) else ()
            lists.add(asked.words[at : at + 1], 1 << at | extra.get(at, 0), groups=groups)
    for at, (kind, after) in enumerate(pairwise(kinds)):
        if kind or after:
            continue
        mask = 1 << at | 1 << at + 1 | extra.get(at, 0) | extra.get(at + 1, 0)
        lists.add(asked.joined[at : at + 1], mask, least=weights.joined)
    probe["positions"] = len(kinds) + len(extra)
    probe["absent"][0, : len(kinds)] = np.array(absent) * UNIT
    probe["counted"] = sum(1 << at for at, kind in enumerate(kinds) if kind == 0)
    probe["surplus"], probe["conflict"] = weights.unmatched * UNIT, weights.conflict * UNIT
    _initials(probe, asked.words[: len(kinds)], weights)
    _facts(probe, asked, weights, population)
    probe["least"] = _floor(probe, lists.lists, population.rows)
    listed = np.concatenate(lists.entries) if lists.entries else np.zeros(0, ENTRY)
    return Matcher(probe, listed, np.array(lists.lists, LIST), permitted, vocabulary.words, scratch)


def _looked_up(asked: Asked, kinds: Sequence[int]) -> NDArray[np.void]:
    """The words that every probe looks for: its own, and neighbours written together."""
    own = asked.words[: len(kinds)][[kind == 0 for kind in kinds]]
    together = [not (a or b) for a, b in pairwise(kinds)]
    return np.concatenate([own, asked.joined[: len(together)][together]])


def _split(
    lists: _Lists,
    vocabulary: Vocabulary,
    halves: Sequence[Pair],
    *,
    at: int,
    free: int,
) -> dict[int, int]:
    """Add the likeliest halves of a word; the mask of the second half.

    At least one half must be a word of the index; the other may be misspelt, and both where a
    short one could be a word by chance.
    """
    if free >= POSITIONS or not halves:
        return {}
    counts = vocabulary.counts

    def likely(half: Pair) -> tuple[int, int]:
        often = [int(counts[vocabulary.find(word)]) for word in half]
        lengths = [int(word["length"][0]) for word in half]
        known = sum(length for length, n in zip(lengths, often, strict=True) if n)
        return (known if min(often) or min(lengths) >= _SHORT_HALF else 0), min(often)

    best = sorted(halves, key=likely, reverse=True)[:_CUTS]
    most, _ = likely(best[0])
    if not most:
        return {}
    best = [pair for pair in best if likely(pair)[0] >= most - _LESS_KNOWN]
    vocabulary.look_up(np.concatenate([word for pair in best for word in pair]))
    half = round(lists.weights.joining * UNIT / 2)  # what joining costs is borne by both
    for first, second in best:
        for word, mask in ((first, 1 << at), (second, 1 << free)):
            lists.add(word, mask, least=_MISSPELT, less=half)
    return {at: 1 << free}


def _initials(probe: NDArray[np.void], words: NDArray[np.void], weights: Weights) -> None:
    """Fill in the letters that stand for words which begin with them."""
    letters = np.where(words["kind"] == _INITIAL, words["letters"][:, 0] + 1, 0)
    probe["initials"][0, : len(words)] = letters
    probe["initial"] = weights.initial * UNIT if letters.any() else 0


def _facts(probe: NDArray[np.void], asked: Asked, weights: Weights, population: Population) -> None:
    """Fill in date, nationality and sex."""
    rows = population.rows
    probe["day"], probe["nationality"], probe["sex"] = asked.day, asked.nationality, asked.sex
    bits = [weights.date[relation.name.lower()] for relation in DateRelation]
    rarity = _rarity(int(population.days[asked.day]), rows, _DAY)
    bits[DateRelation.EQUAL] += min(weights.date_most, rarity)
    probe["date"][0, : len(bits)] = np.array(bits) * UNIT
    if asked.nationality:
        often = int(population.nationalities[asked.nationality])
        rarity = min(weights.nationality_most, _rarity(often, rows, _NATIONALITY))
        probe["nationality_equal"] = (rarity + weights.nationality_equal) * UNIT
        probe["nationality_other"] = weights.nationality_other * UNIT
    if asked.sex:
        probe["sex_equal"], probe["sex_other"] = weights.sex_equal * UNIT, weights.sex_other * UNIT
    ranges, complete = _likely_days(asked.day)
    probe["range_count"], probe["complete"] = len(ranges), complete
    probe["first"][0, : len(ranges)] = [first for first, _ in ranges]
    probe["last"][0, : len(ranges)] = [last for _, last in ranges]


def _floor(probe: NDArray[np.void], lists: Sequence[tuple[int, int, int, int]], rows: int) -> int:
    """Lowest score of interest: half of what tells one row from all, or of what is asked.

    Below it lie rows that agree by chance in a common name; there may be a million of them. Words
    that nobody asked for must not hide a row, so a few of them are allowed for.
    """
    best = {mask: max(most for _, _, m, most in lists if m == mask) for _, _, mask, _ in lists}
    facts = int(probe["nationality_equal"][0])
    facts += int(probe["date"].max()) if probe["day"][0] else 0
    asked = sum(best.values()) + facts + int(probe["sex_equal"][0])
    half = min(round(float(np.log2(max(rows, 2))) * UNIT), asked) // 2
    return half - _NOT_ASKED * int(probe["surplus"][0])


def _likely_days(day: int) -> tuple[list[tuple[int, int]], int]:
    """Ranges of days that are often written for one day, and relations that no other day has."""
    year, month, date = day >> 9, day >> 5 & 15, day & 31
    if not month:
        return [(day, day)] if day else [], 0
    same_month = (pack_day(year, month), pack_day(year, month, 31))
    year_alone = {pack_day(year), pack_day(year, 1, 1)}
    complete = _mask(
        DateRelation.EQUAL, DateRelation.EQUAL_AS_FAR_AS_KNOWN, DateRelation.DAY_MONTH_SWAPPED,
        DateRelation.ADJACENT_DAY, DateRelation.SAME_DAY_AND_MONTH_YEAR_OFF_BY_ONE,
        DateRelation.ONE_DIGIT, DateRelation.SAME_YEAR_AND_MONTH,
    )  # fmt: skip
    if (month, date) == (1, 1):  # stands for the whole year, and for no day of another one
        days = year_alone | set(_neighbours(year, month, date))
    else:
        complete |= _mask(DateRelation.JANUARY_FIRST)
        days = year_alone | (_slips(year, month, date) if date else set())
    single = [(d, d) for d in sorted(days) if not same_month[0] <= d <= same_month[1]]
    return [same_month, *single][:DAYS], complete if len(single) < DAYS else 0


def _slips(year: int, month: int, date: int) -> set[int]:
    """Days outside of the month for which a day is mistaken."""
    days = {
        *(pack_day(year, other, date) for other in _one_digit(month, 2, most=12)),
        *(pack_day(other, month, date) for other in _one_digit(year, 4, most=_LAST_YEAR)),
        *(pack_day(year - 1, month, date), pack_day(year + 1, month, date)),
        *_neighbours(year, month, date),
    }
    if date <= 12:
        days.add(pack_day(year, date, month))
    return days


def _one_digit(number: int, digits: int, *, most: int) -> set[int]:
    """Numbers that differ from one in a single digit, 1..most."""
    found = set()
    for place in (10**exponent for exponent in range(digits)):
        rest = number - number // place % 10 * place
        found |= {rest + digit * place for digit in range(10)}
    return {other for other in found - {number} if 1 <= other <= most}


def _neighbours(year: int, month: int, date: int) -> list[int]:
    """The days around a day; some that do not exist may be among them."""
    before = [(year, month, date - 1)] if date > 1 else [
        (year - (month == 1), (month - 2) % 12 + 1, last) for last in (28, 29, 30, 31)
    ]  # fmt: skip
    after = [(year, month, date + 1)] if date < 28 else [
        (year, month, date + 1), (year + (month == 12), month % 12 + 1, 1)
    ]  # fmt: skip
    return [pack_day(*parts) for parts in (*before, *after)]


def _mask(*relations: DateRelation) -> int:
    return sum(1 << relation for relation in relations)
