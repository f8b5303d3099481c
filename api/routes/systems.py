"""Adapters of the neighbouring systems: EES files and crossings, VIS applications and decisions.

In this register they are fed by the operator; nothing of them is shown to the caller.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter

from api.deps import JsonDep, ServiceDep, calling, json_body
from api.schemas import Adopted
from eurodac.errors import FieldRefusedError
from eurodac.law import states
from eurodac.record import CallContext

__all__ = ["router"]

router = APIRouter(prefix="/systems", tags=["neighbouring systems"])
_Operate = Annotated[CallContext, calling("operate")]
_BODY = dict(json_body("SystemMessage"))


@router.post("/ees/files", status_code=HTTPStatus.CREATED, openapi_extra=_BODY)
def add_ees_file(call: _Operate, body: JsonDep, *, service: ServiceDep) -> Adopted:
    """Take over an EES individual file with its prints; ``member_state`` says whose it is."""
    state, message = _split_state(body)
    return Adopted(record_id=service.adopt_ees(call, message, member_state=state))


@router.post("/ees/crossings", status_code=HTTPStatus.NO_CONTENT, openapi_extra=_BODY)
def add_ees_crossing(call: _Operate, body: JsonDep, *, service: ServiceDep) -> None:
    """Take over an entry or exit; ``record_id`` names the EES file."""
    record_id, message = _split(body, "record_id")
    service.add_ees_crossing(call, record_id, message)


@router.post("/vis/applications", status_code=HTTPStatus.CREATED, openapi_extra=_BODY)
def add_visa_application(call: _Operate, body: JsonDep, *, service: ServiceDep) -> Adopted:
    """Take over a visa application with its prints; ``member_state`` says whose it is."""
    state, message = _split_state(body)
    return Adopted(record_id=service.adopt_vis(call, message, member_state=state))


@router.post("/vis/decisions", status_code=HTTPStatus.NO_CONTENT, openapi_extra=_BODY)
def decide_visa(call: _Operate, body: JsonDep, *, service: ServiceDep) -> None:
    """Take over a decision on a visa; ``application_number`` names the application."""
    number, message = _split(body, "application_number")
    service.update_visa(call, number, message)


def _split_state(body: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    state, message = _split(body, "member_state")
    if state not in states.CODES:
        raise FieldRefusedError(
            "state_unknown",
            "member_state: no State of the register has this code; EL is Greece",
            field="member_state",
        )
    return state, message


def _split(body: dict[str, Any], key: str) -> tuple[str, dict[str, Any]]:
    value = body.get(key)
    if not isinstance(value, str) or not 0 < len(value) <= 64 or not value.isprintable():
        raise FieldRefusedError(
            "field_malformed", f"{key}: send 1 to 64 printable characters", field=key
        )
    return value, {name: item for name, item in body.items() if name != key}
