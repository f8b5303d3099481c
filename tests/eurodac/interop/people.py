"""Invented identity data in few words."""

from typing import Any

from eurodac.interop.identity_data import IdentityData
from eurodac.record import Sex, System
from matching.date import PartialDate

BORN = PartialDate(1990, 2, 11)


def identity(
    surname: str = "HADDAD",
    forename: str = "OMAR",
    *,
    system: System = System.EURODAC,
    names: dict[str, tuple[str, ...]] | None = None,
    **changes: Any,
) -> IdentityData:
    """A person in a system; the same person wherever nothing is changed."""
    given: dict[str, Any] = {
        "date_of_birth": BORN,
        "gender": Sex.MALE,
        "nationalities": ("SYR",),
    }
    plain = {"surnames": (surname,), "forenames": (forename,)}
    return IdentityData(system=system, names=plain if names is None else names, **given | changes)


def born(text: str) -> PartialDate:
    return PartialDate(*map(int, text.split("-")))
