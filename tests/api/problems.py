"""The shape of every refusal."""

from typing import Any

import httpx

KEYS = {"type", "title", "status", "detail", "code", "article", "field"}


def assert_problem(answer: httpx.Response, status: int, code: str = "") -> dict[str, Any]:
    """Expect a problem (RFC 9457) of a status, and of a code where one is given."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"
    body: dict[str, Any] = answer.json()
    assert {"type", "title", "status", "detail", "code"} <= set(body) <= KEYS
    assert body["status"] == status
    assert body["type"] == f"urn:eurodac-register:problem:{body['code']}"
    if code:
        assert body["code"] == code
    return body
