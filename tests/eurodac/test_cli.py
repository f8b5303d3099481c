"""The command line: answers for people and programs, exit codes, refusals without tracebacks."""

import contextlib
import json
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from eurodac.cli import main
from eurodac.record import Actor, CallContext, Role
from eurodac.service import open_service
from eurodac.settings import Settings
from tests.api.invented import CANARY, dataset, fingerprints
from tests.eurodac.examples import AT

WHO = ["--user", "u", "--unit", "n"]
ASYLUM = [*WHO, "--role", "asylum_unit", "--state", "IT", "--purpose", "a", "--case", "2026/1"]
GERMAN = [*WHO, "--role", "asylum_unit", "--state", "DE", "--purpose", "a", "--case", "2026/2"]
EXPERT = [*WHO, "--role", "fingerprint_expert", "--state", "DE", "--purpose", "a", "--case", "c"]
AUDITOR = [*WHO, "--role", "auditor", "--state", "DE", "--purpose", "x-audit", "--case", "c"]
OPERATOR = [*WHO, "--role", "operator", "--state", "DE", "--purpose", "x-operate", "--case", "c"]

SCREENING = [*WHO, "--role", "screening_officer", "--state", "DE", "--purpose", "f", "--case", "c"]
VISA = [*WHO, "--role", "visa_authority", "--state", "DE", "--purpose", "h", "--case", "c"]

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the program with arguments; gives exit code, output and errors."""
    monkeypatch.setenv("EURODAC_HOME", str(tmp_path / "registry"))
    monkeypatch.setenv("EURODAC_DEVELOPMENT_IDENTITIES", "true")
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.delenv("EURODAC_DATABASE_URL", raising=False)

    def program(*arguments: str | Path) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["eurodac", *map(str, arguments)])
        code = 0
        try:
            main()
        except SystemExit as ended:
            code = int(ended.code or 0)
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return program


@pytest.fixture
def registry(run: Run) -> Run:
    """The same, with an initialised registry."""
    assert run("init")[0] == 0
    return run


def test_serving_without_a_registry_says_so_in_a_line_and_gives_no_address(run: Run) -> None:
    code, out, errors = run("serve")
    assert (code, out) == (3, "")
    assert "'init'" in errors
    assert errors.count("\n") == 1


def write(path: Path, message: Any) -> Path:
    path.write_text(json.dumps(message), "utf-8")
    return path


def test_nothing_works_without_a_registry(run: Run) -> None:
    code, _, errors = run("lookup", "IT1A", *ASYLUM)
    assert code == 3
    assert "kek_missing" in errors
    assert "Traceback" not in errors


def test_init_happens_once(registry: Run) -> None:
    code, _, errors = registry("init", "--json")
    assert code == 1
    assert json.loads(errors)["code"] == "already_initialised"


@pytest.mark.parametrize(
    "arguments",
    [
        ["lookup"],
        ["lookup", "IT1A"],
        ["lookup", "IT1A", *ASYLUM[:-2]],
        ["lookup", "IT1A", *ASYLUM, "--role", "minister"],
        ["enrol", "no-such-file.json", *ASYLUM],
        ["frobnicate"],
        ["import", __file__, "--url", "ftp://x", "--token", "t", *ASYLUM],
        ["import", __file__, "--url", "http://127.0.0.1:1", *ASYLUM],
    ],
)
def test_wrong_usage(registry: Run, arguments: list[str]) -> None:
    code, _, errors = registry(*arguments)
    assert code == 2
    assert "Traceback" not in errors


def test_the_actor_may_come_from_the_environment(
    registry: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in zip(ASYLUM[::2], ASYLUM[1::2], strict=True):
        monkeypatch.setenv(f"EURODAC_ACTOR_{name.removeprefix('--').upper()}", value)
    code, _, errors = registry("lookup", "IT1A", "--json")
    assert (code, json.loads(errors)["code"]) == (1, "dataset_not_found")


def test_enrol_identify_look_up_show_and_decide(registry: Run, tmp_path: Path) -> None:
    italy = write(tmp_path / "it.json", dataset(1, "IT", 1, category="irregular_crossing"))
    later: dict[str, Any] = {
        "event": {"place": "Berlin", "on": "2026-07-02"},
        "biometrics_taken_at": "2026-07-02T08:00:00Z",
        "transmitted_at": "2026-07-02T10:00:00Z",
    }
    germany = write(tmp_path / "de.json", dataset(1, "DE", 2, **later))
    assert registry("enrol", italy, *ASYLUM)[0] == 0
    code, out, _ = registry("enrol", germany, "--json", *GERMAN)
    answer = json.loads(out)
    assert code == 0
    assert [hit["dataset"]["member_state"] for hit in answer["hits"]] == ["IT"]
    (hit,) = answer["hits"]
    assert 0 < hit["expected_false"] == hit["link"]["expected_false"] < 1e-3
    assert hit["link"]["searched"] == 1
    again = json.loads(registry("enrol", germany, "--json", *GERMAN)[1])
    assert (again["replayed"], again["record_id"]) == (True, answer["record_id"])
    probe = write(tmp_path / "probe.json", {"fingerprints": fingerprints(1, 3)})
    code, out, _ = registry("identify", probe, *GERMAN)
    assert code == 0
    assert CANARY in out
    assert "for a person who is not recorded shows a stranger like this" in out
    found = json.loads(registry("lookup", "DE1S1O2", "--json", *GERMAN)[1])
    code, out, _ = registry("person", found["person_id"], *GERMAN)
    assert code == 0
    assert "UM1" in out
    assert "Italy recorded an irregular crossing" in out
    link = answer["hits"][0]["link"]["link_id"]
    code, out, _ = registry("confirm", link, "--reason", "ridges agree", *EXPERT)
    assert (code, "confirmed" in out) == (0, True)
    code, out, _ = registry("reject", link, "--reason", "no", "--json", *EXPERT)
    assert (code, json.loads(out)["label"]) == (0, "rejected")
    code, _, errors = registry("confirm", link, "--reason", "x", *GERMAN)
    assert (code, errors.split(":")[0]) == (1, "not_allowed")


def test_a_refusal_names_code_field_and_article(registry: Run, tmp_path: Path) -> None:
    wrong = write(tmp_path / "wrong.json", {**dataset(2, "IT", 1), "shoe_size": 43})
    code, out, errors = registry("enrol", wrong, *ASYLUM)
    assert (code, out) == (1, "")
    assert "field_unknown (shoe_size)" in errors
    assert "[32024R1358#" in errors
    assert "Traceback" not in errors
    broken = tmp_path / "broken.json"
    broken.write_text('{"category": ', "utf-8")
    assert "json_syntax" in registry("enrol", broken, *ASYLUM)[2]
    no_nist = tmp_path / "file.an2"
    no_nist.write_bytes(b"\x00\x01")
    assert registry("enrol", no_nist, *ASYLUM)[0] == 1


def test_import_reports_every_line(registry: Run, tmp_path: Path) -> None:
    good = [json.dumps(dataset(number, "IT", 1)) for number in (11, 12)]
    named = json.dumps({"idempotency_key": "my key", "message": dataset(13, "IT", 1)})
    bad = json.dumps({**dataset(14, "IT", 1), "sex": "Q"})
    file = tmp_path / "all.ndjson"
    file.write_text("\n".join([*good, "", "{", bad, named]) + "\n", "utf-8")
    code, out, errors = registry("import", file, "--json", *ASYLUM)
    lines = [json.loads(line) for line in out.splitlines()]
    assert code == 1
    assert [(line["line"], line["state"]) for line in lines] == [
        (1, "stored"),
        (2, "stored"),
        (4, "refused"),
        (5, "refused"),
        (6, "stored"),
    ]
    assert next(line["code"] for line in lines if "code" in line) == "json_syntax"
    assert lines[3]["field"] == "sex"
    assert "2 refused, 3 stored" in errors
    file.write_text(file.read_text("utf-8"), "utf-8-sig")  # with a mark, as some programs write it
    code, out, errors = registry("import", file, *ASYLUM)
    assert code == 1
    assert "2 refused, 3 replayed" in errors
    assert "line 6: replayed IT1S13O1" in out


def test_import_without_a_server_says_what_is_unknown(registry: Run, tmp_path: Path) -> None:
    file = write(tmp_path / "one.ndjson", dataset(15, "IT", 1))
    code, out, _ = registry(
        "import", file, "--json", "--url", "http://127.0.0.1:1", "--token", "t", *ASYLUM
    )
    assert code == 3
    assert json.loads(out)["code"] == "server_unreachable"


def test_auditor_operator_and_database(registry: Run) -> None:
    log = json.loads(registry("audit", "verify", "--json", *AUDITOR)[1])
    assert len(log["head"]) == 64
    for command in ("check", "rebuild"):
        code, out, _ = registry("gallery", command, "--json", *OPERATOR)
        assert (code, json.loads(out)["agrees"]) == (0, True)
    assert registry("gallery", "check", *AUDITOR)[0] == 1
    upgraded = json.loads(registry("db", "upgrade", "--json")[1])
    assert upgraded["before"] == upgraded["after"]


def test_hidden_characters_are_shown(registry: Run, tmp_path: Path) -> None:
    message = dataset(43, "IT", 1)
    message["names"][0]["surnames"] = "Ali\u202eXe"
    assert registry("enrol", write(tmp_path / "1.json", message), *ASYLUM)[0] == 0
    probe = write(tmp_path / "probe.json", {"fingerprints": fingerprints(43, 3)})
    for command in (["lookup", "IT1S43O1"], ["lookup", "IT1S43O1", "--json"], ["identify", probe]):
        out = registry(*command, *ASYLUM)[1]
        assert "\u202e" not in out
        assert "[U+202E]" in out or "\\u202e" in out


def test_an_anchor_is_kept_and_found_again(registry: Run, tmp_path: Path) -> None:
    assert registry("gallery", "check", *OPERATOR)[0] == 0
    code, anchor, _ = registry("audit", "head", *AUDITOR)
    assert (code, anchor[:14]) == (0, "eurodac-log 1 ")
    kept = tmp_path / "anchor"
    kept.write_text(anchor)
    assert registry("audit", "verify", "--anchor", kept, *AUDITOR)[0] == 0
    assert registry("audit", "verify", "--anchor", anchor.strip(), *AUDITOR)[0] == 0
    forged = anchor.strip().replace("eurodac-log 1 ", "eurodac-log 2 ")
    code, _, errors = registry("audit", "verify", "--anchor", forged, "--json", *AUDITOR)
    assert (code, json.loads(errors)["code"]) == (1, "log_anchor")
    kept.write_text("nonsense")
    code, _, errors = registry("audit", "verify", "--anchor", kept, "--json", *AUDITOR)
    assert (code, json.loads(errors)["code"]) == (1, "anchor_malformed")
    assert registry("audit", "verify", "--anchor", tmp_path / "none", *AUDITOR)[0] == 2


def test_a_malformed_head_of_the_log_is_no_traceback(registry: Run, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "registry" / "registry.db")) as connection:
        connection.execute("DROP TRIGGER log_head_step")
        connection.execute("UPDATE log_head SET seq = 'x', hash = 'nonsense'")
        connection.commit()
    for arguments in (["audit", "verify", *AUDITOR], ["lookup", "IT1A", *ASYLUM]):
        code, _, errors = registry(*arguments, "--json")
        assert (code, json.loads(errors)["code"]) == (1, "log_head")


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("GALLERY_ENGINE", "zzz", "one of native, faiss"),
        ("PORT", "abc", "a whole number, at least 1, at most 65535"),
        ("PORT", "70000", "a whole number, at least 1, at most 65535"),
        ("TARGET_FPIR", "0.5", "a number, above 0, at most 0.01"),
        ("DEVELOPMENT_IDENTITIES", "perhaps", "true or false"),
    ],
)
def test_a_bad_setting_is_named_with_what_it_may_be(
    run: Run, monkeypatch: pytest.MonkeyPatch, name: str, value: str, *, allowed: str
) -> None:
    monkeypatch.setenv(f"EURODAC_{name}", value)
    for command in (["serve"], ["gallery", "check", *OPERATOR], ["db", "upgrade"]):
        code, _, errors = run(*command)
        assert (code, errors) == (2, f"setting_malformed: EURODAC_{name}: must be {allowed}\n")


def damage_snapshot(home: Path, what: str = "gallery") -> None:
    """Change one byte in the middle of the largest file of a snapshot."""
    file = max((home / what).rglob("part-*"), key=lambda path: path.stat().st_size)
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)


DERIVED = pytest.mark.parametrize(
    ("folder", "part"), [("gallery", "fingerprints"), ("names", "names")]
)


@DERIVED
def test_a_damaged_gallery_is_reported_until_it_is_rebuilt(
    registry: Run, tmp_path: Path, folder: str, part: str
) -> None:
    assert registry("enrol", write(tmp_path / "1.json", dataset(41, "IT", 1)), *ASYLUM)[0] == 0
    damage_snapshot(tmp_path / "registry", folder)
    for _ in range(2):
        code, out, errors = registry("gallery", "check", "--json", *OPERATOR)
        assert (code, json.loads(errors)["code"]) == (3, "gallery_damaged")
        assert json.loads(out)["agrees"] is False
        assert json.loads(out)[part]["damage"] == "snapshot_corrupt"
    code, out, errors = registry("gallery", "check", *OPERATOR)
    assert (code, out.count("agrees"), out.count("damaged")) == (3, 1, 1)
    assert "snapshot_corrupt" in errors
    assert "eurodac gallery rebuild" in errors
    assert registry("gallery", "rebuild", *OPERATOR)[0] == 0
    code, out, _ = registry("gallery", "check", "--json", *OPERATOR)
    report = json.loads(out)[part]
    assert (code, report["damage"], report["count"]) == (0, "", 1)


@DERIVED
def test_opening_for_service_mends_what_is_damaged_and_says_so(
    registry: Run, tmp_path: Path, caplog: pytest.LogCaptureFixture, folder: str, part: str
) -> None:
    assert registry("enrol", write(tmp_path / "1.json", dataset(42, "IT", 1)), *ASYLUM)[0] == 0
    assert caplog.messages == []
    damage_snapshot(tmp_path / "registry", folder)
    assert registry("lookup", "IT1S42O1", *ASYLUM)[0] == 0
    assert [m for m in caplog.messages if "snapshot_corrupt" in m and "rebuilt" in m]
    code, out, _ = registry("gallery", "check", "--json", *OPERATOR)
    assert (code, json.loads(out)[part]["count"]) == (0, 1)


def test_a_person_is_found_by_what_stands_in_a_message(registry: Run, tmp_path: Path) -> None:
    names = [{"kind": "current", "surnames": "Ткаченко", "forenames": "Олена"}]
    message = dataset(43, "IT", 1, names=names)
    assert registry("enrol", write(tmp_path / "1.json", message), *ASYLUM)[0] == 0
    asked = {"text": "Olena Tkachenko", "date_of_birth": {"year": 1991, "month": 5, "day": 4}}
    file = write(tmp_path / "asked.json", asked)
    code, out, _ = registry("lookup-identity", file, "--json", *SCREENING)
    (found,) = json.loads(out)["candidates"]
    assert (code, found["reference_number"]) == (0, None)
    code, out, _ = registry("lookup-identity", file, *SCREENING)
    assert code == 0
    assert [line for line in out.splitlines() if "birth date: day month swapped" in line]
    for term in found["terms"]:
        assert f"{term['bits']:+.1f}" in out
    code, _, errors = registry("lookup-identity", file, "--json", *ASYLUM)
    assert (code, json.loads(errors)["code"]) == (1, "not_allowed")
    code, _, errors = registry("lookup-identity", write(file, {"text": "?"}), "--json", *SCREENING)
    assert (code, json.loads(errors)["code"], json.loads(errors)["field"]) == (
        1,
        "name_empty",
        "text",
    )


@pytest.mark.parametrize(
    ("command", "actor", "operation"),
    [
        ("enrol", ASYLUM, "transmit"),
        ("identify", ASYLUM, "identify"),
        ("lookup-identity", SCREENING, "lookup_identity"),
    ],
)
def test_a_message_that_cannot_be_read_is_a_refused_call_in_the_log(
    registry: Run, tmp_path: Path, command: str, actor: list[str], *, operation: str
) -> None:
    file = tmp_path / "broken.json"
    file.write_text('{"text": ')
    code, _, errors = registry(command, file, "--json", *actor)
    assert (code, json.loads(errors)["code"]) == (1, "json_syntax")
    with closing(sqlite3.connect(tmp_path / "registry" / "registry.db")) as connection:
        rows = connection.execute("SELECT operation, outcome FROM log ORDER BY seq").fetchall()
    assert rows[-1] == (operation, "refused")


def test_law_lists_article_rule_code_and_tests(run: Run) -> None:
    rows = json.loads(run("law", "--json")[1])
    assert {"article", "rule_id", "says", "code", "tests"} <= set(rows[0])
    assert any(row["rule_id"] == "list.sex" for row in rows)
    assert "rules of law" in run("law")[1]


def test_identities_only_where_they_are_allowed(
    registry: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    issue = ["identity", "issue", *WHO, "--role", "auditor", "--state", "IT"]
    code, out, _ = registry(*issue)
    assert (code, len(out.strip()) > 50) == (0, True)
    monkeypatch.setenv("EURODAC_DEVELOPMENT_IDENTITIES", "false")
    code, _, errors = registry(*issue)
    assert (code, errors.split(":")[0]) == (1, "identities_off")


def test_a_visa_authority_reads_its_own_file(registry: Run) -> None:
    message = {
        "application_number": "DEU1",
        "lodged_on": "2026-06-01",
        "names": [{"kind": "current", "surnames": CANARY, "forenames": "Samira"}],
        "nationalities": ["SYR"],
        "sex": "F",
        "date_of_birth": {"year": 1991},
        "fingerprints": fingerprints(1, 1),
    }
    operator = CallContext(Actor("o", "n", Role.OPERATOR, "DE"), "x-operate", "c", AT)
    with contextlib.closing(open_service(Settings(), at=AT)) as service:
        record = service.adopt_vis(operator, message, member_state="DE")
    code, out, _ = registry("lookup-visa", "DEU1", *VISA)
    assert (code, CANARY in out, record in out) == (0, True, True)
    code, out, _ = registry("person", record, *VISA)
    assert code == 0
    assert "DEU1, lodged 2026-06-01: applied" in out
    assert "Germany received a visa application" in out
    assert "application_not_found" in registry("lookup-visa", "DEU1", *GERMAN)[2]
