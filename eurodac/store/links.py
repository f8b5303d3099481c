"""Links between records, and the graph they make."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, or_, select, update
from sqlalchemy.orm import Session

from eurodac.errors import ConflictError, NotFoundError
from eurodac.record import (
    Link,
    LinkBasis,
    LinkId,
    LinkState,
    RecordId,
    ScoreTerm,
    System,
)
from eurodac.store.records import affected, chunks, insert_or_skip, rows, system_of
from eurodac.tables import LinkRow, LinkTermRow

__all__ = [
    "Component",
    "LinkDecision",
    "component",
    "confirmed_graph",
    "decide_link",
    "find_link",
    "get_link",
    "insert_link",
    "links_of",
    "rescore_link",
    "undecided_links",
    "withdraw_link",
]


@dataclass(frozen=True, slots=True)
class LinkDecision:
    """What an expert decided: CONFIRMED or REJECTED, when, who (pseudonym) and why."""

    state: LinkState
    at: datetime
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class Component:
    """The Eurodac records that links which are not rejected join to one another.

    Args:
        records: Records of Eurodac, the start among them.
        links: Links inside, not rejected.
        cross: Links to records of other systems, not rejected; those records are not in
            ``records`` and nothing is followed beyond them.
    """

    records: frozenset[RecordId]
    links: tuple[Link, ...]
    cross: tuple[Link, ...]


def insert_link(session: Session, link: Link) -> Link:
    """Store a link, unless its pair has one: then that one is returned, whatever its state."""
    values = {
        "id": link.id,
        "low": link.low,
        "low_system": link.low_system.value,
        "high": link.high,
        "high_system": link.high_system.value,
        "state": link.state.value,
        "basis": link.basis.value,
        "score": link.score,
        "threshold": link.threshold,
        "matcher_version": link.matcher_version,
        "found_by": link.found_by,
        "check_reason": link.check_reason,
        "created_at": link.created_at,
        "decided_at": link.decided_at,
        "decided_by": link.decided_by,
        "decision_reason": link.decision_reason,
        "version": link.version,
    }
    if not insert_or_skip(session, LinkRow, values, keys=("low", "high")):
        return _values(session, _pair(session, link.low, link.high))[0]
    _insert_terms(session, link)
    return link


def rescore_link(session: Session, link: Link) -> None:
    """Store what another comparison of the same pair said; state and decision stay.

    Args:
        session: A writing transaction.
        link: As it was read, with its new score, terms, matcher version and reason to check.

    Raises:
        ConflictError: ``link_changed``: somebody decided the link in between.
    """
    done = session.execute(
        update(LinkRow)
        .where(LinkRow.id == link.id, LinkRow.version == link.version)
        .values(
            score=link.score,
            matcher_version=link.matcher_version,
            check_reason=link.check_reason,
            version=link.version + 1,
        )
        .execution_options(synchronize_session=False)
    )
    if affected(done) == 0:
        raise _changed()
    session.execute(delete(LinkTermRow).where(LinkTermRow.link_id == link.id))
    _insert_terms(session, link)


def withdraw_link(session: Session, link_id: LinkId) -> None:
    """Remove a link that nobody decided and no comparison supports, with what came through it.

    Unlike a rejected link it leaves nothing behind, so that the pair can be found again.
    """
    undecided = LinkRow.state == LinkState.PROVISIONAL.value
    session.execute(delete(LinkRow).where(LinkRow.id == link_id, undecided))


def get_link(session: Session, link_id: LinkId) -> Link:
    """Load a link with its terms.

    Raises:
        NotFoundError: no such link.
    """
    found = rows(session, select(LinkRow).where(LinkRow.id == link_id))
    if not found:
        raise NotFoundError("link_not_found", "no such link; one of its records may be erased")
    return _values(session, found)[0]


def find_link(session: Session, one: RecordId, other: RecordId) -> Link | None:
    """Find the link of a pair, in either order."""
    found = _values(session, _pair(session, *sorted((one, other))))
    return found[0] if found else None


def decide_link(session: Session, link_id: LinkId, *, decision: LinkDecision, version: int) -> Link:
    """Record an expert's decision, if nobody decided since the link was read.

    Raises:
        ConflictError: ``link_changed``: its version is another one by now.
        NotFoundError: no such link.
    """
    done = session.execute(
        update(LinkRow)
        .where(LinkRow.id == link_id, LinkRow.version == version)
        .values(
            state=decision.state.value,
            decided_at=decision.at,
            decided_by=decision.by,
            decision_reason=decision.reason,
            version=version + 1,
        )
        .execution_options(synchronize_session=False)
    )
    stored = get_link(session, link_id)
    if affected(done) == 0:
        raise _changed()
    return stored


def links_of(session: Session, record_ids: Iterable[RecordId]) -> list[Link]:
    """List every link that touches one of the records, whatever its state, oldest first."""
    found: dict[str, LinkRow] = {}
    for chunk in chunks(record_ids):
        touching = or_(LinkRow.low.in_(chunk), LinkRow.high.in_(chunk))
        found |= {row.id: row for row in rows(session, select(LinkRow).where(touching))}
    return _values(session, sorted(found.values(), key=lambda row: (row.created_at, row.id)))


def undecided_links(session: Session, *, limit: int) -> list[Link]:
    """List provisional links, oldest first."""
    statement = (
        select(LinkRow)
        .where(LinkRow.state == LinkState.PROVISIONAL.value)
        .order_by(LinkRow.created_at, LinkRow.id)
        .limit(limit)
    )
    return _values(session, rows(session, statement))


def component(session: Session, record_id: RecordId) -> Component:
    """Collect the sequence of a record of Eurodac.

    Raises:
        NotFoundError: no such record.
        ValueError: the record is of another system; start from the datasets linked to it.

    Cost: one statement per step away from the start.
    """
    if system_of(session, record_id) is not System.EURODAC:
        raise ValueError("a sequence holds records of Eurodac only; start from one of them")
    reached, frontier = {record_id}, {record_id}
    links: dict[LinkId, Link] = {}
    while frontier:
        found = [x for x in links_of(session, frontier) if x.state is not LinkState.REJECTED]
        links |= {link.id: link for link in found}
        ends = {end for link in found if _inside(link) for end in (link.low, link.high)}
        frontier = ends - reached
        reached |= frontier
    ordered = sorted(links.values(), key=lambda link: (link.created_at, link.id))
    return Component(
        frozenset(reached),
        tuple(link for link in ordered if _inside(link)),
        tuple(link for link in ordered if not _inside(link)),
    )


def confirmed_graph(session: Session, starts: Iterable[RecordId]) -> dict[RecordId, set[RecordId]]:
    """Give the neighbours of every record that confirmed links join to the starts.

    Args:
        session: Any transaction.
        starts: Records of Eurodac; links to other systems are not followed.

    Cost: one statement per step away from the starts, without the terms of the links.
    """
    graph: defaultdict[RecordId, set[RecordId]] = defaultdict(set)
    seen: set[RecordId] = set()
    frontier = set(starts)
    while frontier:
        seen |= frontier
        for chunk in chunks(sorted(frontier)):
            query = select(LinkRow.low, LinkRow.high).where(
                or_(LinkRow.low.in_(chunk), LinkRow.high.in_(chunk)),
                LinkRow.state == LinkState.CONFIRMED.value,
                LinkRow.low_system == LinkRow.high_system,
            )
            for low, high in session.execute(query):
                graph[RecordId(low)].add(RecordId(high))
                graph[RecordId(high)].add(RecordId(low))
        frontier = set(graph) - seen
    return dict(graph)


def _changed() -> ConflictError:
    return ConflictError(
        "link_changed", "somebody decided this link in between; read it again before deciding"
    )


def _insert_terms(session: Session, link: Link) -> None:
    terms = [
        {
            "link_id": link.id,
            "position": position,
            "label": term.label,
            "similarity": term.similarity,
            "llr": term.llr,
        }
        for position, term in enumerate(link.terms)
    ]
    if terms:
        session.execute(insert(LinkTermRow), terms)


def _inside(link: Link) -> bool:
    return link.low_system is System.EURODAC and link.high_system is System.EURODAC


def _pair(session: Session, low: str, high: str) -> list[LinkRow]:
    return rows(session, select(LinkRow).where(LinkRow.low == low, LinkRow.high == high))


def _values(session: Session, found: list[LinkRow]) -> list[Link]:
    terms: defaultdict[str, list[ScoreTerm]] = defaultdict(list)
    for chunk in chunks(RecordId(row.id) for row in found):
        for term in rows(
            session,
            select(LinkTermRow)
            .where(LinkTermRow.link_id.in_(chunk))
            .order_by(LinkTermRow.link_id, LinkTermRow.position),
        ):
            terms[term.link_id].append(ScoreTerm(term.label, term.similarity, term.llr))
    return [_value(row, tuple(terms[row.id])) for row in found]


def _value(row: LinkRow, terms: tuple[ScoreTerm, ...]) -> Link:
    return Link(
        id=LinkId(row.id),
        low=RecordId(row.low),
        low_system=System(row.low_system),
        high=RecordId(row.high),
        high_system=System(row.high_system),
        state=LinkState(row.state),
        basis=LinkBasis(row.basis),
        score=row.score,
        threshold=row.threshold,
        terms=terms,
        matcher_version=row.matcher_version,
        found_by=RecordId(row.found_by),
        created_at=row.created_at,
        check_reason=row.check_reason,
        decided_at=row.decided_at,
        decided_by=row.decided_by,
        decision_reason=row.decision_reason,
        version=row.version,
    )
