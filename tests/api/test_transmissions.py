"""Datasets over the API: stored once, compared, linked, amended; every refusal names its field."""

import base64
from typing import Any

import httpx
import pytest

from tests.api.invented import dataset, fingerprints, portrait
from tests.api.live import Live
from tests.api.problems import assert_problem


@pytest.fixture
def asylum(live: Live) -> httpx.Client:
    return live.client("asylum_unit")


def send(client: httpx.Client, message: Any, key: str) -> httpx.Response:
    return client.post("/datasets", json=message, headers={"Idempotency-Key": key})


def test_a_dataset_is_stored_and_its_hit_answered(live: Live) -> None:
    first = live.transmit(dataset(101, "IT", 1, category="irregular_crossing"), "IT")
    assert first["stored"] is True
    second = live.transmit(dataset(101, "DE", 2), "DE")
    assert [hit["dataset"]["member_state"] for hit in second["hits"]] == ["IT"]
    assert second["hits"][0]["link"]["score"] > second["hits"][0]["link"]["threshold"]


def test_a_stranger_is_no_hit(live: Live) -> None:
    live.transmit(dataset(111, "IT", 1), "IT")
    assert live.transmit(dataset(112, "DE", 1), "DE")["hits"] == []


def test_repeating_a_message_stores_it_once(live: Live, asylum: httpx.Client) -> None:
    message = dataset(102, "IT", 1)
    first, again = (send(asylum, message, "repeat-102") for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == {**first.json(), "replayed": True}


def test_a_key_with_another_message_is_refused(asylum: httpx.Client) -> None:
    assert send(asylum, dataset(103, "IT", 1), "one-key").status_code == 201
    assert_problem(send(asylum, dataset(103, "IT", 2), "one-key"), 409)


def test_the_query_for_admission_is_answered_and_not_stored(asylum: httpx.Client) -> None:
    query = {
        "category": "admission_query",
        "reference_number": "IT7QUERY1",
        "fingerprints": fingerprints(104, 1),
    }
    answer = asylum.post(
        "/datasets", json=query, headers={"Idempotency-Key": "q1", "Eurodac-Purpose": "b"}
    )
    assert answer.status_code == 200, answer.text
    assert answer.json()["stored"] is False
    assert answer.json()["record_id"] is None


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"shoe_size": 43}, "shoe_size"),
        ({"names": []}, "names"),
        ({"date_of_birth": {"year": 1990, "month": 2, "day": 30}}, "date_of_birth"),
        ({"nationalities": ["Syrian"]}, "nationalities[0]"),
        ({"fingerprints": [{"position": 11, "missing": "amputated"}]}, "fingerprints[0].position"),
        ({"reference_number": "IT3WRONGDIGIT"}, "reference_number"),
    ],
)
def test_a_refused_field_is_named_with_its_article(
    asylum: httpx.Client, changes: dict[str, Any], field: str
) -> None:
    answer = send(asylum, {**dataset(105, "IT", 1), **changes}, f"refused-{field}")
    problem = assert_problem(answer, 422)
    assert problem["field"].startswith(field.split("[")[0])
    assert problem["article"].startswith("32024R1358#")
    missing = asylum.post("/lookups", json={"reference_number": "IT1S105O1"})
    assert_problem(missing, 404)


def test_a_broken_template_stores_nothing(asylum: httpx.Client) -> None:
    message = dataset(106, "IT", 1)
    data = base64.b64decode(message["fingerprints"][0]["template"]["data"])
    message["fingerprints"][0]["template"]["data"] = base64.b64encode(data[:-9]).decode()
    assert_problem(send(asylum, message, "broken-106"), 422)
    assert_problem(asylum.post("/lookups", json={"reference_number": "IT1S106O1"}), 404)


def test_a_file_that_is_no_nist_file_is_refused(asylum: httpx.Client) -> None:
    headers = {"Idempotency-Key": "nist-1", "Content-Type": "application/octet-stream"}
    assert_problem(asylum.post("/datasets", content=b"\x00\x01\x02", headers=headers), 422)
    assert_problem(asylum.post("/identifications", content=b"\x00", headers=headers), 422)


def test_later_data_and_marks(live: Live, asylum: httpx.Client) -> None:
    live.transmit(dataset(107, "IT", 1), "IT")
    number = {"reference_number": "IT1S107O1"}
    later = {"responsible_member_state": "EL"}
    answer = asylum.post("/amendments", json={**number, "later": later})
    assert answer.json()["later"] == later, answer.text
    marked = asylum.post("/marks", json={**number, "protection": True})
    assert marked.json()["protection_mark"] is True, marked.text
    assert_problem(asylum.post("/amendments", json={**number, "names": []}), 422)
    assert_problem(asylum.post("/amendments", json={"later": later}), 422)
    assert_problem(asylum.post("/marks", json={**number, "colour": "red"}), 422)


def test_recapture_of_usable_prints_is_refused(live: Live, asylum: httpx.Client) -> None:
    live.transmit(dataset(108, "IT", 1), "IT")
    again = {
        "reference_number": "IT1S108O1",
        "fingerprints": fingerprints(108, 2),
        "biometrics_taken_at": "2026-06-21T08:00:00Z",
    }
    assert_problem(asylum.post("/recaptures", json=again), 409)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"transmitted_at": "0001-01-01T00:00:00+14:00"}, "transmitted_at"),
        ({"biometrics_taken_at": "9999-12-31T23:59:59-14:00"}, "biometrics_taken_at"),
        ({"fingerprints": []}, "fingerprints"),
        ({"nationalities": ["SYR", "IRQ", "SYR"]}, "nationalities"),
        ({"names": [{"kind": "current", "surnames": "\u200b"}]}, "names[0].surnames"),
        ({"nationalities": ["ZZZ"]}, "nationalities[0]"),
        ({"reference_number": "IT1S140O1\n"}, "reference_number"),
        ({"reference_number": " IT1S140O1"}, "reference_number"),
        ({"facial_image": {**portrait(), "media_type": "image/jpeg"}}, "facial_image.media_type"),
        ({"event": {"place": "x", "on": "1991-04-04"}}, "event.on"),
        ({"event": {"place": "x", "on": "2026-06-22"}}, "event.on"),
        ({"date_of_birth": {"year": 2199}}, "date_of_birth"),
        ({"transmitted_at": "2026-06-11T10:00:00Z"}, "transmitted_at"),
        ({"later": {"left_territory_on": "9000-01-01"}}, "later.left_territory_on"),
        ({"later": {"take_back_arrival_on": "1991-04-04"}}, "later.take_back_arrival_on"),
        ({"later": {"visa": {"member_state": "ZZ", "application_number": "1"}}}, "later.visa"),
    ],
)
def test_what_only_looks_like_a_value_is_refused(
    asylum: httpx.Client, changes: dict[str, Any], field: str
) -> None:
    answer = send(asylum, dataset(140, "IT", 1) | changes, f"no-value-{field}")
    assert_problem(answer, 422)
    assert str(answer.json()["field"]).startswith(field)
    found = asylum.post(
        "/lookups", json={"reference_number": dataset(140, "IT", 1)["reference_number"]}
    )
    assert_problem(found, 404)


def test_a_birth_in_the_future_is_no_child(asylum: httpx.Client) -> None:
    message = dataset(141, "IT", 1) | {"date_of_birth": {"year": 2199}}
    assert_problem(send(asylum, message, "unborn"), 422, "date_in_future")
