"""Datasets and captures: what goes in comes out, and nothing else can be read."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import Engine, delete, select, update
from sqlalchemy.exc import StatementError
from sqlalchemy.orm import Session

from eurodac import database, keys, store
from eurodac.errors import ConflictError, KeyUnavailableError, NotFoundError
from eurodac.keys import KeyEncryptionKey
from eurodac.record import (
    Capture,
    Category,
    Dataset,
    Document,
    LaterData,
    MissingReason,
    Name,
    NameKind,
    PartialDate,
    RecordId,
    SecurityFlag,
    Subtype,
    System,
    Visa,
)
from eurodac.tables import BiometricRow, RecordKeyRow, SampleRow
from tests.eurodac import examples
from tests.eurodac.examples import AT

LATER = LaterData(
    responsible_member_state="DE",
    take_back_arrival_on=date(2026, 8, 1),
    visa=Visa("FR", "FRA123"),
    security_flag=SecurityFlag(frozenset({"armed", "terrorism"}), "responsibility"),
    application_rejected=True,
    border_procedure_decision="implicitly_withdrawn",
    avrr_granted=False,
)
LATER_AT = tuple(
    sorted(
        (name, AT)
        for name in (
            "responsible_member_state",
            "take_back_arrival_on",
            "visa",
            "security_flag",
            "application_rejected",
            "border_procedure_decision",
            "avrr_granted",
        )
    )
)
FULL: dict[str, Any] = {
    "names": (
        Name(NameKind.CURRENT, "Müller", "Zoë"),
        Name(NameKind.ALIAS, "", "Nuri"),
        Name(NameKind.AT_BIRTH, "O'Neil; DROP TABLE datasets", ""),
    ),
    "nationalities": ("SYR", "IRQ"),
    "date_of_birth": PartialDate(1992, 2, 29),
    "place_of_birth": None,
    "missing": (
        ("fingerprints", MissingReason.BANDAGED),
        ("place_of_birth", MissingReason.UNKNOWN),
    ),
    "documents": (
        Document("P", "A1", "SYR", date(2027, 1, 1)),
        Document("ID", "B2", "IRQ"),
    ),
    "document_scan_authenticity": "not_verifiable",
    "later": LATER,
    "later_recorded_at": LATER_AT,
    "protection_mark": True,
    "biometrics_taken_at": None,
}


@pytest.mark.parametrize(
    "dataset",
    [
        *(examples.dataset(category) for category in examples.DIGITS),
        examples.dataset(**FULL),
        examples.dataset(
            Category.ADMISSION,
            subtype=Subtype.GRANTED,
            admission_refusal=None,
            protection_granted_on=date(2026, 6, 1),
        ),
        examples.dataset(
            Category.ADMISSION,
            subtype=Subtype.DISCONTINUED,
            admission_refusal=None,
            admission_discontinued_on=date(2026, 6, 1),
        ),
        examples.dataset(Category.ILLEGAL_STAY, residence_mark=True),
        examples.dataset(Category.TEMPORARY_PROTECTION, tp_exclusion_ground=False),
    ],
    ids=lambda d: f"{d.category.value}-{d.subtype.value}",
)
def test_a_dataset_comes_back_as_it_was_stored(
    engine: Engine, kek: KeyEncryptionKey, dataset: Dataset
) -> None:
    with database.begin(engine) as session:
        store.insert_dataset(session, dataset, capture=Capture(), kek=kek)
    with database.read(engine) as session:
        assert store.get_dataset(session, dataset.id) == dataset
        assert store.find_dataset_by_reference(session, dataset.reference_number) == dataset
        assert store.system_of(session, dataset.id) is System.EURODAC
        assert store.state_of(session, dataset.id) == dataset.member_state


def test_times_keep_their_instant(engine: Engine, kek: KeyEncryptionKey) -> None:
    dataset = _insert(engine, kek)
    with database.read(engine) as session:
        stored = store.get_dataset(session, dataset.id)
    assert stored.transmitted_at == AT
    assert stored.transmitted_at.tzinfo == UTC


def test_a_naive_time_is_refused(engine: Engine, kek: KeyEncryptionKey) -> None:
    dataset = examples.dataset(transmitted_at=datetime(2026, 7, 1, 12))
    with (
        pytest.raises(StatementError, match="without time zone"),
        database.begin(engine) as session,
    ):
        store.insert_dataset(session, dataset, capture=Capture(), kek=kek)


def test_a_reference_number_is_taken_once(engine: Engine, kek: KeyEncryptionKey) -> None:
    first = _insert(engine, kek)
    second = examples.dataset(reference_number=first.reference_number)
    with pytest.raises(ConflictError) as caught, database.begin(engine) as session:
        store.insert_dataset(session, second, capture=Capture(), kek=kek)
    assert caught.value.code == "reference_number_taken"
    with database.read(engine) as session:
        assert store.get_datasets(session, [second.id, first.id]) == {first.id: first}


def test_an_update_raises_the_version_and_replaces_lists(
    engine: Engine, kek: KeyEncryptionKey
) -> None:
    dataset = _insert(engine, kek)
    changed = replace(dataset, **FULL)
    with database.begin(engine) as session:
        stored = store.update_dataset(session, changed)
    assert stored == replace(changed, version=2)
    with database.read(engine) as session:
        assert store.get_dataset(session, dataset.id) == stored


def test_the_second_of_two_updates_of_one_version_is_refused(
    engine: Engine, kek: KeyEncryptionKey
) -> None:
    dataset = _insert(engine, kek)
    with database.begin(engine) as session:
        store.update_dataset(session, replace(dataset, place_of_birth="Idlib"))
    with pytest.raises(ConflictError) as caught, database.begin(engine) as session:
        store.update_dataset(session, replace(dataset, place_of_birth="Hama"))
    assert caught.value.code == "record_changed"
    with database.read(engine) as session:
        assert store.get_dataset(session, dataset.id).place_of_birth == "Idlib"


@pytest.mark.parametrize(
    "call",
    [
        lambda s, k: store.get_dataset(s, RecordId("0" * 32)),
        lambda s, k: store.update_dataset(s, examples.dataset()),
        lambda s, k: store.load_capture(s, RecordId("0" * 32), kek=k),
        lambda s, k: store.system_of(s, RecordId("0" * 32)),
        lambda s, k: store.state_of(s, RecordId("0" * 32)),
        lambda s, k: store.erase_record(s, RecordId("0" * 32), at=AT),
    ],
)
def test_what_is_not_there_is_not_found(
    engine: Engine, kek: KeyEncryptionKey, call: Callable[[Session, KeyEncryptionKey], object]
) -> None:
    with pytest.raises(NotFoundError), database.begin(engine) as session:
        call(session, kek)


# --- captures -----------------------------------------------------------------------------------


def test_a_capture_comes_back_bit_by_bit(engine: Engine, kek: KeyEncryptionKey) -> None:
    dataset = _insert(engine, kek)
    with database.read(engine) as session:
        stored = store.load_capture(session, dataset.id, kek=kek)
        fingers = store.load_fingers(session, [dataset.id], kek=kek)[dataset.id]
        samples = store.load_samples(session, dataset.id, kek=kek)
    assert examples.same_capture(stored, examples.capture())
    assert list(fingers.fingers) == [1, 2]
    assert samples == examples.capture().samples


def test_a_recapture_replaces_the_old_capture(engine: Engine, kek: KeyEncryptionKey) -> None:
    dataset = _insert(engine, kek)
    again = replace(examples.capture(7), samples=())
    with database.begin(engine) as session:
        store.replace_capture(session, dataset.id, capture=again, kek=kek)
    with database.read(engine) as session:
        assert examples.same_capture(store.load_capture(session, dataset.id, kek=kek), again)


def test_references_are_streamed_in_enrolment_order(engine: Engine, kek: KeyEncryptionKey) -> None:
    later = _insert(engine, kek, recorded_at=AT.replace(hour=13), protection_mark=True)
    sooner = _insert(engine, kek, Category.ILLEGAL_STAY)
    _insert(engine, kek, capture=Capture(examples.capture().fingers[2:]))
    file = examples.ees_file(created_at=AT.replace(hour=14))
    with database.begin(engine) as session:
        store.insert_ees_file(session, file, capture=examples.capture(), kek=kek)
    with database.read(engine) as session:
        found = list(store.references(session, kek=kek))
        assert store.reference_ids(session) == {r.record_id for r in found}
    assert [r.record_id for r in found] == [sooner.id, later.id, file.id]
    assert [r.category for r in found] == [Category.ILLEGAL_STAY, Category.APPLICANT, None]
    assert [r.protection_mark for r in found] == [False, True, False]
    assert [r.system for r in found] == [System.EURODAC, System.EURODAC, System.EES]
    assert [r.member_state for r in found] == ["IT", "IT", "FR"]


def test_without_its_key_a_record_cannot_be_read(engine: Engine, kek: KeyEncryptionKey) -> None:
    erased, kept = _insert(engine, kek), _insert(engine, kek)
    with database.begin(engine) as session:
        session.execute(delete(RecordKeyRow).where(RecordKeyRow.record_id == erased.id))
    with database.read(engine) as session:
        sealed = session.scalars(
            select(BiometricRow.sealed).where(BiometricRow.record_id == erased.id)
        )
        assert any(sealed)
        assert set(store.load_fingers(session, [erased.id, kept.id], kek=kek)) == {kept.id}
        assert [r.record_id for r in store.references(session, kek=kek)] == [kept.id]
        with pytest.raises(NotFoundError):
            store.load_samples(session, erased.id, kek=kek)


@pytest.mark.parametrize("what", ["other record", "other finger", "other image", "one bit"])
def test_a_ciphertext_in_another_place_is_refused(
    engine: Engine, kek: KeyEncryptionKey, what: str
) -> None:
    mine, theirs = _insert(engine, kek), _insert(engine, kek)
    with database.begin(engine) as session:
        first = (BiometricRow.record_id == mine.id, BiometricRow.position == 1)
        sealed = {
            (row.record_id, row.position): row.sealed or b""
            for row in session.scalars(select(BiometricRow))
        }
        original = sealed[mine.id, 1]
        moved = {
            "other record": sealed[theirs.id, 1],
            "other finger": sealed[mine.id, 2],
            "other image": session.scalars(
                select(SampleRow.sealed).where(SampleRow.record_id == mine.id)
            ).first(),
            "one bit": original[:-1] + bytes([original[-1] ^ 1]),
        }[what]
        session.execute(update(BiometricRow).where(*first).values(sealed=moved))
    with pytest.raises(KeyUnavailableError) as caught, database.read(engine) as session:
        store.load_fingers(session, [mine.id], kek=kek)
    assert caught.value.code == "sealed_data_unreadable"


def test_a_wrapped_key_of_another_record_is_refused(engine: Engine, kek: KeyEncryptionKey) -> None:
    mine, theirs = _insert(engine, kek), _insert(engine, kek)
    with database.begin(engine) as session:
        wrapped = session.scalar(
            select(RecordKeyRow.wrapped_key).where(RecordKeyRow.record_id == theirs.id)
        )
        session.execute(
            update(RecordKeyRow)
            .where(RecordKeyRow.record_id == mine.id)
            .values(wrapped_key=wrapped)
        )
    with pytest.raises(KeyUnavailableError), database.read(engine) as session:
        store.load_capture(session, mine.id, kek=kek)


def test_another_key_file_is_noticed(
    engine: Engine, kek: KeyEncryptionKey, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = keys.create_kek(tmp_path_factory.mktemp("other") / "kek")
    same_id = KeyEncryptionKey(kek.id, other.material)
    with database.read(engine) as session:
        store.check_kek(session, kek)
        for wrong in (other, same_id):
            with pytest.raises(KeyUnavailableError) as caught:
                store.check_kek(session, wrong)
            assert caught.value.code == "kek_foreign"


def _insert(
    engine: Engine,
    kek: KeyEncryptionKey,
    category: Category = Category.APPLICANT,
    *,
    capture: Capture | None = None,
    **changes: Any,
) -> Dataset:
    dataset = examples.dataset(category, **changes)
    with database.begin(engine) as session:
        store.insert_dataset(session, dataset, capture=capture or examples.capture(), kek=kek)
    return dataset
