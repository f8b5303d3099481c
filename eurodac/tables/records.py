"""What the records of every system share: identity, names, nationalities, documents."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from eurodac.record import NameKind, System
from eurodac.tables.base import ID, Base, UtcDateTime, check, length, one_of

__all__ = ["DocumentRow", "NameRow", "NationalityRow", "RecordRow"]


class RecordRow(Base):
    """One record of one system, owned by one Member State; the root of everything below it."""

    __tablename__ = "records"
    __table_args__ = (
        # The composite key lets a row below repeat the system and the State and be held to them.
        UniqueConstraint("id", "system"),
        UniqueConstraint("id", "system", "member_state"),
        one_of("system", System),
        check("id", "length(id) = 32 AND id = lower(id)"),
        check("member_state", "length(member_state) = 2 AND member_state = upper(member_state)"),
        Index(None, "created_at", "id"),
    )

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    system: Mapped[str] = mapped_column(Text)
    member_state: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class NameRow(Base):
    """One name or alias."""

    __tablename__ = "names"
    __table_args__ = (
        one_of("kind", NameKind),
        check("position", "position >= 0"),
        check("not_empty", "surnames <> '' OR forenames <> ''"),
    )

    record_id: Mapped[str] = mapped_column(
        ID, ForeignKey("records.id", ondelete="CASCADE"), primary_key=True
    )
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(Text)
    surnames: Mapped[str] = mapped_column(Text)
    forenames: Mapped[str] = mapped_column(Text)


class NationalityRow(Base):
    """One nationality, ISO 3166-1 alpha-3 or a code of the law."""

    __tablename__ = "nationalities"
    __table_args__ = (
        UniqueConstraint("record_id", "code"),
        check("position", "position >= 0"),
        check("code", "length(code) = 3 AND code = upper(code)"),
    )

    record_id: Mapped[str] = mapped_column(
        ID, ForeignKey("records.id", ondelete="CASCADE"), primary_key=True
    )
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    code: Mapped[str] = mapped_column(Text)


class DocumentRow(Base):
    """One identity or travel document."""

    __tablename__ = "documents"
    __table_args__ = (
        check("position", "position >= 0"),
        length("type", 1, 64),
        length("number", 1, 64),
        check(
            "issuing_country",
            "length(issuing_country) = 3 AND issuing_country = upper(issuing_country)",
        ),
    )

    record_id: Mapped[str] = mapped_column(
        ID, ForeignKey("records.id", ondelete="CASCADE"), primary_key=True
    )
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    type: Mapped[str] = mapped_column(Text)
    number: Mapped[str] = mapped_column(Text)
    issuing_country: Mapped[str] = mapped_column(Text)
    expires_on: Mapped[date | None]
