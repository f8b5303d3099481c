"""What a lookup by identity data shows: candidates with the evidence, line by line."""

from __future__ import annotations

from dataclasses import dataclass

from eurodac.views import IdentityView

__all__ = ["IdentityCandidateView", "IdentityLookupView", "IdentityTermView"]


@dataclass(frozen=True, slots=True, repr=False)
class IdentityTermView:
    """One line of the explanation of a comparison of identities.

    ``bits`` > 0 speaks for one person, < 0 against; ``asked`` and ``recorded`` are the two sides.
    """

    kind: str
    relation: str
    bits: float
    asked: str
    recorded: str
    text: str


@dataclass(frozen=True, slots=True, repr=False)
class IdentityCandidateView:
    """One candidate of a lookup by identity data; a screening officer gets no reference.

    ``band`` is ``strong``, ``review`` or ``weak``; ``why_not`` says what is missing to ``strong``.
    """

    rank: int
    identity: IdentityView
    bits: float
    band: str
    why_not: str | None
    terms: tuple[IdentityTermView, ...]
    record_id: str | None = None
    reference_number: str | None = None
    category: str | None = None
    person_id: str | None = None


@dataclass(frozen=True, slots=True, repr=False)
class IdentityLookupView:
    """The answer to a lookup by identity data; bits are log2 likelihood ratios.

    ``searched`` counts names and aliases; a screening officer is not told. ``strong`` and
    ``review`` are the lowest bits of these bands.
    """

    searched: int | None
    candidates: tuple[IdentityCandidateView, ...]
    strong: float
    review: float
    weights: str
    bands: str
