"""What is stored sealed: the wrapped key of each record, templates and images."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from eurodac.record import SampleKind
from eurodac.tables.base import ID, Base, check, one_of

__all__ = ["BiometricRow", "RecordKeyRow", "SampleRow"]


class RecordKeyRow(Base):
    """The wrapped key of one record; without this row nothing sealed under it can be read."""

    __tablename__ = "record_keys"
    __table_args__ = (check("kek_id", "length(kek_id) = 32"),)

    record_id: Mapped[str] = mapped_column(
        ID, ForeignKey("records.id", ondelete="CASCADE"), primary_key=True
    )
    wrapped_key: Mapped[bytes]
    kek_id: Mapped[str] = mapped_column(ID)


class BiometricRow(Base):
    """One finger position of a capture: a sealed template, or the reason why there is none."""

    __tablename__ = "biometrics"
    __table_args__ = (
        check("position", "position BETWEEN 1 AND 10"),
        check("nfiq2", "nfiq2 BETWEEN 0 AND 100"),
        check("template_or_reason", "(sealed IS NULL) = (reason <> '')"),
        check("extractor", "(sealed IS NULL) = (extractor = '')"),
        check("format_version", "format_version >= 1"),
    )

    record_id: Mapped[str] = mapped_column(
        ID, ForeignKey("records.id", ondelete="CASCADE"), primary_key=True
    )
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    format_version: Mapped[int]
    extractor: Mapped[str] = mapped_column(Text)
    nfiq2: Mapped[int | None]
    reason: Mapped[str] = mapped_column(Text)
    sealed: Mapped[bytes | None]


class SampleRow(Base):
    """One sealed image as it was transmitted, for the experts."""

    __tablename__ = "samples"
    __table_args__ = (
        one_of("kind", SampleKind),
        check(
            "position",
            "CASE kind WHEN 'finger' THEN position BETWEEN 1 AND 10 ELSE position = 0 END",
        ),
        check("media_type", "media_type <> ''"),
    )

    record_id: Mapped[str] = mapped_column(
        ID, ForeignKey("records.id", ondelete="CASCADE"), primary_key=True
    )
    kind: Mapped[str] = mapped_column(Text, primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    media_type: Mapped[str] = mapped_column(Text)
    sealed: Mapped[bytes]
