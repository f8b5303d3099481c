"""Health, readiness, the log and the gallery: calls that show no data of a person."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends

from api.deps import (
    JsonDep,
    NowDep,
    RuntimeDep,
    ServiceDep,
    calling,
    json_body,
    operation_code,
)
from api.schemas import DevelopmentIdentity, Token, read_as
from eurodac.errors import AccessDeniedError, NotReadyError
from eurodac.galleries import GalleryReports
from eurodac.identities import LIFETIME, actor_from
from eurodac.record import CallContext
from eurodac.views import AuditView, Readiness

__all__ = ["router"]

router = APIRouter(tags=["operations"])


@router.get("/healthz")
async def health() -> dict[str, str]:
    """Say that the process answers; no identity, no data."""
    return {"status": "ok"}


@router.get("/readyz", dependencies=[Depends(operation_code)])
def ready(service: ServiceDep) -> Readiness:
    """Say whether requests can be answered; 503 with the part that is not ready otherwise."""
    readiness = service.ready()
    if not readiness.ok:
        parts = ", ".join(f"{part}: {state}" for part, state in readiness.parts.items())
        raise NotReadyError("not_ready", f"not ready ({parts}); try again")
    return readiness


@router.get("/log/verification")
def verify_log(call: Annotated[CallContext, calling("read_log")], service: ServiceDep) -> AuditView:
    """Verify the hash chain of the log, as an auditor. Law: 32024R1358 Article 41."""
    return service.verify_log(call)


@router.get("/gallery/verification")
def check_gallery(
    call: Annotated[CallContext, calling("operate")], service: ServiceDep
) -> GalleryReports:
    """Compare the gallery and the name index with the database, as an operator."""
    return service.gallery_check(call)


@router.post("/identities", status_code=201, openapi_extra=dict(json_body("DevelopmentIdentity")))
def issue_identity(body: JsonDep, *, held: RuntimeDep, at: NowDep) -> Token:
    """Issue a development identity; only where the settings allow it, never with real data."""
    if not held.settings.development_identities:
        raise AccessDeniedError(
            "identities_off", "development identities are switched off on this server"
        )
    chosen = read_as(DevelopmentIdentity, body)
    actor = actor_from(chosen.model_dump())
    return Token(token=held.signer.token(actor, at=at), expires_in=int(LIFETIME.total_seconds()))
