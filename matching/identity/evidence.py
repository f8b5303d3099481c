"""What a comparison of two identities found, term by term."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

__all__ = ["Comparison", "Reason", "Term", "TermKind"]


class TermKind(StrEnum):
    """What a term is about."""

    WORD = "word"
    JOINED = "joined_words"
    LEFT = "word_left_over"
    CONFLICT = "words_in_conflict"
    BIRTH = "birth_date"
    NATIONALITY = "nationality"
    SEX = "sex"
    DOCUMENT = "document"
    BIRTHPLACE = "place_of_birth"


class Term(NamedTuple):
    """One line of the explanation; a tuple, which Python makes three times as fast as a dataclass.

    Args:
        kind: What it is about.
        relation: How the two sides relate, a stable word such as ``same``, ``spelling``,
            ``day_month_swapped`` or ``other``.
        bits: Evidence, log2 likelihood ratio; positive speaks for one person.
        best: The most that this term could have brought for the probe.
        probe: What the probe says, for display; "" if nothing.
        reference: What the reference says.
    """

    kind: TermKind
    relation: str
    bits: float
    best: float
    probe: str = ""
    reference: str = ""

    def __repr__(self) -> str:
        return f"Term({self.kind}, {self.relation}, {self.bits:+.1f})"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a comparison did not reach a threshold.

    Args:
        missing: Bits that it lacks; 0 if it reached it.
        changes: Terms whose agreement together would suffice, the fewest and of those the
            smallest; empty if it reached the threshold or if no change would do.
    """

    missing: float
    changes: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """The answer of a comparison.

    Args:
        bits: Sum of the terms: log2 likelihood ratio of one person against two.
        terms: Names first, then the other facts; a fact that is missing on a side has none.
        weights: Version of the weights.
    """

    bits: float
    terms: tuple[Term, ...]
    weights: str

    def why_not(self, threshold: float) -> Reason:
        """Find the smallest change that would reach a threshold, in bits."""
        missing = threshold - self.bits
        if missing <= 0:
            return Reason(0.0, ())
        gains = sorted(self.terms, key=lambda term: term.best - term.bits)
        for term in gains:
            if term.best - term.bits >= missing:
                return Reason(missing, (term,))
        chosen: list[Term] = []
        left = missing
        for term in reversed(gains):
            if term.best <= term.bits:
                break
            chosen.append(term)
            left -= term.best - term.bits
            if left <= 0:
                return Reason(missing, tuple(chosen))
        return Reason(missing, ())
