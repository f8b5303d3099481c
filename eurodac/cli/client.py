"""A small client of the API: one connection, JSON in and out, problems as errors."""

from __future__ import annotations

import http.client
import json
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

import typer

from eurodac.errors import NotReadyError, TransmissionError

__all__ = ["Client"]

_TIMEOUT_SECONDS = 120.0
_SERVER_ERRORS = 500


class Client:
    """Sends messages under one identity, purpose and case.

    Args:
        url: ``http://host:port`` or ``https://host:port``.
        token: Bearer token.
        purpose: Purpose of the calls.
        case: Case reference of the calls.

    Raises:
        typer.BadParameter: another kind of URL.
    """

    def __init__(self, url: str, *, token: str, purpose: str, case: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise typer.BadParameter("--url must be http://host:port or https://host:port")
        kind = (
            http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        )
        self._connection = kind(parts.hostname, parts.port, timeout=_TIMEOUT_SECONDS)
        self._prefix = parts.path.rstrip("/")
        self._headers = {
            "Authorization": f"Bearer {token}",
            "Content-Type": "application/json",
            "Eurodac-Purpose": purpose,
            "Eurodac-Case": case,
        }

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._connection.close()

    def post(self, path: str, message: dict[str, Any], *, key: str) -> dict[str, Any]:
        """Send one message and return the answer.

        Raises:
            TransmissionError: the server refused it, with its code, article and field.
            NotReadyError: no answer, or none that says what became of the message.
        """
        headers = {**self._headers, "Idempotency-Key": key}
        data = json.dumps(message, ensure_ascii=False).encode()
        try:
            self._connection.request("POST", f"{self._prefix}{path}", body=data, headers=headers)
            response = self._connection.getresponse()
            body = json.loads(response.read())
        except (OSError, http.client.HTTPException, ValueError) as error:
            self._connection.close()
            raise NotReadyError(
                "server_unreachable",
                "the server did not answer, so nobody knows whether the last message was stored; "
                "run the import again, nothing is stored twice",
            ) from error
        if response.status >= _SERVER_ERRORS:
            raise NotReadyError(str(body.get("code")), str(body.get("detail")))
        if response.status not in (200, 201):
            raise TransmissionError(
                str(body.get("code")),
                str(body.get("detail")),
                article=body.get("article"),
                field=body.get("field"),
            )
        answer: dict[str, Any] = body
        return answer
