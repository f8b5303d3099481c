"""The log says which records an answer showed, and to whom."""

import json

from tests.api.invented import dataset, fingerprints
from tests.api.live import Live
from tests.api.logged import Log
from tests.api.story import SEED, Story


def subjects(log: Log, before: int, operation: str) -> list[str | None]:
    """Give the records that the entries since ``before`` name; all are of one call."""
    entries = log.after(before)
    assert {(each["operation"], each["outcome"]) for each in entries} == {(operation, "done")}
    named = [each["subject"] for each in entries]
    shown = len([each for each in named if each])
    assert {json.loads(each["detail"])["shown"] for each in entries} == {shown}
    return named


def test_a_lookup_names_its_dataset(live: Live, log: Log, story: Story) -> None:
    before = len(log)
    found = live.client("asylum_unit", "NL").post(
        "/lookups", json={"reference_number": story.reference_number}
    )
    assert subjects(log, before, "lookup") == [found.json()["record_id"]]


def test_a_person_names_every_dataset_and_connected_record(
    live: Live, log: Log, story: Story
) -> None:
    before = len(log)
    view = live.client("asylum_unit", "NL").get(f"/persons/{story.record_id}").json()
    shown = [each["record_id"] for each in view["datasets"] + view["connected"]]
    assert len(view["datasets"]) > 1
    assert view["connected"]
    assert subjects(log, before, "view_person") == shown


def test_an_identification_names_every_candidate(live: Live, log: Log) -> None:
    numbers = [live.transmit(dataset(231, "IT", n), "IT")["record_id"] for n in (1, 2)]
    before = len(log)
    body = {"fingerprints": fingerprints(231, 7, tuple(range(1, 11)))}
    answer = live.client("asylum_unit").post("/identifications", json=body).json()
    assert {each["record_id"] for each in answer["candidates"]} == set(numbers)
    assert set(subjects(log, before, "identify")) == set(numbers)


def test_screening_shows_no_record_id_but_the_log_knows_it(
    live: Live, log: Log, story: Story
) -> None:
    before = len(log)
    body = {"fingerprints": fingerprints(SEED, 9, (1, 2, 3, 4))}
    answer = live.client("screening_officer", "NL").post("/identifications", json=body).json()
    assert {each.get("record_id") for each in answer["candidates"]} == {None}
    named = subjects(log, before, "identify")
    assert len(named) == len(answer["candidates"]) > 0
    assert story.record_id in named


def test_nobody_found_is_one_entry_without_a_record(live: Live, log: Log) -> None:
    before = len(log)
    body = {"fingerprints": fingerprints(99_231, 1, (1, 2, 3, 4))}
    answer = live.client("asylum_unit", "FI").post("/identifications", json=body).json()
    assert answer["candidates"] == []
    assert subjects(log, before, "identify") == [None]


def test_hits_of_a_transmission_and_of_its_repetition(live: Live, log: Log) -> None:
    one = live.transmit(dataset(232, "IT", 1), "IT")["record_id"]
    message = dataset(232, "DE", 2)
    two = live.transmit(message, "DE", key="232")["record_id"]
    answers = [each for each in log.after(0) if each["operation"] == "answer"]
    assert one in {each["subject"] for each in answers}
    before = len(log)
    again = live.client("asylum_unit", "DE").post(
        "/datasets", json=message, headers={"Idempotency-Key": "232"}
    )
    assert again.json()["replayed"] is True
    assert subjects(log, before, "answer") == [two, one]


def test_the_chain_holds_over_entries_of_one_call(live: Live, log: Log, story: Story) -> None:
    live.client("asylum_unit", "NL").get(f"/persons/{story.record_id}").raise_for_status()
    assert live.client("auditor").get("/log/verification").json()["count"] == len(log) - 1
