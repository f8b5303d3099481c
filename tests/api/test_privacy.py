"""No personal data in logs, headers or problems, whatever route they are sent through."""

import base64
import logging
from typing import Any

import httpx
import pytest

from tests.api.invented import CANARY, dataset
from tests.api.live import Live
from tests.api.test_access import DATA_CALLS

PATHS = [path for method, path in DATA_CALLS if method == "POST"]


def spoiled() -> list[Any]:
    """Messages with the canary at every place where it could be quoted."""
    good = dataset(301, "IT", 1)
    return [
        {**good, "nationalities": [CANARY]},
        {**good, "reference_number": CANARY},
        {**good, "category": CANARY},
        {**good, "sex": CANARY},
        {**good, "date_of_birth": CANARY},
        {**good, "transmitted_at": CANARY},
        {**good, "names": [{"kind": CANARY, "surnames": CANARY}]},
        {**good, "fingerprints": [{"position": CANARY}]},
        {**good, "facial_image": {"media_type": CANARY, "data": CANARY}},
        {**good, "later": {"responsible_member_state": CANARY}},
        {"text": CANARY, "surnames": CANARY},
        {"text": CANARY, "nationality": CANARY, "sex": CANARY},
        {"reference_number": CANARY.upper(), "decision": CANARY, "reason": CANARY},
    ]


@pytest.mark.parametrize("path", PATHS)
def test_a_name_reaches_no_log_and_no_problem(
    live: Live, caplog: pytest.LogCaptureFixture, path: str
) -> None:
    caplog.set_level(logging.DEBUG)
    for role in ("asylum_unit", "fingerprint_expert", "operator"):
        for number, message in enumerate(spoiled()):
            answer = live.client(role).post(
                path, json=message, headers={"Idempotency-Key": f"{path}-{number}"}
            )
            assert 400 <= answer.status_code < 500
            assert CANARY.lower() not in answer.text.lower()
    quoted = [
        r.getMessage() for r in caplog.records if not r.name.startswith(("httpx", "httpcore"))
    ]
    assert any("POST" in line for line in quoted)
    assert [line for line in quoted if CANARY.lower() in line.lower()] == []


def test_addresses_and_headers_are_not_logged(live: Live, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    httpx.get(f"{live.url}/{CANARY}?name={CANARY}", headers={"User-Agent": CANARY})
    httpx.get(f"{live.url}/officer/people/{CANARY}?q={CANARY}")
    httpx.get(f"{live.url}/healthz", headers={"Eurodac-Case": CANARY})
    live.client("asylum_unit").post("/lookups", json={}, headers={"Eurodac-Case": f"{CANARY} x"})
    quoted = [
        r.getMessage() for r in caplog.records if not r.name.startswith(("httpx", "httpcore"))
    ]
    assert "GET (no route) 404" in quoted
    assert [line for line in quoted if CANARY.lower() in line.lower()] == []


def test_a_template_is_never_quoted(live: Live) -> None:
    message = dataset(302, "IT", 1)
    data = base64.b64decode(message["fingerprints"][0]["template"]["data"])
    broken = base64.b64encode(data[:40]).decode()
    message["fingerprints"][0]["template"]["data"] = broken
    answer = live.client("asylum_unit").post(
        "/datasets", json=message, headers={"Idempotency-Key": "template-302"}
    )
    assert answer.status_code == 422
    assert broken[:12] not in answer.text


def test_every_answer_has_the_safe_headers(live: Live) -> None:
    for path in ("/healthz", "/nothing", "/officer/sign-in", "/officer/nothing", "/persons/x"):
        headers = httpx.get(f"{live.url}{path}").headers
        assert headers["cache-control"] == "no-store", path
        assert headers["x-content-type-options"] == "nosniff"
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "script-src" not in headers["content-security-policy"]
        assert "unsafe-inline" not in headers["content-security-policy"]
