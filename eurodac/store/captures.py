"""Biometrics of records of any system: sealed on the way in, opened on the way out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sqlalchemy import Select, delete, insert, select
from sqlalchemy.orm import Session

from eurodac import keys
from eurodac.keys import KeyEncryptionKey, RecordKey
from eurodac.record import (
    Capture,
    Category,
    Finger,
    RecordId,
    Sample,
    SampleKind,
    Subtype,
    System,
)
from eurodac.store.records import chunks, not_found, rows
from eurodac.tables import BiometricRow, DatasetRow, RecordKeyRow, RecordRow, SampleRow
from matching.codec import minutiae_blob
from matching.template import FingerPosition, FingerSet, MinutiaeTemplate

__all__ = [
    "StoredReference",
    "find_references",
    "insert_capture",
    "load_capture",
    "load_fingers",
    "load_samples",
    "record_key",
    "reference_ids",
    "references",
    "replace_capture",
]


@dataclass(frozen=True, slots=True, repr=False)
class StoredReference:
    """What a gallery needs to know about one record.

    ``category`` and ``subtype`` are None outside Eurodac; ``fingers`` has one finger at least.
    """

    record_id: RecordId
    system: System
    member_state: str
    category: Category | None
    subtype: Subtype | None
    protection_mark: bool
    fingers: FingerSet


def insert_capture(
    session: Session, record_id: RecordId, capture: Capture, *, kek: KeyEncryptionKey
) -> None:
    """Make the key of a record and seal its biometrics under it."""
    key = keys.new_record_key()
    wrapped = keys.wrap(kek, key, record_id=record_id)
    values = {"record_id": record_id, "wrapped_key": wrapped, "kek_id": kek.id}
    session.execute(insert(RecordKeyRow), [values])
    _insert_sealed(session, record_id, capture, key)


def replace_capture(
    session: Session, record_id: RecordId, *, capture: Capture, kek: KeyEncryptionKey
) -> None:
    """Put a new capture in place of the old one, under the same key.

    Raises:
        NotFoundError: no such record, or its key was erased.
    """
    key = record_key(session, record_id, kek=kek)
    session.execute(delete(BiometricRow).where(BiometricRow.record_id == record_id))
    session.execute(delete(SampleRow).where(SampleRow.record_id == record_id))
    _insert_sealed(session, record_id, capture, key)


def load_capture(session: Session, record_id: RecordId, *, kek: KeyEncryptionKey) -> Capture:
    """Load fingers by position and samples by kind and position.

    Raises:
        NotFoundError: no such record, or its key was erased.
        KeyUnavailableError: the key-encryption key is another one, or the rows were tampered with.
    """
    key = record_key(session, record_id, kek=kek)
    statement = (
        select(BiometricRow)
        .where(BiometricRow.record_id == record_id)
        .order_by(BiometricRow.position)
    )
    fingers = tuple(
        Finger(
            FingerPosition(row.position),
            None if row.sealed is None else _template(row, key),
            row.nfiq2,
            row.reason,
        )
        for row in rows(session, statement)
    )
    return Capture(fingers, _samples(session, record_id, key))


def load_samples(
    session: Session, record_id: RecordId, *, kek: KeyEncryptionKey
) -> tuple[Sample, ...]:
    """Load the images of a record, by kind and position.

    Raises:
        NotFoundError: no such record, or its key was erased.
        KeyUnavailableError: as for ``load_capture``.
    """
    return _samples(session, record_id, record_key(session, record_id, kek=kek))


def load_fingers(
    session: Session, record_ids: Iterable[RecordId], *, kek: KeyEncryptionKey
) -> dict[RecordId, FingerSet]:
    """Load the usable fingers of many records; a record without any, or erased, is left out.

    Raises:
        KeyUnavailableError: as for ``load_capture``.
    """
    found: dict[RecordId, FingerSet] = {}
    for chunk in chunks(record_ids):
        opened = {
            row.record_id: keys.unwrap(kek, row.wrapped_key, record_id=row.record_id)
            for row in rows(session, select(RecordKeyRow).where(RecordKeyRow.record_id.in_(chunk)))
        }
        sets: defaultdict[str, dict[FingerPosition, MinutiaeTemplate]] = defaultdict(dict)
        usable = (BiometricRow.record_id.in_(chunk), BiometricRow.sealed.is_not(None))
        for row in rows(session, select(BiometricRow).where(*usable)):
            if row.record_id in opened:
                template = _template(row, opened[row.record_id])
                sets[row.record_id][FingerPosition(row.position)] = template
        found |= {i: FingerSet(sets[i]) for i in chunk if i in sets}
    return found


def references(session: Session, *, kek: KeyEncryptionKey) -> Iterator[StoredReference]:
    """Read every record that a gallery holds, in enrolment order, a few hundred at a time.

    Raises:
        KeyUnavailableError: as for ``load_capture``.
    """
    statement = (
        select(RecordRow.id)
        .where(RecordRow.id.in_(_usable()))
        .order_by(RecordRow.created_at, RecordRow.id)
    )
    for chunk in chunks(RecordId(record_id) for record_id in session.scalars(statement).all()):
        found = find_references(session, chunk, kek=kek)
        yield from (found[record_id] for record_id in chunk if record_id in found)
        session.expunge_all()


def find_references(
    session: Session, record_ids: Iterable[RecordId], *, kek: KeyEncryptionKey
) -> dict[RecordId, StoredReference]:
    """Read what a gallery holds of some records; those without a usable finger are left out.

    Raises:
        KeyUnavailableError: as for ``load_capture``.
    """
    found: dict[RecordId, StoredReference] = {}
    for chunk in chunks(record_ids):
        fingers = load_fingers(session, chunk, kek=kek)
        statement = (
            select(
                RecordRow.id,
                RecordRow.system,
                RecordRow.member_state,
                DatasetRow.category,
                DatasetRow.subtype,
                DatasetRow.protection_mark,
            )
            .outerjoin(DatasetRow, DatasetRow.record_id == RecordRow.id)
            .where(RecordRow.id.in_(fingers))
        )
        for key, system, state, category, subtype, mark in session.execute(statement):
            record_id = RecordId(key)
            found[record_id] = StoredReference(
                record_id,
                System(system),
                state,
                None if category is None else Category(category),
                None if subtype is None else Subtype(subtype),
                bool(mark),
                fingers[record_id],
            )
    return found


def reference_ids(session: Session) -> set[RecordId]:
    """List what a complete gallery holds: records with a usable finger and a key."""
    return {RecordId(record_id) for record_id in session.scalars(_usable())}


def record_key(session: Session, record_id: RecordId, *, kek: KeyEncryptionKey) -> RecordKey:
    """Open the key of a record.

    Raises:
        NotFoundError: no such record, or its key was erased.
        KeyUnavailableError: the key-encryption key is another one.
    """
    wrapped = session.scalar(
        select(RecordKeyRow.wrapped_key).where(RecordKeyRow.record_id == record_id)
    )
    if wrapped is None:
        raise not_found()
    return keys.unwrap(kek, wrapped, record_id=record_id)


def _usable() -> Select[str]:
    return (
        select(BiometricRow.record_id)
        .join(RecordKeyRow, RecordKeyRow.record_id == BiometricRow.record_id)
        .where(BiometricRow.sealed.is_not(None))
        .distinct()
    )


def _insert_sealed(session: Session, record_id: RecordId, capture: Capture, key: RecordKey) -> None:
    fingers = [
        {
            "record_id": record_id,
            "position": int(finger.position),
            "format_version": minutiae_blob.FORMAT_VERSION,
            "extractor": finger.template.extractor if finger.template is not None else "",
            "nfiq2": finger.nfiq2,
            "reason": finger.reason,
            "sealed": _seal_template(record_id, finger, key),
        }
        for finger in capture.fingers
    ]
    if fingers:
        session.execute(insert(BiometricRow), fingers)
    samples = [
        {
            "record_id": record_id,
            "kind": sample.kind.value,
            "position": sample.position,
            "media_type": sample.media_type,
            "sealed": keys.seal(key, sample.data, aad=_sample_aad(record_id, sample)),
        }
        for sample in capture.samples
    ]
    if samples:
        session.execute(insert(SampleRow), samples)


def _seal_template(record_id: RecordId, finger: Finger, key: RecordKey) -> bytes | None:
    if finger.template is None:
        return None
    version = minutiae_blob.FORMAT_VERSION
    place = keys.aad(record_id, "template", position=finger.position, version=version)
    return keys.seal(key, minutiae_blob.write(finger.template), aad=place)


def _template(row: BiometricRow, key: RecordKey) -> MinutiaeTemplate:
    place = keys.aad(row.record_id, "template", position=row.position, version=row.format_version)
    return minutiae_blob.read(keys.unseal(key, row.sealed or b"", aad=place))


def _samples(session: Session, record_id: RecordId, key: RecordKey) -> tuple[Sample, ...]:
    statement = (
        select(SampleRow)
        .where(SampleRow.record_id == record_id)
        .order_by(SampleRow.kind, SampleRow.position)
    )
    found = []
    for row in rows(session, statement):
        empty = Sample(SampleKind(row.kind), row.position, row.media_type, b"")
        data = keys.unseal(key, row.sealed, aad=_sample_aad(record_id, empty))
        found.append(Sample(empty.kind, empty.position, empty.media_type, data))
    return tuple(found)


def _sample_aad(record_id: RecordId, sample: Sample) -> bytes:
    kind = f"sample {sample.kind.value} {sample.media_type}"
    return keys.aad(record_id, kind, position=sample.position)
