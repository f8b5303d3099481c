"""Who sits at the page: one signed cookie, and a token in every form that only our pages know.

The cookie holds the chosen development identity, purpose, case reference and form token. It is
signed, out of reach of scripts, never sent from other sites, and ends with the browser or after
the lifetime of an identity.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends, Request, Response
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from api.deps import NowDep, Runtime, RuntimeDep, ServiceDep, admitting
from api.errors import FormRefusedError
from eurodac.errors import NotAuthenticatedError
from eurodac.identities import actor_from
from eurodac.law import roles
from eurodac.record import Actor, CallContext

__all__ = [
    "COOKIE",
    "Form",
    "FormDep",
    "OfficerDep",
    "Session",
    "SessionDep",
    "end_session",
    "keep_session",
    "new_session",
    "officer_calling",
]

COOKIE = "eurodac_session"
_PURPOSE = "session"
_MAX_FIELDS = 30
_MAX_FILES = 11


@dataclass(frozen=True, slots=True, repr=False)
class Session:
    """What the cookie says.

    Args:
        form_token: Stands in every form; another site cannot read it.
        identity: The chosen identity as JSON, None before sign-in.
        purpose: Purpose or operation code of the session.
        case: Case reference of the session.
    """

    form_token: str
    identity: Mapping[str, str] | None = None
    purpose: str = ""
    case: str = ""

    @property
    def actor(self) -> Actor:
        """Who acts.

        Raises:
            NotAuthenticatedError: nobody has signed in.
        """
        if self.identity is None:
            raise NotAuthenticatedError("sign_in_needed", "sign in first")
        return actor_from(dict(self.identity))

    def context(self, at: datetime) -> CallContext:
        """Under what the next call runs."""
        return CallContext(self.actor, self.purpose, self.case, at)

    def may(self, operation: str, system: str = "EURODAC") -> bool:
        """Say whether a form for this operation makes sense; the register decides again."""
        row = roles.allowed(self.actor.role, self.purpose, operation)
        return row is not None and row.system == system


def new_session(
    identity: Mapping[str, str] | None = None, *, purpose: str = "", case: str = ""
) -> Session:
    """Start a session, with a form token of its own; without identity nobody has signed in."""
    return Session(secrets.token_urlsafe(32), identity, purpose, case)


def session(request: Request, held: RuntimeDep, at: NowDep) -> Session:
    """Read the session; a cookie that is missing, forged or old gives a new one."""
    try:
        body = held.signer.read(request.cookies.get(COOKIE, ""), purpose=_PURPOSE, at=at)
        return Session(body["form_token"], body["identity"], body["purpose"], body["case"])
    except NotAuthenticatedError:
        return new_session()


SessionDep = Annotated[Session, Depends(session)]


def officer(current: SessionDep, at: NowDep, held: RuntimeDep) -> CallContext:
    """Require somebody who signed in.

    Raises:
        NotAuthenticatedError: nobody did, or development identities are switched off.
    """
    if not held.settings.development_identities:
        raise NotAuthenticatedError("sign_in_needed", "sign in first")
    return current.context(at)


OfficerDep = Annotated[CallContext, Depends(officer)]


def officer_calling(operation: str) -> Any:
    """Declare that a page is a data call, as ``deps.calling`` does for the API."""

    def admitted(context: OfficerDep, opened: ServiceDep) -> Iterator[CallContext]:
        with admitting(opened, context, operation):
            yield context

    return Depends(admitted)


def keep_session(
    response: Response, current: Session, *, request: Request, held: Runtime, at: datetime
) -> None:
    """Set the cookie."""
    body: dict[str, Any] = {
        "form_token": current.form_token,
        "identity": dict(current.identity) if current.identity else None,
        "purpose": current.purpose,
        "case": current.case,
    }
    response.set_cookie(
        COOKIE,
        held.signer.sign(body, purpose=_PURPOSE, at=at),
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
        path="/officer",
    )


def end_session(response: Response) -> None:
    """Forget the session, in the browser's cache and storage as well."""
    response.delete_cookie(COOKIE, path="/officer", httponly=True, samesite="strict")
    response.headers["Clear-Site-Data"] = '"cache", "cookies", "storage"'


@dataclass(frozen=True, slots=True, repr=False)
class Form:
    """A form that came from our pages: its texts, and its files in memory."""

    texts: Mapping[str, str]
    files: Mapping[str, bytes]

    def text(self, name: str) -> str:
        """Give a text field, "" if it is missing."""
        return self.texts.get(name, "").strip()


class _InMemory(MultiPartParser):
    """Never writes an upload to a temporary file: biometric data would lie there in the clear."""

    spool_max_size = 1 << 30  # the limit of the body comes first


async def form(request: Request, current: SessionDep) -> Form:
    """Read a form and check that our page sent it.

    Raises:
        FormRefusedError: its token is not that of the session, or it is malformed.
    """
    try:
        if request.headers.get("content-type", "").startswith("multipart/form-data"):
            parser = _InMemory(
                request.headers, request.stream(), max_files=_MAX_FILES, max_fields=_MAX_FIELDS
            )
            data = await parser.parse()
        else:
            data = await request.form(max_files=0, max_fields=_MAX_FIELDS)
    except MultiPartException as error:
        raise FormRefusedError("form_malformed", "the form could not be read; try again") from error
    texts = {name: value for name, value in data.multi_items() if isinstance(value, str)}
    if not hmac.compare_digest(texts.get("form_token", "").encode(), current.form_token.encode()):
        raise FormRefusedError(
            "form_token",
            "this form was made for another session, or its session has ended; open the page "
            "again and repeat the last step",
        )
    files = {}
    for name, value in data.multi_items():
        if isinstance(value, UploadFile) and (content := await value.read()):
            files[name] = content
    await data.close()
    return Form(texts, files)


FormDep = Annotated[Form, Depends(form)]
