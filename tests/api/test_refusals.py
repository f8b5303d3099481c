"""Whatever is wrong with a call, authority comes first, then the log, then the answer."""

import json
import re
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from eurodac.settings import Settings
from tests.api.live import Live
from tests.api.logged import Log
from tests.api.problems import assert_problem

JSON = {"Content-Type": "application/json"}
KEY = {"Idempotency-Key": "k"}
HIDDEN = "MiraExample"  # stands in the malformed calls, and nowhere else
NOBODY = "0" * 32


@dataclass(frozen=True)
class Malformed:
    """A call that cannot be read, who might have made it, and what is wrong with it."""

    path: str
    code: str
    role: str = "asylum_unit"
    method: str = "POST"
    headers: dict[str, str] = field(default_factory=lambda: JSON)
    content: bytes = b"{}"

    def __str__(self) -> str:
        return f"{self.code} at {self.path}"

    def send(self, client: httpx.Client, **more: str) -> httpx.Response:
        """Make the call, with more headers."""
        headers = {**self.headers, **more}
        return client.request(self.method, self.path, headers=headers, content=self.content)


def body(**values: Any) -> bytes:
    return json.dumps(values).encode()


CALLS = [
    Malformed("/datasets", "idempotency_key"),
    Malformed("/datasets", "idempotency_key", headers={**JSON, "Idempotency-Key": "x" * 201}),
    Malformed("/datasets", "json_syntax", headers={**JSON, **KEY}, content=HIDDEN.encode()),
    Malformed("/datasets", "media_type", headers={**KEY, "Content-Type": "text/plain"}),
    Malformed("/datasets", "message_shape", headers={**JSON, **KEY}, content=b"[]"),
    Malformed("/datasets", "body_too_large", content=b" " * (Settings().max_body_bytes + 1),
              headers={**JSON, **KEY}),
    Malformed("/recaptures", "field_malformed", content=body(reference_number=HIDDEN)),
    Malformed("/amendments", "field_malformed", content=body(reference_number=[HIDDEN])),
    Malformed("/marks", "field_unknown", content=body(reference_number="IT1A", **{HIDDEN: 1})),
    Malformed("/identifications", "json_syntax", content=b"{"),
    Malformed("/identifications", "nist_format", content=HIDDEN.encode(),
              headers={"Content-Type": "application/octet-stream"}),
    Malformed("/lookups", "field_malformed", content=body(reference_number=HIDDEN)),
    Malformed("/lookups", "field_unknown", content=body(reference_number="IT1A", **{HIDDEN: 1})),
    Malformed("/lookups", "json_duplicate_key", content=b'{"a": 1, "a": 2}'),
    Malformed("/lookups", "media_type", headers={"Content-Type": "application/xml"}),
    Malformed(f"/persons/{HIDDEN}", "parameter_refused", method="GET", content=b""),
    Malformed(f"/links/{HIDDEN}/decisions", "parameter_refused", role="fingerprint_expert",
              content=body(decision="confirmed", reason="x")),
    Malformed(f"/links/{NOBODY}/decisions", "field_malformed", role="fingerprint_expert",
              content=body(decision=HIDDEN, reason="x")),
    Malformed("/systems/ees/files", "state_unknown", role="operator",
              content=body(member_state=HIDDEN)),
    Malformed("/systems/ees/crossings", "field_malformed", role="operator",
              content=body(record_id=[HIDDEN])),
    Malformed("/systems/vis/applications", "json_syntax", role="operator", content=b"{"),
    Malformed("/systems/vis/decisions", "media_type", role="operator", headers={}),
]  # fmt: skip


@pytest.mark.parametrize("call", CALLS, ids=str)
def test_authority_is_asked_before_the_shape(live: Live, call: Malformed) -> None:
    with httpx.Client(base_url=live.url, timeout=60) as nobody:
        assert_problem(call.send(nobody), 401, "identity_missing")
    client = live.client(call.role)
    assert_problem(call.send(client, **{"Eurodac-Case": ""}), 403, "case_reference")
    assert_problem(call.send(client, **{"Eurodac-Purpose": "e"}), 403, "not_allowed")
    other = "auditor" if call.role != "auditor" else "operator"
    assert_problem(call.send(live.client(other)), 403, "not_allowed")


@pytest.mark.parametrize("call", CALLS, ids=str)
def test_a_refusal_for_its_shape_is_logged_once(live: Live, log: Log, call: Malformed) -> None:
    client = live.client(call.role)
    before = len(log)
    problem = call.send(client)
    assert problem.json()["code"] == call.code, problem.text
    assert HIDDEN not in problem.json()["detail"] or call.code == "field_unknown"
    (entry,) = log.after(before)
    assert entry["outcome"] == "refused"
    assert json.loads(entry["detail"]) == {"code": call.code}
    assert entry["role"] == call.role
    assert HIDDEN not in repr(entry)


def test_what_was_typed_as_a_purpose_does_not_enter_the_log(live: Live, log: Log) -> None:
    headers = {"Eurodac-Purpose": f"search for {HIDDEN}"}
    answer = live.client("asylum_unit").post(
        "/lookups", json={"reference_number": "IT1A"}, headers=headers
    )
    assert HIDDEN not in assert_problem(answer, 403, "not_allowed")["detail"]
    assert log.after(len(log) - 1)[0]["purpose"] == "unknown"


@pytest.mark.parametrize(
    ("path", "form", "operation", "code"),
    [
        ("lookups", {"reference_number": "<b>"}, "lookup", "reference_number"),
        ("records", {"record_id": "x"}, "view_person", "record_id"),
        ("identifications", {}, "identify", "no_file"),
        (f"links/{NOBODY}/decisions", {}, "decide_link", "not_allowed"),
        ("lookups", {"form_token": "forged"}, "lookup", "form_token"),
    ],
)
def test_a_form_that_is_refused_is_logged(
    live: Live, log: Log, path: str, form: dict[str, str], *, operation: str,
    code: str,
) -> None:  # fmt: skip
    with httpx.Client(base_url=live.url, follow_redirects=True, timeout=60) as client:
        who = {"user_id": "o", "unit": "u", "member_state": "NL", "role": "asylum_unit"}
        page = client.get("/officer/sign-in").text
        for send in ("sign-in", path):
            token = re.search(r'name="form_token" value="([^"]+)"', page)
            assert token
            data = {**who, "purpose": "a", "case": "2026/1"} if send == "sign-in" else form
            before = len(log)
            page = client.post(f"/officer/{send}", data={"form_token": token[1], **data}).text
    (entry,) = log.after(before)
    assert (entry["operation"], entry["outcome"]) == (operation, "refused")
    assert json.loads(entry["detail"]) == {"code": code}
