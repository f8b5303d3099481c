"""Base class, column types and the little language in which the constraints are written."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, DateTime, Dialect, Integer, MetaData, String
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator

__all__ = [
    "ID",
    "SEQUENCE",
    "Base",
    "UtcDateTime",
    "boolean",
    "check",
    "length",
    "one_of",
    "partial_date",
]

ID = String(32)  # 32 hex digits from 128 random bits
SEQUENCE = BigInteger().with_variant(Integer(), "sqlite")  # SQLite numbers only an INTEGER key


class Base(DeclarativeBase):
    """Root of the mapped classes; every constraint gets a name from one convention."""

    metadata = MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
        }
    )


class UtcDateTime(TypeDecorator[datetime]):
    """A UTC-aware time; SQLite keeps it without its zone, PostgreSQL with it."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive times, which would mean another instant on every machine."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without time zone cannot be stored; pass a UTC-aware one")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the zone back."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def check(name: str, condition: str) -> CheckConstraint:
    """Name a condition that every row must meet; NULL counts as met."""
    return CheckConstraint(condition, name=name)


def one_of(column: str, values: type[StrEnum] | Iterable[str]) -> CheckConstraint:
    """Allow a closed list of values."""
    listed = ", ".join(f"'{value}'" for value in values)
    return check(column, f"{column} IN ({listed})")


def boolean(column: str) -> CheckConstraint:
    """Keep SQLite, which has no booleans, from storing another number."""
    return check(column, f"{column} IN (false, true)")


def length(column: str, at_least: int, at_most: int) -> CheckConstraint:
    """Bound the number of characters."""
    return check(f"{column}_length", f"length({column}) BETWEEN {at_least} AND {at_most}")


def partial_date() -> tuple[CheckConstraint, ...]:
    """Constraints of ``birth_year``, ``birth_month``, ``birth_day``: a date, as far as known."""
    leap = "(birth_year % 4 = 0 AND birth_year % 100 <> 0) OR birth_year % 400 = 0"
    return (
        check("birth_year", "birth_year BETWEEN 1800 AND 2199"),
        check("birth_month", "birth_month BETWEEN 1 AND 12"),
        check("birth_day_needs_month", "birth_day IS NULL OR birth_month IS NOT NULL"),
        check(
            "birth_day",
            "birth_day BETWEEN 1 AND CASE WHEN birth_month IN (4, 6, 9, 11) THEN 30"
            f" WHEN birth_month <> 2 THEN 31 WHEN {leap} THEN 29 ELSE 28 END",
        ),
    )
