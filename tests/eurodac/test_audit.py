"""The log: complete, chained, pseudonymous, append-only."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from eurodac import audit, database, store
from eurodac.audit import AuditEntry
from eurodac.errors import LogBrokenError
from eurodac.keys import KeyEncryptionKey
from eurodac.record import Actor, CallContext, RecordId, Role
from tests.eurodac.examples import AT

CONTEXT = CallContext(
    Actor("officer.rossi", "Questura di Roma", Role.ASYLUM_UNIT, "IT"), "a", "case 2026/17", AT
)
ENTRY = AuditEntry(
    AT, "transmit", "done", "a" * 32, "b" * 32, "asylum_unit", "IT", "a", "c" * 32,
    RecordId("d" * 32), {"fingers": 10, "category": "applicant", "again": False, "none": None},
)  # fmt: skip


def test_entries_come_back_numbered_and_chained(engine: Engine) -> None:
    plain = replace(ENTRY, purpose=None, case=None, subject=None, detail={})
    with database.begin(engine) as session:
        assert [audit.append(session, e) for e in (ENTRY, plain, ENTRY)] == [1, 2, 3]
    with database.read(engine) as session:
        found = audit.read(session)
        assert [(e.seq, e.entry) for e in found] == [(1, ENTRY), (2, plain), (3, ENTRY)]
        assert audit.read(session, after=1, limit=1) == [found[1]]
        assert audit.verify(session) == audit.AuditReport(3, found[2].hash, ENTRY.at)
    assert found[0].hash != found[2].hash


def test_an_empty_log_is_whole(engine: Engine) -> None:
    with database.read(engine) as session:
        assert audit.verify(session) == audit.AuditReport(0, "0" * 64)


def test_the_hash_does_not_depend_on_the_zone_of_the_clock(engine: Engine) -> None:
    elsewhere = replace(ENTRY, at=AT.astimezone(timezone(timedelta(hours=9))))
    with database.begin(engine) as session:
        audit.append(session, elsewhere)
    with database.read(engine) as session:
        assert audit.verify(session).count == 1
        assert audit.read(session)[0].entry == ENTRY


def test_an_entry_names_nobody(kek: KeyEncryptionKey) -> None:
    entry = audit.entry(CONTEXT, kek, operation="lookup", outcome="done", detail={"found": 0})
    assert (entry.role, entry.member_state, entry.purpose) == ("asylum_unit", "IT", "a")
    shown = repr(entry)
    assert not any(word in shown for word in ("rossi", "Questura", "2026/17"))
    again = audit.entry(replace(CONTEXT, at=AT), kek, operation="lookup", outcome="done")
    assert (again.actor, again.unit, again.case) == (entry.actor, entry.unit, entry.case)
    assert len({entry.actor, entry.unit, entry.case}) == 3


def test_a_call_without_purpose_and_case_has_neither(kek: KeyEncryptionKey) -> None:
    context = replace(CONTEXT, purpose="", case_reference="")
    entry = audit.entry(context, kek, operation="health", outcome="done")
    assert (entry.purpose, entry.case) == (None, None)


@pytest.mark.parametrize(
    "entry",
    [
        replace(ENTRY, at=datetime(2026, 7, 1)),
        replace(ENTRY, detail={"names": ["Mira"]}),  # type: ignore[dict-item]
    ],
    ids=["naive time", "nested detail"],
)
def test_an_entry_that_cannot_be_hashed_is_refused(engine: Engine, entry: AuditEntry) -> None:
    with pytest.raises(ValueError, match=r"zone|detail names"), database.begin(engine) as session:
        audit.append(session, entry)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE log SET outcome = 'refused'",
        "DELETE FROM log WHERE seq = 2",
        "DELETE FROM log_head",
        "UPDATE log_head SET seq = seq - 1",
        "UPDATE log_head SET hash = 'f'",
        "UPDATE log_head SET id = 2, seq = seq + 1",
    ],
)
def test_the_database_refuses_to_change_the_log(engine: Engine, statement: str) -> None:
    _fill(engine)
    with pytest.raises(DatabaseError, match="log"), database.begin(engine) as session:
        session.execute(text(statement))
    with database.read(engine) as session:
        assert audit.verify(session).count == 5


@pytest.mark.parametrize("table", ["log", "log_head"])
def test_postgresql_refuses_to_empty_the_log(engine: Engine, table: str) -> None:
    if engine.dialect.name != "postgresql":
        pytest.skip("SQLite has no TRUNCATE")
    with pytest.raises(DatabaseError, match="append-only"), database.begin(engine) as session:
        session.execute(text(f"TRUNCATE {table}"))


def _edit(column: str, value: str) -> Callable[[Session], object]:
    return lambda session: session.execute(text(f"UPDATE log SET {column} = {value} WHERE seq = 3"))


def _swap(session: Session) -> None:
    for one, other in ((2, 90), (3, 2), (90, 3)):
        session.execute(text(f"UPDATE log SET seq = {other} WHERE seq = {one}"))


def _insert(session: Session) -> None:
    session.execute(text("UPDATE log SET seq = seq + 100 WHERE seq > 2"))
    session.execute(text("UPDATE log SET seq = seq - 99 WHERE seq > 100"))
    session.execute(
        text(
            "INSERT INTO log SELECT 3, at, operation, outcome, actor, unit, role, member_state,"
            " purpose, case_pseudonym, subject, detail, hash, hash FROM log WHERE seq = 2"
        )
    )


def _delete(condition: str) -> Callable[[Session], object]:
    return lambda session: session.execute(text(f"DELETE FROM log WHERE {condition}"))


def _forget_with_head(session: Session) -> None:
    """Cut the end off and set the head back, but without the hash that belongs there."""
    session.execute(text("DELETE FROM log WHERE seq = 5"))
    session.execute(text("UPDATE log_head SET seq = 4"))


@pytest.mark.parametrize(
    ("tamper", "code", "where"),
    [
        *((_edit(c, "'x'"), "log_broken", "3") for c in ("operation", "outcome", "actor", "unit")),
        *((_edit(c, "'x'"), "log_broken", "3") for c in ("role", "member_state", "detail")),
        *((_edit(c, "NULL"), "log_broken", "3") for c in ("purpose", "subject", "case_pseudonym")),
        (_edit("at", "'2026-07-02 00:00:00.000000'"), "log_broken", "3"),
        (_edit("hash", f"'{'f' * 64}'"), "log_broken", "3"),
        (_edit("previous_hash", f"'{'f' * 64}'"), "log_broken", "3"),
        (_swap, "log_broken", "2"),
        (_insert, "log_broken", "3"),
        (_delete("seq = 1"), "log_broken", "1"),
        (_delete("seq = 3"), "log_broken", "3"),
        (_delete("seq = 5"), "log_truncated", "4"),
        (_delete("seq > 0"), "log_truncated", "0"),
        (_forget_with_head, "log_truncated", "4"),
    ],
)
def test_tampering_is_found_and_placed(
    engine: Engine, tamper: Callable[[Session], object], code: str, where: str
) -> None:
    _fill(engine)
    _disarm(engine)
    with database.begin(engine) as session:
        tamper(session)
    with database.read(engine) as session, pytest.raises(LogBrokenError) as caught:
        audit.verify(session)
    assert caught.value.code == code
    assert f"entry {where}" in str(caught.value)


def test_a_log_that_was_cut_off_with_its_head_lacks_the_anchor(engine: Engine) -> None:
    _fill(engine)
    with database.read(engine) as session:
        report = audit.verify(session)
    anchor = audit.read_anchor(str(audit.Anchor(report.count, report.head, report.at)))
    with database.begin(engine) as session:
        audit.append(session, ENTRY)
    with database.read(engine) as session:
        assert audit.verify(session, anchor=anchor).count == 6
    _disarm(engine)
    with database.begin(engine) as session:
        session.execute(text("DELETE FROM log WHERE seq > 4"))
        last = session.execute(text("SELECT hash FROM log WHERE seq = 4")).scalar()
        session.execute(text("UPDATE log_head SET seq = 4, hash = :last"), {"last": last})
    with database.read(engine) as session:
        assert audit.verify(session).count == 4
        with pytest.raises(LogBrokenError) as caught:
            audit.verify(session, anchor=anchor)
    assert caught.value.code == "log_anchor"


@pytest.mark.parametrize("seq", ["'x'", "5"])
def test_a_malformed_head_is_a_broken_log(engine: Engine, seq: str) -> None:
    if seq != "5" and engine.dialect.name == "postgresql":
        pytest.skip("PostgreSQL refuses a text for a number")
    _fill(engine)
    _disarm(engine)
    with database.begin(engine) as session:
        session.execute(text(f"UPDATE log_head SET seq = {seq}, hash = 'nonsense'"))
    with database.read(engine) as session, pytest.raises(LogBrokenError) as caught:
        audit.verify(session)
    assert caught.value.code == "log_head"


@pytest.mark.parametrize(
    "text", ["", "eurodac-log", "eurodac-log x y z", f"eurodac-log 1 {'g' * 64} -"]
)
def test_what_is_no_anchor_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="audit head"):
        audit.read_anchor(text)


def test_a_log_longer_than_a_page_is_verified(engine: Engine) -> None:
    with database.begin(engine) as session:
        for number in range(1003):
            audit.append(session, replace(ENTRY, detail={"number": number}))
    with database.read(engine) as session:
        assert audit.verify(session).count == 1003
        assert [e.seq for e in audit.read(session, after=999, limit=1001)] == [
            1000, 1001, 1002, 1003,
        ]  # fmt: skip
        assert len(list(store.iterate_log(session, limit=1002))) == 1002


def _fill(engine: Engine) -> None:
    with database.begin(engine) as session:
        for number in range(5):
            at = datetime(2026, 7, 1 + number, tzinfo=UTC)
            audit.append(session, replace(ENTRY, at=at, detail={"number": number}))


def _disarm(engine: Engine) -> None:
    """Do what an attacker who owns the database would do first."""
    with database.begin(engine) as session:
        if engine.dialect.name == "postgresql":
            session.execute(text("ALTER TABLE log DISABLE TRIGGER ALL"))
            session.execute(text("ALTER TABLE log_head DISABLE TRIGGER ALL"))
        else:
            for name in ("log_no_update", "log_no_delete", "log_head_step"):
                session.execute(text(f"DROP TRIGGER {name}"))
