"""What endpoints depend on: the open registry, who calls and under what, and the body.

The clock of the whole system is read here, once per request.
"""

from __future__ import annotations

import email.message
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import Depends, Header, Request
from fastapi.exceptions import RequestValidationError
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from api.errors import MediaTypeError, MissingHeaderError
from eurodac import strict_json
from eurodac.errors import AccessDeniedError, FieldRefusedError, NotAuthenticatedError
from eurodac.identities import Signer
from eurodac.law.roles import OPERATION_CODES
from eurodac.record import CallContext
from eurodac.service import Service
from eurodac.settings import Settings

__all__ = [
    "NIST_TYPES",
    "Body",
    "BodyDep",
    "ContextDep",
    "IdempotencyKeyDep",
    "JsonDep",
    "NowDep",
    "Runtime",
    "RuntimeDep",
    "ServiceDep",
    "admitting",
    "calling",
    "json_body",
    "now",
    "operation_code",
]

NIST_TYPES = ("application/octet-stream", "application/vnd.ansi-nist")
_JSON = "application/json"
_BEARER = HTTPBearer(auto_error=False, description="A token of POST /identities.")
_MAX_KEY = 200


@dataclass(slots=True)
class Runtime:
    """What one process holds: settings, the signer of identities, the open registry."""

    settings: Settings
    signer: Signer
    service: Service


@dataclass(frozen=True, slots=True)
class Body:
    """A body as it came."""

    media_type: str
    data: bytes

    def json(self) -> dict[str, Any]:
        """Read it as one JSON object.

        Raises:
            MediaTypeError: it is not announced as JSON.
            MalformedJsonError: it is not JSON.
            FieldRefusedError: it is another JSON value.
        """
        if self.media_type != _JSON:
            raise MediaTypeError(
                "media_type", f"send the body as {_JSON}, and say so in Content-Type"
            )
        value = strict_json.parse(self.data)
        if not isinstance(value, dict):
            raise FieldRefusedError("message_shape", "the body must be one JSON object")
        return value

    @property
    def is_nist(self) -> bool:
        """Whether it is announced as an ANSI/NIST-ITL file."""
        return self.media_type in NIST_TYPES


def runtime(request: Request) -> Runtime:
    """Give what the process holds."""
    held: Runtime = request.app.state.runtime
    return held


def now() -> datetime:
    """Read the clock."""
    return datetime.now(UTC)


RuntimeDep = Annotated[Runtime, Depends(runtime)]
NowDep = Annotated[datetime, Depends(now)]


def service(held: RuntimeDep) -> Service:
    """Give the open registry."""
    return held.service


def call_context(
    held: RuntimeDep,
    at: NowDep,
    bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)],
    purpose: Annotated[
        str,
        Header(
            alias="Eurodac-Purpose",
            description="Letter a..j of Article 1(1), or an operation code.",
        ),
    ] = "",
    case: Annotated[
        str, Header(alias="Eurodac-Case", description="Case reference, at most 64 characters.")
    ] = "",
) -> CallContext:
    """Say who calls, what for and in which case.

    A missing purpose or case is refused by the register itself, so that the refusal is logged.

    Raises:
        NotAuthenticatedError: no token, or none that is valid here.
    """
    if bearer is None:
        raise NotAuthenticatedError(
            "identity_missing",
            "every call that touches data needs an identity; send a bearer token",
        )
    if not held.settings.development_identities:
        raise NotAuthenticatedError(
            "identity_invalid", "development identities are switched off on this server"
        )
    return CallContext(held.signer.actor(bearer.credentials, at=at), purpose, case, at)


def operation_code(
    purpose: Annotated[str, Header(alias="Eurodac-Purpose", description="An operation code.")] = "",
) -> str:
    """Require an operation code, for calls that touch no data of a person.

    Raises:
        AccessDeniedError: there is none.
    """
    if purpose not in OPERATION_CODES:
        raise AccessDeniedError(
            "operation_code",
            "this call needs an operation code in Eurodac-Purpose: "
            f"{', '.join(sorted(OPERATION_CODES))}",
        )
    return purpose


def idempotency_key(
    key: Annotated[
        str,
        Header(
            alias="Idempotency-Key",
            description="Chosen by the sender, one per message: a repetition stores nothing twice.",
        ),
    ] = "",
) -> str:
    """Require the sender's key of this message.

    Raises:
        MissingHeaderError: there is none, or it is longer than 200 characters.
    """
    if not 0 < len(key) <= _MAX_KEY or not key.isascii() or not key.isprintable():
        raise MissingHeaderError(
            "idempotency_key",
            f"send an Idempotency-Key of 1 to {_MAX_KEY} printable characters; the same message "
            "with the same key is stored once however often it is sent",
        )
    return key


async def body(request: Request) -> Body:
    """Read the whole body, within the limit of the settings."""
    header = email.message.Message()
    header["content-type"] = request.headers.get("content-type", "")
    return Body(header.get_content_type(), await request.body())


BodyDep = Annotated[Body, Depends(body)]
ServiceDep = Annotated[Service, Depends(service)]
ContextDep = Annotated[CallContext, Depends(call_context)]
IdempotencyKeyDep = Annotated[str, Depends(idempotency_key)]


def calling(operation: str) -> Any:
    """Declare that an endpoint is a data call, and which: its first parameter, before its body.

    Dependencies are met in the order of the parameters, so actor, purpose and case are established
    before anything else of the request is looked at; whatever refuses it later is logged on the
    way out, before it is answered.
    """

    def admitted(context: ContextDep, opened: ServiceDep) -> Iterator[CallContext]:
        with admitting(opened, context, operation):
            yield context

    return Depends(admitted)


@contextmanager
def admitting(opened: Service, context: CallContext, operation: str) -> Iterator[None]:
    """Admit a call; a parameter that the address does not allow is a refusal like any other."""
    with opened.admitted(context, operation):
        try:
            yield
        except RequestValidationError as error:
            first = error.errors()[0]
            field = str(first["loc"][-1])
            message = f"{field}: {first['msg']}"
            raise FieldRefusedError("parameter_refused", message, field=field) from error


def json_object(read: BodyDep) -> dict[str, Any]:
    """Read the body as one JSON object."""
    return read.json()


JsonDep = Annotated[dict[str, Any], Depends(json_object)]


def json_body(schema: str, *, nist: bool = False) -> Mapping[str, Any]:
    """Declare a body for OpenAPI.

    Args:
        schema: Name of the model in ``schemas``.
        nist: Whether an ANSI/NIST-ITL file is taken as well.
    """
    content: dict[str, Any] = {_JSON: {"schema": {"$ref": f"#/components/schemas/{schema}"}}}
    if nist:
        binary = {"schema": {"type": "string", "format": "binary"}}
        content |= dict.fromkeys(NIST_TYPES, binary)
    return {"requestBody": {"required": True, "content": content}}
