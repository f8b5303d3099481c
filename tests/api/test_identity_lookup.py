"""Lookup by identity data over HTTP: who finds whom, with which reasons, and what is refused."""

from typing import Any

import pytest

from tests.api.invented import dataset, fingerprints
from tests.api.live import Live
from tests.api.logged import Log
from tests.api.problems import assert_problem
from tests.api.test_shown import subjects

PATH = "/lookups/identities"
WHO = {
    "surnames": "Al-Qurashi",
    "forenames": "Abdulrahman",
    "date_of_birth": {"year": 1987, "month": 11, "day": 23},
    "nationality": "YEM",
    "sex": "M",
}


@pytest.fixture(scope="module")
def recorded(live: Live) -> dict[str, str]:
    """One person as Portugal and Malta recorded him, and somebody else; State -> record id."""
    identity: dict[str, Any] = {
        "names": [
            {"kind": "current", "surnames": "القرشي", "forenames": "عبد الرحمن"},
            {"kind": "alias", "surnames": "Korashi", "forenames": "Karim"},
        ],
        "nationalities": ["YEM"],
        "sex": "M",
        "date_of_birth": WHO["date_of_birth"],
        "documents": [{"type": "passport", "number": "YE 0123456", "issuing_country": "YEM"}],
    }
    made = {
        state: live.transmit(dataset(4100 + n, state, 1, **identity), state)["record_id"]
        for n, state in enumerate(("PT", "MT"))
    }
    other = {**identity, "names": [{"kind": "current", "surnames": "Tesfay", "forenames": "Dawit"}]}
    other["date_of_birth"] = {"year": 1999, "month": 2, "day": 1}
    other["nationalities"] = ["ERI"]
    live.transmit(dataset(4110, "PT", 1, **other), "PT")
    return made


def screening(live: Live, message: dict[str, Any]) -> dict[str, Any]:
    answer = live.client("screening_officer", "EL").post(PATH, json=message)
    found: dict[str, Any] = answer.raise_for_status().json()
    return found


def test_the_right_person_comes_first_with_the_reasons(
    live: Live, recorded: dict[str, str]
) -> None:
    found = screening(live, WHO)
    first = found["candidates"][0]
    assert first["identity"]["names"][0]["surnames"] == "القرشي"
    assert first["band"] == "strong"
    assert first["why_not"] is None
    assert first["bits"] == pytest.approx(sum(term["bits"] for term in first["terms"]))
    birth = next(term for term in first["terms"] if term["kind"] == "birth_date")
    assert birth["text"] == f"{birth['bits']:+.1f} birth date: equal 1987-11-23"
    assert found["bands"] == "bands/1"
    assert found["weights"]


@pytest.mark.parametrize("role", ["asylum_unit", "immigration_unit"])
def test_no_name_is_looked_up_for_asylum_or_immigration(
    live: Live, recorded: dict[str, str], role: str
) -> None:
    assert_problem(live.client(role, "PT").post(PATH, json=WHO), 403, "not_allowed")


def test_evidence_does_not_depend_on_the_records_of_others(
    live: Live, recorded: dict[str, str]
) -> None:
    before = screening(live, WHO)["candidates"][0]
    names = [{"kind": "current", "surnames": "القرشي", "forenames": "عبد الرحمن"}]
    live.transmit(dataset(4120, "CY", 1, names=names), "CY")
    assert screening(live, WHO)["candidates"][0] == before


def test_an_alias_is_found_by_its_name_alone_and_says_what_is_missing(
    live: Live, recorded: dict[str, str]
) -> None:
    found = screening(live, {"text": "Karim Korashi"})["candidates"][0]
    weaker = screening(live, {"text": "Karim"})["candidates"][0]
    assert "Korashi" in {name["surnames"] for name in found["identity"]["names"]}
    assert weaker["bits"] < found["bits"]
    assert "bits below strong" in weaker["why_not"]


def test_a_document_number_is_evidence(live: Live, recorded: dict[str, str]) -> None:
    plain = screening(live, {"text": "Karim Korashi"})["candidates"][0]
    with_number = screening(live, {"text": "Karim Korashi", "document_number": "YE0123456"})
    terms = {term["kind"]: term for term in with_number["candidates"][0]["terms"]}
    assert terms["document"]["bits"] > 0
    assert with_number["candidates"][0]["bits"] > plain["bits"]


@pytest.mark.parametrize("number", ["YE0123456", "ye O123456"])
@pytest.mark.parametrize("name", [{}, {"text": "Zzyxquill Wvorn"}])
def test_a_document_number_finds_people_whatever_their_name(
    live: Live, recorded: dict[str, str], name: dict[str, str], number: str
) -> None:
    found = screening(live, {**name, "document_number": number})["candidates"]
    assert {c["identity"]["names"][0]["surnames"] for c in found} == {"القرشي", "Tesfay"}
    assert all("document" in {term["kind"] for term in c["terms"]} for c in found)


@pytest.mark.parametrize("born", [(1408, 4, 1), (1366, 9, 2)])
def test_a_date_of_another_calendar_is_asked_as_it_stands(
    live: Live, recorded: dict[str, str], born: tuple[int, int, int]
) -> None:
    date = dict(zip(("year", "month", "day"), born, strict=True))
    first = screening(live, {**WHO, "date_of_birth": date})["candidates"][0]
    birth = next(term for term in first["terms"] if term["kind"] == "birth_date")
    assert birth["relation"] == "calendar"
    assert birth["bits"] > 0


@pytest.mark.parametrize(
    ("born", "relation"),
    [((1366, 0), "january_first"), ((1366, 9), "equal_as_far_as_known")],
)
def test_a_year_or_month_of_another_calendar_is_asked_as_it_stands(
    live: Live, recorded: dict[str, str], born: tuple[int, int], relation: str
) -> None:
    asked = {**WHO, "date_of_birth": {"year": born[0], "month": born[1], "day": 0}}
    first = screening(live, asked)["candidates"][0]
    birth = next(term for term in first["terms"] if term["kind"] == "birth_date")
    assert birth["relation"] == relation
    assert birth["bits"] > 0


def test_zeros_in_a_date_are_unknown(live: Live, recorded: dict[str, str]) -> None:
    zeros = {**WHO, "date_of_birth": {"year": 1987, "month": 0, "day": 0}}
    year = {**WHO, "date_of_birth": {"year": 1987}}
    assert screening(live, zeros) == screening(live, year)


def test_a_nationality_that_is_not_known_is_no_evidence(
    live: Live, recorded: dict[str, str]
) -> None:
    without = {key: value for key, value in WHO.items() if key != "nationality"}
    assert screening(live, {**WHO, "nationality": "XXX"}) == screening(live, without)


def test_screening_gets_identity_data_of_all_systems_without_any_reference(
    live: Live, recorded: dict[str, str]
) -> None:
    operator = live.client("operator")
    ees = {
        "names": [{"kind": "current", "surnames": "Alqurashi", "forenames": "Abd al-Rahman"}],
        "nationalities": ["YEM"],
        "sex": "M",
        "date_of_birth": WHO["date_of_birth"],
        "member_state": "FR",
        "crossings": [
            {
                "kind": "entry",
                "at": "2026-02-02T09:00:00Z",
                "member_state": "FR",
                "authorised_until": "2026-05-02",
            }
        ],
        "fingerprints": fingerprints(4130, 1, (2, 3, 4, 5)),
    }
    operator.post("/systems/ees/files", json=ees).raise_for_status()
    found = live.client("screening_officer", "EL").post(PATH, json=WHO).raise_for_status().json()
    assert found["searched"] is None
    assert len(found["candidates"]) >= 3
    surnames = {name["surnames"] for c in found["candidates"] for name in c["identity"]["names"]}
    assert {"القرشي", "Alqurashi"} <= surnames
    for candidate in found["candidates"]:
        hidden = ("record_id", "reference_number", "category", "person_id")
        assert [candidate[name] for name in hidden] == [None] * 4


def test_every_record_shown_is_logged_and_no_name(
    live: Live, log: Log, recorded: dict[str, str]
) -> None:
    before = len(log)
    shown = len(screening(live, WHO)["candidates"])
    logged = subjects(log, before, "lookup_identity")
    assert len(logged) == shown
    assert set(recorded.values()) <= set(logged)
    before = len(log)
    assert screening(live, {"text": "Zzyxquill Wvorn"})["candidates"] == []
    assert subjects(log, before, "lookup_identity") == [None]
    assert "Zzyxquill" not in str(log.after(0))
    assert "Qurashi" not in str(log.after(0))


@pytest.mark.parametrize(
    "role", ["law_enforcement", "visa_authority", "fingerprint_expert", "auditor", "operator"]
)
def test_other_roles_are_refused(live: Live, role: str) -> None:
    assert_problem(live.client(role).post(PATH, json=WHO), 403, "not_allowed")


@pytest.mark.parametrize("missing", ["Eurodac-Purpose", "Eurodac-Case"])
def test_purpose_and_case_are_needed(live: Live, missing: str) -> None:
    answer = live.client("screening_officer").post(PATH, json=WHO, headers={missing: ""})
    assert_problem(answer, 403)


@pytest.mark.parametrize(
    ("message", "code", "field"),
    [
        ({}, "field_format", "message"),
        ({"text": "x", "surnames": "y"}, "field_format", "message"),
        ({"text": "  "}, "field_format", "message"),
        ({"text": "---"}, "name_empty", "text"),
        ({"surnames": "..", "forenames": "?"}, "name_empty", "surnames"),
        ({"forenames": "!"}, "name_empty", "forenames"),
        ({"text": "a" * 10_000}, "field_format", "text"),
        ({"text": "a\u0000b"}, "field_format", "text"),
        ({"text": 7}, "field_format", "text"),
        ({"text": "a", "nationality": "Syria"}, "field_format", "nationality"),
        ({"text": "a", "sex": "W"}, "field_format", "sex"),
        ({"text": "a", "k": 51}, "field_format", "k"),
        ({"text": "a", "k": True}, "field_format", "k"),
        ({"text": "a", "purpose": "x"}, "field_format", "purpose"),
        ({"text": "a", "date_of_birth": {"year": 1990, "month": 2, "day": 30}}, None, None),
        ({"document_number": "n/a"}, "number_says_nothing", "document_number"),
        ({"document_number": "0000000"}, "number_says_nothing", "document_number"),
        ({"text": "a", "date_of_birth": {"year": 1990, "day": 2}}, None, None),
        ({"text": "a", "date_of_birth": {"year": 1200}}, None, None),
        ({"text": "a", "date_of_birth": {"year": 1366, "month": 12, "day": 31}}, None, None),
        ({"text": "a", "date_of_birth": {"year": 1700}}, None, None),
        ({"text": "a", "date_of_birth": {"month": 2}}, "field_format", "date_of_birth.year"),
        ({"text": "a", "date_of_birth": "1990"}, "field_format", "date_of_birth"),
    ],
)
def test_what_cannot_be_searched_is_refused_with_its_field(
    live: Live, message: dict[str, Any], code: str | None, field: str | None
) -> None:
    answer = live.client("screening_officer").post(PATH, json=message)
    assert_problem(answer, 422, code or "field_format")
    assert answer.json()["field"] == (field or "date_of_birth")


@pytest.mark.parametrize(
    "text",
    [
        "\u202eevil\u202c Karim", "Κωνσταντίνος Παπαδόπουλος", "김민수", "习近平", "Ткаченко Олена",
        "ሰላም ተስፋይ", "x" * 200, "ﷺ", "ก ข", "👩 Karim",
        *([" ".join("abcdefghijklmnopqrstuvwxyz")]),
    ],
)  # fmt: skip
def test_any_script_is_searched(live: Live, text: str) -> None:
    answer = live.client("screening_officer", "IE").post(PATH, json={"text": text})
    assert answer.status_code == 200, answer.text
