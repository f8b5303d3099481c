"""Errors as problem details (RFC 9457): the only place where an error becomes an HTTP status."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from types import MappingProxyType
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

from api import errors as api_errors
from eurodac import errors, strict_json

__all__ = [
    "MEDIA_TYPE",
    "RESPONSES",
    "STATUS",
    "Problem",
    "add_handlers",
    "internal_problem",
    "problem_of",
    "respond",
    "status_of",
]

MEDIA_TYPE = "application/problem+json"

STATUS: Mapping[type[errors.EurodacError], HTTPStatus] = MappingProxyType(
    {
        errors.EurodacError: HTTPStatus.INTERNAL_SERVER_ERROR,
        errors.LawError: HTTPStatus.INTERNAL_SERVER_ERROR,
        errors.TransmissionError: HTTPStatus.UNPROCESSABLE_ENTITY,
        errors.FieldRefusedError: HTTPStatus.UNPROCESSABLE_ENTITY,
        errors.BiometricRefusedError: HTTPStatus.UNPROCESSABLE_ENTITY,
        errors.BatchError: HTTPStatus.UNPROCESSABLE_ENTITY,
        errors.ConflictError: HTTPStatus.CONFLICT,
        errors.NotFoundError: HTTPStatus.NOT_FOUND,
        errors.AccessDeniedError: HTTPStatus.FORBIDDEN,
        errors.NotAuthenticatedError: HTTPStatus.UNAUTHORIZED,
        errors.KeyUnavailableError: HTTPStatus.SERVICE_UNAVAILABLE,
        errors.NotReadyError: HTTPStatus.SERVICE_UNAVAILABLE,
        errors.SettingError: HTTPStatus.INTERNAL_SERVER_ERROR,
        errors.LogBrokenError: HTTPStatus.INTERNAL_SERVER_ERROR,
        strict_json.MalformedJsonError: HTTPStatus.BAD_REQUEST,
        api_errors.RequestError: HTTPStatus.BAD_REQUEST,
        api_errors.MissingHeaderError: HTTPStatus.BAD_REQUEST,
        api_errors.BodyTooLargeError: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        api_errors.MediaTypeError: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        api_errors.FormRefusedError: HTTPStatus.FORBIDDEN,
    }
)
_HEADERS: Mapping[HTTPStatus, Mapping[str, str]] = MappingProxyType(
    {
        HTTPStatus.UNAUTHORIZED: {"WWW-Authenticate": "Bearer"},
        HTTPStatus.SERVICE_UNAVAILABLE: {"Retry-After": "5"},
    }
)
_SAYS = {
    HTTPStatus.NOT_FOUND: "there is nothing at this address; see /openapi.json",
    HTTPStatus.METHOD_NOT_ALLOWED: "this address does not take this method; see the Allow header",
}


class Problem(BaseModel):
    """What went wrong, why, and what to do (RFC 9457)."""

    model_config = ConfigDict(frozen=True)

    type: str = Field(description="URN of the reason, made of its code.")
    title: str = Field(description="The HTTP status in words.")
    status: int = Field(description="The HTTP status.", ge=400, le=599)
    detail: str = Field(description="What, why and what to do; no personal data.")
    code: str = Field(description="Stable identifier of the reason.")
    article: str | None = Field(default=None, description="CELEX#article of the rule broken.")
    field: str | None = Field(default=None, description="Path of the field refused.")


RESPONSES: dict[int | str, dict[str, Any]] = {
    "default": {
        "model": Problem,
        "description": "Any refusal or failure.",
        "content": {MEDIA_TYPE: {}},
    }
}


def status_of(error: errors.EurodacError) -> HTTPStatus:
    """Give the status of an error: that of its class."""
    return STATUS[type(error)]


def problem_of(error: errors.EurodacError) -> Problem:
    """Show an error as a problem."""
    return _problem(
        status_of(error),
        error.code,
        str(error),
        article=error.article,
        field=getattr(error, "field", None),
    )


def internal_problem() -> Problem:
    """Show a fault of the program: nothing about it leaves the house."""
    return _problem(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "internal_error",
        "the request failed for a reason that lies in this program; nothing more is known here. "
        "Try again, and tell the operator the time of the request.",
    )


def respond(problem: Problem, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """Send a problem."""
    return JSONResponse(
        problem.model_dump(exclude_none=True),
        status_code=problem.status,
        headers={**_HEADERS.get(HTTPStatus(problem.status), {}), **(headers or {})},
        media_type=MEDIA_TYPE,
    )


def add_handlers(app: FastAPI) -> None:
    """Make every error of an application a problem."""
    app.add_exception_handler(errors.EurodacError, _registry_error)
    app.add_exception_handler(RequestValidationError, _validation_error)
    app.add_exception_handler(HTTPException, _http_error)


def _problem(
    status: HTTPStatus,
    code: str,
    detail: str,
    *,
    article: str | None = None,
    field: str | None = None,
) -> Problem:
    return Problem(
        type=f"urn:eurodac-register:problem:{code}",
        title=status.phrase,
        status=status,
        detail=detail,
        code=code,
        article=article,
        field=field,
    )


async def _registry_error(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, errors.EurodacError)
    return respond(problem_of(error))


async def _validation_error(_request: Request, error: Exception) -> JSONResponse:
    """Name the first parameter that is wrong; never repeat its value."""
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    field = ".".join(str(part) for part in first["loc"][1:])
    missing_header = first["loc"][0] == "header" and first["type"] == "missing"
    status = HTTPStatus.BAD_REQUEST if missing_header else HTTPStatus.UNPROCESSABLE_ENTITY
    code = "header_missing" if missing_header else "parameter_refused"
    return respond(_problem(status, code, f"{field}: {first['msg']}", field=field))


async def _http_error(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    status = HTTPStatus(error.status_code)
    detail = _SAYS.get(status, status.description or status.phrase)
    return respond(_problem(status, status.name.lower(), detail), error.headers)
