"""What an index of identities needs to know of the records of every system."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from eurodac.record import Category, Name, PartialDate, RecordId, Sex, System
from eurodac.store.records import chunks, load_people
from eurodac.tables import DatasetRow, EesFileRow, RecordRow, VisApplicationRow

__all__ = ["StoredIdentity", "find_identities", "identities", "record_ids"]

_TABLES = (DatasetRow, EesFileRow, VisApplicationRow)


@dataclass(frozen=True, slots=True, repr=False)
class StoredIdentity:
    """The identity data of one record, with what decides who may search it.

    ``category`` is None outside Eurodac; ``documents`` are numbers as written.
    """

    record_id: RecordId
    system: System
    member_state: str
    category: Category | None
    protection_mark: bool
    names: tuple[Name, ...]
    nationalities: tuple[str, ...]
    date_of_birth: PartialDate
    sex: Sex
    documents: tuple[str, ...]


def record_ids(session: Session) -> set[RecordId]:
    """List all records."""
    return {RecordId(record_id) for record_id in session.scalars(select(RecordRow.id))}


def identities(session: Session) -> Iterator[StoredIdentity]:
    """Read the identity data of every record, oldest first, a few hundred at a time."""
    statement = select(RecordRow.id).order_by(RecordRow.created_at, RecordRow.id)
    for chunk in chunks(RecordId(record_id) for record_id in session.scalars(statement).all()):
        found = find_identities(session, chunk)
        yield from (found[record_id] for record_id in chunk if record_id in found)
        session.expunge_all()


def find_identities(session: Session, wanted: Iterable[RecordId]) -> dict[RecordId, StoredIdentity]:
    """Read the identity data of some records; those that are gone are left out."""
    found: dict[RecordId, StoredIdentity] = {}
    for chunk in chunks(wanted):
        people = load_people(session, chunk)
        statement = select(
            RecordRow.id,
            RecordRow.system,
            RecordRow.member_state,
            DatasetRow.category,
            DatasetRow.protection_mark,
            _either("birth_year"),
            _either("birth_month"),
            _either("birth_day"),
            _either("sex"),
        )
        for table in _TABLES:
            statement = statement.outerjoin(table, table.record_id == RecordRow.id)
        for row in session.execute(statement.where(RecordRow.id.in_(chunk))):
            key, system, state, category, mark, year, month, day, sex = row
            record_id = RecordId(key)
            found[record_id] = StoredIdentity(
                record_id,
                System(system),
                state,
                None if category is None else Category(category),
                bool(mark),
                people[record_id].names,
                people[record_id].nationalities,
                PartialDate(year, month, day),
                Sex(sex),
                tuple(document.number for document in people[record_id].documents),
            )
    return found


def _either(name: str) -> ColumnElement[Any]:
    """The column of this name of whichever table holds the record."""
    columns: list[InstrumentedAttribute[Any]] = [getattr(table, name) for table in _TABLES]
    return func.coalesce(*columns)
