"""Comparison: which references may be searched, what becomes a link, what the State receives.

The law says what is searched (``law/comparison.toml``, ``systems.toml``, ``mid_triggers.toml``);
the gallery searches every permitted reference and compares the likely ones by minutiae; every
candidate that reaches the threshold of this gallery size becomes a provisional link. The answer to
the State of origin is stored as it was given: one sealed snapshot per dataset of the hit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from eurodac import store
from eurodac.galleries import Galleries, Hit, find_hits, permit_for
from eurodac.keys import KeyEncryptionKey, new_id
from eurodac.law import comparison
from eurodac.record import (
    Capture,
    Category,
    Dataset,
    Link,
    LinkBasis,
    LinkId,
    LinkState,
    RecordId,
    ScoreTerm,
    Sex,
    System,
)
from eurodac.record_json import dataset_to_json
from matching.calibrated import SCORE_VERSION
from matching.fingerprint.arrangement import ARRANGEMENT_DISCOUNT, Arrangement, rearranged
from matching.fingerprint.compare import FingersComparison, compare, pack
from matching.gallery.protocol import Permit
from matching.parameters import PERSON_THRESHOLD
from matching.template import FingerSet

__all__ = [
    "Outcome",
    "compare_record",
    "link_transfer",
    "permit_of_query",
    "recheck_links",
    "usable_fingers",
]

# More mates than this of one person is a queue for people, not a candidate list.
MAX_CANDIDATES = 1000
# A hit within this distance of the threshold, in natural-log units, is checked by an expert first.
NEAR_THRESHOLD = 3.0
# The reason to check also remembers the arrangement in which a link was found.
_ARRANGED = {each.value: each for each in Arrangement}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a comparison did.

    Args:
        record_id: The probe.
        comparable: False if it had no usable finger: "not comparable", never "no hit".
        compared: False if the law compares nothing for this kind of dataset.
        searched: How many references were permitted.
        links: The links found or found again, best score first.
    """

    record_id: RecordId
    comparable: bool
    compared: bool
    searched: int
    links: tuple[Link, ...]


def compare_record(
    session: Session,
    record_id: RecordId,
    *,
    galleries: Galleries,
    kek: KeyEncryptionKey,
    at: datetime,
) -> Outcome:
    """Compare a stored record with everything the law permits and record what was found.

    Idempotent: links and snapshots that exist stay as they are. Runs in the caller's transaction.

    Raises:
        NotFoundError: no such record.
        NotReadyError: the gallery cannot be brought up to date.
    """
    system = store.system_of(session, record_id)
    dataset = store.get_dataset(session, record_id) if system is System.EURODAC else None
    fingers = store.load_fingers(session, [record_id], kek=kek).get(record_id, FingerSet({}))
    permit = _permit(system, dataset, record_id, has_fingers=len(fingers) > 0)
    links: list[Link] = []
    searched = 0
    if permit is not None and len(fingers):
        answer = find_hits(
            session, galleries, fingers=fingers, permit=permit, k=MAX_CANDIDATES, kek=kek
        )
        searched = answer.searched
        for hit in answer.hits:
            link = _link(session, record_id, hit, threshold=answer.threshold, at=at)
            links.append(store.insert_link(session, link))
    if dataset is not None:
        _snapshots(session, dataset, links, kek=kek, at=at)
    result = store.ComparisonResult(at, searched, SCORE_VERSION, galleries.high_water)
    store.finish_comparison(session, record_id, result=result)
    return Outcome(record_id, len(fingers) > 0, permit is not None, searched, tuple(links))


def recheck_links(
    session: Session, record_id: RecordId, *, kek: KeyEncryptionKey
) -> tuple[Link, ...]:
    """Compare again what provisional links join, after the biometrics of a record changed.

    A link whose pair still reaches the threshold at which it was found gets the new score and
    terms; any other is withdrawn with what was received through it. What an expert decided stays.

    Returns:
        The links that were withdrawn.

    Cost: one comparison per link.
    """
    links = [
        link
        for link in store.links_of(session, [record_id])
        if link.state is LinkState.PROVISIONAL and link.basis is LinkBasis.FINGERPRINT
    ]
    stored = store.load_fingers(
        session, {end for link in links for end in (link.low, link.high)}, kek=kek
    )
    withdrawn = []
    for link in links:
        other = link.high if link.low == link.found_by else link.low
        probe, reference = (stored.get(end, FingerSet({})) for end in (link.found_by, other))
        arrangement = _ARRANGED.get(link.check_reason, Arrangement.AS_LABELLED)
        found = compare(pack(rearranged(probe, arrangement)), pack(reference))
        if arrangement is not Arrangement.AS_LABELLED:
            found = replace(found, score=found.score - ARRANGEMENT_DISCOUNT)
        if found.terms and found.score >= link.threshold:
            store.rescore_link(session, _scored(session, link, found, arrangement))
        else:
            store.withdraw_link(session, link.id)
            withdrawn.append(link)
    return tuple(withdrawn)


def link_transfer(
    session: Session, arrival: RecordId, origin: RecordId, *, kek: KeyEncryptionKey, at: datetime
) -> Link | None:
    """Link a transfer arrival to the dataset that it names, if their prints agree.

    Article 27(1) spares such a dataset the search; what a message says is no evidence about a
    person, so the named pair alone is compared. Nothing tells the sender what came of it.

    Returns:
        The provisional link, marked as asserted; None where prints are missing or do not agree.

    Cost: one comparison.
    Law: 32024R1358#art16.2.a
    """
    stored = store.load_fingers(session, (arrival, origin), kek=kek)
    one, other = (stored.get(end, FingerSet({})) for end in (arrival, origin))
    found = compare(pack(one), pack(other))
    if not found.terms or found.score < PERSON_THRESHOLD:
        return None
    low, high = sorted((origin, arrival))
    bare = Link(
        id=LinkId(new_id()),
        low=low,
        low_system=System.EURODAC,
        high=high,
        high_system=System.EURODAC,
        state=LinkState.PROVISIONAL,
        basis=LinkBasis.TRANSFER,
        score=0.0,
        threshold=PERSON_THRESHOLD,
        terms=(),
        matcher_version="",
        found_by=arrival,
        created_at=at,
    )
    scored = _scored(session, bare, found, Arrangement.AS_LABELLED)
    link = replace(scored, matcher_version="", check_reason="transfer_asserted")
    return store.insert_link(session, link)


def usable_fingers(capture: Capture) -> FingerSet:
    """Give the fingers of a capture that can be compared."""
    return FingerSet({f.position: f.template for f in capture.fingers if f.template is not None})


def permit_of_query(member_state: str) -> Permit:
    """What an Article 18(1) query of a State may search."""
    rule = comparison.comparison_rule(Category.ADMISSION_QUERY, "none")
    return permit_for(
        categories=rule.galleries,
        marked_only=rule.marked_only,
        systems=(),
        excluded_state=None if rule.own_state else member_state,
    )


def _permit(
    system: System, dataset: Dataset | None, record_id: RecordId, *, has_fingers: bool
) -> Permit | None:
    """Collect what may be searched; None if the law compares nothing."""
    excluded = frozenset({str(record_id)})
    searched_systems = comparison.systems_rule(system).searches
    if dataset is None:
        every = tuple(c.value for c in Category if c is not Category.ADMISSION_QUERY)
        searched = every if System.EURODAC in searched_systems else ()
        others = tuple(s for s in searched_systems if s != System.EURODAC)
        return permit_for(categories=searched, systems=others, excluded=excluded)
    rule = comparison.comparison_rule(dataset.category, dataset.subtype)
    own = rule.galleries if rule.compared else ()
    others = searched_systems if _complete(dataset, has_fingers=has_fingers) else ()
    if not own and not others:
        return None
    return permit_for(categories=own, systems=others, excluded=excluded)


def _complete(dataset: Dataset, *, has_fingers: bool) -> bool:
    """Say whether the dataset starts the multiple-identity detection."""
    missing = {field for field, _ in dataset.missing} | (set() if has_fingers else {"fingerprints"})
    every = {"fingerprints", "facial_image", "names", "nationalities", "date_of_birth"}
    recorded = (every | {"place_of_birth", "sex"}) - missing
    return comparison.starts_mid(dataset.category, recorded)


def _link(session: Session, probe: RecordId, hit: Hit, *, threshold: float, at: datetime) -> Link:
    reference = RecordId(hit.candidate.key)
    pair = sorted((each, store.system_of(session, each)) for each in (probe, reference))
    bare = Link(
        id=LinkId(new_id()),
        low=pair[0][0],
        low_system=pair[0][1],
        high=pair[1][0],
        high_system=pair[1][1],
        state=LinkState.PROVISIONAL,
        basis=LinkBasis.FINGERPRINT,
        score=0.0,
        threshold=threshold,
        terms=(),
        matcher_version=SCORE_VERSION,
        found_by=probe,
        created_at=at,
    )
    return _scored(session, bare, hit.candidate.comparison, hit.arrangement)


def _scored(
    session: Session, link: Link, found: FingersComparison, arrangement: Arrangement
) -> Link:
    """Give the link with what a comparison of its pair said."""
    return replace(
        link,
        score=found.score,
        terms=tuple(
            ScoreTerm(term.position.name.lower(), term.similarity, term.llr) for term in found.terms
        ),
        matcher_version=SCORE_VERSION,
        check_reason=_check_reason(session, link, found.score, arrangement),
    )


def _check_reason(session: Session, link: Link, score: float, arrangement: Arrangement) -> str:
    """Say why an expert must look first (Article 38(4)); links across systems always need one."""
    if arrangement is not Arrangement.AS_LABELLED:
        return arrangement.value
    if not link.low_system is link.high_system is System.EURODAC:
        return "across_systems"
    if store.sexes_of(session, (link.low, link.high)) == {Sex.MALE, Sex.FEMALE}:
        return "sex_differs"
    return "near_threshold" if score < link.threshold + NEAR_THRESHOLD else ""


def _snapshots(
    session: Session,
    probe: Dataset,
    links: Iterable[Link],
    *,
    kek: KeyEncryptionKey,
    at: datetime,
) -> None:
    """Store what the State of origin receives: the hits and their confirmed sequence members."""
    hits = {
        link.high if link.low == probe.id else link.low: link.id
        for link in links
        if link.low_system is link.high_system is System.EURODAC
        and link.state is not LinkState.REJECTED
    }
    confirmed = store.confirmed_graph(session, hits)
    received: dict[RecordId, LinkId] = {}
    for hit, link_id in hits.items():
        received.setdefault(hit, link_id)
        for member in _reached(confirmed, hit) - {probe.id}:
            received.setdefault(member, link_id)
    for reference, dataset in store.get_datasets(session, received).items():
        snapshot = store.HitSnapshot(
            probe.id,
            reference,
            probe.member_state,
            at,
            received[reference],
            dataset_to_json(dataset),
        )
        store.insert_hit_snapshot(session, snapshot, kek=kek)


def _reached(graph: Mapping[RecordId, set[RecordId]], start: RecordId) -> set[RecordId]:
    reached, frontier = {start}, [start]
    while frontier:
        new = graph.get(frontier.pop(), set()) - reached
        reached |= new
        frontier.extend(new)
    return reached
