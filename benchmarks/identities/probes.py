"""Probes: what somebody asks for who looks for a person, and what went wrong on the way.

Every word is respelled in 35 % and mistyped in 10 %; 20 % of probes have their words in another
order; with more than two words 20 % miss one, and 5 % have an initial in place of one; in 5 % each
the last word is cut to five letters and two words are joined, in 3 % one is split; 4 % are written
in the script of the origin. 29 % of dates are wrong: 6 % day and month exchanged, 6 % a year off,
6 % 1 January, 2 % only the year, 5 % another day, 4 % another date. 7 % have another nationality,
0.5 % another sex. A tag says what was really changed: a date of 3 March cannot have day and month
exchanged, and then has no such tag.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import accumulate
from random import Random

import numpy as np

from benchmarks.identities.dates import LAST_YEAR
from benchmarks.identities.origins import load_nations
from benchmarks.identities.population import Population
from benchmarks.identities.records import Record, record
from benchmarks.identities.rewriting import Rewriter, misspelled

__all__ = ["TAGS", "Disturber", "Probe", "draw_probes"]

NAME_TAGS = ("translit", "typo", "order", "drop", "initial", "trunc", "join", "split", "script")
DATE_TAGS = ("dm_swap", "year1", "jan1", "year_only", "day", "dob_wrong")
TAGS = (*NAME_TAGS, *DATE_TAGS, "nationality", "sex")
"""Everything that can be changed."""
_RESPELLED, _MISTYPED = 0.35, 0.10
_SCRIPT, _ORDER, _DROP, _INITIAL, _TRUNC, _JOIN, _SPLIT = 0.04, 0.2, 0.2, 0.05, 0.05, 0.05, 0.03
_DATES = tuple(accumulate((0.06, 0.06, 0.06, 0.02, 0.05, 0.04)))  # in the order of DATE_TAGS
_NATIONALITY, _SEX = 0.07, 0.005
_CUT = 5
_SPLITTABLE = 6
_NAMED = 2  # words that are always kept


@dataclass(frozen=True, slots=True)
class Probe:
    """A disturbed record.

    Args:
        record: What is asked for; its identity is the true one.
        row: Of the population that it was made from.
        tags: What was changed, in the order of ``TAGS``.
    """

    record: Record
    row: int
    tags: tuple[str, ...]


def draw_probes(population: Population, n: int, seed: int) -> list[Probe]:
    """Draw records and disturb them.

    Args:
        population: Where they come from; a row may be drawn twice.
        n: How many.
        seed: At least 0.

    Cost: some 50 microseconds a probe.
    """
    disturber = Disturber(population, seed)
    rows = np.random.default_rng(seed).integers(0, len(population), n)
    return [disturber.disturb(row) for row in rows.tolist()]


class Disturber:
    """Applies the error model to records of a population.

    Args:
        population: The records.
        seed: Of all errors.
    """

    def __init__(self, population: Population, seed: int) -> None:
        self._population = population
        self._random = Random(seed)
        self._rewriters = [Rewriter(origin) for origin in population.origins]
        nations = load_nations()
        self._nations = [nation.code for nation in nations]
        self._shares = [nation.share for nation in nations]

    def disturb(self, row: int) -> Probe:
        """Disturb one record."""
        true, tags = record(self._population, row), set[str]()
        rewriter = self._rewriters[int(self._population.origin[row])]
        forenames, surnames = self._names(true, rewriter, tags)
        found = replace(
            true, forenames=forenames, surnames=surnames, birth=self._date(true.birth, tags)
        )
        if self._random.random() < _NATIONALITY:
            (other,) = self._random.choices(self._nations, self._shares)
            if other != true.nationality:
                found = replace(found, nationality=other)
                tags.add("nationality")
        if self._random.random() < _SEX:
            found = replace(found, sex=1 - true.sex)
            tags.add("sex")
        return Probe(found, row, tuple(tag for tag in TAGS if tag in tags))

    def _names(
        self, true: Record, rewriter: Rewriter, tags: set[str]
    ) -> tuple[tuple[str, ...], tuple[str, ...]]:
        random = self._random
        parts = [list(true.forenames), list(true.surnames)]
        if random.random() < _SCRIPT:
            native = [[rewriter.native(word) for word in words] for words in parts]
            known = [word for words in parts for word in words if rewriter.native(word) != word]
            if len(known) == len(true.words):  # never half of a name
                parts = native
                tags.add("script")
        if "script" not in tags:
            parts = [
                [found for word in words for found in self._word(word, rewriter, tags)]
                for words in parts
            ]
        words, first = parts[0] + parts[1], len(parts[0])
        changes: tuple[tuple[float, str, Callable[[list[str]], None]], ...] = (
            (_ORDER, "order", random.shuffle),
            (_DROP, "drop", self._drop),
            (_INITIAL, "initial", self._initial),
            (_TRUNC, "trunc", _truncate),
            (_JOIN, "join", self._join),
            (_SPLIT, "split", self._split),
        )
        for share, tag, change in changes:
            if random.random() < share:
                before = list(words)
                change(words)
                if words != before:
                    tags.add(tag)
        # As many words in the first field as before: in another order they are in the wrong one.
        return tuple(words[:first]), tuple(words[first:])

    def _word(self, word: str, rewriter: Rewriter, tags: set[str]) -> list[str]:
        chance = self._random.random()
        if chance < _RESPELLED:
            found, tag = rewriter.respelled(word, self._random), "translit"
        elif chance < _RESPELLED + _MISTYPED:
            found, tag = misspelled(word, self._random), "typo"
        else:
            return [word]
        if found != word:
            tags.add(tag)
        return found.split()

    def _drop(self, words: list[str]) -> None:
        if len(words) > _NAMED:
            words.pop(self._random.randrange(len(words)))

    def _initial(self, words: list[str]) -> None:
        if len(words) > _NAMED:
            place = self._random.randrange(len(words))
            words[place] = words[place][:1]

    def _join(self, words: list[str]) -> None:
        if len(words) > 1:
            place = self._random.randrange(len(words) - 1)
            words[place : place + 2] = [words[place] + words[place + 1].lower()]

    def _split(self, words: list[str]) -> None:
        place = self._random.randrange(len(words))
        word = words[place]
        if len(word) >= _SPLITTABLE and " " not in word:
            cut = self._random.randrange(3, len(word) - 2)
            words[place : place + 1] = [word[:cut], word[cut:].capitalize()]

    def _date(self, true: int, tags: set[str]) -> int:
        random, chance = self._random, self._random.random()
        year, month, day = true // 10_000, true // 100 % 100, true % 100
        place = bisect_right(_DATES, chance)
        if place == len(DATE_TAGS):
            return true
        tag = DATE_TAGS[place]
        if tag == "dm_swap":
            if 1 <= day <= 12 and month:
                month, day = day, month
        elif tag == "year1":
            year += random.choice((-1, 1))
        elif tag == "jan1":
            month = day = 1
        elif tag == "year_only":
            month = day = 0
        elif tag == "day":
            if month:
                day = random.randint(1, 28)
        else:
            year, month, day = random.randint(1950, LAST_YEAR), random.randint(1, 12), day or 1
            day = min(day, 28)
        found = year * 10_000 + month * 100 + day
        if found != true:
            tags.add(tag)
        # 29 February of the year before or after is no date.
        return found - 1 if month == 2 and day == 29 and year % 4 else found


def _truncate(words: list[str]) -> None:
    words[-1] = words[-1][:_CUT]
