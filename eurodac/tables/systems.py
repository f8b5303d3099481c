"""Records of the other systems: EES individual files and VIS application files."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from eurodac.record import Sex, VisaState
from eurodac.tables.base import ID, Base, UtcDateTime, check, one_of, partial_date

__all__ = ["EesCrossingRow", "EesFileRow", "VisApplicationRow", "VisRefusalGroundRow"]


class EesFileRow(Base):
    """An EES individual file."""

    __tablename__ = "ees_files"
    __table_args__ = (
        ForeignKeyConstraint(
            ["record_id", "system"], ["records.id", "records.system"], ondelete="CASCADE"
        ),
        check("system", "system = 'EES'"),
        one_of("sex", Sex),
        *partial_date(),
    )

    record_id: Mapped[str] = mapped_column(ID, primary_key=True)
    system: Mapped[str] = mapped_column(Text)
    sex: Mapped[str] = mapped_column(Text)
    birth_year: Mapped[int]
    birth_month: Mapped[int | None]
    birth_day: Mapped[int | None]


class EesCrossingRow(Base):
    """One entry or exit record of an EES file."""

    __tablename__ = "ees_crossings"
    __table_args__ = (
        one_of("kind", ("entry", "exit")),
        check("member_state", "length(member_state) = 2 AND member_state = upper(member_state)"),
        check("authorised_until", "authorised_until IS NULL OR kind = 'entry'"),
    )

    record_id: Mapped[str] = mapped_column(
        ID, ForeignKey("ees_files.record_id", ondelete="CASCADE"), primary_key=True
    )
    at: Mapped[datetime] = mapped_column(UtcDateTime, primary_key=True)
    kind: Mapped[str] = mapped_column(Text, primary_key=True)
    member_state: Mapped[str] = mapped_column(Text)
    authorised_until: Mapped[date | None]


class VisApplicationRow(Base):
    """A VIS application file and the visa decided on it."""

    __tablename__ = "vis_applications"
    __table_args__ = (
        ForeignKeyConstraint(
            ["record_id", "system"], ["records.id", "records.system"], ondelete="CASCADE"
        ),
        UniqueConstraint("application_number"),
        check("system", "system = 'VIS'"),
        check("application_number", "application_number <> ''"),
        one_of("sex", Sex),
        *partial_date(),
        one_of("state", VisaState),
        check(
            "represented_member_state",
            "length(represented_member_state) = 2"
            " AND represented_member_state = upper(represented_member_state)",
        ),
        check("decided", "(decided_on IS NULL) = (state = 'applied')"),
        check("decided_after_lodging", "decided_on >= lodged_on"),
        check(
            "validity",
            "(valid_from IS NOT NULL) = (state IN ('issued', 'annulled', 'revoked'))",
        ),
        check("validity_complete", "(valid_from IS NULL) = (valid_until IS NULL)"),
        check("validity_order", "valid_from <= valid_until"),
    )

    record_id: Mapped[str] = mapped_column(ID, primary_key=True)
    system: Mapped[str] = mapped_column(Text)
    represented_member_state: Mapped[str | None] = mapped_column(Text)
    application_number: Mapped[str] = mapped_column(Text)
    sex: Mapped[str] = mapped_column(Text)
    birth_year: Mapped[int]
    birth_month: Mapped[int | None]
    birth_day: Mapped[int | None]
    lodged_on: Mapped[date]
    state: Mapped[str] = mapped_column(Text)
    decided_on: Mapped[date | None]
    valid_from: Mapped[date | None]
    valid_until: Mapped[date | None]


class VisRefusalGroundRow(Base):
    """One ground of refusal, annulment or revocation: Regulation (EC) 767/2008, Article 12(2)."""

    __tablename__ = "vis_refusal_grounds"
    __table_args__ = (check("ground", "ground <> ''"),)

    record_id: Mapped[str] = mapped_column(
        ID, ForeignKey("vis_applications.record_id", ondelete="CASCADE"), primary_key=True
    )
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    ground: Mapped[str] = mapped_column(Text)
