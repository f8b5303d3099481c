"""What the records of every system share: root row, names, nationalities, documents."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar, cast

from sqlalchemy import CursorResult, Result, Select, delete, insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from eurodac.errors import NotFoundError
from eurodac.record import Document, Name, NameKind, RecordId, System
from eurodac.tables import Base, DocumentRow, NameRow, NationalityRow, RecordRow

__all__ = [
    "People",
    "affected",
    "chunks",
    "insert_or_skip",
    "insert_record",
    "load_people",
    "not_found",
    "replace_people",
    "rows",
    "state_of",
    "system_of",
]

_CHUNK = 500  # ids per statement: SQLite takes at most 32,766 values in one
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, repr=False)
class People:
    """The identity data that stand in tables of their own."""

    names: tuple[Name, ...] = ()
    nationalities: tuple[str, ...] = ()
    documents: tuple[Document, ...] = ()


def system_of(session: Session, record_id: RecordId) -> System:
    """Say to which system a record belongs.

    Raises:
        NotFoundError: no such record.
    """
    found = session.scalar(select(RecordRow.system).where(RecordRow.id == record_id))
    if found is None:
        raise not_found()
    return System(found)


def state_of(session: Session, record_id: RecordId) -> str:
    """Say which Member State owns a record.

    Raises:
        NotFoundError: no such record.
    """
    found = session.scalar(select(RecordRow.member_state).where(RecordRow.id == record_id))
    if found is None:
        raise not_found()
    return found


def insert_record(
    session: Session, record_id: RecordId, *, system: System, member_state: str, at: datetime
) -> None:
    """Insert the root row of a record."""
    values = {
        "id": record_id,
        "system": system.value,
        "member_state": member_state,
        "created_at": at,
    }
    session.execute(insert(RecordRow), [values])


def replace_people(session: Session, record_id: RecordId, people: People) -> None:
    """Store names, nationalities and documents in place of what was there."""
    columns: dict[type[NameRow] | type[NationalityRow] | type[DocumentRow], list[dict[str, Any]]]
    columns = {
        NameRow: [
            {"kind": n.kind.value, "surnames": n.surnames, "forenames": n.forenames}
            for n in people.names
        ],
        NationalityRow: [{"code": code} for code in people.nationalities],
        DocumentRow: [
            {
                "type": d.type,
                "number": d.number,
                "issuing_country": d.issuing_country,
                "expires_on": d.expires_on,
            }
            for d in people.documents
        ],
    }
    for table, values in columns.items():
        session.execute(delete(table).where(table.record_id == record_id))
        numbered = [
            {"record_id": record_id, "position": position, **value}
            for position, value in enumerate(values)
        ]
        if numbered:
            session.execute(insert(table), numbered)


def load_people(session: Session, record_ids: Iterable[RecordId]) -> Mapping[str, People]:
    """Load names, nationalities and documents; records without any get empty ones."""
    names: defaultdict[str, list[Name]] = defaultdict(list)
    codes: defaultdict[str, list[str]] = defaultdict(list)
    documents: defaultdict[str, list[Document]] = defaultdict(list)
    wanted = list(record_ids)
    for chunk in chunks(wanted):
        in_order = (NameRow.record_id, NameRow.position)
        for name in rows(
            session, select(NameRow).where(NameRow.record_id.in_(chunk)).order_by(*in_order)
        ):
            names[name.record_id].append(Name(NameKind(name.kind), name.surnames, name.forenames))
        for nationality in rows(
            session,
            select(NationalityRow)
            .where(NationalityRow.record_id.in_(chunk))
            .order_by(NationalityRow.record_id, NationalityRow.position),
        ):
            codes[nationality.record_id].append(nationality.code)
        for row in rows(
            session,
            select(DocumentRow)
            .where(DocumentRow.record_id.in_(chunk))
            .order_by(DocumentRow.record_id, DocumentRow.position),
        ):
            document = Document(row.type, row.number, row.issuing_country, row.expires_on)
            documents[row.record_id].append(document)
    return {i: People(tuple(names[i]), tuple(codes[i]), tuple(documents[i])) for i in wanted}


def chunks(record_ids: Iterable[RecordId]) -> Iterator[list[RecordId]]:
    """Cut a list of ids, each once and in a stable order, into statements of a size."""
    unique = list(dict.fromkeys(record_ids))
    for start in range(0, len(unique), _CHUNK):
        yield unique[start : start + _CHUNK]


def rows(session: Session, statement: Select[_T]) -> list[_T]:
    """Read mapped rows as the database has them now, whatever the session saw before."""
    found = session.scalars(statement, execution_options={"populate_existing": True})
    return list(found)


def insert_or_skip(
    session: Session, table: type[Base], values: Mapping[str, Any], *, keys: tuple[str, ...]
) -> bool:
    """Insert a row unless one with the same keys is there; waits for a concurrent writer of it.

    Returns:
        True where the row was inserted.
    """
    columns = table.__table__.c
    returned = [columns[key] for key in keys]
    # The row comes back only where it was inserted; a count of rows does not tell everywhere.
    if session.get_bind().dialect.name == "postgresql":
        done = session.execute(
            postgresql.insert(table)
            .values(**values)
            .on_conflict_do_nothing(index_elements=keys)
            .returning(*returned)
        )
    else:
        done = session.execute(
            sqlite.insert(table)
            .values(**values)
            .on_conflict_do_nothing(index_elements=keys)
            .returning(*returned)
        )
    return done.first() is not None


def affected(result: Result[Any]) -> int:
    """Count the rows that a statement changed."""
    return cast("CursorResult[Any]", result).rowcount


def not_found() -> NotFoundError:
    """Make the error of a record that is not there."""
    return NotFoundError("record_not_found", "no such record; it may have been erased")
