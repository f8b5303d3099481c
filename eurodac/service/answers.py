"""The answer of a transmission: what the State receives, as it was stored."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from eurodac import registry, store
from eurodac.comparison import permit_of_query, usable_fingers
from eurodac.galleries import Galleries, Hit, find_hits
from eurodac.keys import KeyEncryptionKey
from eurodac.present import dataset_view, finger_views, link_view
from eurodac.record import CallContext, Capture, RecordId
from eurodac.record_json import dataset_from_json
from eurodac.transmission import Transmission
from eurodac.views import HitView, TransmissionView
from matching.thresholds import expected_false_candidates

__all__ = ["query_view", "transmission_view"]


def transmission_view(
    session: Session,
    record_id: RecordId,
    *,
    context: CallContext,
    kek: KeyEncryptionKey,
    replayed: bool,
) -> TransmissionView:
    """Show a stored transmission with its comparison; the same answer on every repetition."""
    dataset = store.get_dataset(session, record_id)
    capture = store.load_capture(session, record_id, kek=kek)
    comparison = store.find_comparison(session, record_id)
    result = comparison.result if comparison else None
    recipient = context.actor.member_state
    snapshots = store.hit_snapshots_for(
        session, recipient=recipient, probe_ids=[record_id], kek=kek
    )
    links = {link.id: link for link in store.links_of(session, [record_id])}
    searched = store.searched_by(session, {link.found_by for link in links.values()})
    hits = []
    for snapshot in snapshots:
        hit = dataset_from_json(snapshot.body)
        link = links.get(snapshot.link_id)
        view = None
        if link is not None:
            may = recipient in registry.verifying_states(session, link)
            view = link_view(link, may_decide=may, searched=searched.get(link.found_by))
        hits.append(
            HitView(
                dataset=dataset_view(
                    hit, own=hit.member_state == recipient, as_of=snapshot.received_at
                ),
                link=view,
                received_at=snapshot.received_at,
                expected_false=view.expected_false if view else None,
            )
        )
    hits.sort(key=lambda hit: (-(hit.link.score if hit.link else 0.0), hit.dataset.record_id))
    return TransmissionView(
        record_id=record_id,
        reference_number=dataset.reference_number,
        category=dataset.category.value,
        stored=True,
        replayed=replayed,
        comparable=bool(len(usable_fingers(capture))),
        compared=result is not None and result.searched > 0,
        searched=result.searched if result else 0,
        fingers=finger_views(capture),
        hits=tuple(hits),
    )


def query_view(
    session: Session,
    transmission: Transmission,
    capture: Capture,
    *,
    galleries: Galleries,
    context: CallContext,
    kek: KeyEncryptionKey,
) -> TransmissionView:
    """Answer the query of Article 18(1): nothing is stored, nothing outside its gallery shown."""
    fingers = usable_fingers(capture)
    hits: tuple[HitView, ...] = ()
    searched = 0
    if len(fingers):
        permit = permit_of_query(context.actor.member_state)
        answer = find_hits(session, galleries, fingers=fingers, permit=permit, k=100, kek=kek)
        searched = answer.searched
        hits = tuple(_hit_of_query(session, hit, searched, at=context.at) for hit in answer.hits)
    return TransmissionView(
        record_id=None,
        reference_number=transmission.reference_number,
        category=transmission.category.value,
        stored=False,
        replayed=False,
        comparable=bool(len(fingers)),
        compared=searched > 0,
        searched=searched,
        fingers=finger_views(capture),
        hits=hits,
    )


def _hit_of_query(session: Session, hit: Hit, searched: int, *, at: datetime) -> HitView:
    dataset = store.get_dataset(session, RecordId(hit.candidate.key))
    score = hit.candidate.comparison.score
    return HitView(
        dataset_view(dataset, own=False, as_of=at),
        None,
        at,
        expected_false=expected_false_candidates(score, references=searched),
    )
