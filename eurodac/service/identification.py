"""Identification: fingers -> candidates, as far as the grant reaches."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy.orm import Session

from eurodac import store
from eurodac.access import Grant
from eurodac.comparison import usable_fingers
from eurodac.errors import BiometricRefusedError
from eurodac.galleries import Galleries, Hit, find_hits, permit_for
from eurodac.keys import KeyEncryptionKey
from eurodac.law.categories import CATEGORIES
from eurodac.person import visible_to
from eurodac.present import comparison_terms, finger_views, identity_view
from eurodac.record import CallContext, Capture, Dataset, EesFile, RecordId, System, VisApplication
from eurodac.views import CandidateView, IdentificationView
from matching.gallery.protocol import Permit
from matching.thresholds import can_reach, expected_false_candidates

__all__ = ["identify", "search_permit"]

# A list longer than this does not help the person who reads it.
MAX_CANDIDATES = 20
_STORED = tuple(category for category in CATEGORIES if category != "admission_query")


def identify(
    session: Session,
    capture: Capture,
    *,
    galleries: Galleries,
    context: CallContext,
    grant: Grant,
    kek: KeyEncryptionKey,
) -> tuple[IdentificationView, list[str]]:
    """Search with the usable fingers of a capture.

    The scope ``cir_identity`` searches every system and gives identity data only: no score, no
    system, no reference, not even how many records there are (2019/818, Articles 18 and 20a).

    Returns:
        The answer, and the ids of the records whose data it shows, in its order; an answer of the
        scope ``cir_identity`` does not hold them itself.

    Raises:
        BiometricRefusedError: no finger is usable.
    """
    fingers = usable_fingers(capture)
    if not len(fingers):
        raise BiometricRefusedError(
            "not_comparable", "no finger is usable; take the prints again", field="fingerprints"
        )
    identity_only = grant.scope == "cir_identity"
    answer = find_hits(
        session,
        galleries,
        fingers=fingers,
        permit=search_permit(context.actor.member_state, identity_only=identity_only),
        k=MAX_CANDIDATES,
        kek=kek,
    )
    about = finger_views(capture)
    shown = [hit.candidate.key for hit in answer.hits]
    if identity_only:
        found = tuple(
            CandidateView(hit.candidate.rank, identity_view(_record(session, hit.candidate.key)))
            for hit in answer.hits
        )
        return IdentificationView(None, found, fingers=about), shown
    view = IdentificationView(
        answer.searched,
        tuple(
            replace(
                _candidate(session, hit, context, grant, kek),
                expected_false=expected_false_candidates(
                    hit.candidate.comparison.score, references=answer.searched
                ),
            )
            for hit in answer.hits
        ),
        threshold=answer.threshold,
        expected_false=expected_false_candidates(answer.threshold, references=answer.searched),
        too_few_fingers=not can_reach(answer.threshold, fingers=len(fingers)),
        fingers=about,
    )
    return view, shown


def search_permit(member_state: str, *, identity_only: bool) -> Permit:
    """Say whom a search for a person reaches: the CIR, or the datasets of the own Member State."""
    if identity_only:
        return permit_for(categories=_STORED, systems=(System.EES, System.VIS))
    return permit_for(categories=_STORED, only_state=member_state)


def _record(session: Session, key: str) -> Dataset | EesFile | VisApplication:
    record_id = RecordId(key)
    system = store.system_of(session, record_id)
    if system is System.EES:
        return store.get_ees_file(session, record_id)
    if system is System.VIS:
        return store.get_vis_application(session, record_id)
    return store.get_dataset(session, record_id)


def _candidate(
    session: Session,
    hit: Hit,
    context: CallContext,
    grant: Grant,
    kek: KeyEncryptionKey,
) -> CandidateView:
    candidate = hit.candidate
    dataset = store.get_dataset(session, RecordId(candidate.key))
    visible = visible_to(
        session,
        dataset.id,
        member_state=context.actor.member_state,
        kek=kek,
        linked=grant.scope == "linked",
    )
    return CandidateView(
        rank=candidate.rank,
        identity=identity_view(dataset),
        score=candidate.comparison.score,
        arrangement=hit.arrangement.value,
        terms=comparison_terms(candidate.comparison),
        record_id=dataset.id,
        reference_number=dataset.reference_number,
        category=dataset.category.value,
        person_id=visible.person_id,
    )
