"""Templates to answers."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

from api.pages.session import Session
from api.pages.words import FILTERS, POSITIONS, PURPOSES, ROLES, STATES
from eurodac.visible import visible

__all__ = ["page"]

_TEMPLATES = Environment(
    loader=PackageLoader("api.pages", "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    finalize=lambda value: visible(value) if type(value) is str else value,  # Markup is made of it
)
_TEMPLATES.filters.update(FILTERS)
_TEMPLATES.globals.update(
    positions=POSITIONS, purposes=PURPOSES, roles=ROLES, states=STATES, base="/officer"
)


def page(
    request: Request,
    template: str,
    *,
    session: Session,
    status: int = HTTPStatus.OK,
    **values: Any,
) -> HTMLResponse:
    """Render a page for the person of a session; every value is escaped, and visible."""
    text = _TEMPLATES.get_template(template).render(
        session=session, path=request.url.path, **values
    )
    return HTMLResponse(text, status_code=status)
