"""A recorded identity as it is compared."""

from __future__ import annotations

from dataclasses import dataclass

from matching.date import PartialDate
from matching.name.token import Name

__all__ = ["Identity"]


@dataclass(frozen=True, slots=True)
class Identity:
    """What one record says of a person; everything but a name may be missing.

    Args:
        names: The name and its aliases, at least one; two records agree as far as their best pair.
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
