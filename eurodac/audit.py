"""The log: append-only, hash-chained, pseudonymous (Article 41).

Each entry's hash is SHA-256 over the canonical JSON (sorted keys, no spaces, ASCII) of its columns
and of the hash before it. The number and hash of the last entry stand in a row of their own that
moves in the same transaction, so that cutting off the end is noticed as well.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy.orm import Session

from eurodac import store
from eurodac.errors import LogBrokenError
from eurodac.keys import KeyEncryptionKey, pseudonym
from eurodac.law import roles
from eurodac.record import CallContext, RecordId
from eurodac.tables import LogRow

__all__ = [
    "Anchor",
    "AuditEntry",
    "AuditReport",
    "LoggedEntry",
    "Scalar",
    "append",
    "entry",
    "read",
    "read_anchor",
    "verify",
]

Scalar = str | int | float | bool | None
_NOTHING: Mapping[str, Scalar] = MappingProxyType({})
_ANCHOR = re.compile(r"eurodac-log (\d{1,18}) ([0-9a-f]{64}) (-|[0-9T:.+-]{26,32})")
_HASHED = (
    "seq",
    "at",
    "operation",
    "outcome",
    "actor",
    "unit",
    "role",
    "member_state",
    "purpose",
    "case_pseudonym",
    "subject",
    "detail",
    "previous_hash",
)


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """Who did what, when, under which purpose, to which record, and what came of it.

    Args:
        at: UTC.
        operation: What was done, e.g. ``"transmit"``.
        outcome: ``"done"``, or the code of the error that refused it.
        actor: Pseudonym of the user.
        unit: Pseudonym of the unit.
        role: Role.
        member_state: Member State of the actor.
        purpose: Letter of Article 1(1) or operation code, ``"unknown"`` for anything else, None
            where none was given.
        case: Pseudonym of the case reference, None where there is no case.
        subject: The record, None where there is none.
        detail: Counts, codes and ids; never personal data.
    """

    at: datetime
    operation: str
    outcome: str
    actor: str
    unit: str
    role: str
    member_state: str
    purpose: str | None = None
    case: str | None = None
    subject: RecordId | None = None
    detail: Mapping[str, Scalar] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LoggedEntry:
    """An entry as it stands in the log."""

    seq: int
    entry: AuditEntry
    hash: str


@dataclass(frozen=True, slots=True)
class AuditReport:
    """A log that passed its check: how many entries, the hash of the last one and its time."""

    count: int
    head: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Anchor:
    """One entry of the log, to be kept outside the database.

    A log whose end was cut off together with its head is a whole chain again; only somebody who
    remembers a later entry can tell.

    Args:
        seq: Number of the entry, 0 for the empty log.
        hash: 64 hex digits.
        at: Time of the entry, UTC; None for the empty log.
    """

    seq: int
    hash: str
    at: datetime | None

    def __str__(self) -> str:
        stamp = self.at.astimezone(UTC).isoformat(timespec="microseconds") if self.at else "-"
        return f"eurodac-log {self.seq} {self.hash} {stamp}"


def read_anchor(text: str) -> Anchor:
    """Read an anchor as it was printed.

    Raises:
        ValueError: it is none.

    Examples:
        >>> read_anchor(f"eurodac-log 0 {'0' * 64} -").seq
        0
    """
    found = _ANCHOR.fullmatch(text.strip())
    if found is None:
        raise ValueError(
            "an anchor is the line that 'eurodac audit head' prints: eurodac-log SEQ HASH TIME"
        )
    seq, digest, at = found.groups()
    return Anchor(int(seq), digest, None if at == "-" else datetime.fromisoformat(at))


def entry(
    context: CallContext,
    kek: KeyEncryptionKey,
    *,
    operation: str,
    outcome: str,
    subject: RecordId | None = None,
    detail: Mapping[str, Scalar] = _NOTHING,
) -> AuditEntry:
    """Make the entry of a call: user, unit and case become pseudonyms."""
    actor = context.actor
    return AuditEntry(
        at=context.at,
        operation=operation,
        outcome=outcome,
        actor=pseudonym(kek, actor.user_id),
        unit=pseudonym(kek, actor.unit),
        role=actor.role.value,
        member_state=actor.member_state,
        purpose=roles.named(context.purpose) if context.purpose else None,
        case=pseudonym(kek, context.case_reference) if context.case_reference else None,
        subject=subject,
        detail=dict(detail),
    )


def append(session: Session, entry: AuditEntry) -> int:
    """Add an entry in the transaction of what it tells about.

    Returns:
        Its number, 1 for the first.

    Raises:
        ValueError: the time is naive, or a detail is not a text, number, truth value or None.
    """
    head = store.log_head(session, lock=True)
    values: dict[str, Any] = {
        "seq": head.seq + 1,
        "at": entry.at,
        "operation": entry.operation,
        "outcome": entry.outcome,
        "actor": entry.actor,
        "unit": entry.unit,
        "role": entry.role,
        "member_state": entry.member_state,
        "purpose": entry.purpose,
        "case_pseudonym": entry.case,
        "subject": entry.subject,
        "detail": _detail(entry.detail),
        "previous_hash": head.hash,
    }
    store.append_log(session, {**values, "hash": _hash(values)})
    return head.seq + 1


def verify(session: Session, *, anchor: Anchor | None = None) -> AuditReport:
    """Recompute the chain from its first entry to its head.

    Args:
        session: A reading transaction.
        anchor: An entry that somebody remembered outside the database; the log must hold it.

    Raises:
        LogBrokenError: ``log_broken``, naming the first entry that was changed, removed, moved or
            put in; ``log_truncated``: entries are missing at the end; ``log_head``: its head is
            malformed; ``log_anchor``: it does not hold the anchor.

    Cost: one hash per entry, a thousand entries in memory at a time.
    """
    seq, before, last_at = 0, "0" * 64, None
    held = anchor is None or anchor == Anchor(0, before, None)
    for row in store.iterate_log(session):
        values = {name: getattr(row, name) for name in _HASHED}
        if row.seq != seq + 1 or row.previous_hash != before or row.hash != _hash(values):
            raise LogBrokenError(
                "log_broken",
                f"the log is broken at entry {seq + 1}; keep the database as it is and compare "
                "it with a backup",
            )
        seq, before, last_at = row.seq, row.hash, row.at
        held = held or Anchor(seq, before, last_at) == anchor
    head = store.log_head(session)
    if (head.seq, head.hash) != (seq, before):
        raise LogBrokenError(
            "log_truncated",
            f"the log ends at entry {seq}, but its head says {head.seq}; keep the database as it "
            "is and compare it with a backup",
        )
    if not held:
        raise LogBrokenError(
            "log_anchor",
            f"the log ends at entry {seq} and does not hold the entry of the anchor; it was cut "
            "off or replaced. Keep the database as it is and compare it with a backup",
        )
    return AuditReport(seq, before, last_at)


def read(session: Session, *, after: int = 0, limit: int = 100) -> list[LoggedEntry]:
    """Read entries after a number, in order."""
    return [_logged(row) for row in store.iterate_log(session, after=after, limit=limit)]


def _logged(row: LogRow) -> LoggedEntry:
    found = AuditEntry(
        row.at,
        row.operation,
        row.outcome,
        row.actor,
        row.unit,
        row.role,
        row.member_state,
        row.purpose,
        row.case_pseudonym,
        None if row.subject is None else RecordId(row.subject),
        json.loads(row.detail),
    )
    return LoggedEntry(row.seq, found, row.hash)


def _detail(detail: Mapping[str, Scalar]) -> str:
    for name, value in detail.items():
        if not isinstance(value, str | int | float | None):
            raise ValueError(f"detail {name} is a {type(value).__name__}; give text or a number")
    return _canonical(dict(detail))


def _hash(values: Mapping[str, Any]) -> str:
    at: datetime = values["at"]
    if at.tzinfo is None:
        raise ValueError("the time of an entry has no zone; pass a UTC-aware one")
    stamp = at.astimezone(UTC).isoformat(timespec="microseconds")
    return hashlib.sha256(_canonical({**values, "at": stamp}).encode("ascii")).hexdigest()


def _canonical(value: Mapping[str, Any]) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
