"""What a gallery holds of a database, and the outbox rows that bring it further."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Generic

from sqlalchemy.orm import Session

from eurodac import store
from eurodac.errors import NotReadyError
from eurodac.galleries.source import EngineT, Following, ReferenceT, Source
from eurodac.keys import KeyEncryptionKey
from eurodac.record import RecordId

__all__ = ["State", "anchor_at", "bring_up_to_date", "follow"]

_ROWS = 500  # outbox rows per step


@dataclass(frozen=True, slots=True)
class State(Generic[EngineT]):
    """A gallery and the last outbox row that it holds.

    Args:
        engine: The gallery.
        database_id: The database that it follows.
        mark: Number of the last outbox row applied, 0 for none.
        anchor: Fingerprint of that row, "" for none: it shows whether a database went another way.
        made_by: How the gallery came to its content: ``snapshot``, ``rebuild`` or ``outbox``.
    """

    engine: EngineT
    database_id: str
    mark: int
    anchor: str
    made_by: str


def _anchor(row: store.OutboxEntry) -> str:
    """Fingerprint of an outbox row: the same number after a restore has another one."""
    return hashlib.sha256(f"{row.seq}:{row.topic}:{row.record_id}".encode()).hexdigest()


def anchor_at(session: Session, mark: int) -> str:
    """Fingerprint of the row with this number; "" for 0 or where there is no such row."""
    rows = store.read_outbox(session, after=mark - 1, limit=1) if mark else []
    return _anchor(rows[0]) if rows and rows[0].seq == mark else ""


def follow(
    session: Session,
    state: State[EngineT],
    *,
    apply: Callable[[EngineT, list[store.OutboxEntry]], None],
    on_erasure: Callable[[int], None],
) -> State[EngineT]:
    """Apply the outbox rows after a state, in order.

    Args:
        session: Sees committed rows only.
        state: Where the gallery stands; its engine is changed.
        apply: Brings the records of some rows in an engine to what the database says now.
        on_erasure: Called with the number of an erasure, once the engine has forgotten the record.

    Returns:
        The state that the engine is complete for.

    Raises:
        NotReadyError: the database has another history than the gallery.
    """
    for rows in _steps(session, state):
        apply(state.engine, rows)
        erased = [row.seq for row in rows if row.topic is store.Topic.ERASE]
        if erased:
            on_erasure(erased[-1])
        state = replace(state, mark=rows[-1].seq, anchor=_anchor(rows[-1]), made_by="outbox")
    return state


def _steps(session: Session, state: State[EngineT]) -> Iterator[list[store.OutboxEntry]]:
    """Read the rows after a state, a step at a time; refuse another history.

    The row at the mark is read again: it must be the one that was applied. No row at all means
    that this session has an older view than the gallery, so there is nothing to do.
    """
    mark = state.mark
    rows = store.read_outbox(session, after=max(mark - 1, 0), limit=_ROWS)
    if mark and rows:
        if _anchor(rows[0]) != state.anchor:
            raise NotReadyError(
                "gallery_history",
                "the database went back behind the gallery, as after a restore; rebuild the "
                "gallery",
            )
        rows = rows[1:]
    while rows:
        yield list(rows)
        rows = store.read_outbox(session, after=rows[-1].seq, limit=_ROWS)


def bring_up_to_date(
    session: Session,
    engine: Following[ReferenceT],
    rows: Iterable[store.OutboxEntry],
    *,
    source: Source[ReferenceT],
    kek: KeyEncryptionKey,
) -> None:
    """Bring the records of some rows to what the database says now.

    The topics only say where to look, so a row that is applied twice, or late, does no harm.
    """
    topics: dict[RecordId, set[store.Topic]] = {}
    for row in rows:
        topics.setdefault(row.record_id, set()).add(row.topic)
    found = source.find(session, list(topics), kek=kek)
    engine.erase(str(record_id) for record_id in topics if record_id not in found)
    fresh: list[ReferenceT] = []
    for record_id, seen in topics.items():
        if record_id in found:
            reference = found[record_id]
            only_label = seen == {store.Topic.RELABEL}
            if not (only_label and engine.relabel(reference.key, reference.attributes)):
                fresh.append(reference)
    engine.enrol(fresh)
