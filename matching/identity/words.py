"""Terms of two names: what each word, pair of words, and word left over brings."""

from __future__ import annotations

from collections.abc import Sequence

from matching.identity.evidence import Term, TermKind
from matching.kernels.name_pair import INITIAL, Found
from matching.name.token import Kind, Name, Token
from matching.name.weights import STEPS, UNIT, Weights

__all__ = ["terms_of_names"]

_Side = tuple[Name, Sequence[float]]


def terms_of_names(probe: _Side, reference: _Side, found: Found, weights: Weights) -> list[Term]:
    """Explain a comparison of two names.

    Args:
        probe: The name, and what an agreement on each of its words is worth, bits.
        reference: Likewise.
        found: Of their comparison.
        weights: The comparison was made with.

    Returns:
        Terms whose bits add up to the total of the comparison.
    """
    first, second = (reference, probe) if found.turned else (probe, reference)
    terms, left, right = _matched(first, second[0].tokens, found, weights)
    if left or right:
        terms += _unmatched(first[0].tokens, second[0].tokens, (left, right), weights)
    return [_turn(term) for term in terms] if found.turned else terms


def _turn(term: Term) -> Term:
    return Term(term.kind, term.relation, term.bits, term.best, term.reference, term.probe)


def _matched(
    first: _Side, b: Sequence[Token], found: Found, weights: Weights
) -> tuple[list[Term], list[int], list[int]]:
    """Terms of words with a counterpart, and the numbers of those without."""
    a, best = first[0].tokens, first[1]
    partner, likeness, evidence = found.partner, found.likeness, found.evidence
    left, right = set(range(len(a))), set(range(len(b)))
    terms = []
    joined, after, at = found.joined_a, found.joined_next, found.joined_b
    if joined >= 0:
        left -= {joined, after}
        right.discard(at)
        text = f"{a[joined].written} {a[after].written}"
        terms.append(
            Term(
                TermKind.JOINED, "same" if found.joined_likeness >= STEPS else "spelling",
                found.joined_evidence / UNIT, best[joined] + best[after], text,
                b[at].written,
            )
        )  # fmt: skip
    for i, token in enumerate(a):
        j = partner[i]
        if j < 0:
            continue
        left.discard(i)
        right.discard(j)
        other, bits = b[j], evidence[i] / UNIT
        worth = max(best[i], bits) if token.kind is Kind.WORD else bits
        relation = _relation(token, other, likeness[i], weights)
        terms.append(Term(TermKind.WORD, relation, bits, worth, token.written, other.written))
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
) -> list[Term]:
    """Terms of words that nothing on the other side stands for."""
    terms = []
    words: tuple[list[str], list[str]] = ([], [])
    for side, tokens, numbers in ((0, a, left[0]), (1, b, left[1])):
        for number in numbers:
            token = tokens[number]
            cost, relation = weights.particle, token.kind.value
            if token.kind is Kind.WORD:
                cost, relation = weights.unmatched, "missing"
                words[side].append(token.written)
            text = ("", token.written) if side else (token.written, "")
            terms.append(Term(TermKind.LEFT, relation, -cost, 0.0, *text))
    pairs = min(len(words[0]), len(words[1]))
    if pairs:
        text = (" ".join(words[0]), " ".join(words[1]))
        terms.append(Term(TermKind.CONFLICT, "other", -pairs * weights.conflict, 0.0, *text))
    return terms
