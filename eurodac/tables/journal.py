"""Log, outbox, idempotency and the row that says which database this is.

Nothing here refers to ``records`` by a foreign key: these rows outlive the records they name.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column

from eurodac.tables.base import ID, SEQUENCE, Base, UtcDateTime, check, one_of

__all__ = ["IdempotencyRow", "LogHeadRow", "LogRow", "MetaRow", "OutboxRow"]


class MetaRow(Base):
    """The one row that names this database and its key-encryption key."""

    __tablename__ = "meta"
    __table_args__ = (
        check("one_row", "id = 1"),
        check("database_id", "length(database_id) = 32"),
        check("kek_id", "length(kek_id) = 32"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    database_id: Mapped[str] = mapped_column(ID)
    kek_id: Mapped[str] = mapped_column(ID)
    key_check: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class LogRow(Base):
    """One entry of the log; triggers refuse to change or delete it."""

    __tablename__ = "log"
    __table_args__ = (
        check("seq", "seq >= 1"),
        check("hash", "length(hash) = 64 AND length(previous_hash) = 64"),
    )

    seq: Mapped[int] = mapped_column(SEQUENCE, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    operation: Mapped[str] = mapped_column(Text)
    outcome: Mapped[str] = mapped_column(Text)
    actor: Mapped[str] = mapped_column(Text)
    unit: Mapped[str] = mapped_column(Text)
    role: Mapped[str] = mapped_column(Text)
    member_state: Mapped[str] = mapped_column(Text)
    purpose: Mapped[str | None] = mapped_column(Text)
    case_pseudonym: Mapped[str | None] = mapped_column(Text)
    subject: Mapped[str | None] = mapped_column(ID)
    detail: Mapped[str] = mapped_column(Text)  # canonical JSON: the hash is over these bytes
    previous_hash: Mapped[str] = mapped_column(Text)
    hash: Mapped[str] = mapped_column(Text)


class LogHeadRow(Base):
    """The one row that knows how long the log is; it is locked by whoever appends."""

    __tablename__ = "log_head"
    __table_args__ = (check("one_row", "id = 1"), check("seq", "seq >= 0"))

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(SEQUENCE)
    hash: Mapped[str] = mapped_column(Text)


class OutboxRow(Base):
    """One thing that the gallery has yet to learn, in commit order."""

    __tablename__ = "outbox"
    __table_args__ = (
        one_of("topic", ("enrol", "relabel", "erase")),
        {"sqlite_autoincrement": True},
    )

    seq: Mapped[int] = mapped_column(SEQUENCE, primary_key=True)
    topic: Mapped[str] = mapped_column(Text)
    record_id: Mapped[str] = mapped_column(ID)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class IdempotencyRow(Base):
    """The answer that a sender gets who repeats a request with the same key."""

    __tablename__ = "idempotency"
    __table_args__ = (
        check("key", "length(key) BETWEEN 1 AND 255"),
        check("body_sha256", "length(body_sha256) = 64"),
    )

    scope: Mapped[str] = mapped_column(Text, primary_key=True)
    key: Mapped[str] = mapped_column(Text, primary_key=True)
    body_sha256: Mapped[str] = mapped_column(Text)
    record_id: Mapped[str] = mapped_column(ID)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
