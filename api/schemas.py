"""Bodies of requests as types: read strictly, declared in OpenAPI, refused like any other field.

Messages that the law's tables check (datasets, amendments, fingers) are passed on whole; their
shapes stand here only for the OpenAPI document.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError
from pydantic.json_schema import models_json_schema

from eurodac.errors import FieldRefusedError
from eurodac.shapes import DocumentShape
from eurodac.transmission.identity import IdentityModel
from eurodac.transmission.model import FingerModel, ImageModel, LaterModel, MessageModel, ScanModel

__all__ = [
    "Adopted",
    "Amendment",
    "DevelopmentIdentity",
    "Fingers",
    "LinkDecision",
    "Lookup",
    "Mark",
    "Recapture",
    "SystemMessage",
    "Token",
    "VisaLookup",
    "component_schemas",
    "read_as",
    "split_reference",
]

ReferenceNumber = Annotated[
    str,
    StringConstraints(pattern="^[A-Z0-9]{1,64}$"),
    Field(description="Reference number of a dataset of the own Member State."),
]
_ModelT = TypeVar("_ModelT", bound=BaseModel)
_REFERENCE: TypeAdapter[str] = TypeAdapter(ReferenceNumber)


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True, strict=True)


class Lookup(_Body):
    """A dataset of the own Member State, by its reference number."""

    reference_number: ReferenceNumber


class VisaLookup(_Body):
    """A visa application of the own Member State, by its number."""

    application_number: Annotated[
        str,
        StringConstraints(strip_whitespace=True, min_length=1, max_length=64),
        Field(description="Number of a visa application.", pattern=r"^[^\x00-\x1f]*$"),
    ]


class Mark(_Body):
    """The marks of Article 31; a mark that is not sent stays as it is."""

    reference_number: ReferenceNumber
    protection: bool | None = None
    residence: bool | None = None


class LinkDecision(_Body):
    """What an expert decides on a link, and why."""

    decision: Literal["confirmed", "rejected"]
    reason: Annotated[
        str,
        StringConstraints(strip_whitespace=True, min_length=1, max_length=500),
        Field(description="What was compared and seen; no names, no control characters."),
    ]


class DevelopmentIdentity(_Body):
    """Who to be; only where development identities are switched on."""

    user_id: str
    unit: str
    role: str
    member_state: str


class Token(BaseModel):
    """A bearer token for the Authorization header."""

    model_config = ConfigDict(frozen=True)

    token: str
    expires_in: int = Field(description="Seconds.")


class Fingers(_Body):
    """Fingers of one person: images, ready-made templates, or why they are missing."""

    fingerprints: list[FingerModel]


class Recapture(_Body):
    """Biometrics that could not be used or were missing, under the same number (Article 38(1))."""

    reference_number: ReferenceNumber
    fingerprints: list[FingerModel] = []
    facial_image: ImageModel | None = None
    biometrics_taken_at: str


class Amendment(_Body):
    """Data that are recorded later, or documents that came later."""

    reference_number: ReferenceNumber
    later: LaterModel | None = None
    documents: list[DocumentShape] | None = None
    document_scan: ScanModel | None = None


class Adopted(BaseModel):
    """A record of a neighbouring system that was taken over."""

    model_config = ConfigDict(frozen=True)

    record_id: str


class SystemMessage(BaseModel):
    """A message of a neighbouring system; its adapter checks it."""

    model_config = ConfigDict(extra="allow")


_DECLARED: tuple[type[BaseModel], ...] = (
    Amendment,
    DevelopmentIdentity,
    Fingers,
    IdentityModel,
    LinkDecision,
    Lookup,
    Mark,
    MessageModel,
    Recapture,
    SystemMessage,
    VisaLookup,
)


def component_schemas() -> dict[str, Any]:
    """Give the JSON schemas of all request bodies, by name, for OpenAPI components."""
    _, definitions = models_json_schema(
        [(model, "validation") for model in _DECLARED],
        ref_template="#/components/schemas/{model}",
    )
    schemas: dict[str, Any] = definitions["$defs"]
    return schemas


def read_as(model: type[_ModelT], body: object) -> _ModelT:
    """Read a small body.

    Raises:
        FieldRefusedError: with the first field that is missing, unknown or malformed; its value
            is not repeated.
    """
    try:
        return model.model_validate(body)
    except ValidationError as error:
        raise _refused(error) from error


def split_reference(body: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """Take the reference number out of a body; the rest is the message.

    Raises:
        FieldRefusedError: it is missing or malformed.
    """
    try:
        number = _REFERENCE.validate_python(body.get("reference_number"), strict=True)
    except ValidationError as error:
        raise _refused(error, "reference_number") from error
    return number, {key: value for key, value in body.items() if key != "reference_number"}


def _refused(error: ValidationError, prefix: str = "") -> FieldRefusedError:
    first = error.errors(include_input=False, include_url=False, include_context=False)[0]
    field = ".".join([*([prefix] if prefix else []), *(str(part) for part in first["loc"])])
    unknown = first["type"] == "extra_forbidden"
    return FieldRefusedError(
        "field_unknown" if unknown else "field_malformed",
        f"{field}: {'no such field here; leave it out' if unknown else first['msg']}",
        field=field,
        article="32024R1358#art40",
    )
