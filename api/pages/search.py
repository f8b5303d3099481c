"""Look up by reference number, by record, by name, or by fingerprints."""

from __future__ import annotations

import base64
import re
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from api.deps import ServiceDep
from api.pages.render import page
from api.pages.session import Form, FormDep, OfficerDep, SessionDep, officer_calling
from api.pages.words import POSITIONS
from api.schemas import VisaLookup, read_as
from eurodac.errors import FieldRefusedError
from eurodac.record import CallContext

__all__ = ["router"]

router = APIRouter()
_RECORD = re.compile("[0-9a-f]{32}")
_ISO_TEMPLATE = b"FMR\x00"
_MEDIA_TYPES = (  # first bytes of the image formats that the register reads
    (b"\x89PNG", "image/png"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"\xff\xa0", "image/x-wsq"),
)
_DATE_PARTS = ("year", "month", "day")
_OTHERWISE = "image/jp2"  # anything else is refused by the register, with the reason


@router.get("/")
def show(request: Request, *, session: SessionDep, _call: OfficerDep) -> Response:
    """Show the forms that this role may use."""
    return page(request, "search.html", session=session)


@router.post("/lookups")
def look_up(
    call: Annotated[CallContext, officer_calling("lookup")], form: FormDep, *, service: ServiceDep
) -> Response:
    """Look up by reference number and lead to the person; the number stands in no address."""
    number = re.sub(r"\s", "", form.text("reference_number")).upper()
    if not number.isalnum() or not number.isascii() or len(number) > 64:
        raise FieldRefusedError(
            "reference_number",
            "type the reference number: letters and digits, for example IT1ABC123",
            field="reference_number",
        )
    found = service.lookup(call, reference_number=number)
    return RedirectResponse(f"/officer/people/{found.person_id}", HTTPStatus.SEE_OTHER)


@router.post("/identity-lookups")
def look_up_identity(
    call: Annotated[CallContext, officer_calling("lookup_identity")],
    form: FormDep,
    *,
    request: Request,
    session: SessionDep,
    service: ServiceDep,
) -> Response:
    """Look for a person by name and what else is known, and show the candidates."""
    answer = service.lookup_identity(call, _identity(form))
    return page(request, "people_found.html", session=session, answer=answer)


@router.post("/visa-lookups")
def look_up_visa(form: FormDep, *, call: OfficerDep, service: ServiceDep) -> Response:
    """Look up a visa application by its number and lead to the person."""
    asked = {"application_number": form.text("application_number")}
    number = read_as(VisaLookup, asked).application_number
    found = service.lookup_visa(call, application_number=number)
    return RedirectResponse(f"/officer/people/{found.record_id}", HTTPStatus.SEE_OTHER)


@router.post("/records")
def open_record(
    _call: Annotated[CallContext, officer_calling("view_person")], form: FormDep
) -> Response:
    """Lead to the person of a record id."""
    record_id = form.text("record_id").lower()
    if not _RECORD.fullmatch(record_id):
        raise FieldRefusedError(
            "record_id", "a record id has 32 digits from 0 to 9 and a to f", field="record_id"
        )
    return RedirectResponse(f"/officer/people/{record_id}", HTTPStatus.SEE_OTHER)


@router.post("/identifications")
def identify(
    call: Annotated[CallContext, officer_calling("identify")],
    form: FormDep,
    *,
    request: Request,
    session: SessionDep,
    service: ServiceDep,
) -> Response:
    """Search by fingerprints and show the candidates."""
    if nist := form.files.get("nist"):
        answer = service.identify_nist(call, nist)
    else:
        answer = service.identify(call, _message(form))
    return page(request, "candidates.html", session=session, answer=answer)


def _message(form: Form) -> dict[str, Any]:
    """Make a message of one file per finger; what a file is, is read from its bytes."""
    fingers = [
        {"position": position, **_sample(data)}
        for position in POSITIONS
        if (data := form.files.get(f"finger_{position}"))
    ]
    if not fingers:
        raise FieldRefusedError(
            "no_file",
            "no file was chosen; choose one NIST file, or at least one finger",
            field="fingerprints",
        )
    return {"fingerprints": fingers}


def _identity(form: Form) -> dict[str, Any]:
    """Make a message of the fields that were filled in."""
    fields = ("surnames", "forenames", "text", "sex", "document_number")
    message: dict[str, Any] = {name: text for name in fields if (text := form.text(name))}
    if nationality := form.text("nationality"):
        message["nationality"] = nationality.upper()
    if any(form.text(f"birth_{part}") for part in _DATE_PARTS):
        message["date_of_birth"] = {
            part: _number(form.text(f"birth_{part}"), part)
            for part in _DATE_PARTS
            if form.text(f"birth_{part}")
        }
    return message


def _number(text: str, part: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 4):
        raise FieldRefusedError(
            "field_format",
            f"type the {part} of birth in digits, or leave it empty",
            field=f"date_of_birth.{part}",
        )
    return int(text)


def _sample(data: bytes) -> dict[str, Any]:
    encoded = base64.b64encode(data).decode("ascii")
    if data.startswith(_ISO_TEMPLATE):
        return {"template": {"format": "iso19794-2:2005", "data": encoded}}
    media_type = next((kind for start, kind in _MEDIA_TYPES if data.startswith(start)), _OTHERWISE)
    return {"image": {"media_type": media_type, "data": encoded}}
