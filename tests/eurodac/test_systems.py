"""Adapters of the connected systems: their messages, and what they load and say."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import Engine

from eurodac import database, store
from eurodac.errors import ConflictError, EurodacError, FieldRefusedError
from eurodac.interop.systems import ADAPTERS
from eurodac.interop.systems.ees import read_crossing, read_file
from eurodac.interop.systems.vis import read_application, read_decision
from eurodac.keys import KeyEncryptionKey
from eurodac.record import Capture, EesFile, RecordId, System, VisApplication, VisaState

NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)
FILE_ID, VISA_ID = RecordId("e" * 32), RecordId("f" * 32)


def person(**changes: Any) -> dict[str, Any]:
    message = {
        "names": [{"kind": "current", "surnames": "Silva", "forenames": "Ana"}],
        "nationalities": ["BRA"],
        "sex": "F",
        "date_of_birth": {"year": 1990, "month": 2},
        "documents": [{"type": "P", "number": "X1", "issuing_country": "BRA"}],
        "fingerprints": [{"position": p, "missing": "bandaged"} for p in (2, 3, 4, 5)],
    }
    return message | changes


def without(message: dict[str, Any], *fields: str) -> dict[str, Any]:
    return {key: value for key, value in message.items() if key not in fields}


ENTRY = {
    "kind": "entry",
    "at": "2026-07-01T10:00:00+02:00",
    "member_state": "IT",
    "authorised_until": "2026-09-28",
}
EXIT = {"kind": "exit", "at": "2026-08-01T10:00:00Z", "member_state": "EL"}
VISA = person(application_number="FR0001", lodged_on="2026-01-02")


def ees(message: object) -> EesFile:
    return read_file(message, member_state="IT", record_id=FILE_ID, at=NOW).record


def vis(message: object) -> VisApplication:
    return read_application(message, member_state="FR", record_id=VISA_ID, at=NOW).record


def decide(application: VisApplication, **message: Any) -> VisApplication:
    return read_decision(message, application=application, at=NOW)


def refusal(error: pytest.ExceptionInfo[FieldRefusedError]) -> tuple[str, str | None]:
    return error.value.code, error.value.field


def test_an_ees_file_is_read_with_its_crossings_and_finger_entries() -> None:
    incoming = read_file(
        person(crossings=[ENTRY, EXIT]), member_state="IT", record_id=FILE_ID, at=NOW
    )
    file = incoming.record
    assert (file.id, file.member_state, file.created_at) == (FILE_ID, "IT", NOW)
    assert str(file.date_of_birth) == "1990-02"
    assert [(c.kind, c.at.hour, c.member_state, c.authorised_until) for c in file.crossings] == [
        ("entry", 8, "IT", date(2026, 9, 28)),
        ("exit", 10, "EL", None),
    ]
    assert incoming.fingerprints[0] == {"position": 2, "missing": "bandaged"}


@pytest.mark.parametrize(
    ("message", "code", "field"),
    [
        ([], "message_shape", None),
        (person(religion="x"), "field_format", "religion"),
        (without(person(), "names"), "field_format", "names"),
        (person(names=[{"kind": "current"}]), "field_format", "names[0]"),
        (
            person(names=[{"kind": "current", "surnames": "a\x00"}]),
            "field_format",
            "names[0].surnames",
        ),
        (
            person(names=[{"kind": "current", "surnames": "\ud800"}]),
            "field_format",
            "names[0].surnames",
        ),
        (person(sex="woman"), "field_format", "sex"),
        (person(nationalities=["BR"]), "field_format", "nationalities[0]"),
        (
            person(date_of_birth={"year": 1990, "month": 2, "day": 30}),
            "field_format",
            "date_of_birth",
        ),
        (person(date_of_birth={"year": 1990, "day": 3}), "field_format", "date_of_birth"),
        (person(date_of_birth={"year": "1990"}), "field_format", "date_of_birth.year"),
        (person(fingerprints=[]), "field_required", "fingerprints"),
        (person(fingerprints=[{"position": 1}]), "finger_position", "fingerprints"),
        (
            person(fingerprints=[{"position": 2}, {"position": 7}]),
            "finger_position",
            "fingerprints",
        ),
        (person(fingerprints=[{"position": [2]}]), "field_format", "fingerprints[0].position"),
        (person(fingerprints=[{"missing": "refused"}]), "field_format", "fingerprints[0].position"),
        (person(crossings=[{**ENTRY, "kind": "transit"}]), "field_format", "crossings[0].kind"),
        (
            person(crossings=[{**ENTRY, "member_state": "XX"}]),
            "field_format",
            "crossings[0].member_state",
        ),
        (
            person(crossings=[{**ENTRY, "at": "2026-07-01T10:00:00"}]),
            "field_format",
            "crossings[0].at",
        ),
        (person(crossings=[{**ENTRY, "at": 1}]), "field_format", "crossings[0].at"),
        (
            person(crossings=[EXIT, {**ENTRY, "at": "2026-09-01T12:00:01Z"}]),
            "date_in_future",
            "crossings[1].at",
        ),
        (
            person(crossings=[{**EXIT, "authorised_until": "2026-09-01"}]),
            "field_forbidden",
            "crossings[0].authorised_until",
        ),
        (
            person(crossings=[{**ENTRY, "authorised_until": "2026-06-30"}]),
            "date_order",
            "crossings[0].authorised_until",
        ),
        (
            person(crossings=[{**ENTRY, "authorised_until": 20260630}]),
            "field_format",
            "crossings[0].authorised_until",
        ),
        (person(crossings=[ENTRY, ENTRY]), "crossing_duplicate", "crossings"),
    ],
)
def test_a_wrong_ees_message_is_refused_with_its_field_and_quotes_nothing(
    message: object, code: str, field: str | None
) -> None:
    with pytest.raises(FieldRefusedError) as error:
        ees(message)
    assert refusal(error) == (code, field)
    assert "Silva" not in str(error.value)
    assert code == "message_shape" or str(error.value.article).startswith("32017R2226#")


def test_the_left_hand_stands_in_and_a_child_under_twelve_needs_no_prints() -> None:
    assert ees(person(fingerprints=[{"position": p} for p in (7, 8, 9, 10)]))
    eleven = {"year": 2014, "month": 9, "day": 2}
    assert ees(person(fingerprints=[], date_of_birth=eleven))
    assert ees(person(fingerprints=[], date_of_birth={"year": 2014}))
    with pytest.raises(FieldRefusedError, match="age of twelve"):
        ees(person(fingerprints=[], date_of_birth={"year": 2014, "month": 9, "day": 1}))


def test_a_single_crossing_is_read_alone() -> None:
    assert read_crossing(EXIT, at=NOW).member_state == "EL"
    with pytest.raises(FieldRefusedError) as error:
        read_crossing({**EXIT, "at": "2027-01-01T00:00:00Z"}, at=NOW)
    assert refusal(error) == ("date_in_future", "at")


def test_a_visa_application_is_read_undecided() -> None:
    record = vis({**VISA, "represented_member_state": "BE"})
    assert (record.member_state, record.represented_member_state) == ("FR", "BE")
    assert (record.state, record.decided_on, record.lodged_on) == (
        VisaState.APPLIED,
        None,
        date(2026, 1, 2),
    )


@pytest.mark.parametrize(
    ("message", "code", "field"),
    [
        (without(VISA, "application_number"), "field_format", "application_number"),
        ({**VISA, "application_number": "  "}, "field_format", "application_number"),
        ({**VISA, "state": "issued"}, "field_format", "state"),
        ({**VISA, "lodged_on": "2026-09-02"}, "date_in_future", "lodged_on"),
        (
            {**VISA, "represented_member_state": "FR"},
            "represented_state",
            "represented_member_state",
        ),
        ({**VISA, "represented_member_state": "GR"}, "field_format", "represented_member_state"),
        ({**VISA, "fingerprints": [{"position": 11}]}, "finger_position", "fingerprints"),
    ],
)
def test_a_wrong_visa_application_is_refused_with_its_field(
    message: object, code: str, field: str
) -> None:
    with pytest.raises(FieldRefusedError) as error:
        vis(message)
    assert refusal(error) == (code, field)


ISSUED = {
    "state": "issued",
    "decided_on": "2026-01-20",
    "valid_from": "2026-02-01",
    "valid_until": "2026-03-01",
}


def test_a_visa_lives_from_issue_to_annulment_and_keeps_its_validity() -> None:
    issued = decide(vis(VISA), **ISSUED)
    assert (issued.state, issued.valid_until) == (VisaState.ISSUED, date(2026, 3, 1))
    annulled = decide(issued, state="annulled", decided_on="2026-02-10")
    assert (annulled.state, annulled.decided_on) == (VisaState.ANNULLED, date(2026, 2, 10))
    assert annulled.valid_from == issued.valid_from


def test_a_refused_visa_has_its_grounds() -> None:
    refused = decide(
        vis(VISA), state="refused", decided_on="2026-01-20", refusal_grounds=["a.i", "c"]
    )
    assert (refused.state, refused.refusal_grounds) == (VisaState.REFUSED, ("a.i", "c"))
    assert refused.valid_from is None


@pytest.mark.parametrize(
    ("message", "code", "field"),
    [
        ({"state": "applied", "decided_on": "2026-01-20"}, "closed_list", "state"),
        ({**ISSUED, "decided_on": "2026-09-02"}, "date_in_future", "decided_on"),
        ({**ISSUED, "decided_on": "2026-01-01"}, "date_order", "decided_on"),
        (without(ISSUED, "valid_from"), "field_required", "valid_from"),
        (without(ISSUED, "valid_until"), "field_required", "valid_until"),
        ({**ISSUED, "valid_until": "2026-01-31"}, "date_order", "valid_until"),
        ({**ISSUED, "refusal_grounds": ["a.i"]}, "field_forbidden", "refusal_grounds"),
        ({**ISSUED, "state": "refused"}, "field_forbidden", "valid_from"),
        ({"state": "refused", "decided_on": "2026-01-20"}, "field_required", "refusal_grounds"),
        (
            {"state": "refused", "decided_on": "2026-01-20", "refusal_grounds": ["z"]},
            "closed_list",
            "refusal_grounds",
        ),
    ],
)
def test_a_wrong_decision_is_refused_with_its_field(
    message: dict[str, Any], code: str, field: str
) -> None:
    with pytest.raises(FieldRefusedError) as error:
        decide(vis(VISA), **message)
    assert refusal(error) == (code, field)


@pytest.mark.parametrize("state", ["annulled", "revoked"])
def test_only_an_issued_visa_can_be_annulled_or_revoked(state: str) -> None:
    with pytest.raises(ConflictError) as error:
        decide(vis(VISA), state=state, decided_on="2026-01-20")
    assert error.value.code == "visa_state"
    annulled = decide(decide(vis(VISA), **ISSUED), state=state, decided_on="2026-02-10")
    with pytest.raises(EurodacError):
        decide(annulled, **ISSUED)


@pytest.mark.law("systems.EURODAC", "systems.EES", "systems.VIS")
def test_no_system_searches_itself() -> None:
    for system, adapter in ADAPTERS.items():
        assert adapter.system is system
        assert adapter.searches == set(ADAPTERS) - {system}


def test_adapters_load_what_was_stored_and_describe_it_without_personal_data(
    engine: Engine, kek: KeyEncryptionKey
) -> None:
    file, visa = ees(person(crossings=[ENTRY])), decide(vis(VISA), **ISSUED)
    with database.begin(engine) as session:
        store.insert_ees_file(session, file, capture=Capture(), kek=kek)
        store.insert_vis_application(session, visa, capture=Capture(), kek=kek)
    with database.read(engine) as session:
        loaded = {s: a.load(session, [FILE_ID, VISA_ID]) for s, a in ADAPTERS.items()}
    assert loaded == {
        System.EURODAC: {},
        System.EES: {FILE_ID: file},
        System.VIS: {VISA_ID: visa},
    }
    assert ADAPTERS[System.EES].describe(file) == (
        "EES file created by IT with 1 entry and 0 exits"
    )
    assert ADAPTERS[System.VIS].describe(visa) == "VIS application of FR, visa issued"
