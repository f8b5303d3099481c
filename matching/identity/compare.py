"""Compares two identities: a sum of log2 likelihood ratios, each of them a line of the explanation.

Names are compared word by word, whatever the order and the field; alias by alias, the best pair
counts.  The more likely it is that two strangers agree on something, the less it says.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matching.date import DateRelation, PartialDate, compare_dates
from matching.document import NumberRelation, compare_numbers
from matching.identity.evidence import Comparison, Term, TermKind
from matching.identity.frequencies import Frequencies, PriorFrequencies
from matching.identity.record import Identity
from matching.identity.words import terms_of_names
from matching.kernels import name_pair as kernel
from matching.kernels.name_pair import GROUPS, PAIR_WORD, Found
from matching.name import model, weights
from matching.name.letters import words
from matching.name.respelled import with_respelled
from matching.name.token import Name, Token
from matching.name.weights import UNIT, Weights

__all__ = ["Comparer", "Laid", "Prepared"]

Laid = tuple[NDArray[np.void], NDArray[np.int64]]
"""Words of names, and where each name begins."""


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """An identity with its words laid out; make it once, compare it often.

    Args:
        identity: As given.
        words: (n,) ``PAIR_WORD`` of all names.
        starts: (names + 1,) int64, where each name begins.
    """

    identity: Identity
    words: NDArray[np.void]
    starts: NDArray[np.int64]
    address: tuple[int, int] = field(init=False)  # of words and starts
    worth: tuple[list[float], ...] = field(init=False)  # of the words of each name, bits

    def __post_init__(self) -> None:
        weights, starts = (self.words["weight"] / UNIT).tolist(), self.starts.tolist()
        worth = tuple(weights[a:b] for a, b in pairwise(starts))
        object.__setattr__(self, "worth", worth)
        object.__setattr__(self, "address", kernel.address_of(self.words, self.starts))

    def __reduce__(self) -> tuple[Any, ...]:
        return Prepared, (self.identity, self.words, self.starts)  # a copy has its own addresses

    def __repr__(self) -> str:
        return f"Prepared({len(self.words)} words)"


class Comparer:
    """Compares identities with one set of weights; thread-safe.

    Args:
        frequencies: How rare things are where the identities come from.
        with_weights: What agreements are worth; the shipped ones by default.
    """

    def __init__(
        self, frequencies: Frequencies | None = None, with_weights: Weights | None = None
    ) -> None:
        self.weights = with_weights or weights.load()
        self.frequencies = frequencies or PriorFrequencies(self.weights)
        self._model = model.load()
        self._laid_out = kernel.lay_out(self.weights)
        self._tables = kernel.address_of(self._model, self._laid_out)
        self._pair_word = lru_cache(maxsize=1 << 16)(self._make_pair_word)

    def prepare(self, identity: Identity) -> Prepared:
        """Lay out an identity; names in pinyin for which a name stands are aliases."""
        names = with_respelled(identity.names)
        if len(names) > len(identity.names):
            identity = replace(identity, names=names)
        return Prepared(identity, *self.lay_out(names))

    def compare(self, probe: Prepared, reference: Prepared) -> Comparison:
        """Compare two identities.

        Returns:
            The evidence with its terms; the same bits for (reference, probe).

        Cost: about 32 microseconds, and 2 for each further pair of aliases.
        """
        a, b = probe.identity, reference.identity
        terms = [
            *self._names(probe, reference),
            *self._birth(a.births, b.births),
            *self._nationality(a.nationalities, b.nationalities),
            *self._sex(a.sex, b.sex),
            *self._documents(a.documents, b.documents),
            *self._birthplace(a.birthplace, b.birthplace),
        ]
        # Summed exactly, so that the order of the words changes nothing.
        bits = math.fsum([term.bits for term in terms])
        return Comparison(bits, tuple(terms), self.weights.version)

    def lay_out(self, names: Sequence[Name]) -> Laid:
        """Lay out names for ``bits``.

        Returns:
            (n,) ``PAIR_WORD`` of all words, and (names + 1,) where each name begins.
        """
        rows = b"".join(self._pair_word(token) for name in names for token in name.tokens)
        starts = np.cumsum([0, *(len(name.tokens) for name in names)])
        return np.frombuffer(rows, PAIR_WORD), starts

    def bits(self, first: Laid, second: Laid) -> NDArray[np.float64]:
        """Evidence of many pairs of names, without reasons; (n,) bits.

        Args:
            first: See ``lay_out``.
            second: As many names.

        Cost: about 2 microseconds a pair.
        """
        found = kernel.compare(self._model, self._laid_out, first, second)
        return np.asarray(found["total"] / UNIT)

    def _names(self, probe: Prepared, reference: Prepared) -> list[Term]:
        a, b = probe.identity.names, reference.identity.names
        if not a or not b:
            return []
        first, second, found = self._best_names(probe, reference)
        sides = (a[first], probe.worth[first]), (b[second], reference.worth[second])
        return terms_of_names(*sides, found, self.weights)

    def _best_names(self, probe: Prepared, reference: Prepared) -> tuple[int, int, Found]:
        """The pair of aliases that agrees best, and what its comparison found."""
        n, m = len(probe.worth), len(reference.worth)
        if n == m == 1:
            return 0, 0, kernel.compare_one(self._tables, probe.address, reference.address)
        found = kernel.compare(self._model, self._laid_out, *_crossed(probe, reference))
        best = int(found["total"].argmax())
        return best // m, best % m, Found.unpack(found[best].tobytes())

    def _birth(self, a: Iterable[PartialDate], b: Iterable[PartialDate]) -> list[Term]:
        found = [self._dates(x, y) for x in a for y in b]
        return [max(found, key=lambda term: term.bits)] if found else []

    def _dates(self, a: PartialDate, b: PartialDate) -> Term:
        found = compare_dates(a, b)
        relation = found.name.lower()
        rarity = min(self.frequencies.birth(a), self.weights.date_most)
        best = rarity + self.weights.date["equal"]
        bits = self.weights.date[relation]
        if found is DateRelation.EQUAL:
            bits = best
        elif bits > 0:
            # Nothing that is only nearly equal may say more than equality would.
            other = min(self.frequencies.birth(b), self.weights.date_most)
            bits = min(bits, max(min(rarity, other) + self.weights.date["equal"], 0.0))
        return Term(TermKind.BIRTH, relation, bits, best, str(a), str(b))

    def _nationality(self, a: frozenset[str], b: frozenset[str]) -> list[Term]:
        if not a or not b:
            return []
        best = self._rarest(a) + self.weights.nationality_equal
        bits, relation = self.weights.nationality_other, "other"
        if shared := a & b:
            bits, relation = self._rarest(shared) + self.weights.nationality_equal, "same"
        texts = (", ".join(sorted(a)), ", ".join(sorted(b)))
        return [Term(TermKind.NATIONALITY, relation, bits, best, *texts)]

    def _rarest(self, codes: frozenset[str]) -> float:
        return min(max(map(self.frequencies.nationality, codes)), self.weights.nationality_most)

    def _sex(self, a: str, b: str) -> list[Term]:
        if not a or not b:
            return []
        best = self.weights.sex_equal
        bits, relation = (best, "same") if a == b else (self.weights.sex_other, "other")
        return [Term(TermKind.SEX, relation, bits, best, a, b)]

    def _documents(self, a: Iterable[str], b: Iterable[str]) -> list[Term]:
        worth = self.weights.document
        found = [
            Term(TermKind.DOCUMENT, relation.name.lower(), worth[relation.name.lower()],
                 worth["equal"], x, y)
            for x in a for y in b
            if (relation := compare_numbers(x, y)) is not NumberRelation.MISSING
        ]  # fmt: skip
        return [max(found, key=lambda term: term.bits)] if found else []

    def _birthplace(self, a: Name | None, b: Name | None) -> list[Term]:
        if a is None or b is None:
            return []
        first, second = self.lay_out((a,)), self.lay_out((b,))
        own = min(float(self.bits(side, side)[0]) for side in (first, second))
        share = min(max(float(self.bits(first, second)[0]) / max(own, 1 / UNIT), 0.0), 1.0)
        worth = self.weights.birthplace
        found = worth["other"] + (worth["same"] - worth["other"]) * share
        relation = "same" if share == 1 else "similar" if share > 0 else "other"
        return [Term(TermKind.BIRTHPLACE, relation, found, worth["same"], a.shown, b.shown)]

    def _make_pair_word(self, token: Token) -> bytes:
        word = words((token,))
        laid: NDArray[Any] = np.zeros(1, PAIR_WORD)
        laid["word"] = word
        laid["weight"] = round(self.frequencies.word(word) * UNIT)
        groups = [number + 1 for number in token.equivalents[:GROUPS]]
        laid["groups"][0, : len(groups)] = groups
        return laid.tobytes()


def _crossed(probe: Prepared, reference: Prepared) -> tuple[Any, Any]:
    """Every name of one with every name of the other, laid out as pairs."""

    def names(side: Prepared) -> list[NDArray[np.void]]:
        return [side.words[a:b] for a, b in zip(side.starts[:-1], side.starts[1:], strict=True)]

    first, second = names(probe), names(reference)
    pairs = [(x, y) for x in first for y in second]
    return tuple(
        (
            np.concatenate([pair[side] for pair in pairs]),
            np.cumsum([0, *(len(pair[side]) for pair in pairs)]),
        )
        for side in (0, 1)
    )  # type: ignore[return-value]
