"""What the messages of EES and VIS have in common: identity and finger entries."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from eurodac.errors import FieldRefusedError
from eurodac.law import states
from eurodac.law.periods import add_years
from eurodac.record import Sex
from eurodac.shapes import (
    MAX_LIST,
    MAX_NAMES,
    CountryCodes,
    DateShape,
    DocumentShape,
    NameShape,
    Shape,
)

__all__ = ["PersonMessage", "StateCode", "check_fingers"]

_CHILD_YEARS = 12


def _member_state(code: str) -> str:
    if code not in states.CODES:
        raise ValueError("not a Member State; use its two-letter code, EL for Greece")
    return code


StateCode = Annotated[str, Field(strict=True), AfterValidator(_member_state)]


class FingerShape(BaseModel):
    """One finger entry: its position; the rest is read where biometrics are decoded."""

    model_config = ConfigDict(extra="allow", frozen=True, hide_input_in_errors=True)

    position: Annotated[int, Field(strict=True)]


class PersonMessage(Shape):
    """The identity part that EES files and VIS applications share, and the finger entries."""

    names: Annotated[tuple[NameShape, ...], Field(min_length=1, max_length=MAX_NAMES)]
    nationalities: CountryCodes
    sex: Sex
    date_of_birth: DateShape
    documents: Annotated[tuple[DocumentShape, ...], Field(max_length=MAX_LIST)] = ()
    fingerprints: Annotated[tuple[FingerShape, ...], Field(max_length=10)] = ()

    def identity(self) -> dict[str, Any]:
        """Give the values for the fields of the same name of ``EesFile`` and ``VisApplication``."""
        return {
            "names": tuple(name.value() for name in self.names),
            "nationalities": self.nationalities,
            "sex": self.sex,
            "date_of_birth": self.date_of_birth.value(),
            "documents": tuple(document.value() for document in self.documents),
        }


def check_fingers(
    message: PersonMessage, *, hands: Collection[frozenset[int]], taken_on: date, article: str
) -> tuple[Mapping[str, object], ...]:
    """Check that the finger entries are those that the system stores.

    Args:
        message: The message.
        hands: Permitted sets of positions; all entries lie in one of them.
        taken_on: Day on which the age counts.
        article: Article on the fingerprints of the system.

    Returns:
        The entries, unchanged.

    Raises:
        FieldRefusedError: ``field_required`` without any entry, unless the person may be under
            twelve; ``finger_position`` for other positions.
    """
    positions = {entry.position for entry in message.fingerprints}
    if not positions and add_years(message.date_of_birth.latest(), _CHILD_YEARS) <= taken_on:
        raise FieldRefusedError(
            "field_required",
            "fingerprints are required from the age of twelve; give the reason for a missing one",
            field="fingerprints",
            article=article,
        )
    if not any(positions <= hand for hand in hands):
        allowed = " or ".join(f"{min(hand)} to {max(hand)}" for hand in hands)
        raise FieldRefusedError(
            "finger_position",
            f"fingerprints must have the positions {allowed}",
            field="fingerprints",
            article=article,
        )
    return tuple(entry.model_dump() for entry in message.fingerprints)
