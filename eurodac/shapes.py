"""Shapes that messages of every system share: closed objects, strict types, no law yet.

Text is stripped, at most 200 characters, and free of control characters and lone surrogates (no
database stores them). Dates are ISO 8601 strings, never numbers.
"""

from __future__ import annotations

import calendar
import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, date, datetime
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
from eurodac.law import closed_lists
from eurodac.record import Document, Name, NameKind, PartialDate

__all__ = [
    "MAX_LIST",
    "MAX_NAMES",
    "CountryCode",
    "CountryCodes",
    "DateShape",
    "Day",
    "DocumentShape",
    "Flag",
    "Moment",
    "NameShape",
    "PartOfName",
    "Shape",
    "Text",
    "first_problem",
    "read_shape",
]

MAX_NAMES = 100
MAX_LIST = 20
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def _clean(text: str) -> str:
    if any(unicodedata.category(char) in ("Cc", "Cs") for char in text):
        raise ValueError("control characters and lone surrogates are not allowed")
    if text and all(unicodedata.category(char)[0] in "CZ" for char in text):
        raise ValueError("there is nothing to be seen in it")
    return text


def _country(code: str) -> str:
    if code not in closed_lists.closed_list("country").values:
        raise ValueError("no country and no kind of travel document has this code")
    return code


def _distinct(codes: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(codes)) < len(codes):
        raise ValueError("a country stands there twice")
    return codes


def _iso_date(value: object) -> object:
    if not isinstance(value, str) or not _ISO_DATE.fullmatch(value):
        raise ValueError("a date is written YYYY-MM-DD")
    return value


def _iso_datetime(value: object) -> object:
    if not isinstance(value, str):
        raise ValueError("a time is written in ISO 8601 with its offset from UTC")
    return value


def _utc(value: datetime) -> datetime:
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise ValueError("a time lies outside of the calendar") from None


_THREE_LETTERS = r"^[A-Z]{3}$"
_STRIPPED = StringConstraints(strip_whitespace=True, max_length=200, strict=True)
PartOfName = Annotated[str, _STRIPPED, AfterValidator(_clean)]
Text = Annotated[str, _STRIPPED, AfterValidator(_clean), Field(min_length=1)]
CountryCode = Annotated[
    str, StringConstraints(pattern=_THREE_LETTERS, strict=True), AfterValidator(_country)
]
CountryCodes = Annotated[
    tuple[CountryCode, ...], Field(min_length=1, max_length=MAX_LIST), AfterValidator(_distinct)
]
Day = Annotated[date, BeforeValidator(_iso_date)]
Moment = Annotated[AwareDatetime, BeforeValidator(_iso_datetime), AfterValidator(_utc)]
Flag = Annotated[bool, Field(strict=True)]


class Shape(BaseModel):
    """A closed JSON object; its errors never quote what was sent."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class NameShape(Shape):
    """One name or alias; at least a surname or a forename."""

    kind: NameKind
    surnames: PartOfName = ""
    forenames: PartOfName = ""

    @model_validator(mode="after")
    def _one_part(self) -> NameShape:
        if not self.surnames and not self.forenames:
            raise ValueError("a name needs a surname or a forename")
        return self

    def value(self) -> Name:
        """Give the value of the registry."""
        return Name(self.kind, self.surnames, self.forenames)


class DateShape(Shape):
    """A partial date: year, perhaps month, perhaps day."""

    year: Annotated[int, Field(strict=True, ge=1850, le=2200)]
    month: Annotated[int, Field(strict=True, ge=1, le=12)] | None = None
    day: Annotated[int, Field(strict=True, ge=1, le=31)] | None = None

    @model_validator(mode="after")
    def _exists(self) -> DateShape:
        if self.day is not None:
            if self.month is None:
                raise ValueError("a day needs its month")
            date(self.year, self.month, self.day)
        return self

    def earliest(self) -> date:
        """Give the first day that the partial date may mean."""
        return date(self.year, self.month or 1, self.day or 1)

    def latest(self) -> date:
        """Give the last day that the partial date may mean."""
        month = self.month or 12
        return date(self.year, month, self.day or calendar.monthrange(self.year, month)[1])

    def value(self) -> PartialDate:
        """Give the value of the registry."""
        return PartialDate(self.year, self.month, self.day)


class DocumentShape(Shape):
    """An identity or travel document."""

    type: Text
    number: Text
    issuing_country: CountryCode
    expires_on: Day | None = None

    def value(self) -> Document:
        """Give the value of the registry."""
        return Document(self.type, self.number, self.issuing_country, self.expires_on)


ShapeT = TypeVar("ShapeT", bound=Shape)

_PLAIN: Mapping[str, str] = {
    "missing": "it is needed",
    "extra_forbidden": "there is no such field",
    "string_type": "it must be text",
    "string_unicode": "it must be text",
    "string_too_short": "it must have at least {min_length} characters",
    "string_too_long": "it must have at most {max_length} characters",
    "int_type": "it must be a whole number",
    "int_from_float": "it must be a whole number",
    "int_parsing_size": "it must be a smaller number",
    "greater_than_equal": "it must be {ge} or more",
    "less_than_equal": "it must be {le} or less",
    "bool_type": "it must be true or false",
    "literal_error": "it must be {expected}",
    "enum": "it must be {expected}",
    "model_type": "it must be an object with fields",
    "model_attributes_type": "it must be an object with fields",
    "dict_type": "it must be an object with fields",
    "tuple_type": "it must be a list",
    "list_type": "it must be a list",
    "too_short": "it must have at least {min_length} entries",
    "too_long": "it must have at most {max_length} entries",
}
"""What is wrong by the code of the library; a code that is not here has a general sentence."""


def first_problem(error: ValidationError) -> tuple[str, str]:
    """Give path and reason of the first thing that is wrong; never the value that was sent."""
    first: Any = error.errors(include_url=False, include_input=False)[0]
    path = "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in first["loc"])
    return path.lstrip(".") or "message", _in_plain_words(first)


def _in_plain_words(problem: Mapping[str, Any]) -> str:
    """Say what is wrong as people do, not as the library that found it."""
    kind, context = problem["type"], problem.get("ctx", {})
    if kind == "value_error":
        return str(problem["msg"]).removeprefix("Value error, ")
    if context.get("pattern") == _THREE_LETTERS:
        return "write three capital letters, for example SYR"
    words = _PLAIN.get(kind, "it does not have the form that this field needs")
    return words.format_map(context)


def read_shape(message: object, shape: type[ShapeT], *, article: str) -> ShapeT:
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
        path, why = first_problem(error)
        raise FieldRefusedError(
            "field_format", f"{path} is malformed: {why}", field=path, article=article
        ) from None
