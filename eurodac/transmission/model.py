"""The shape of a transmission message: types and formats, before any law is applied.

Every field is optional here, because what is required, allowed or forbidden is the law table's
business.
"""

from __future__ import annotations

import base64
import binascii
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, StringConstraints, model_validator

from eurodac.record import Category, MissingReason, Sex, Subtype
from eurodac.shapes import (
    MAX_LIST,
    MAX_NAMES,
    CountryCodes,
    DateShape,
    Day,
    DocumentShape,
    Flag,
    Moment,
    NameShape,
    Shape,
    Text,
)

__all__ = [
    "STRUCTURE",
    "FingerModel",
    "ImageModel",
    "LaterModel",
    "MessageModel",
    "ScanModel",
]

# Keys that give the message its structure; every other key is a field of the law tables.
STRUCTURE = frozenset({"category", "subtype", "missing", "later", "transferred_from"})


def _bytes(value: object) -> object:
    if not isinstance(value, str):
        raise ValueError("binary data are written in base64")
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("binary data are written in base64") from None


StateCode = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$", strict=True)]
Binary = Annotated[bytes, BeforeValidator(_bytes), Field(min_length=1)]


# As sent: a space or line end that were taken away would be another number than the sender's.
Number = Annotated[str, StringConstraints(strict=True, min_length=1, max_length=200)]


class EventModel(Shape):
    """Place and date of the event."""

    place: Text
    on: Day


class ImageModel(Shape):
    """An image as it was captured."""

    media_type: Text
    data: Binary
    ppi: Annotated[int, Field(strict=True, ge=250, le=1200)] | None = None


class ScanModel(Shape):
    """A scan of a document with its authenticity indication."""

    media_type: Text
    data: Binary
    authenticity: Text | None = None
    fallback: Flag = False


class TemplateModel(Shape):
    """A ready-made template."""

    format: Literal["iso19794-2:2005"]
    data: Binary


class FingerModel(Shape):
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


class VisaModel(Shape):
    """Article 17(2)(h)."""

    member_state: StateCode
    application_number: Text


class FlagModel(Shape):
    """The security flag."""

    circumstances: Annotated[frozenset[Text], Field(min_length=1, max_length=MAX_LIST)]
    source: Text


class RefusalModel(Shape):
    """Article 19(1)(p)."""

    on: Day
    grounds: Text


class LaterModel(Shape):
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


class MessageModel(Shape):
    """A whole transmission."""

    category: Category
    subtype: Subtype = Subtype.NONE
    reference_number: Number | None = None
    fingerprints: Annotated[list[FingerModel], Field(max_length=200)] | None = None
    facial_image: ImageModel | None = None
    names: Annotated[list[NameShape], Field(min_length=1, max_length=MAX_NAMES)] | None = None
    nationalities: CountryCodes | None = None
    date_of_birth: DateShape | None = None
    place_of_birth: Text | None = None
    event: EventModel | None = None
    sex: Sex | None = None
    documents: Annotated[list[DocumentShape], Field(max_length=MAX_LIST)] | None = None
    document_scan: ScanModel | None = None
    biometrics_taken_at: Moment | None = None
    transmitted_at: Moment | None = None
    operator_user_id: Text | None = None
    protection_granted_on: Day | None = None
    admission_refusal: RefusalModel | None = None
    admission_discontinued_on: Day | None = None
    tp_exclusion_ground: Flag | None = None
    tp_decision_reference: Text | None = None
    transferred_from: Number | None = None
    missing: dict[str, MissingReason] = Field(default_factory=dict, max_length=MAX_LIST)
    later: LaterModel = LaterModel()

    def given(self) -> frozenset[str]:
        """Name the law fields that carry a value, later data included."""
        own = {n for n in self.model_fields_set if getattr(self, n) not in (None, [], ())}
        later = {n for n in self.later.model_fields_set if getattr(self.later, n) is not None}
        return frozenset(own - STRUCTURE | later)
