"""The shape of a transmission message: types and formats, before any law is applied.

Every field is optional here, because what is required, allowed or forbidden is the law table's
business. Text is stripped, at most 200 characters, and free of control characters and lone
surrogates (no database stores them). Dates are ISO 8601 strings, never numbers.
"""

from __future__ import annotations

import base64
import binascii
import re
import unicodedata
from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from eurodac.record import Category, MissingReason, NameKind, Sex, Subtype

__all__ = [
    "STRUCTURE",
    "DateModel",
    "DocumentModel",
    "FingerModel",
    "LaterModel",
    "MessageModel",
    "NameModel",
    "ScanModel",
    "shape_errors",
]

# Keys that give the message its structure; every other key is a field of the law tables.
STRUCTURE = frozenset({"category", "subtype", "missing", "later", "transferred_from"})
MAX_NAMES = 100
MAX_LIST = 20
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def _clean(text: str) -> str:
    if any(unicodedata.category(char) in ("Cc", "Cs") for char in text):
        raise ValueError("control characters and lone surrogates are not allowed")
    return text


def _iso_date(value: object) -> object:
    if not isinstance(value, str) or not _ISO_DATE.fullmatch(value):
        raise ValueError("a date is written YYYY-MM-DD")
    return value


def _iso_datetime(value: object) -> object:
    if not isinstance(value, str):
        raise ValueError("a time is written in ISO 8601 with its offset from UTC")
    return value


def _utc(value: datetime) -> datetime:
    return value.astimezone(UTC)


def _bytes(value: object) -> object:
    if not isinstance(value, str):
        raise ValueError("binary data are written in base64")
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("binary data are written in base64") from None


Text = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200, strict=True),
    AfterValidator(_clean),
]
PartOfName = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=200, strict=True),
    AfterValidator(_clean),
]
CountryCode = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$", strict=True)]
StateCode = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$", strict=True)]
Day = Annotated[date, BeforeValidator(_iso_date)]
Moment = Annotated[AwareDatetime, BeforeValidator(_iso_datetime), AfterValidator(_utc)]
Binary = Annotated[bytes, BeforeValidator(_bytes), Field(min_length=1)]
Flag = Annotated[bool, Field(strict=True)]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class NameModel(_Model):
    """One name or alias."""

    kind: NameKind
    surnames: PartOfName = ""
    forenames: PartOfName = ""

    @model_validator(mode="after")
    def _one_part(self) -> NameModel:
        if not self.surnames and not self.forenames:
            raise ValueError("a name needs a surname or a forename")
        return self


class DateModel(_Model):
    """A partial date: year, perhaps month, perhaps day."""

    year: Annotated[int, Field(strict=True, ge=1850, le=2200)]
    month: Annotated[int, Field(strict=True, ge=1, le=12)] | None = None
    day: Annotated[int, Field(strict=True, ge=1, le=31)] | None = None

    @model_validator(mode="after")
    def _exists(self) -> DateModel:
        if self.day is not None:
            if self.month is None:
                raise ValueError("a day needs its month")
            date(self.year, self.month, self.day)
        return self


class EventModel(_Model):
    """Place and date of the event."""

    place: Text
    on: Day


class DocumentModel(_Model):
    """An identity or travel document."""

    type: Text
    number: Text
    issuing_country: CountryCode
    expires_on: Day | None = None


class ImageModel(_Model):
    """An image as it was captured."""

    media_type: Text
    data: Binary
    ppi: Annotated[int, Field(strict=True, ge=250, le=1200)] | None = None


class ScanModel(_Model):
    """A scan of a document with its authenticity indication."""

    media_type: Text
    data: Binary
    authenticity: Text | None = None
    fallback: Flag = False


class TemplateModel(_Model):
    """A ready-made template."""

    format: Literal["iso19794-2:2005"]
    data: Binary


class FingerModel(_Model):
    """One finger: exactly one of image, template or the reason why it is missing."""

    position: Annotated[int, Field(strict=True)]
    image: ImageModel | None = None
    template: TemplateModel | None = None
    missing: MissingReason | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> FingerModel:
        if sum(part is not None for part in (self.image, self.template, self.missing)) != 1:
            raise ValueError("a finger has exactly one of image, template and missing")
        return self


class VisaModel(_Model):
    """Article 17(2)(h)."""

    member_state: StateCode
    application_number: Text


class FlagModel(_Model):
    """The security flag."""

    circumstances: Annotated[frozenset[Text], Field(min_length=1, max_length=MAX_LIST)]
    source: Text


class RefusalModel(_Model):
    """Article 19(1)(p)."""

    on: Day
    grounds: Text


class LaterModel(_Model):
    """Data that are recorded later; the same fields as ``record.LaterData``."""

    responsible_member_state: StateCode | None = None
    relocation_member_state: StateCode | None = None
    take_charge_arrival_on: Day | None = None
    take_back_arrival_on: Day | None = None
    left_territory_on: Day | None = None
    return_departure_on: Day | None = None
    relocation_arrival_on: Day | None = None
    visa: VisaModel | None = None
    security_flag: FlagModel | None = None
    application_rejected: Flag | None = None
    border_procedure_decision: Text | None = None
    avrr_granted: Flag | None = None


class MessageModel(_Model):
    """A whole transmission."""

    category: Category
    subtype: Subtype = Subtype.NONE
    reference_number: Text | None = None
    fingerprints: Annotated[list[FingerModel], Field(max_length=200)] | None = None
    facial_image: ImageModel | None = None
    names: Annotated[list[NameModel], Field(min_length=1, max_length=MAX_NAMES)] | None = None
    nationalities: Annotated[list[CountryCode], Field(min_length=1, max_length=MAX_LIST)] | None = (
        None
    )
    date_of_birth: DateModel | None = None
    place_of_birth: Text | None = None
    event: EventModel | None = None
    sex: Sex | None = None
    documents: Annotated[list[DocumentModel], Field(max_length=MAX_LIST)] | None = None
    document_scan: ScanModel | None = None
    biometrics_taken_at: Moment | None = None
    transmitted_at: Moment | None = None
    operator_user_id: Text | None = None
    protection_granted_on: Day | None = None
    admission_refusal: RefusalModel | None = None
    admission_discontinued_on: Day | None = None
    tp_exclusion_ground: Flag | None = None
    tp_decision_reference: Text | None = None
    transferred_from: Text | None = None
    missing: Annotated[dict[str, MissingReason], Field(max_length=MAX_LIST)] = {}
    later: LaterModel = LaterModel()

    def given(self) -> frozenset[str]:
        """Name the law fields that carry a value, later data included."""
        own = {n for n in self.model_fields_set if getattr(self, n) is not None}
        later = {n for n in self.later.model_fields_set if getattr(self.later, n) is not None}
        return frozenset(own - STRUCTURE | later)


def shape_errors(error: Any) -> list[tuple[str, str]]:
    """Give (path, reason) for each error of a validation; never the value that was sent."""
    found = []
    for item in error.errors(include_url=False, include_context=False, include_input=False):
        path = "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in item["loc"])
        found.append((path.lstrip("."), str(item["msg"]).removeprefix("Value error, ")))
    return found
