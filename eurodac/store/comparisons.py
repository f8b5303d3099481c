"""Comparisons that were asked for, what they told the Member States, and notifications."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from eurodac import keys
from eurodac.keys import KeyEncryptionKey, RecordKey
from eurodac.record import LinkId, RecordId
from eurodac.store.captures import record_key
from eurodac.store.records import affected, chunks, insert_or_skip, not_found, rows
from eurodac.tables import ComparisonRow, HitSnapshotRow, PushRow, RecordKeyRow

__all__ = [
    "Comparison",
    "ComparisonResult",
    "HitSnapshot",
    "Push",
    "erase_hit_snapshots",
    "find_comparison",
    "finish_comparison",
    "hit_snapshots_for",
    "insert_hit_snapshot",
    "insert_push",
    "pending_comparisons",
    "pushes_for",
    "request_comparison",
    "searched_by",
]


@dataclass(frozen=True, slots=True)
class ComparisonResult:
    """That a comparison was made: when, against how many references, by what.

    Args:
        done_at: UTC.
        searched: Permitted references in the gallery; 0 where nothing may be searched.
        matcher_version: Version of the matcher and its threshold.
        gallery_high_water: Sequence number of the outbox up to which the gallery was complete.
    """

    done_at: datetime
    searched: int
    matcher_version: str
    gallery_high_water: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """A comparison that a record asked for; ``result`` is None while it is pending."""

    record_id: RecordId
    requested_at: datetime
    result: ComparisonResult | None


@dataclass(frozen=True, slots=True, repr=False)
class HitSnapshot:
    """What a State received about one reference when its probe hit it; ``body`` is JSON."""

    probe_id: RecordId
    reference_id: RecordId
    recipient: str
    received_at: datetime
    link_id: LinkId
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True, repr=False)
class Push:
    """What a State was told about a record without asking; ``body`` is JSON."""

    recipient: str
    record_id: RecordId
    field: str
    at: datetime
    body: Mapping[str, Any]


def request_comparison(session: Session, record_id: RecordId, *, at: datetime) -> None:
    """Ask for the comparison of a record, also again after its prints were replaced."""
    session.execute(delete(ComparisonRow).where(ComparisonRow.record_id == record_id))
    values = {"record_id": record_id, "state": "pending", "requested_at": at}
    session.execute(insert(ComparisonRow), [values])


def pending_comparisons(session: Session, *, limit: int = 100) -> list[RecordId]:
    """List records that wait for their comparison, in order of arrival (Article 38(2))."""
    statement = (
        select(ComparisonRow.record_id)
        .where(ComparisonRow.state == "pending")
        .order_by(ComparisonRow.requested_at, ComparisonRow.record_id)
        .limit(limit)
    )
    return [RecordId(record_id) for record_id in session.scalars(statement)]


def finish_comparison(session: Session, record_id: RecordId, *, result: ComparisonResult) -> None:
    """Record that a comparison was made.

    Raises:
        NotFoundError: the record asked for none, or was erased.
    """
    done = session.execute(
        update(ComparisonRow)
        .where(ComparisonRow.record_id == record_id)
        .values(
            state="done",
            done_at=result.done_at,
            searched=result.searched,
            matcher_version=result.matcher_version,
            gallery_high_water=result.gallery_high_water,
        )
        .execution_options(synchronize_session=False)
    )
    if affected(done) == 0:
        raise not_found()


def find_comparison(session: Session, record_id: RecordId) -> Comparison | None:
    """Find the comparison that a record asked for."""
    found = rows(session, select(ComparisonRow).where(ComparisonRow.record_id == record_id))
    if not found:
        return None
    row, result = found[0], None
    if row.done_at is not None:
        result = ComparisonResult(
            row.done_at, row.searched or 0, row.matcher_version or "", row.gallery_high_water or 0
        )
    return Comparison(record_id, row.requested_at, result)


def searched_by(session: Session, probes: Iterable[RecordId]) -> dict[RecordId, int]:
    """Say how many references the comparison of each probe searched, where it is done."""
    found: dict[RecordId, int] = {}
    for chunk in chunks(sorted(probes)):
        query = select(ComparisonRow).where(ComparisonRow.record_id.in_(chunk))
        for row in rows(session, query):
            if row.searched is not None:
                found[RecordId(row.record_id)] = row.searched
    return found


def insert_hit_snapshot(session: Session, snapshot: HitSnapshot, *, kek: KeyEncryptionKey) -> bool:
    """Keep what a State received, sealed under the key of the reference.

    Returns:
        False where this probe already received a snapshot of this reference, which stays.

    Raises:
        NotFoundError: the reference is not there, or erased.
    """
    key = record_key(session, snapshot.reference_id, kek=kek)
    values = {
        "probe_id": snapshot.probe_id,
        "reference_id": snapshot.reference_id,
        "recipient": snapshot.recipient,
        "received_at": snapshot.received_at,
        "link_id": snapshot.link_id,
        "sealed": _seal(snapshot.body, key, _hit_aad(snapshot.reference_id, snapshot.probe_id)),
    }
    return insert_or_skip(session, HitSnapshotRow, values, keys=("probe_id", "reference_id"))


def hit_snapshots_for(
    session: Session, *, recipient: str, probe_ids: Iterable[RecordId], kek: KeyEncryptionKey
) -> list[HitSnapshot]:
    """Open what a State received for its probes, by time; erased references are not in it.

    Raises:
        KeyUnavailableError: the key-encryption key is another one, or rows were tampered with.
    """
    found = []
    for chunk in chunks(probe_ids):
        statement = (
            select(HitSnapshotRow, RecordKeyRow.wrapped_key)
            .join(RecordKeyRow, RecordKeyRow.record_id == HitSnapshotRow.reference_id)
            .where(HitSnapshotRow.recipient == recipient, HitSnapshotRow.probe_id.in_(chunk))
        )
        for row, wrapped in session.execute(statement):
            key = keys.unwrap(kek, wrapped, record_id=row.reference_id)
            body = _unseal(row.sealed, key, _hit_aad(row.reference_id, row.probe_id))
            found.append(
                HitSnapshot(
                    RecordId(row.probe_id),
                    RecordId(row.reference_id),
                    row.recipient,
                    row.received_at,
                    LinkId(row.link_id),
                    body,
                )
            )
    return sorted(found, key=lambda s: (s.received_at, s.probe_id, s.reference_id))


def insert_push(session: Session, push: Push, *, kek: KeyEncryptionKey) -> None:
    """Keep what a State was told, sealed under the key of the record it is about.

    Raises:
        NotFoundError: the record is not there, or erased.
    """
    key = record_key(session, push.record_id, kek=kek)
    values = {
        "recipient": push.recipient,
        "record_id": push.record_id,
        "field": push.field,
        "at": push.at,
        "sealed": _seal(push.body, key, _push_aad(push.record_id, push.recipient, push.field)),
    }
    session.execute(insert(PushRow), [values])


def pushes_for(
    session: Session, *, recipient: str, record_ids: Iterable[RecordId], kek: KeyEncryptionKey
) -> list[Push]:
    """Open what a State was told about some records, oldest first.

    Raises:
        KeyUnavailableError: the key-encryption key is another one, or rows were tampered with.
    """
    found = []
    for chunk in chunks(record_ids):
        statement = (
            select(PushRow, RecordKeyRow.wrapped_key)
            .join(RecordKeyRow, RecordKeyRow.record_id == PushRow.record_id)
            .where(PushRow.recipient == recipient, PushRow.record_id.in_(chunk))
            .order_by(PushRow.at, PushRow.id)
        )
        for row, wrapped in session.execute(statement):
            key = keys.unwrap(kek, wrapped, record_id=row.record_id)
            body = _unseal(row.sealed, key, _push_aad(row.record_id, row.recipient, row.field))
            found.append(Push(row.recipient, RecordId(row.record_id), row.field, row.at, body))
    return sorted(found, key=lambda push: push.at)


def _hit_aad(reference_id: str, probe_id: str) -> bytes:
    return keys.aad(reference_id, f"hit of {probe_id}")


def _push_aad(record_id: str, recipient: str, field: str) -> bytes:
    return keys.aad(record_id, f"push of {field} to {recipient}")


def _seal(body: Mapping[str, Any], key: RecordKey, place: bytes) -> bytes:
    return keys.seal(key, json.dumps(dict(body), sort_keys=True).encode(), aad=place)


def _unseal(sealed: bytes, key: RecordKey, place: bytes) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(keys.unseal(key, sealed, aad=place))
    return body


def erase_hit_snapshots(session: Session, link_id: LinkId) -> int:
    """Erase what was received through a link that turned out to be false (Article 38(6)).

    Returns:
        How many snapshots were erased.
    """
    statement = delete(HitSnapshotRow).where(HitSnapshotRow.link_id == link_id)
    return affected(session.execute(statement))
