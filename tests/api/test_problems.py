"""Every refusal is a problem: typed, mapped once, without internals."""

import asyncio
import http.client
from typing import Any

import httpx
import pytest
from starlette.types import Message, Receive, Scope, Send

from api.middleware import LastResort
from api.problems import STATUS, problem_of, status_of
from eurodac.errors import EurodacError, FieldRefusedError
from eurodac.settings import Settings
from tests.api.live import Live
from tests.api.problems import assert_problem


def every_error(root: type[EurodacError] = EurodacError) -> list[type[EurodacError]]:
    return [root, *(each for child in root.__subclasses__() for each in every_error(child))]


@pytest.mark.parametrize("error", every_error(), ids=lambda e: e.__name__)
def test_every_error_has_a_status(error: type[EurodacError]) -> None:
    assert status_of(error("code", "message")) == STATUS[error]


def test_code_article_and_field_reach_the_problem() -> None:
    error = FieldRefusedError("some_code", "what and why", article="32024R1358#art17", field="sex")
    problem = problem_of(error)
    assert (problem.status, problem.code, problem.detail) == (422, "some_code", "what and why")
    assert (problem.article, problem.field) == ("32024R1358#art17", "sex")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"{", "json_syntax"),
        (b'{"reference_number": NaN}', "json_number"),
        (b'{"reference_number": "\xff"}', "json_encoding"),
        (b'{"reference_number": "\\ud800"}', "json_encoding"),
        (b'{"a": 1, "a": 2}', "json_duplicate_key"),
        (b'{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "json_depth"),
    ],
)
def test_bytes_that_are_not_json(live: Live, content: bytes, code: str) -> None:
    client = live.client("asylum_unit")
    headers = {"Content-Type": "application/json"}
    assert_problem(client.post("/lookups", content=content, headers=headers), 400, code)


def test_a_long_name_of_a_field_is_cut(live: Live) -> None:
    body = {"reference_number": "IT1A", "x" * 300 + "\u202e": 1}
    problem = live.client("asylum_unit").post("/lookups", json=body).json()
    assert problem["field"] == "x" * 61 + "..."
    assert "x" * 62 not in problem["detail"]


def test_json_that_is_no_object(live: Live) -> None:
    answer = live.client("asylum_unit").post("/lookups", json=["reference_number"])
    assert_problem(answer, 422, "message_shape")


@pytest.mark.parametrize("media_type", ["text/plain", "application/xml", ""])
def test_another_media_type(live: Live, media_type: str) -> None:
    answer = live.client("asylum_unit").post(
        "/lookups", content=b"{}", headers={"Content-Type": media_type}
    )
    assert_problem(answer, 415, "media_type")


def test_no_such_address(live: Live) -> None:
    assert_problem(httpx.get(f"{live.url}/persons"), 404, "not_found")


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [("GET", "/datasets", "POST"), ("DELETE", "/healthz", "GET"), ("PUT", "/lookups", "POST")],
)
def test_another_method_says_which_are_allowed(
    live: Live, method: str, path: str, allow: str
) -> None:
    answer = httpx.request(method, f"{live.url}{path}")
    assert_problem(answer, 405, "method_not_allowed")
    assert answer.headers["allow"] == allow


def test_a_body_that_announces_too_much(live: Live) -> None:
    """It is refused before a byte of it arrives, to somebody who may transmit."""
    connection = http.client.HTTPConnection(live.url.removeprefix("http://"), timeout=30)
    connection.putrequest("POST", "/datasets")
    connection.putheader("Idempotency-Key", "k")
    for name in ("Authorization", "Eurodac-Purpose", "Eurodac-Case"):
        connection.putheader(name, live.client("asylum_unit").headers[name])
    connection.putheader("Content-Length", str(Settings().max_body_bytes + 1))
    connection.endheaders()
    answer = connection.getresponse()
    assert answer.status == 413
    assert b"body_too_large" in answer.read()
    connection.close()


def test_a_body_that_grows_too_large(live: Live) -> None:
    """Without an announced length the body is cut off where the limit is passed."""
    sent = 0

    def endless() -> Any:
        nonlocal sent
        while sent <= Settings().max_body_bytes:
            sent += 1 << 20
            yield b" " * (1 << 20)

    client = live.client("asylum_unit")
    headers = {"Content-Type": "application/json"}
    assert_problem(client.post("/lookups", content=endless(), headers=headers), 413)


def test_a_fault_shows_nothing_of_itself(caplog: pytest.LogCaptureFixture) -> None:
    async def broken(_scope: Scope, _receive: Receive, _send: Send) -> None:
        raise ZeroDivisionError("a secret of Samira")

    async def receive() -> Message:
        return {"type": "http.request"}

    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    scope: Scope = {"type": "http", "method": "GET", "path": "/", "headers": []}
    asyncio.run(LastResort(broken)(scope, receive, send))
    assert sent[0]["status"] == 500
    assert b"internal_error" in sent[1]["body"]
    assert b"Samira" not in sent[1]["body"]
    assert "ZeroDivisionError" in caplog.text
    assert "Samira" not in caplog.text
