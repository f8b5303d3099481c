"""One person as one Member State may see them: its own datasets and what it received.

Another State's live rows are never read for the viewer: their data appear as they were in the
snapshot of the hit (architecture decision 9), so nothing that changed since then leaks through.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from eurodac import registry, store
from eurodac.access import Grant
from eurodac.detection.detect import detect
from eurodac.detection.timeline import timeline
from eurodac.detection.values import Case, Linked, Push, Received
from eurodac.errors import NotFoundError
from eurodac.keys import KeyEncryptionKey
from eurodac.law import profiles, roles
from eurodac.present import (
    dataset_view,
    indicator_view,
    link_label,
    link_view,
    timeline_view,
    visa_file_view,
)
from eurodac.record import (
    CallContext,
    Dataset,
    EesFile,
    Link,
    LinkState,
    RecordId,
    System,
    VisApplication,
)
from eurodac.record_json import dataset_from_json
from eurodac.sequence import conflicting_values, happened_on, sequences
from eurodac.views import ConnectedView, DatasetView, PersonView, ValueView

__all__ = ["Visible", "person_view", "visible_to"]


@dataclass(frozen=True, slots=True, repr=False)
class Visible:
    """What a State knows of a person.

    Args:
        own: Its own datasets of the sequence, live, earliest event first.
        received: The snapshots it received, latest first for each dataset.
        links: Links that are not rejected, between datasets it knows.
        cross: Links that are not rejected, from its own datasets to records of other systems.
    """

    own: tuple[Dataset, ...]
    received: tuple[Received, ...]
    links: tuple[Link, ...]
    cross: tuple[Link, ...]

    @property
    def datasets(self) -> tuple[Dataset, ...]:
        """Every known dataset once: own ones live, others as last received; earliest first."""
        known = {r.dataset.id: r.dataset for r in reversed(self.received)}
        known |= {d.id: d for d in self.own}
        return tuple(sorted(known.values(), key=lambda d: (happened_on(d), d.transmitted_at, d.id)))

    @property
    def person_id(self) -> RecordId:
        """The id of the earliest known dataset."""
        return self.datasets[0].id


def visible_to(
    session: Session, record_id: RecordId, *, member_state: str, kek: KeyEncryptionKey, linked: bool
) -> Visible:
    """Collect what a State knows of the person of a record.

    Args:
        session: A reading transaction.
        record_id: An own dataset, or one that the State received with a hit.
        member_state: The State that looks.
        kek: Opens the snapshots.
        linked: False = own datasets only.

    Raises:
        NotFoundError: there is no such record, or the State knows nothing of the person: both look
            the same.
    """
    hidden = _no_person()
    try:
        if store.system_of(session, record_id) is not System.EURODAC:
            raise hidden
    except NotFoundError:
        raise hidden from None
    component = store.component(session, record_id)
    members = store.get_datasets(session, component.records)
    own = [d for d in members.values() if d.member_state == member_state]
    own.sort(key=lambda d: (happened_on(d), d.transmitted_at, d.id))
    snapshots = []
    if linked and own:
        snapshots = store.hit_snapshots_for(
            session, recipient=member_state, probe_ids=[d.id for d in own], kek=kek
        )
    states = {link.id: link.state for link in component.links}
    received = tuple(
        Received(
            dataset=dataset_from_json(s.body),
            received_at=s.received_at,
            probe_id=s.probe_id,
            link_state=states[s.link_id],
            own=members[s.reference_id].member_state == member_state,
        )
        for s in sorted(snapshots, key=lambda s: s.received_at, reverse=True)
        if s.link_id in states and s.reference_id in members
    )
    known = {d.id for d in own} | {r.dataset.id for r in received}
    if record_id not in known:
        raise hidden
    own_ids = {d.id for d in own}
    return Visible(
        own=tuple(own),
        received=received,
        links=tuple(k for k in component.links if k.low in known and k.high in known),
        cross=tuple(k for k in component.cross if {k.low, k.high} & own_ids) if linked else (),
    )


def person_view(
    session: Session,
    record_id: RecordId,
    *,
    context: CallContext,
    grant: Grant,
    kek: KeyEncryptionKey,
) -> PersonView:
    """Show a person: datasets, links, timeline, indicators, differing values side by side.

    Raises:
        NotFoundError: nothing that this State knows.
    """
    actor = context.actor
    if grant.system is System.VIS:
        return _visa_person(session, record_id, context=context)
    if profiles.sees(actor.role, System.EURODAC) is None:
        raise _no_person()
    visible = visible_to(
        session,
        record_id,
        member_state=actor.member_state,
        kek=kek,
        linked=grant.scope == "linked",
    )
    case = _case(session, visible, context=context, kek=kek)
    records = {linked.record.id: linked.record for linked in case.ees_files}
    others: dict[RecordId, EesFile | VisApplication] = dict(records)
    others |= {linked.record.id: linked.record for linked in case.vis_applications}
    decider = roles.allowed(actor.role, context.purpose, "decide_link") is not None
    cross = tuple(k for k in visible.cross if {k.low, k.high} & set(others))

    def shown(link: Link) -> bool:
        return decider and actor.member_state in registry.verifying_states(session, link)

    links = (*visible.links, *cross)
    searched = store.searched_by(session, {link.found_by for link in links})
    found = sequences(visible.datasets, links)
    return PersonView(
        person_id=visible.person_id,
        viewing_state=actor.member_state,
        role=actor.role.value,
        purpose=context.purpose,
        as_of=context.at,
        datasets=_datasets(visible),
        visa_files=(),
        links=tuple(
            link_view(k, may_decide=shown(k), searched=searched.get(k.found_by)) for k in links
        ),
        connected=tuple(_connected(k, others) for k in cross),
        conflicting=_conflicting(visible),
        conflicts=tuple(c.rejected for s in found for c in s.conflicts),
        timeline=tuple(timeline_view(e) for e in timeline(case)),
        indicators=tuple(indicator_view(i) for i in detect(case)),
    )


def _visa_person(session: Session, record_id: RecordId, *, context: CallContext) -> PersonView:
    """Show the person of a visa file of the own State: nothing of any other system.

    Raises:
        NotFoundError: this State has no such file.
    """
    actor = context.actor
    file = store.get_vis_applications(session, [record_id]).get(record_id)
    if file is None or file.member_state != actor.member_state:
        raise _no_person()
    seen = Linked(file, LinkState.CONFIRMED, file.created_at or context.at)
    case = Case(actor.member_state, actor.role, context.at, vis_applications=(seen,))
    # It is an own file: no link ties it to anything, and it is seen live.
    own = (replace(event, link_state=None, as_of=None) for event in timeline(case))
    return PersonView(
        person_id=file.id,
        viewing_state=actor.member_state,
        role=actor.role.value,
        purpose=context.purpose,
        as_of=context.at,
        datasets=(),
        visa_files=(visa_file_view(file),),
        links=(),
        connected=(),
        conflicting=(),
        conflicts=(),
        timeline=tuple(timeline_view(event) for event in own),
        indicators=(),
    )


def _no_person() -> NotFoundError:
    return NotFoundError("person_not_found", "no such person for this Member State")


def _case(
    session: Session, visible: Visible, *, context: CallContext, kek: KeyEncryptionKey
) -> Case:
    actor = context.actor
    about = [d.id for d in visible.datasets]
    pushes = store.pushes_for(session, recipient=actor.member_state, record_ids=about, kek=kek)
    sides = {
        (link.high if link.high_system is not System.EURODAC else link.low): link
        for link in visible.cross
    }
    ees: tuple[Linked[EesFile], ...] = ()
    vis: tuple[Linked[VisApplication], ...] = ()
    if profiles.sees(actor.role, "EES"):
        files = store.get_ees_files(session, sides)
        ees = tuple(Linked(f, sides[i].state, sides[i].created_at) for i, f in files.items())
    if profiles.sees(actor.role, "VIS"):
        visas = store.get_vis_applications(session, sides)
        vis = tuple(Linked(v, sides[i].state, sides[i].created_at) for i, v in visas.items())
    return Case(
        viewing_state=actor.member_state,
        role=actor.role,
        at=context.at,
        own=visible.own,
        received=visible.received,
        pushes=tuple(
            Push(p.field, str(p.body["value"]), p.record_id, p.at)
            for p in pushes
            if p.body["value"] is not None
        ),
        ees_files=ees,
        vis_applications=vis,
    )


def _datasets(visible: Visible) -> tuple[DatasetView, ...]:
    own = {d.id for d in visible.own}
    as_of = {r.dataset.id: r.received_at for r in reversed(visible.received)}
    return tuple(
        dataset_view(d, own=d.id in own, as_of=None if d.id in own else as_of[d.id])
        for d in visible.datasets
    )


def _conflicting(visible: Visible) -> tuple[ValueView, ...]:
    return tuple(
        ValueView(values.field, value.value, value.member_state, value.dataset_id)
        for values in conflicting_values(visible.datasets)
        if values.conflicting
        for value in values.values
    )


def _connected(link: Link, others: dict[RecordId, EesFile | VisApplication]) -> ConnectedView:
    record = others[link.low if link.low in others else link.high]
    if isinstance(record, EesFile):
        crossings = [f"{c.kind} {c.at.date()} {c.member_state}" for c in record.crossings]
        summary: dict[str, object] = {"crossings": crossings}
    else:
        summary = {
            "state": record.state.value,
            "application_number": record.application_number,
            "valid_from": record.valid_from.isoformat() if record.valid_from else None,
            "valid_until": record.valid_until.isoformat() if record.valid_until else None,
            "represented_member_state": record.represented_member_state,
        }
    return ConnectedView(
        record_id=record.id,
        system=System.EES.value if isinstance(record, EesFile) else System.VIS.value,
        member_state=record.member_state,
        label=link_label(link),
        score=link.score,
        summary=summary,
    )
