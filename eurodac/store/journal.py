"""Outbox, idempotency, the rows of the log, and erasure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from eurodac.errors import ConflictError, LogBrokenError, NotReadyError
from eurodac.record import RecordId
from eurodac.store.records import insert_or_skip, rows, system_of
from eurodac.tables import (
    IdempotencyRow,
    LogHeadRow,
    LogRow,
    OutboxRow,
    RecordKeyRow,
    RecordRow,
)

__all__ = [
    "IdempotencyClaim",
    "LogHead",
    "OutboxEntry",
    "Topic",
    "append_log",
    "append_outbox",
    "claim_idempotency",
    "erase_record",
    "find_idempotency",
    "iterate_log",
    "log_head",
    "outbox_high_water",
    "read_outbox",
]

_PAGE = 1000
_HASH = re.compile("[0-9a-f]{64}")


class Topic(StrEnum):
    """What the gallery has to do with a record."""

    ENROL = "enrol"
    RELABEL = "relabel"
    ERASE = "erase"


@dataclass(frozen=True, slots=True)
class OutboxEntry:
    """One thing that the gallery has yet to learn; ``seq`` rises in commit order."""

    seq: int
    topic: Topic
    record_id: RecordId
    created_at: datetime


@dataclass(frozen=True, slots=True)
class IdempotencyClaim:
    """A request that its sender may repeat.

    Args:
        scope: Pseudonym of the sender; keys of different senders never meet.
        key: 1..255 characters, chosen by the sender.
        body_sha256: 64 hex digits of the body.
        record_id: The record this request would make.
        at: UTC.
    """

    scope: str
    key: str
    body_sha256: str
    record_id: RecordId
    at: datetime


@dataclass(frozen=True, slots=True)
class LogHead:
    """Where the log ends: number and hash of its last entry (0 and zeros at the start).

    As it stands in the database: whoever owns that may have written anything there.
    """

    seq: int
    hash: str


def append_outbox(session: Session, topic: Topic, *, record_id: RecordId, at: datetime) -> int:
    """Tell the gallery about a record, in the transaction that changes it.

    Returns:
        The sequence number. Writers go one at a time (``database.begin``), so a reader that saw
        a number has seen every lower one.
    """
    values = {"topic": topic.value, "record_id": record_id, "created_at": at}
    return session.scalars(insert(OutboxRow).returning(OutboxRow.seq), values).one()


def read_outbox(session: Session, *, after: int, limit: int = 1000) -> list[OutboxEntry]:
    """Read what follows a sequence number, in order."""
    statement = select(OutboxRow).where(OutboxRow.seq > after).order_by(OutboxRow.seq).limit(limit)
    return [
        OutboxEntry(row.seq, Topic(row.topic), RecordId(row.record_id), row.created_at)
        for row in rows(session, statement)
    ]


def outbox_high_water(session: Session) -> int:
    """Return the highest sequence number, 0 for none."""
    return session.scalar(select(func.max(OutboxRow.seq))) or 0


def claim_idempotency(session: Session, claim: IdempotencyClaim) -> RecordId:
    """Take a key before anything is stored under it, or learn what was stored under it.

    Returns:
        ``claim.record_id`` where the key was free: go on. Any other id: the request was carried
        out before and made that record; store nothing.

    Raises:
        ConflictError: ``idempotency_body_differs``: the key was used for another body.
    """
    values = {
        "scope": claim.scope,
        "key": claim.key,
        "body_sha256": claim.body_sha256,
        "record_id": claim.record_id,
        "created_at": claim.at,
    }
    if insert_or_skip(session, IdempotencyRow, values, keys=("scope", "key")):
        return claim.record_id
    return find_idempotency(session, claim) or claim.record_id


def find_idempotency(session: Session, claim: IdempotencyClaim) -> RecordId | None:
    """Look up what was stored under a key without taking it; None if the key is free.

    Raises:
        ConflictError: ``idempotency_body_differs``: the key was used for another body.
    """
    same = (IdempotencyRow.scope == claim.scope, IdempotencyRow.key == claim.key)
    found = rows(session, select(IdempotencyRow).where(*same))
    if not found:
        return None
    stored = found[0]
    if stored.body_sha256 != claim.body_sha256:
        raise ConflictError(
            "idempotency_body_differs",
            "this idempotency key was used for another body; use a new key for a new request",
        )
    return RecordId(stored.record_id)


def erase_record(session: Session, record_id: RecordId, *, at: datetime) -> None:
    """Erase a record: its key first, then everything below it, its links and snapshots.

    The log, which holds pseudonyms and ids, stays; the gallery learns it from the outbox.

    Raises:
        NotFoundError: no such record.
    """
    system_of(session, record_id)
    session.execute(delete(RecordKeyRow).where(RecordKeyRow.record_id == record_id))
    session.execute(delete(RecordRow).where(RecordRow.id == record_id))
    session.execute(delete(IdempotencyRow).where(IdempotencyRow.record_id == record_id))
    append_outbox(session, Topic.ERASE, record_id=record_id, at=at)


def log_head(session: Session, *, lock: bool = False) -> LogHead:
    """Read the end of the log; ``lock`` holds it until the transaction ends.

    Raises:
        NotReadyError: ``database_empty``: there is no log yet.
        LogBrokenError: ``log_head``: the row is malformed. Nothing can be logged then, so no call
            is answered.
    """
    statement = select(LogHeadRow).with_for_update() if lock else select(LogHeadRow)
    found = rows(session, statement)
    if not found:
        raise NotReadyError("database_empty", "the database holds no log; run 'eurodac init' first")
    head = LogHead(found[0].seq, found[0].hash)
    if not isinstance(head.seq, int) or not _HASH.fullmatch(str(head.hash)):
        raise LogBrokenError(
            "log_head",
            "the row that says where the log ends is malformed; keep the database as it is and "
            "compare it with a backup",
        )
    return head


def append_log(session: Session, values: dict[str, Any]) -> None:
    """Store an entry (columns of ``log``) and move the head onto it."""
    session.execute(insert(LogRow), [values])
    session.execute(
        update(LogHeadRow)
        .values(seq=values["seq"], hash=values["hash"])
        .execution_options(synchronize_session=False)
    )


def iterate_log(session: Session, *, after: int = 0, limit: int | None = None) -> Iterator[LogRow]:
    """Read entries after a number, in order; all of them where ``limit`` is None."""
    left = limit
    while left is None or left > 0:
        page = _PAGE if left is None else min(_PAGE, left)
        statement = select(LogRow).where(LogRow.seq > after).order_by(LogRow.seq).limit(page)
        found = rows(session, statement)
        yield from found
        if len(found) < page:
            return
        session.expunge_all()
        after = found[-1].seq
        left = None if left is None else left - page
