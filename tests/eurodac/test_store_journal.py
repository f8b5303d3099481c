"""Outbox, idempotency, erasure, and what may be found in the files of the database."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select, text
from sqlalchemy.orm import Session

from eurodac import audit, database, keys, store
from eurodac.errors import ConflictError, NotFoundError, NotReadyError
from eurodac.keys import KeyEncryptionKey
from eurodac.record import Capture, RecordId
from eurodac.store import IdempotencyClaim, Topic
from eurodac.tables import Base, RecordKeyRow
from matching.codec import minutiae_blob
from tests.eurodac import examples
from tests.eurodac.examples import AT

CLAIM = IdempotencyClaim("a" * 32, "key 1", "0" * 64, RecordId("1" * 32), AT)
SURVIVORS = {"meta", "log", "log_head", "outbox", "alembic_version"}


def test_a_database_has_one_random_id(engine: Engine, kek: KeyEncryptionKey) -> None:
    with database.begin(engine) as session:
        first = store.database_id(session)
        assert store.initialise(session, kek, at=AT) == first
    assert len(first) == 32


def test_an_empty_database_is_not_ready(database_url: str, kek: KeyEncryptionKey) -> None:
    engine = database.create_engine(database_url)
    with database.read(engine) as session, pytest.raises(NotReadyError):
        store.check_kek(session, kek)
    engine.dispose()


# --- outbox ---------------------------------------------------------------------------------------


def test_the_outbox_is_read_in_order_from_a_number_on(engine: Engine) -> None:
    records = [RecordId(c * 32) for c in "abc"]
    topics = (Topic.ENROL, Topic.RELABEL, Topic.ERASE)
    with database.begin(engine) as session:
        assert store.outbox_high_water(session) == 0
        numbers = [
            store.append_outbox(session, topic, record_id=record, at=AT)
            for topic, record in zip(topics, records, strict=True)
        ]
    with database.read(engine) as session:
        found = store.read_outbox(session, after=0)
        assert [(e.seq, e.topic, e.record_id, e.created_at) for e in found] == [
            (*pair, AT) for pair in zip(numbers, topics, records, strict=True)
        ]
        assert store.read_outbox(session, after=numbers[0], limit=1) == [found[1]]
        assert store.outbox_high_water(session) == numbers[-1]


def test_a_number_of_the_outbox_is_never_used_again(engine: Engine) -> None:
    with database.begin(engine) as session:
        last = store.append_outbox(session, Topic.ENROL, record_id=RecordId("a" * 32), at=AT)
        session.execute(text("DELETE FROM outbox"))
    with database.begin(engine) as session:
        following = store.append_outbox(session, Topic.ENROL, record_id=RecordId("b" * 32), at=AT)
    assert following > last


# --- idempotency ----------------------------------------------------------------------------------


def test_a_repeated_request_learns_what_the_first_one_made(engine: Engine) -> None:
    again = replace(CLAIM, record_id=RecordId("2" * 32))
    with database.begin(engine) as session:
        assert store.claim_idempotency(session, CLAIM) == CLAIM.record_id
    with database.begin(engine) as session:
        assert store.claim_idempotency(session, again) == CLAIM.record_id
        other_sender = replace(again, scope="b" * 32)
        assert store.claim_idempotency(session, other_sender) == again.record_id


def test_a_key_used_for_another_body_is_refused(engine: Engine) -> None:
    with database.begin(engine) as session:
        store.claim_idempotency(session, CLAIM)
    with pytest.raises(ConflictError) as caught, database.begin(engine) as session:
        store.claim_idempotency(session, replace(CLAIM, body_sha256="f" * 64))
    assert caught.value.code == "idempotency_body_differs"


def test_a_claim_of_a_failed_request_is_free_again(engine: Engine) -> None:
    def fail(session: Session) -> None:
        store.claim_idempotency(session, CLAIM)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), database.begin(engine) as session:
        fail(session)
    second = replace(CLAIM, record_id=RecordId("2" * 32))
    with database.begin(engine) as session:
        assert store.claim_idempotency(session, second) == second.record_id


def test_of_parallel_requests_with_one_key_one_is_carried_out(
    engine: Engine, kek: KeyEncryptionKey
) -> None:
    def send(_: int) -> tuple[RecordId, bool]:
        dataset = examples.dataset()
        with database.begin(engine) as session:
            stored = store.claim_idempotency(session, replace(CLAIM, record_id=dataset.id))
            if stored == dataset.id:
                store.insert_dataset(session, dataset, capture=Capture(), kek=kek)
                store.append_outbox(session, Topic.ENROL, record_id=stored, at=AT)
        return stored, stored == dataset.id

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(send, range(24)))
    assert len({stored for stored, _ in answers}) == 1
    assert sum(made for _, made in answers) == 1
    with database.read(engine) as session:
        assert store.outbox_high_water(session) == 1


# --- erasure --------------------------------------------------------------------------------------


def test_erasure_leaves_nothing_but_the_journal(engine: Engine, kek: KeyEncryptionKey) -> None:
    erased, other = examples.dataset(), examples.dataset()
    link = examples.link(erased.id, other.id)
    with database.begin(engine) as session:
        store.claim_idempotency(session, replace(CLAIM, record_id=erased.id))
        for dataset in (erased, other):
            store.insert_dataset(session, dataset, capture=examples.capture(), kek=kek)
            store.request_comparison(session, dataset.id, at=AT)
        store.insert_link(session, link)
        hit = store.HitSnapshot(erased.id, other.id, "IT", AT, link.id, {})
        store.insert_hit_snapshot(session, hit, kek=kek)
        store.insert_push(session, store.Push("DE", erased.id, "visa", AT, {}), kek=kek)
    with database.begin(engine) as session:
        store.erase_record(session, erased.id, at=AT)
    with database.read(engine) as session:
        for table in Base.metadata.sorted_tables:
            if table.name not in SURVIVORS:
                row_texts = [str(tuple(row)) for row in session.execute(table.select())]
                assert not any(erased.id in row for row in row_texts), table.name
        assert store.get_dataset(session, other.id) == other
        last = store.read_outbox(session, after=0)[-1]
        assert (last.topic, last.record_id) == (Topic.ERASE, erased.id)
        with pytest.raises(NotFoundError):
            store.load_capture(session, erased.id, kek=kek)
    with database.begin(engine) as session:
        store.insert_dataset(session, erased, capture=Capture(), kek=kek)


def test_files_hold_no_template_image_or_key_and_no_erased_name(
    engine: Engine, kek: KeyEncryptionKey, tmp_path: Path
) -> None:
    if engine.dialect.name != "sqlite":
        pytest.skip("the files of the server belong to the server")
    capture = examples.capture()
    dataset = examples.dataset(place_of_birth="Zugvogelstadt")
    with database.begin(engine) as session:
        store.insert_dataset(session, dataset, capture=capture, kek=kek)
        wrapped = session.scalars(select(RecordKeyRow.wrapped_key)).one()
    assert capture.fingers[0].template is not None
    secret = [
        capture.fingers[0].template.minutiae.tobytes()[:32],
        minutiae_blob.write(capture.fingers[0].template),
        *(sample.data for sample in capture.samples),
        kek.material,
        keys.unwrap(kek, wrapped, record_id=dataset.id).material,
    ]
    assert wrapped in _files(tmp_path)
    assert b"Zugvogelstadt" in _files(tmp_path)
    assert [s for s in secret if s in _files(tmp_path)] == []
    with database.begin(engine) as session:
        store.erase_record(session, dataset.id, at=AT)
    database.scrub(engine)
    assert wrapped not in _files(tmp_path)
    assert b"Zugvogelstadt" not in _files(tmp_path)


# --- transactions ---------------------------------------------------------------------------------


def test_a_failed_step_leaves_nothing(engine: Engine, kek: KeyEncryptionKey) -> None:
    dataset = examples.dataset()
    entry = audit.AuditEntry(AT, "transmit", "done", "a", "b", "asylum_unit", "IT")

    def fail(session: Session) -> None:
        store.insert_dataset(session, dataset, capture=examples.capture(), kek=kek)
        store.append_outbox(session, Topic.ENROL, record_id=dataset.id, at=AT)
        audit.append(session, entry)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), database.begin(engine) as session:
        fail(session)
    with database.read(engine) as session:
        assert store.get_datasets(session, [dataset.id]) == {}
        assert store.outbox_high_water(session) == 0
        assert audit.verify(session).count == 0
        assert session.scalar(select(func.count()).select_from(RecordKeyRow)) == 0


def test_a_reader_sees_one_state_of_the_database(engine: Engine) -> None:
    with database.read(engine) as reader:
        assert store.outbox_high_water(reader) == 0
        with database.begin(engine) as session:
            store.append_outbox(session, Topic.ENROL, record_id=RecordId("a" * 32), at=AT)
        assert store.outbox_high_water(reader) == 0
    with database.read(engine) as reader:
        assert store.outbox_high_water(reader) == 1


def test_parallel_writers_number_the_outbox_in_commit_order(engine: Engine) -> None:
    def write(number: int) -> list[int]:
        with database.begin(engine) as session:
            store.append_outbox(session, Topic.ENROL, record_id=RecordId(f"{number:032x}"), at=AT)
            entry = audit.AuditEntry(AT, "transmit", "done", "a", "b", "asylum_unit", "IT")
            logged = audit.append(session, entry)
            seen = [e.seq for e in store.read_outbox(session, after=0)]
            assert len(seen) == logged
            return seen

    with ThreadPoolExecutor(8) as pool:
        seen = list(pool.map(write, range(32)))
    longest = max(seen, key=len)
    assert all(numbers == longest[: len(numbers)] for numbers in seen)
    with database.read(engine) as session:
        assert audit.verify(session).count == 32


def test_sqlite_keeps_its_promises(engine: Engine) -> None:
    if engine.dialect.name != "sqlite":
        pytest.skip("pragmas are of SQLite")
    expected = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1}
    with engine.connect() as connection:
        found = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in expected
        }
    assert found == expected


def test_the_files_of_sqlite_are_their_owners(tmp_path: Path) -> None:
    path = tmp_path / "new" / "registry.db"
    engine = database.create_engine(f"sqlite+pysqlite:///{path}")
    database.upgrade(engine)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM log").scalar_one() == 0
        found = {file.name: file.stat().st_mode & 0o077 for file in path.parent.iterdir()}
    engine.dispose()
    assert "registry.db-wal" in found
    assert set(found.values()) == {0}
    assert path.parent.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("url", ["sqlite://", "sqlite+pysqlite:///:memory:", "mysql://host/name"])
def test_a_database_that_cannot_keep_the_promises_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="use a SQLite file or PostgreSQL"):
        database.create_engine(url)


def _files(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.glob("registry.db*")))
