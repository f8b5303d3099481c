"""Sign in with a development identity; sign out."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from api.deps import NowDep, RuntimeDep
from api.pages.render import page
from api.pages.session import FormDep, SessionDep, end_session, keep_session, new_session
from eurodac.errors import AccessDeniedError
from eurodac.identities import actor_from

__all__ = ["router"]

router = APIRouter()


@router.get("/sign-in")
def show(request: Request, *, session: SessionDep, held: RuntimeDep, at: NowDep) -> Response:
    """Show the form; the cookie that it sets holds the form token only."""
    response = page(
        request,
        "sign_in.html",
        session=session,
        enabled=held.settings.development_identities,
    )
    keep_session(response, session, request=request, held=held, at=at)
    return response


@router.post("/sign-in")
def sign_in(request: Request, form: FormDep, *, held: RuntimeDep, at: NowDep) -> Response:
    """Begin a session under one identity, purpose and case."""
    if not held.settings.development_identities:
        raise AccessDeniedError(
            "identities_off", "development identities are switched off on this server"
        )
    identity = {name: form.text(name) for name in ("user_id", "unit", "role", "member_state")}
    actor_from(dict(identity))
    signed = new_session(identity, purpose=form.text("purpose"), case=form.text("case"))
    response = RedirectResponse("/officer/", HTTPStatus.SEE_OTHER)
    keep_session(response, signed, request=request, held=held, at=at)
    return response


@router.post("/sign-out")
def sign_out(_form: FormDep) -> Response:
    """End the session."""
    response = RedirectResponse("/officer/sign-in", HTTPStatus.SEE_OTHER)
    end_session(response)
    return response
