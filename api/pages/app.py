"""The pages as an application of their own, below ``/officer``; errors are pages as well."""

from __future__ import annotations

from http import HTTPStatus
from importlib.resources import files

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from starlette.exceptions import HTTPException

from api.deps import now, runtime
from api.pages import people, search, sign_in
from api.pages.render import page
from api.pages.session import Session, session
from api.problems import Problem, internal_problem, problem_of
from eurodac.errors import EurodacError, NotAuthenticatedError

__all__ = ["create_pages"]

_STYLE = files("api.pages").joinpath("static/style.css").read_bytes()


def create_pages() -> FastAPI:
    """Make the application; ``state.runtime`` is set by who mounts it."""
    app = FastAPI(openapi_url=None, redirect_slashes=False)
    app.add_exception_handler(NotAuthenticatedError, _to_sign_in)
    app.add_exception_handler(EurodacError, _refusal)
    app.add_exception_handler(RequestValidationError, _no_page)
    app.add_exception_handler(HTTPException, _no_page)
    app.add_exception_handler(Exception, _fault)
    for module in (sign_in, search, people):
        app.include_router(module.router)
    app.add_api_route("/style.css", _style)
    return app


async def _style() -> Response:
    return Response(_STYLE, media_type="text/css", headers={"Cache-Control": "max-age=3600"})


async def _to_sign_in(_request: Request, error: Exception) -> Response:
    assert isinstance(error, NotAuthenticatedError)
    return RedirectResponse("/officer/sign-in", HTTPStatus.SEE_OTHER)


async def _refusal(request: Request, error: Exception) -> Response:
    assert isinstance(error, EurodacError)
    return _error_page(request, problem_of(error))


async def _no_page(request: Request, error: Exception) -> Response:
    status = HTTPStatus(error.status_code if isinstance(error, HTTPException) else 404)
    problem = Problem(
        type="about:blank",
        title=status.phrase,
        status=status,
        detail="There is no such page. Go back to the search.",
        code=status.name.lower(),
    )
    return _error_page(request, problem)


async def _fault(request: Request, _error: Exception) -> Response:
    return _error_page(request, internal_problem())


def _error_page(request: Request, problem: Problem) -> Response:
    return page(
        request,
        "error.html",
        session=_session_of(request),
        status=problem.status,
        problem=problem,
    )


def _session_of(request: Request) -> Session:
    return session(request, runtime(request), now())
