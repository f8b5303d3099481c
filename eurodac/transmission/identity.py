"""What an officer asks who looks for a person by identity data."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from eurodac.errors import FieldRefusedError
from eurodac.shapes import CountryCode, PartOfName, Shape, read_shape
from matching.calendars import FIRST_GREGORIAN_YEAR
from matching.date import PartialDate, asked_dates
from matching.document import forms_of_number
from matching.errors import DateError, NameUnreadableError
from matching.identity import Identity
from matching.identity.record import known_nationalities
from matching.name.read import read_name
from matching.name.token import Name

__all__ = ["MAX_FOUND", "IdentityModel", "read_identity"]

MAX_FOUND = 50
"""A longer list does not help the person who reads it."""

_EARLIEST = 1850
_ARTICLE = "32019R0818#art20a"


class AskedDateShape(Shape):
    """A date as it stands on a document: 0 is unknown; a year below 1600 is of another calendar."""

    year: Annotated[
        int,
        Field(strict=True, ge=1, le=2200, description="Below 1600: lunar or solar Hijri."),
    ]
    month: Annotated[int, Field(strict=True, ge=0, le=12)] | None = None
    day: Annotated[int, Field(strict=True, ge=0, le=31)] | None = None

    @model_validator(mode="after")
    def _exists(self) -> AskedDateShape:
        if self.day and not self.month:
            raise ValueError("a day needs its month; leave the day out, or give the month")
        try:
            meant = asked_dates(self.value())
        except DateError as error:
            raise ValueError(str(error)) from None
        if not meant:
            raise ValueError(
                "no known calendar has this date; give a year, month and day as they stand on the "
                "document, or leave the date out"
            )
        if FIRST_GREGORIAN_YEAR <= self.year < _EARLIEST:
            raise ValueError(f"nobody is recorded who was born before {_EARLIEST}")
        return self

    def value(self) -> PartialDate:
        """Give the date that is compared."""
        return PartialDate.read(self.year, self.month, self.day)


class IdentityModel(Shape):
    """A name in fields or as one text, or a document number; and what else is known."""

    surnames: PartOfName = ""
    forenames: PartOfName = ""
    text: Annotated[
        PartOfName, Field(description="The whole name, where its fields are not known.")
    ] = ""
    date_of_birth: AskedDateShape | None = None
    nationality: CountryCode | None = None
    sex: Literal["M", "F", "X"] | None = None
    document_number: PartOfName = ""
    k: Annotated[
        int, Field(strict=True, ge=1, le=MAX_FOUND, description="Longest list of candidates.")
    ] = 10

    @model_validator(mode="after")
    def _one_name(self) -> IdentityModel:
        named = bool(self.surnames or self.forenames)
        if self.text and named:
            raise ValueError("give the name once: as surnames and forenames, or as text")
        if not (self.text or named or self.document_number):
            raise ValueError("give a name, as surnames and forenames or as text, or a number")
        return self


def read_identity(message: object) -> tuple[Identity, int]:
    """Read what is asked.

    Returns:
        The identity to look for, and the longest list of candidates.

    Raises:
        FieldRefusedError: the first field that is unknown, missing or malformed, or a name without
            a letter or digit, or without name a document number that says nothing.
    """
    asked = read_shape(message, IdentityModel, article=_ARTICLE)
    names = _names(asked)
    if not names and not forms_of_number(asked.document_number):
        raise FieldRefusedError(
            "number_says_nothing",
            "document_number: too short, or what stands where there is no number; give the whole "
            "number, or a name",
            field="document_number",
            article=_ARTICLE,
        )
    born = asked.date_of_birth
    identity = Identity(
        names=names,
        births=(born.value(),) if born else (),
        nationalities=known_nationalities([asked.nationality or ""]),
        sex="" if asked.sex in (None, "X") else str(asked.sex),
        documents=(asked.document_number,) if asked.document_number else (),
    )
    return identity, asked.k


def _names(asked: IdentityModel) -> tuple[Name, ...]:
    if not (asked.text or asked.surnames or asked.forenames):
        return ()
    try:
        name = read_name(asked.surnames or None, asked.forenames or None, text=asked.text or None)
    except NameUnreadableError as error:
        field = "text" if asked.text else "surnames" if asked.surnames else "forenames"
        raise FieldRefusedError(error.code, str(error), field=field, article=_ARTICLE) from None
    return (name,)
