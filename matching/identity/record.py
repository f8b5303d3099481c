"""A recorded identity as it is compared."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from matching.date import PartialDate
from matching.name.token import Name

__all__ = ["UNSPECIFIED", "Identity", "known_nationalities"]

UNSPECIFIED = "XXX"
"""ICAO 9303: a person of unspecified nationality."""


@dataclass(frozen=True, slots=True)
class Identity:
    """What one record says of a person; everything may be missing.

    Args:
        names: The name and its aliases; two records agree as far as their best pair. Who is known
            by a document number alone has none.
        births: Dates of birth that were given, mostly one.
        nationalities: Codes of three letters.
        sex: Code, "" if unknown.
        documents: Numbers as written.
        birthplace: Place of birth, read like a name.
    """

    names: tuple[Name, ...]
    births: tuple[PartialDate, ...] = ()
    nationalities: frozenset[str] = frozenset()
    sex: str = ""
    documents: tuple[str, ...] = ()
    birthplace: Name | None = None

    def __repr__(self) -> str:
        return f"Identity({len(self.names)} names)"


def known_nationalities(codes: Iterable[str]) -> frozenset[str]:
    """Leave out what says that a nationality is not known: it is evidence of nothing.

    Examples:
        >>> sorted(known_nationalities(["XXX", "RUS", ""]))
        ['RUS']
    """
    return frozenset(codes) - {UNSPECIFIED, ""}
