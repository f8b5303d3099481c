"""What every answer goes through: last resort, safe headers, a limited body, one line of log.

The line of log names method, route and status: no address as typed, no query, no body, because all
of them can hold data of a person.
"""

from __future__ import annotations

import logging
import traceback
from typing import Any

from fastapi import FastAPI
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import BodyTooLargeError
from api.problems import internal_problem, respond

__all__ = ["SECURITY_HEADERS", "BodyLimit", "LastResort", "SafeHeaders", "add_middleware"]

_LOG = logging.getLogger("eurodac.api")

SECURITY_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; "
        "frame-ancestors 'none'; base-uri 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


def add_middleware(app: FastAPI, *, max_body_bytes: int) -> None:
    """Put the three layers round an application; the last one added is the outermost."""
    app.add_middleware(BodyLimit, max_body_bytes=max_body_bytes)
    app.add_middleware(LastResort)
    app.add_middleware(SafeHeaders)
    # Its lines hold addresses as they were typed.
    logging.getLogger("uvicorn.access").disabled = True


class SafeHeaders:
    """Adds the security headers to every answer that has not set its own."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""

        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in SECURITY_HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_safely)


class LastResort:
    """Turns any fault into a problem without internals, and writes the line of log."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = 0

        async def send_noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, send_noting)
        except Exception as error:  # noqa: BLE001 the boundary: what nobody foresaw ends here
            _LOG.error("fault %s at %s", type(error).__name__, _where(error))
            if not status:
                await respond(internal_problem())(scope, receive, send_noting)
        _LOG.info("%s %s %s", scope["method"], _route(scope), status)


class BodyLimit:
    """Refuses a body that is too large: by its announced length, or as it arrives.

    Both when the body is first read, so that a call is authorised before its body is judged.
    """

    def __init__(self, app: ASGIApp, *, max_body_bytes: int) -> None:
        self._app = app
        self._limit = max_body_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        announced = dict(scope["headers"]).get(b"content-length", b"0")
        # Fifteen digits are more than any limit, and int() of thousands of them would be slow.
        too_long = announced.isdigit() and int(announced[:15]) > self._limit
        received = 0

        async def receive_limited() -> Message:
            nonlocal received
            if too_long:
                raise self._too_large()
            message = await receive()
            received += len(message.get("body", b""))
            if received > self._limit:
                raise self._too_large()
            return message

        await self._app(scope, receive_limited, send)

    def _too_large(self) -> BodyTooLargeError:
        return BodyTooLargeError(
            "body_too_large",
            f"the body is larger than {self._limit} bytes; send smaller images",
        )


def _where(error: BaseException) -> str:
    """Name the lines that failed, without messages: those may quote data of a person."""
    frames = traceback.extract_tb(error.__traceback__)[-4:]
    return " < ".join(f"{frame.name}:{frame.lineno}" for frame in reversed(frames))


def _route(scope: Scope) -> str:
    route: Any = scope.get("route")
    return str(scope.get("root_path", "")) + str(getattr(route, "path", "(no route)"))
