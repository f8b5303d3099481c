"""Links between records, and what comparisons told the Member States."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from eurodac.record import LinkBasis, LinkState
from eurodac.tables.base import ID, SEQUENCE, Base, UtcDateTime, check, one_of

__all__ = ["ComparisonRow", "HitSnapshotRow", "LinkRow", "LinkTermRow", "PushRow"]


class LinkRow(Base):
    """Two records of one person; a pair has one link, ``low`` first."""

    __tablename__ = "links"
    __table_args__ = (
        ForeignKeyConstraint(
            ["low", "low_system"], ["records.id", "records.system"], ondelete="CASCADE"
        ),
        ForeignKeyConstraint(
            ["high", "high_system"], ["records.id", "records.system"], ondelete="CASCADE"
        ),
        UniqueConstraint("low", "high"),
        Index(None, "high"),
        Index(None, "state", "created_at"),
        check("id", "length(id) = 32 AND id = lower(id)"),
        check("order", "low < high"),
        # Only Eurodac links its own records: nothing is linked inside EES or VIS.
        check("systems", "low_system <> high_system OR low_system = 'EURODAC'"),
        one_of("state", LinkState),
        one_of("basis", LinkBasis),
        check(
            "transfer",
            "basis <> 'transfer' OR (low_system = 'EURODAC' AND high_system = 'EURODAC')",
        ),
        check("decided_at", "(decided_at IS NULL) = (state = 'provisional')"),
        check("decided_by", "(decided_by IS NULL) = (state = 'provisional')"),
        check("decision_reason", "(decision_reason IS NULL) = (state = 'provisional')"),
        check("matcher_version", "(matcher_version = '') = (basis = 'transfer')"),
        check("found_by", "found_by IN (low, high)"),
        check("version", "version >= 1"),
    )

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    low: Mapped[str] = mapped_column(ID)
    low_system: Mapped[str] = mapped_column(Text)
    high: Mapped[str] = mapped_column(ID)
    high_system: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    basis: Mapped[str] = mapped_column(Text)
    score: Mapped[float]
    threshold: Mapped[float]
    matcher_version: Mapped[str] = mapped_column(Text)
    found_by: Mapped[str] = mapped_column(ID)
    check_reason: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by: Mapped[str | None] = mapped_column(Text)
    decision_reason: Mapped[str | None] = mapped_column(Text)
    version: Mapped[int]


class LinkTermRow(Base):
    """One line of the explanation of a link."""

    __tablename__ = "link_terms"

    link_id: Mapped[str] = mapped_column(
        ID, ForeignKey("links.id", ondelete="CASCADE"), primary_key=True
    )
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    label: Mapped[str] = mapped_column(Text)
    similarity: Mapped[float]
    llr: Mapped[float]


class ComparisonRow(Base):
    """The comparison that a record asked for: pending until it was made."""

    __tablename__ = "comparisons"
    __table_args__ = (
        Index(None, "state", "requested_at"),
        one_of("state", ("pending", "done")),
        *(
            check(column, f"({column} IS NULL) = (state = 'pending')")
            for column in ("done_at", "searched", "matcher_version", "gallery_high_water")
        ),
        check("searched_range", "searched >= 0"),
    )

    record_id: Mapped[str] = mapped_column(
        ID, ForeignKey("records.id", ondelete="CASCADE"), primary_key=True
    )
    state: Mapped[str] = mapped_column(Text)
    requested_at: Mapped[datetime] = mapped_column(UtcDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    searched: Mapped[int | None]
    matcher_version: Mapped[str | None] = mapped_column(Text)
    gallery_high_water: Mapped[int | None] = mapped_column(SEQUENCE)


class HitSnapshotRow(Base):
    """What a State received about one reference when its probe hit it.

    Sealed under the key of the reference, so that erasing the reference reaches it.
    """

    __tablename__ = "hit_snapshots"
    __table_args__ = (
        Index(None, "reference_id"),
        Index(None, "link_id"),
        check("two_records", "probe_id <> reference_id"),
    )

    probe_id: Mapped[str] = mapped_column(
        ID, ForeignKey("records.id", ondelete="CASCADE"), primary_key=True
    )
    reference_id: Mapped[str] = mapped_column(
        ID, ForeignKey("records.id", ondelete="CASCADE"), primary_key=True
    )
    recipient: Mapped[str] = mapped_column(Text)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    link_id: Mapped[str] = mapped_column(ID, ForeignKey("links.id", ondelete="CASCADE"))
    sealed: Mapped[bytes]


class PushRow(Base):
    """A notification about a record that a State received without asking."""

    __tablename__ = "pushes"
    __table_args__ = (Index(None, "record_id"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(SEQUENCE, primary_key=True)
    recipient: Mapped[str] = mapped_column(Text)
    record_id: Mapped[str] = mapped_column(ID, ForeignKey("records.id", ondelete="CASCADE"))
    field: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    sealed: Mapped[bytes]
