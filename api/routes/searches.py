"""What officers ask: who is this, which dataset is this, what is known of this person."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path

from api.deps import BodyDep, JsonDep, ServiceDep, calling, json_body
from api.schemas import LinkDecision, Lookup, VisaLookup, read_as
from eurodac.lookup_views import IdentityLookupView
from eurodac.record import CallContext
from eurodac.views import (
    IdentificationView,
    LinkView,
    LookupView,
    PersonView,
    VisaFileView,
)

__all__ = ["RecordIdPath", "router"]

router = APIRouter(tags=["searches"])
RecordIdPath = Annotated[
    str, Path(pattern="^[0-9a-f]{32}$", description="Opaque id; it says nothing about the person.")
]


@router.post("/identifications", openapi_extra=dict(json_body("Fingers", nist=True)))
def identify(
    call: Annotated[CallContext, calling("identify")], body: BodyDep, *, service: ServiceDep
) -> IdentificationView:
    """Search by fingerprints, as far as role and purpose reach. Nothing is stored but the log."""
    if body.is_nist:
        return service.identify_nist(call, body.data)
    return service.identify(call, body.json())


@router.post("/lookups", openapi_extra=dict(json_body("Lookup")))
def lookup(
    call: Annotated[CallContext, calling("lookup")], body: JsonDep, *, service: ServiceDep
) -> LookupView:
    """Look up a dataset of the own Member State by its reference number."""
    return service.lookup(call, reference_number=read_as(Lookup, body).reference_number)


@router.post("/lookups/identities", openapi_extra=dict(json_body("IdentityModel")))
def lookup_identity(
    call: Annotated[CallContext, calling("lookup_identity")], body: JsonDep, *, service: ServiceDep
) -> IdentityLookupView:
    """Look for a person by name and what else is known, as far as role and purpose reach.

    Every candidate comes with the evidence for and against it, line by line.
    """
    return service.lookup_identity(call, body)


@router.post("/lookups/visa-applications", openapi_extra=dict(json_body("VisaLookup")))
def lookup_visa(
    call: Annotated[CallContext, calling("lookup")], body: JsonDep, *, service: ServiceDep
) -> VisaFileView:
    """Look up a visa application of the own Member State, as a visa authority (purpose h)."""
    number = read_as(VisaLookup, body).application_number
    return service.lookup_visa(call, application_number=number)


@router.get("/persons/{record_id}")
def person(
    call: Annotated[CallContext, calling("view_person")],
    record_id: RecordIdPath,
    *,
    service: ServiceDep,
) -> PersonView:
    """Show a person: datasets, links, timeline and indicators, as this role may see them."""
    return service.person(call, record_id)


@router.post("/links/{link_id}/decisions", openapi_extra=dict(json_body("LinkDecision")))
def decide_link(
    call: Annotated[CallContext, calling("decide_link")],
    link_id: RecordIdPath,
    *,
    body: JsonDep,
    service: ServiceDep,
) -> LinkView:
    """Confirm or reject a link, as an expert. Law: 32024R1358 Article 38(4)."""
    decision = read_as(LinkDecision, body)
    return service.decide_link(call, link_id, decision=decision.decision, reason=decision.reason)
