"""Nobody gets data without identity, purpose and case; what was refused is in the log."""

import sqlite3
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.api.invented import dataset
from tests.api.live import Live
from tests.api.problems import assert_problem
from tests.api.story import Story

DATA_CALLS = [
    ("POST", "/datasets"),
    ("POST", "/recaptures"),
    ("POST", "/amendments"),
    ("POST", "/marks"),
    ("POST", "/identifications"),
    ("POST", "/lookups"),
    ("POST", "/lookups/identities"),
    ("POST", "/lookups/visa-applications"),
    ("GET", f"/persons/{'0' * 32}"),
    ("POST", f"/links/{'0' * 32}/decisions"),
    ("POST", "/systems/ees/files"),
    ("POST", "/systems/ees/crossings"),
    ("POST", "/systems/vis/applications"),
    ("POST", "/systems/vis/decisions"),
    ("GET", "/log/verification"),
    ("GET", "/gallery/verification"),
]


@pytest.mark.parametrize(("method", "path"), DATA_CALLS)
@pytest.mark.parametrize("authorization", [None, "Bearer forged.token", "Basic dTpw"])
def test_no_call_without_identity(
    live: Live, method: str, path: str, authorization: str | None
) -> None:
    headers = {"Eurodac-Purpose": "a", "Eurodac-Case": "c1", "Idempotency-Key": "k"}
    if authorization:
        headers["Authorization"] = authorization
    body: dict[str, Any] = {"json": {}} if method == "POST" else {}
    answer = httpx.request(method, f"{live.url}{path}", headers=headers, **body)
    assert_problem(answer, 401)
    assert answer.headers["www-authenticate"] == "Bearer"


def refusals(home: Path) -> int:
    with sqlite3.connect(f"file:{home / 'registry.db'}?mode=ro", uri=True) as database:
        count = database.execute("SELECT count(*) FROM log WHERE outcome = 'refused'").fetchone()[0]
    database.close()
    return int(count)


@pytest.mark.parametrize(
    "missing", [{"Eurodac-Purpose": ""}, {"Eurodac-Case": ""}, {"Eurodac-Purpose": "e"}]
)
def test_no_call_without_purpose_and_case(live: Live, home: Path, missing: dict[str, str]) -> None:
    before = refusals(home)
    client = live.client("asylum_unit")
    answer = client.post("/lookups", json={"reference_number": "IT1A"}, headers=missing)
    assert_problem(answer, 403)
    assert refusals(home) == before + 1


def test_another_states_dataset_looks_like_none(live: Live) -> None:
    live.transmit(dataset(201, "IT", 1), "IT")
    theirs, nobodys = (
        live.client("asylum_unit", "FR").post("/lookups", json={"reference_number": number})
        for number in ("IT1S201O1", "FR1NOBODY")
    )
    assert_problem(theirs, 404)
    assert theirs.json() == nobodys.json()


def test_another_states_person_looks_like_none(live: Live) -> None:
    record = live.transmit(dataset(202, "IT", 1), "IT")["record_id"]
    client = live.client("asylum_unit", "FR")
    theirs, nobodys = (client.get(f"/persons/{each}") for each in (record, "0" * 32))
    assert_problem(theirs, 404)
    assert theirs.json() == nobodys.json()


def test_only_an_expert_of_the_receiving_state_decides(live: Live) -> None:
    live.transmit(dataset(203, "IT", 1), "IT")
    link = live.transmit(dataset(203, "DE", 2), "DE")["hits"][0]["link"]["link_id"]
    path, decision = f"/links/{link}/decisions", {"decision": "confirmed", "reason": "ridges agree"}
    assert_problem(live.client("asylum_unit", "DE").post(path, json=decision), 403)
    assert_problem(live.client("fingerprint_expert", "FR").post(path, json=decision), 404)
    expert = live.client("fingerprint_expert", "DE")
    assert_problem(expert.post(path, json={"decision": "confirmed", "reason": " "}), 422)
    assert_problem(expert.post(path, json={"decision": "perhaps", "reason": "x"}), 422)
    for hidden in "\x1b\x00\u202e\u2066\u200b\n":
        answer = expert.post(path, json={"decision": "confirmed", "reason": f"a{hidden}b"})
        assert assert_problem(answer, 422, "field_malformed")["field"] == "reason"
    assert expert.post(path, json=decision).json()["label"] == "confirmed"


def test_a_rejected_link_parts_the_persons(live: Live) -> None:
    one = live.transmit(dataset(204, "IT", 1), "IT")["record_id"]
    two = live.transmit(dataset(204, "DE", 2), "DE")
    client, expert = live.client("asylum_unit", "DE"), live.client("fingerprint_expert", "DE")
    before = client.get(f"/persons/{two['record_id']}").json()
    assert {each["record_id"] for each in before["datasets"]} == {one, two["record_id"]}
    path = f"/links/{two['hits'][0]['link']['link_id']}/decisions"
    expert.post(path, json={"decision": "rejected", "reason": "cores differ"}).raise_for_status()
    after = client.get(f"/persons/{two['record_id']}").json()
    assert [each["record_id"] for each in after["datasets"]] == [two["record_id"]]


@pytest.mark.parametrize("decision", ["confirmed", "rejected"])
def test_a_rejected_link_stays_rejected(live: Live, decision: str) -> None:
    seed = {"confirmed": 205, "rejected": 206}[decision]
    live.transmit(dataset(seed, "IT", 1), "IT")
    two = live.transmit(dataset(seed, "DE", 2), "DE")
    expert = live.client("fingerprint_expert", "DE")
    path = f"/links/{two['hits'][0]['link']['link_id']}/decisions"
    rejected = expert.post(path, json={"decision": "rejected", "reason": "cores differ"})
    assert rejected.json()["may_decide"] is False
    again = expert.post(path, json={"decision": decision, "reason": "looked again"})
    assert_problem(again, 409, "link_rejected")
    person = live.client("asylum_unit", "DE").get(f"/persons/{two['record_id']}").json()
    assert [each["record_id"] for each in person["datasets"]] == [two["record_id"]]


def test_health_shows_no_data_and_readiness_needs_a_code(live: Live) -> None:
    assert httpx.get(f"{live.url}/healthz").json() == {"status": "ok"}
    assert_problem(httpx.get(f"{live.url}/readyz"), 403, "operation_code")
    ready = httpx.get(f"{live.url}/readyz", headers={"Eurodac-Purpose": "x-operate"})
    assert ready.json()["ok"] is True


def test_auditor_and_operator(live: Live) -> None:
    log = live.client("auditor").get("/log/verification").json()
    assert log["count"] > 0
    assert live.client("operator").get("/gallery/verification").json()["names"]["behind"] is False
    assert_problem(live.client("operator").get("/log/verification"), 403)
    assert_problem(live.client("auditor").get("/gallery/verification"), 403)


@pytest.mark.parametrize(
    "identity",
    [
        {"role": "minister"},
        {"member_state": "GR"},
        {"user_id": ""},
        {"unit": "a\nb"},
    ],
)
def test_an_identity_outside_the_closed_lists(live: Live, identity: dict[str, str]) -> None:
    whole = {"user_id": "u", "unit": "n", "role": "asylum_unit", "member_state": "IT", **identity}
    assert_problem(httpx.post(f"{live.url}/identities", json=whole), 401, "identity_incomplete")


def test_a_visa_authority_sees_no_dataset_of_asylum(live: Live) -> None:
    stored = live.transmit(dataset(151, "IT", 1), "IT")
    client = live.client("visa_authority")
    reference = dataset(151, "IT", 1)["reference_number"]
    purpose = {"Eurodac-Purpose": "h"}
    found = client.post("/lookups", json={"reference_number": reference}, headers=purpose)
    assert_problem(found, 404)
    assert_problem(client.get(f"/persons/{stored['record_id']}", headers=purpose), 404)


def visa_lookup(live: Live, role: str, state: str, number: str = "ESP000900") -> httpx.Response:
    return live.client(role, state).post(
        "/lookups/visa-applications", json={"application_number": number}
    )


def test_a_visa_authority_looks_up_and_views_its_own_file(live: Live, story: Story) -> None:
    found = visa_lookup(live, "visa_authority", "ES").json()
    assert (found["member_state"], found["state"]) == ("ES", "issued")
    assert found["valid_until"] == "2026-05-31"
    assert found["identity"]["names"][0]["surnames"] == story.surname
    person = live.client("visa_authority", "ES").get(f"/persons/{found['record_id']}").json()
    assert person["visa_files"] == [found]
    assert {event["system"] for event in person["timeline"]} == {"VIS"}
    assert {event["link_state"] for event in person["timeline"]} == {None}
    for nothing in ("datasets", "connected", "links", "indicators"):
        assert person[nothing] == []


def test_what_is_not_its_own_visa_file_looks_like_none(live: Live, story: Story) -> None:
    record = visa_lookup(live, "visa_authority", "ES").json()["record_id"]
    nobodys = assert_problem(visa_lookup(live, "visa_authority", "ES", "ESP999999"), 404)
    assert assert_problem(visa_lookup(live, "visa_authority", "FR"), 404) == nobodys
    assert assert_problem(visa_lookup(live, "asylum_unit", "ES"), 404) == nobodys
    assert_problem(visa_lookup(live, "fingerprint_expert", "ES"), 403)
    none = assert_problem(live.client("visa_authority", "ES").get(f"/persons/{'0' * 32}"), 404)
    for role, state, each in (
        ("visa_authority", "FR", record),
        ("asylum_unit", "ES", record),
        ("visa_authority", "NL", story.record_id),
    ):
        assert assert_problem(live.client(role, state).get(f"/persons/{each}"), 404) == none
