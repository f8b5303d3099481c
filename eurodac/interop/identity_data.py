"""The identity data of one record, in the columns that its system has.

Law: 32023R0333, Annexes I and II; which system has which columns stands in
``same_similar_columns.toml``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from eurodac.law import same_similar
from eurodac.record import Dataset, EesFile, Name, NameKind, Sex, System, VisApplication
from matching.date import PartialDate

__all__ = ["IdentityData", "SisIdentity", "identity_of"]

_SUFFIXES: Mapping[NameKind, tuple[str, str]] = {
    NameKind.CURRENT: ("surnames", "forenames"),
    NameKind.AT_BIRTH: ("surnames_at_birth", "forenames_at_birth"),
    NameKind.PREVIOUS: ("previous_surnames", "previous_forenames"),
    NameKind.ALIAS: ("alias_surnames", "alias_forenames"),
}


class SisIdentity(StrEnum):
    """Classes of identities in an alert of SIS."""

    CONFIRMED = "confirmed"
    NOT_CONFIRMED = "not_confirmed"
    ALIAS = "alias"
    MISUSED = "misused"  # the identity of the victim, not of the person who is sought


@dataclass(frozen=True, slots=True, repr=False)
class IdentityData:
    """What is compared of one record, or of one identity of a SIS alert.

    Args:
        system: Where it stands.
        names: Column -> texts, for the columns of ``same_similar_columns.toml``; empty texts count
            as missing.
        date_of_birth: None = missing.
        gender: None = missing.
        nationalities: Three letters each.
        places_of_birth: Free text.
        countries_of_birth: Three letters each.
        sis_identity: Class of the identity in SIS, None elsewhere.

    Raises:
        ValueError: a column that the system does not have.
    """

    system: System
    names: Mapping[str, tuple[str, ...]]
    date_of_birth: PartialDate | None
    gender: Sex | None
    nationalities: tuple[str, ...]
    places_of_birth: tuple[str, ...] = ()
    countries_of_birth: tuple[str, ...] = ()
    sis_identity: SisIdentity | None = None

    def __post_init__(self) -> None:
        rule = same_similar.columns_rule(self.system)
        used = set(self.names)
        used |= {"place_of_birth"} if self.places_of_birth else set()
        used |= {"country_of_birth"} if self.countries_of_birth else set()
        unknown = used - {*rule.surname_type, *rule.first_name_type, *rule.birth}
        if unknown:
            raise ValueError(f"{self.system} has no columns {sorted(unknown)}: {rule.says}")
        if self.sis_identity is not None and self.system is not System.SIS:
            raise ValueError(f"{self.system} has no classes of identities; only SIS has")

    @property
    def is_misused(self) -> bool:
        """Whether this is the identity of somebody whose identity was misused."""
        return self.sis_identity is SisIdentity.MISUSED


def identity_of(record: Dataset | EesFile | VisApplication) -> IdentityData:
    """Take the identity data of a stored record; names that its system does not compare are left.

    Law: 32023R0333#annex1.3
    """
    system = System.EURODAC
    place = None
    if isinstance(record, EesFile):
        system = System.EES
    elif isinstance(record, VisApplication):
        system = System.VIS
    else:
        place = record.place_of_birth
    birth = record.date_of_birth
    return IdentityData(
        system=system,
        names=_columns(record.names, system=system),
        date_of_birth=PartialDate(birth.year, birth.month, birth.day) if birth else None,
        gender=record.sex,
        nationalities=record.nationalities,
        places_of_birth=(place,) if place else (),
    )


def _columns(names: Iterable[Name], *, system: System) -> dict[str, tuple[str, ...]]:
    rule = same_similar.columns_rule(system)
    compared = {*rule.surname_type, *rule.first_name_type}
    found: dict[str, tuple[str, ...]] = {}
    for name in names:
        for column, text in zip(_SUFFIXES[name.kind], (name.surnames, name.forenames), strict=True):
            if text and column in compared:
                found[column] = (*found.get(column, ()), text)
    return found
