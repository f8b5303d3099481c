"""The business steps of the registry: each is one transaction of its caller.

What a step changes, its log entry and its outbox rows commit together or not at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from eurodac import audit, store
from eurodac.comparison import link_transfer, recheck_links
from eurodac.errors import AccessDeniedError, ConflictError, FieldRefusedError, NotFoundError
from eurodac.keys import KeyEncryptionKey, pseudonym
from eurodac.law.reference_numbers import RECAPTURE
from eurodac.record import (
    CallContext,
    Capture,
    Category,
    Dataset,
    Document,
    Link,
    LinkState,
    RecordId,
    SampleKind,
    System,
)
from eurodac.record_json import dataset_to_json
from eurodac.transmission import Transmission

__all__ = [
    "Amendment",
    "Received",
    "amend",
    "decide_link",
    "erase",
    "mark",
    "recapture",
    "receive",
    "verifying_states",
]


_PROTECTION_MARKED = frozenset({Category.APPLICANT})  # Article 31(1)
_RESIDENCE_MARKED = frozenset(  # Article 31(4)
    {Category.IRREGULAR_CROSSING, Category.ILLEGAL_STAY, Category.SEARCH_AND_RESCUE}
)


@dataclass(frozen=True, slots=True)
class Received:
    """A stored transmission; ``replayed`` if it had been stored before under the same key."""

    record_id: RecordId
    replayed: bool


@dataclass(frozen=True, slots=True, repr=False)
class Amendment:
    """What an amendment changes: later data, and documents that came later (None = unchanged)."""

    later: Mapping[str, Any]
    documents: tuple[Document, ...] | None = None
    scan_authenticity: str | None = None
    scan: Capture | None = None


def receive(
    session: Session,
    transmission: Transmission,
    capture: Capture,
    *,
    context: CallContext,
    kek: KeyEncryptionKey,
    claim: store.IdempotencyClaim,
) -> Received:
    """Record a transmitted dataset with its biometrics; ask for its comparison and enrolment.

    Raises:
        ConflictError: the reference number is taken, or the idempotency key was used for another
            body.
    """
    dataset = transmission.dataset
    if dataset is None:
        raise ValueError("a query under Article 18(1) is never recorded")
    stored = store.claim_idempotency(session, claim)
    if stored != dataset.id:
        return Received(stored, replayed=True)
    store.insert_dataset(session, dataset, capture=capture, kek=kek)
    _after_capture(session, dataset.id, at=context.at)
    if transmission.transferred_from is not None:
        origin = store.find_dataset_by_reference(session, transmission.transferred_from)
        if origin is not None and origin.member_state != dataset.member_state:
            link_transfer(session, dataset.id, origin.id, kek=kek, at=context.at)
    detail = {"category": dataset.category.value, "fingers": _usable(capture)}
    _log(session, context, kek, "transmit", subject=dataset.id, detail=detail)
    return Received(dataset.id, replayed=False)


def recapture(
    session: Session,
    dataset: Dataset,
    capture: Capture,
    *,
    taken_at: datetime,
    context: CallContext,
    kek: KeyEncryptionKey,
) -> None:
    """Put biometrics in the place of those that could not be used (Article 38(1)).

    A usable print, or a face that is there, stays. Provisional links are compared again with what
    is stored now; one that no longer reaches its threshold is withdrawn with what was received
    through it. The retention period keeps running from the first transmission.

    Raises:
        AccessDeniedError: another State's dataset.
        ConflictError: something that was sent is stored and usable.
        FieldRefusedError: the biometrics were taken before those that they replace.
    """
    _own(dataset, context)
    previous = store.load_capture(session, dataset.id, kek=kek)
    _needed(previous, capture)
    if dataset.biometrics_taken_at is not None and taken_at < dataset.biometrics_taken_at:
        raise FieldRefusedError(
            "date_order",
            "biometrics_taken_at lies before that of the biometrics that are sent again",
            field="biometrics_taken_at",
            article=RECAPTURE.article,
        )
    sent = {name for name, part in _sent(capture) if part}
    missing = tuple(item for item in dataset.missing if item[0] not in sent)
    store.update_dataset(session, replace(dataset, missing=missing, biometrics_taken_at=taken_at))
    store.replace_capture(session, dataset.id, capture=_completed(previous, capture), kek=kek)
    for link in recheck_links(session, dataset.id, kek=kek):
        detail = {"link": link.id, "reason": "recapture"}
        _log(session, context, kek, "withdraw_link", subject=link.found_by, detail=detail)
    _after_capture(session, dataset.id, at=context.at)
    _log(
        session, context, kek, "recapture", subject=dataset.id, detail={"fingers": _usable(capture)}
    )


def amend(
    session: Session,
    dataset: Dataset,
    amendment: Amendment,
    *,
    context: CallContext,
    kek: KeyEncryptionKey,
) -> Dataset:
    """Record later data and later documents on an own dataset; tell hit-linked States.

    Only a new responsible State is pushed (Article 16(4)); everything else is seen on the next hit.

    Raises:
        AccessDeniedError: another State's dataset (Article 40(3)).
        ConflictError: somebody changed the dataset in between.
    """
    _own(dataset, context)
    later = replace(dataset.later, **amendment.later)
    times = dict(dataset.later_recorded_at) | dict.fromkeys(amendment.later, context.at)
    recorded = tuple(sorted((n, t) for n, t in times.items() if getattr(later, n) is not None))
    changed = replace(dataset, later=later, later_recorded_at=recorded)
    if amendment.documents is not None:
        changed = replace(changed, documents=amendment.documents)
    if amendment.scan is not None:
        changed = replace(changed, document_scan_authenticity=amendment.scan_authenticity)
        previous = store.load_capture(session, dataset.id, kek=kek)
        kinds = {sample.kind for sample in amendment.scan.samples}
        kept = tuple(s for s in previous.samples if s.kind not in kinds)
        whole = Capture(previous.fingers, kept + amendment.scan.samples)
        store.replace_capture(session, dataset.id, capture=whole, kek=kek)
    changed = store.update_dataset(session, changed)
    if "responsible_member_state" in amendment.later:
        _push(session, changed, "responsible_member_state", at=context.at, kek=kek)
    fields = [*amendment.later, *(["documents"] if amendment.documents is not None else [])]
    detail = {"fields": ",".join(sorted(fields))}
    _log(session, context, kek, "amend", subject=dataset.id, detail=detail)
    return changed


def mark(
    session: Session,
    dataset: Dataset,
    *,
    protection: bool | None,
    residence: bool | None,
    context: CallContext,
    kek: KeyEncryptionKey,
) -> Dataset:
    """Set or remove the marks of Article 31 on an own dataset; None leaves a mark as it is.

    Raises:
        AccessDeniedError: another State's dataset.
        ConflictError: the category has no such mark.
    """
    _own(dataset, context)
    wrong = (protection and dataset.category not in _PROTECTION_MARKED) or (
        residence and dataset.category not in _RESIDENCE_MARKED
    )
    if wrong:
        raise ConflictError(
            "mark_not_allowed",
            f"a dataset of category {dataset.category} cannot carry this mark",
            article="32024R1358#art31",
        )
    changed = replace(
        dataset,
        protection_mark=dataset.protection_mark if protection is None else protection,
        residence_mark=dataset.residence_mark if residence is None else residence,
    )
    changed = store.update_dataset(session, changed)
    store.append_outbox(session, store.Topic.RELABEL, record_id=dataset.id, at=context.at)
    detail = {"protection": int(changed.protection_mark), "residence": int(changed.residence_mark)}
    _log(session, context, kek, "mark", subject=dataset.id, detail=detail)
    return changed


def decide_link(
    session: Session,
    link: Link,
    *,
    state: LinkState,
    reason: str,
    context: CallContext,
    kek: KeyEncryptionKey,
) -> Link:
    """Let an expert confirm or reject a link (Article 38(4)-(6)).

    Rejecting erases what was received through the link; the sequence splits where nothing else
    holds it together.

    Raises:
        NotFoundError: the hit was received by another State, whose expert verifies it.
        ConflictError: ``link_rejected``: what the link had brought was erased when it was rejected;
            or somebody decided the link in between.
    """
    if context.actor.member_state not in verifying_states(session, link):
        raise NotFoundError("link_not_found", "no such link for this Member State")
    if link.state is LinkState.REJECTED:
        raise ConflictError(
            "link_rejected",
            "this link was rejected and what was received through it is erased; only a comparison "
            "of a new dataset can find the person again",
            article="32024R1358#art38.6",
        )
    decision = store.LinkDecision(state, context.at, pseudonym(kek, context.actor.user_id), reason)
    decided = store.decide_link(session, link.id, decision=decision, version=link.version)
    if state is LinkState.REJECTED:
        store.erase_hit_snapshots(session, link.id)
    detail = {"link": link.id, "decision": state.value, "before": link.state.value}
    _log(session, context, kek, "decide_link", subject=link.found_by, detail=detail)
    return decided


def verifying_states(session: Session, link: Link) -> frozenset[str]:
    """Say whose experts verify a link.

    The State that received the hit (Article 38(4)); across systems, the State of the Eurodac
    dataset too (32019R0818, Article 29(1)).
    """
    sides = ((link.low, link.low_system), (link.high, link.high_system))
    across = link.low_system is not link.high_system
    return frozenset(
        store.state_of(session, record_id)
        for record_id, system in sides
        if record_id == link.found_by or (across and system is System.EURODAC)
    )


def erase(
    session: Session, record_id: RecordId, *, context: CallContext, kek: KeyEncryptionKey
) -> None:
    """Erase a record: key, sealed data, links and snapshots; the log keeps a pseudonymous id."""
    store.erase_record(session, record_id, at=context.at)
    _log(session, context, kek, "erase", subject=record_id, detail={})


def _usable(capture: Capture) -> int:
    return sum(finger.template is not None for finger in capture.fingers)


def _sent(capture: Capture) -> tuple[tuple[str, bool], ...]:
    face = any(sample.kind is SampleKind.FACE for sample in capture.samples)
    return (("fingerprints", bool(capture.fingers)), ("facial_image", face))


def _needed(previous: Capture, capture: Capture) -> None:
    """Refuse to replace what can be used."""
    usable = {f.position for f in previous.fingers if f.template is not None}
    twice = [str(int(f.position)) for f in capture.fingers if f.position in usable]
    what = f"finger {', '.join(twice)}" if twice else ""
    if dict(_sent(previous))["facial_image"] and dict(_sent(capture))["facial_image"]:
        what = what or "facial_image"
    if what:
        raise ConflictError(
            "recapture_not_needed",
            f"{what}: is stored and usable; send only what could not be used or was missing",
            article=RECAPTURE.article,
        )


def _completed(previous: Capture, capture: Capture) -> Capture:
    """Put what was sent again beside what stays; the picture of a replaced finger goes."""
    fingers = {f.position: f for f in (*previous.fingers, *capture.fingers)}
    replaced = {(SampleKind.FINGER, int(f.position)) for f in capture.fingers}
    kept = tuple(s for s in previous.samples if (s.kind, s.position) not in replaced)
    ordered = tuple(fingers[position] for position in sorted(fingers))
    return Capture(ordered, kept + capture.samples)


def _own(dataset: Dataset, context: CallContext) -> None:
    if dataset.member_state != context.actor.member_state:
        raise AccessDeniedError(
            "not_own_dataset",
            "only the Member State of origin may change its dataset",
            article="32024R1358#art40.3",
        )


def _after_capture(session: Session, record_id: RecordId, *, at: datetime) -> None:
    store.append_outbox(session, store.Topic.ENROL, record_id=record_id, at=at)
    store.request_comparison(session, record_id, at=at)


def _push(
    session: Session, dataset: Dataset, field: str, *, at: datetime, kek: KeyEncryptionKey
) -> None:
    """Tell every other State of origin in the sequence (Article 16(4))."""
    members = store.component(session, dataset.id).records - {dataset.id}
    others = store.get_datasets(session, members)
    value = dataset_to_json(dataset)["later"][field]
    for recipient in sorted({d.member_state for d in others.values()} - {dataset.member_state}):
        push = store.Push(recipient, dataset.id, field, at, {"value": value})
        store.insert_push(session, push, kek=kek)


def _log(
    session: Session,
    context: CallContext,
    kek: KeyEncryptionKey,
    operation: str,
    *,
    subject: RecordId,
    detail: Mapping[str, str | int],
) -> None:
    entry = audit.entry(
        context, kek, operation=operation, outcome="done", subject=subject, detail=detail
    )
    audit.append(session, entry)
