"""The shapes of messages from other systems: closed objects, strict types, no law yet.

Text is stripped, not empty, at most 200 characters, without control characters or lone surrogates.
"""

from __future__ import annotations

import calendar
import re
import unicodedata
from collections.abc import Collection, Mapping
from datetime import UTC, date
from typing import Annotated, Any, TypeVar

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)

from eurodac.errors import FieldRefusedError
from eurodac.law import states
from eurodac.law.periods import add_years
from eurodac.record import Document, Name, NameKind, PartialDate, Sex

__all__ = ["Day", "Moment", "PersonMessage", "Shape", "StateCode", "Text", "check_fingers", "read"]

_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_CHILD_YEARS = 12


def _clean(text: str) -> str:
    if any(unicodedata.category(char) in ("Cc", "Cs") for char in text):
        raise ValueError("control characters and lone surrogates are not allowed")
    return text


def _iso_date(value: object) -> object:
    if not isinstance(value, str) or not _ISO_DATE.fullmatch(value):
        raise ValueError("a date is written YYYY-MM-DD")
    return value


def _iso_moment(value: object) -> object:
    if not isinstance(value, str):
        raise ValueError("a time is written in ISO 8601 with its offset from UTC")
    return value


def _member_state(code: str) -> str:
    if code not in states.CODES:
        raise ValueError("not a Member State; use its two-letter code, EL for Greece")
    return code


_STRIP = StringConstraints(strip_whitespace=True, max_length=200, strict=True)
Text = Annotated[str, _STRIP, AfterValidator(_clean), Field(min_length=1)]
PartOfName = Annotated[str, _STRIP, AfterValidator(_clean)]
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$", strict=True)]
StateCode = Annotated[str, Field(strict=True), AfterValidator(_member_state)]
Day = Annotated[date, BeforeValidator(_iso_date)]
Moment = Annotated[
    AwareDatetime, BeforeValidator(_iso_moment), AfterValidator(lambda at: at.astimezone(UTC))
]


class Shape(BaseModel):
    """A closed JSON object; errors never quote what was sent."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class NameShape(Shape):
    """A name: one kind, a surname or a forename."""

    kind: NameKind
    surnames: PartOfName = ""
    forenames: PartOfName = ""

    @model_validator(mode="after")
    def _one_part(self) -> NameShape:
        if not self.surnames and not self.forenames:
            raise ValueError("a name needs a surname or a forename")
        return self


class BirthShape(Shape):
    """A partial date."""

    year: Annotated[int, Field(strict=True, ge=1850, le=2200)]
    month: Annotated[int, Field(strict=True, ge=1, le=12)] | None = None
    day: Annotated[int, Field(strict=True, ge=1, le=31)] | None = None

    @model_validator(mode="after")
    def _exists(self) -> BirthShape:
        if self.day is not None:
            if self.month is None:
                raise ValueError("a day needs its month")
            date(self.year, self.month, self.day)
        return self

    def latest(self) -> date:
        """Give the last day that the partial date may mean."""
        month = self.month or 12
        return date(self.year, month, self.day or calendar.monthrange(self.year, month)[1])


class DocumentShape(Shape):
    """A travel document."""

    type: Text
    number: Text
    issuing_country: Country
    expires_on: Day | None = None


class FingerShape(BaseModel):
    """One finger entry: its position; the rest is read where biometrics are decoded."""

    model_config = ConfigDict(extra="allow", frozen=True, hide_input_in_errors=True)

    position: Annotated[int, Field(strict=True)]


class PersonMessage(Shape):
    """The identity part that EES files and VIS applications share, and the finger entries."""

    names: Annotated[tuple[NameShape, ...], Field(min_length=1, max_length=100)]
    nationalities: Annotated[tuple[Country, ...], Field(min_length=1, max_length=20)]
    sex: Sex
    date_of_birth: BirthShape
    documents: Annotated[tuple[DocumentShape, ...], Field(max_length=20)] = ()
    fingerprints: Annotated[tuple[FingerShape, ...], Field(max_length=10)] = ()

    def identity(self) -> dict[str, Any]:
        """Give the values for the fields of the same name of ``EesFile`` and ``VisApplication``."""
        birth = self.date_of_birth
        return {
            "names": tuple(Name(n.kind, n.surnames, n.forenames) for n in self.names),
            "nationalities": self.nationalities,
            "sex": self.sex,
            "date_of_birth": PartialDate(birth.year, birth.month, birth.day),
            "documents": tuple(
                Document(d.type, d.number, d.issuing_country, d.expires_on) for d in self.documents
            ),
        }


ShapeT = TypeVar("ShapeT", bound=Shape)


def read(message: object, shape: type[ShapeT], *, article: str) -> ShapeT:
    """Check the shape of a message.

    Raises:
        FieldRefusedError: ``message_shape`` or ``field_format``, with the first field that is wrong
            and the article that lists the fields.
    """
    if not isinstance(message, Mapping):
        raise FieldRefusedError("message_shape", "the message must be a JSON object")
    try:
        return shape.model_validate(dict(message))
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        path = "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in first["loc"])
        path = path.lstrip(".") or "message"
        why = str(first["msg"]).removeprefix("Value error, ")
        raise FieldRefusedError(
            "field_format", f"{path} is malformed: {why}", field=path, article=article
        ) from None


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
