"""Lookup by identity data: who is recorded like this, and why it is thought so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cache

from sqlalchemy.orm import Session

from eurodac import store
from eurodac.access import Grant
from eurodac.galleries import NameIndex, read_birth, read_names
from eurodac.keys import KeyEncryptionKey
from eurodac.lookup_views import IdentityCandidateView, IdentityLookupView
from eurodac.person import visible_to
from eurodac.present import identity_view, terms_of_identity, why_not
from eurodac.record import CallContext, Dataset, EesFile, RecordId, VisApplication
from eurodac.service.identification import search_permit
from matching.identity import Comparer, Comparison, Identity
from matching.identity.bands import VERSION, Band, Lines, lines_for
from matching.identity.record import known_nationalities

__all__ = ["find_people"]

_Record = Dataset | EesFile | VisApplication

_WIDER = 4  # candidates of the index per place on the list; the full comparison orders them
_SEXES = ("M", "F")
_CIR_SIZE = 10_000_000
"""Identities on which the bands of a screening officer rest: the true number is not shown."""


def find_people(
    session: Session,
    asked: Identity,
    *,
    k: int,
    names: NameIndex,
    call: tuple[CallContext, Grant],
    kek: KeyEncryptionKey,
) -> tuple[IdentityLookupView, list[str]]:
    """Search by identity data, as far as the grant reaches.

    Only those are shown whose data speak for one person more than against it. The evidence does
    not depend on records outside of the grant: rarities are those of a fixed table, not of the
    index, and the bands of the scope ``cir_identity`` rest on a fixed size.

    Returns:
        The answer, and the ids of the records whose data it shows.
    """
    context, grant = call
    identity_only = grant.scope == "cir_identity"
    found = names.search(
        session,
        asked,
        permit=search_permit(context.actor.member_state, identity_only=identity_only),
        k=_WIDER * k,
        kek=kek,
    )
    records = _records(session, [RecordId(near.key) for near in found.nearest])
    ranked = _compared(asked, records)[:k]
    lines = lines_for(_CIR_SIZE if identity_only else found.searched)
    views = [
        _view(records[record_id], comparison, rank=rank, lines=lines)
        for rank, (record_id, comparison) in enumerate(ranked, 1)
    ]
    if not identity_only:
        views = [
            _with_references(session, view, record_id, call=call, kek=kek)
            for view, (record_id, _) in zip(views, ranked, strict=True)
        ]
    answer = IdentityLookupView(
        searched=None if identity_only else found.searched,
        candidates=tuple(views),
        strong=lines.strong,
        review=lines.review,
        weights=_comparer().weights.version,
        bands=VERSION,
    )
    return answer, [record_id for record_id, _ in ranked]


@cache
def _comparer() -> Comparer:
    return Comparer()


def _records(session: Session, record_ids: Iterable[RecordId]) -> Mapping[RecordId, _Record]:
    """Load records of any system, in the order of their ids; those that are gone are left out."""
    wanted = list(record_ids)
    found: dict[RecordId, _Record] = {
        **store.get_datasets(session, wanted),
        **store.get_ees_files(session, wanted),
        **store.get_vis_applications(session, wanted),
    }
    return {record_id: found[record_id] for record_id in wanted if record_id in found}


def _compared(
    asked: Identity, records: Mapping[RecordId, _Record]
) -> list[tuple[RecordId, Comparison]]:
    """Compare in full; best first, equal ones in the order of the index."""
    comparer = _comparer()
    probe = comparer.prepare(asked)
    compared = [
        (record_id, comparer.compare(probe, comparer.prepare(identity)))
        for record_id, record in records.items()
        if (identity := _identity_of(record)).names or asked.documents
    ]
    for_one_person = [item for item in compared if item[1].bits > 0]
    return sorted(for_one_person, key=lambda item: -item[1].bits)


def _identity_of(record: _Record) -> Identity:
    born = record.date_of_birth
    birth = read_birth(born) if born else None
    sex = record.sex.value if record.sex else ""
    return Identity(
        names=read_names(record.names),
        births=() if birth is None else (birth,),
        nationalities=known_nationalities(record.nationalities),
        sex=sex if sex in _SEXES else "",
        documents=tuple(document.number for document in record.documents),
    )


def _view(
    record: _Record, comparison: Comparison, *, rank: int, lines: Lines
) -> IdentityCandidateView:
    band = lines.band(comparison.bits)
    return IdentityCandidateView(
        rank=rank,
        identity=identity_view(record),
        bits=comparison.bits,
        band=band.value,
        why_not=None if band is Band.STRONG else why_not(comparison.why_not(lines.strong)),
        terms=terms_of_identity(comparison),
    )


def _with_references(
    session: Session,
    view: IdentityCandidateView,
    record_id: RecordId,
    *,
    call: tuple[CallContext, Grant],
    kek: KeyEncryptionKey,
) -> IdentityCandidateView:
    context, grant = call
    dataset = store.get_dataset(session, record_id)
    visible = visible_to(
        session,
        record_id,
        member_state=context.actor.member_state,
        kek=kek,
        linked=grant.scope == "linked",
    )
    return replace(
        view,
        record_id=dataset.id,
        reference_number=dataset.reference_number,
        category=dataset.category.value,
        person_id=visible.person_id,
    )
