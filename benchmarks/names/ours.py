"""Ours as a subject of the scenarios: names compared in pairs, and people searched."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from benchmarks.names.protocols import Floats, People, Probe
from matching.date import PartialDate
from matching.errors import NameUnreadableError
from matching.identity.agreement import AGREEMENT, NameAgreement
from matching.kernels.name_index import ROW, ROW_WORDS
from matching.name import model, weights
from matching.name.ask import ask
from matching.name.index import IdentityIndex
from matching.name.letters import words
from matching.name.read import forget_read, read_name
from matching.name.token import Kind, Name, Token

__all__ = ["OurPairs", "OurSearch"]

_BATCH = 1 << 17  # rows that are added at once
_SEXES = ("M", "F")
_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class OurPairs:
    """Compares names by the share of their words that agree."""

    threshold: float | None = AGREEMENT

    def __init__(self) -> None:
        self._agreement = NameAgreement()

    def score_pairs(self, pairs: Sequence[tuple[str, str]]) -> Floats:
        """Read and compare; a name that cannot be read agrees with nothing."""
        read = [(_read(a), _read(b)) for a, b in pairs]
        usable = [number for number, (a, b) in enumerate(read) if a and b]
        scores = np.full(len(pairs), -1.0)
        names = [(a, b) for a, b in read if a and b]
        if names:
            scores[usable] = self._agreement.scores(names)
        return scores


class OurSearch:
    """The index of identities."""

    fields = frozenset(("birth", "nationality", "sex"))

    def __init__(self) -> None:
        self._index = IdentityIndex(model.load(), weights.load())
        self._numbers: dict[Token, int] = {}
        self._codes = {_code(number): number + 1 for number in range(255)}

    def build(self, people: People) -> None:
        """Read every name and add the rows in batches; a record's number is its row."""
        for begin, end in pairwise((*range(0, len(people), _BATCH), len(people))):
            rows = np.zeros(end - begin, ROW)
            for row, text in zip(rows["word"], people.names[begin:end], strict=True):
                found = self._words(text)
                row[: len(found)] = found
            birth = people.birth[begin:end]
            rows["day"] = birth // 10_000 << 9 | birth // 100 % 100 << 5 | birth % 100
            rows["nationality"] = people.nationality[begin:end] + 1
            rows["sex"] = people.sex[begin:end] + 1
            rows["label"] = 1
            self._index.add_packed(rows, np.arange(begin + 1, end + 1, dtype=np.uint32))

    def search(self, probe: Probe, *, k: int) -> Sequence[int]:
        """Search by everything that the probe says."""
        name = _read(probe.name)
        if name is None:
            return []
        birth = _date(probe.birth)
        country = "" if probe.nationality is None else _code(probe.nationality)
        sex = "" if probe.sex is None else _SEXES[probe.sex]
        asked = ask(name, birth, nationality=country, sex=sex, numbers=self._codes)
        return [match.owner - 1 for match in self._index.search(asked, k=k)]

    def forget_asked(self) -> None:
        """Forget the spellings of words that were asked, and how words are read."""
        self._index.vocabulary.forget_asked()
        forget_read()

    def bytes_per_person(self) -> float:
        """Rows, postings and vocabulary."""
        return (self._index.nbytes + self._index.vocabulary.nbytes) / max(len(self._index), 1)

    def close(self) -> None:
        """Forget everything."""
        self._index = IdentityIndex(model.load(), weights.load())

    def _words(self, text: str) -> list[int]:
        name = _read(text)
        if name is None:
            return []
        found = []
        for token in name.tokens:
            if token.kind is Kind.WORD:
                number = self._numbers.get(token)
                if number is None:
                    (number,) = self._index.vocabulary.add(words((token,)))
                    self._numbers[token] = number
                found.append(number)
        return found[:ROW_WORDS]


def _read(text: str) -> Name | None:
    try:
        return read_name(text=text)
    except NameUnreadableError:
        return None


def _date(birth: int | None) -> PartialDate | None:
    if not birth:
        return None
    return PartialDate.read(birth // 10_000, birth // 100 % 100, birth % 100)


def _code(number: int) -> str:
    """A made-up code of a country that is known by its number only."""
    return _ALPHABET[number // 26] + _ALPHABET[number % 26] + "X"
