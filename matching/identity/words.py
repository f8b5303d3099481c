"""Terms of two names: what each word, pair of words, and word left over brings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matching.identity.evidence import Term, TermKind
from matching.kernels.name_pair import INITIAL
from matching.name.token import Kind, Name, Token
from matching.name.weights import STEPS, UNIT, Weights

__all__ = ["terms_of_names"]

_Side = tuple[Name, NDArray[np.void]]


def terms_of_names(probe: _Side, reference: _Side, found: Any, weights: Weights) -> list[Term]:
    """Explain a comparison of two names.

    Args:
        probe: The name and its words, (n,) ``PAIR_WORD``.
        reference: Likewise.
        found: (1,) ``RESULT`` of their comparison.
        weights: The comparison was made with.

    Returns:
        Terms whose bits add up to the total of the comparison.
    """
    row = found[0]
    turned = bool(row["turned"])
    first, second = (reference, probe) if turned else (probe, reference)
    terms, left, right = _matched(first, second, row, weights)
    terms += _unmatched(first[0].tokens, second[0].tokens, (left, right), weights)
    return [_turn(term) for term in terms] if turned else terms


def _turn(term: Term) -> Term:
    return Term(term.kind, term.relation, term.bits, term.best, term.reference, term.probe)


def _matched(
    first: _Side, second: _Side, row: Any, weights: Weights
) -> tuple[list[Term], list[int], list[int]]:
    """Terms of words with a counterpart, and the numbers of those without."""
    a, b = first[0].tokens, second[0].tokens
    best = [weight / UNIT for weight in first[1]["weight"].tolist()]
    partner, likeness = row["partner"].tolist(), row["likeness"].tolist()
    evidence = row["evidence"].tolist()
    left, right = set(range(len(a))), set(range(len(b)))
    terms = []
    joined, at = int(row["joined_a"]), int(row["joined_b"])
    if joined >= 0:
        left -= {joined, joined + 1}
        right.discard(at)
        text = f"{a[joined].written} {a[joined + 1].written}"
        terms.append(
            Term(
                TermKind.JOINED, "same" if row["joined_likeness"] >= STEPS else "spelling",
                int(row["joined_evidence"]) / UNIT, best[joined] + best[joined + 1], text,
                b[at].written,
            )
        )  # fmt: skip
    for i, token in enumerate(a):
        j = partner[i]
        if j < 0:
            continue
        left.discard(i)
        right.discard(j)
        worth = max(best[i], evidence[i] / UNIT) if token.kind is Kind.WORD else evidence[i] / UNIT
        terms.append(
            Term(TermKind.WORD, _relation(token, b[j], likeness[i], weights), evidence[i] / UNIT,
                 worth, token.written, b[j].written)
        )  # fmt: skip
    return terms, sorted(left), sorted(right)


def _relation(a: Token, b: Token, likeness: int, weights: Weights) -> str:
    if likeness == INITIAL:
        return "initial"
    if a.written == b.written:
        return "same"
    if a.script is not b.script:
        return "transliteration"
    if likeness >= STEPS or a.folded == b.folded:
        return "spelling"
    if likeness == weights.equivalent and set(a.equivalents) & set(b.equivalents):
        return "equivalent"
    if a.surface.startswith(b.surface) or b.surface.startswith(a.surface):
        return "shortened"
    return "similar"


def _unmatched(
    a: Sequence[Token], b: Sequence[Token], left: tuple[list[int], list[int]], weights: Weights
) -> Iterator[Term]:
    """Terms of words that nothing on the other side stands for."""
    for side, tokens, numbers in ((0, a, left[0]), (1, b, left[1])):
        for number in numbers:
            token = tokens[number]
            cost = weights.unmatched if token.kind is Kind.WORD else weights.particle
            text = ("", token.written) if side else (token.written, "")
            relation = "missing" if token.kind is Kind.WORD else token.kind.value
            yield Term(TermKind.LEFT, relation, -cost, 0.0, *text)
    sides = [
        [tokens[n].written for n in numbers if tokens[n].kind is Kind.WORD]
        for tokens, numbers in ((a, left[0]), (b, left[1]))
    ]
    pairs = min(len(side) for side in sides)
    if pairs:
        cost = -pairs * weights.conflict
        yield Term(TermKind.CONFLICT, "other", cost, 0.0, *(" ".join(side) for side in sides))
