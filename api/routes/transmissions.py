"""What Member States send: datasets, re-captures, amendments, marks."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Response

from api.deps import BodyDep, IdempotencyKeyDep, JsonDep, ServiceDep, calling, json_body
from api.schemas import Mark, read_as, split_reference
from eurodac.record import CallContext
from eurodac.views import DatasetView, TransmissionView

__all__ = ["router"]

router = APIRouter(tags=["transmissions"])
_Transmit = Annotated[CallContext, calling("transmit")]
_Amend = Annotated[CallContext, calling("amend")]


@router.post(
    "/datasets",
    status_code=HTTPStatus.CREATED,
    responses={
        200: {"model": TransmissionView, "description": "Repeated, or a query: not stored."}
    },
    openapi_extra=dict(json_body("MessageModel", nist=True)),
)
def transmit(
    call: _Transmit,
    key: IdempotencyKeyDep,
    *,
    body: BodyDep,
    service: ServiceDep,
    response: Response,
) -> TransmissionView:
    """Transmit a dataset, as JSON or as an ANSI/NIST-ITL file; the answer holds its hits.

    The answer is sent after the dataset was stored. The query of Article 18(1) is answered and not
    stored. Law: 32024R1358 Articles 15 to 26, 27.
    """
    if body.is_nist:
        view = service.transmit_nist(call, body.data, idempotency_key=key)
    else:
        view = service.transmit(call, body.json(), idempotency_key=key)
    if view.replayed or not view.stored:
        response.status_code = HTTPStatus.OK
    return view


@router.post("/recaptures", openapi_extra=dict(json_body("Recapture")))
def recapture(call: _Transmit, body: JsonDep, *, service: ServiceDep) -> TransmissionView:
    """Send biometrics again under the same reference number. Law: 32024R1358 Article 38(1)."""
    reference_number, message = split_reference(body)
    return service.recapture(call, reference_number, message)


@router.post("/amendments", openapi_extra=dict(json_body("Amendment")))
def amend(call: _Amend, body: JsonDep, *, service: ServiceDep) -> DatasetView:
    """Record later data or later documents on an own dataset. Law: 32024R1358 Article 40(3)."""
    reference_number, message = split_reference(body)
    return service.amend(call, reference_number, message)


@router.post("/marks", openapi_extra=dict(json_body("Mark")))
def mark(call: _Amend, body: JsonDep, *, service: ServiceDep) -> DatasetView:
    """Set or remove the marks of an own dataset. Law: 32024R1358 Article 31."""
    marks = read_as(Mark, body)
    return service.mark(
        call, marks.reference_number, protection=marks.protection, residence=marks.residence
    )
