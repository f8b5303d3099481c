"""The application: ``uvicorn --factory api.app:create_app``, or ``eurodac serve``."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import metadata
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.responses import RedirectResponse

from api.deps import Runtime, now
from api.middleware import add_middleware
from api.pages import create_pages
from api.problems import MEDIA_TYPE, RESPONSES, add_handlers
from api.routes import operations, searches, systems, transmissions
from api.schemas import component_schemas
from eurodac.identities import load_secret, secret_path
from eurodac.service import open_service
from eurodac.settings import Settings, load_settings

__all__ = ["create_app", "openapi"]

_DESCRIPTION = """Identity-matching registry for Eurodac (Regulation (EU) 2024/1358).

Every call that touches data carries a bearer token (who), `Eurodac-Purpose` (what for) and
`Eurodac-Case` (in which case); all are logged. No name, number or date stands in an address.
Every refusal is a problem (RFC 9457) with a stable code and, where one applies, the article."""


def create_app() -> FastAPI:
    """Make the application; settings come from the environment, the registry opens at start."""
    settings = load_settings()
    pages = create_pages()
    app = FastAPI(
        title="Eurodac register",
        version=metadata.version("eurodac-register"),
        description=_DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        responses=RESPONSES,
        lifespan=_lifespan(settings, pages),
    )
    add_handlers(app)
    add_middleware(app, max_body_bytes=settings.max_body_bytes)
    for module in (transmissions, searches, systems, operations):
        app.include_router(module.router)
    for path in ("/", "/officer"):
        app.add_api_route(path, _to_pages, include_in_schema=False)
    app.mount("/officer", pages)
    app.openapi = lambda: openapi(app)  # type: ignore[method-assign]
    return app


def openapi(app: FastAPI) -> dict[str, Any]:
    """Describe the API: bodies by their models, problems for everything else."""
    if app.openapi_schema is None:
        document = get_openapi(
            title=app.title,
            version=app.version,
            description=app.description,
            routes=app.routes,
        )
        document["components"]["schemas"] |= component_schemas()
        for name in ("HTTPValidationError", "ValidationError"):
            document["components"]["schemas"].pop(name, None)
        for path in document["paths"].values():
            for operation in path.values():
                operation["responses"].pop("422", None)
                problem = operation["responses"]["default"]["content"]
                problem[MEDIA_TYPE] = problem.pop("application/json")
        app.openapi_schema = document
    return app.openapi_schema


def _lifespan(settings: Settings, pages: FastAPI) -> Any:
    @asynccontextmanager
    async def opened(app: FastAPI) -> AsyncIterator[None]:
        service = open_service(settings, at=now())
        signer = load_secret(secret_path(settings.home))
        app.state.runtime = pages.state.runtime = Runtime(settings, signer, service)
        yield
        service.close()

    return opened


def _to_pages() -> RedirectResponse:
    return RedirectResponse("/officer/")
