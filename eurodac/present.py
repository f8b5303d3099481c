"""Records and links -> views; the one place where stored values take their outward shape."""

from __future__ import annotations

import math
from datetime import datetime

from eurodac.detection.values import Indicator, TimelineEvent
from eurodac.lookup_views import IdentityTermView
from eurodac.record import (
    Capture,
    Dataset,
    EesFile,
    Finger,
    Link,
    LinkBasis,
    LinkState,
    Name,
    System,
    VisApplication,
)
from eurodac.record_json import dataset_to_json
from eurodac.views import (
    DatasetView,
    EvidenceView,
    FingerView,
    IdentityView,
    IndicatorView,
    LinkView,
    NameView,
    TermView,
    TimelineView,
    VisaFileView,
)
from matching.fingerprint.arrangement import find_same_fingers
from matching.fingerprint.compare import FingersComparison, pack
from matching.identity import Comparison, Term, TermKind
from matching.identity.evidence import Reason
from matching.name.text import displayed
from matching.template import FingerPosition, FingerSet
from matching.thresholds import expected_false_candidates

__all__ = [
    "comparison_terms",
    "dataset_view",
    "finger_views",
    "identity_view",
    "indicator_view",
    "link_label",
    "link_view",
    "rarity",
    "terms_of_identity",
    "timeline_view",
    "visa_file_view",
    "why_not",
]


def dataset_view(dataset: Dataset, *, own: bool, as_of: datetime | None) -> DatasetView:
    """Show a dataset; ``as_of`` is when it was received, None for a live row of the viewer."""
    body = dataset_to_json(dataset)
    later = {k: v for k, v in body["later"].items() if v is not None}
    return DatasetView(
        record_id=dataset.id,
        member_state=dataset.member_state,
        category=dataset.category.value,
        subtype=dataset.subtype.value,
        reference_number=dataset.reference_number,
        names=_names(dataset.names),
        nationalities=dataset.nationalities,
        date_of_birth=str(dataset.date_of_birth) if dataset.date_of_birth else None,
        place_of_birth=dataset.place_of_birth,
        sex=dataset.sex.value if dataset.sex else None,
        event_place=dataset.event.place if dataset.event else None,
        event_on=dataset.event.on if dataset.event else None,
        documents=tuple(body["documents"]),
        biometrics_taken_at=dataset.biometrics_taken_at,
        transmitted_at=dataset.transmitted_at,
        recorded_at=dataset.recorded_at,
        expires_on=dataset.expires_on,
        missing={field: reason.value for field, reason in dataset.missing},
        later=later,
        later_recorded_at=dict(dataset.later_recorded_at),
        protection_granted_on=dataset.protection_granted_on,
        protection_mark=dataset.protection_mark,
        residence_mark=dataset.residence_mark,
        own=own,
        as_of=as_of,
    )


def link_label(link: Link) -> str:
    """Name the state for people: across systems a link is unverified until somebody decides."""
    across = link.low_system is not link.high_system
    if across and link.state is LinkState.PROVISIONAL:
        return "unverified"
    return link.state.value


def link_view(link: Link, *, may_decide: bool, searched: int | None) -> LinkView:
    """Show a link with its explanation.

    Args:
        link: As stored.
        may_decide: Whether the viewer may confirm or reject it.
        searched: References in the search that found it, None where none was made.
    """
    compared = searched is not None and link.basis is LinkBasis.FINGERPRINT
    return LinkView(
        link_id=link.id,
        records=(link.low, link.high),
        systems=(link.low_system.value, link.high_system.value),
        state=link.state.value,
        label=link_label(link),
        basis=link.basis.value,
        score=link.score,
        threshold=link.threshold,
        terms=tuple(TermView(t.label, t.similarity, t.llr) for t in link.terms),
        check_reason=link.check_reason,
        created_at=link.created_at,
        decided_at=link.decided_at,
        decision_reason=link.decision_reason,
        may_decide=may_decide,
        searched=searched if compared else None,
        expected_false=expected_false_candidates(link.score, references=searched or 0)
        if compared
        else None,
    )


def finger_views(capture: Capture) -> tuple[FingerView, ...]:
    """Show the outcome of quality control; the second of two equal fingers names the first."""
    templates = {f.position: f.template for f in capture.fingers if f.template is not None}
    same = {other: one for one, other in reversed(find_same_fingers(pack(FingerSet(templates))))}
    return tuple(_finger(finger, same.get(finger.position)) for finger in capture.fingers)


def identity_view(record: Dataset | EesFile | VisApplication) -> IdentityView:
    """Show identity data only: no system, no reference, nothing that tells where it is stored."""
    birth = record.date_of_birth
    documents = tuple(
        {
            "type": d.type,
            "number": d.number,
            "issuing_country": d.issuing_country,
            "expires_on": d.expires_on.isoformat() if d.expires_on else None,
        }
        for d in record.documents
    )
    return IdentityView(
        names=_names(record.names),
        nationalities=record.nationalities,
        date_of_birth=str(birth) if birth else None,
        place_of_birth=record.place_of_birth if isinstance(record, Dataset) else None,
        sex=record.sex.value if record.sex else None,
        documents=documents,
    )


def visa_file_view(application: VisApplication) -> VisaFileView:
    """Show a visa application to the State that deals with it."""
    return VisaFileView(
        record_id=application.id,
        member_state=application.member_state,
        represented_member_state=application.represented_member_state,
        application_number=application.application_number,
        identity=identity_view(application),
        lodged_on=application.lodged_on,
        state=application.state.value,
        decided_on=application.decided_on,
        valid_from=application.valid_from,
        valid_until=application.valid_until,
        refusal_grounds=application.refusal_grounds,
    )


def timeline_view(event: TimelineEvent) -> TimelineView:
    """Show one event."""
    return TimelineView(
        on=event.on,
        system=event.system.value,
        member_state=event.member_state,
        kind=event.kind,
        text=event.text,
        record_id=event.record_id,
        link_state=_tie(event.link_state, event.system),
        as_of=event.as_of,
    )


def indicator_view(indicator: Indicator) -> IndicatorView:
    """Show one indicator with its evidence."""
    deadline = indicator.deadline
    return IndicatorView(
        rule=indicator.rule_id,
        kind=indicator.kind.value,
        strength=indicator.strength.value,
        points_to=indicator.points_to,
        says=indicator.sentence,
        article=indicator.article,
        legal_basis=indicator.legal_basis,
        deadline=deadline.on if deadline else None,
        deadline_article=deadline.article if deadline else None,
        deadline_passed=deadline.passed if deadline else False,
        ceased=indicator.ceased,
        evidence=tuple(
            EvidenceView(
                record_id=item.record_id,
                system=item.system.value,
                member_state=item.member_state,
                role=item.role,
                shows=item.shows,
                on=item.on,
                as_of=item.as_of,
                link_state=_tie(item.link_state, item.system),
            )
            for item in indicator.evidence
        ),
        counter_indications=tuple(item.text for item in indicator.counter_indications),
        needs_human=indicator.needs_human,
    )


def comparison_terms(comparison: FingersComparison) -> tuple[TermView, ...]:
    """Show the terms of a comparison that did not become a link."""
    return tuple(
        TermView(term.position.name.lower(), term.similarity, term.llr) for term in comparison.terms
    )


def terms_of_identity(comparison: Comparison) -> tuple[IdentityTermView, ...]:
    """Show the terms of a comparison of identities, as values and as lines of text."""
    return tuple(
        IdentityTermView(
            kind=term.kind.value,
            relation=term.relation,
            bits=term.bits,
            asked=displayed(term.probe),
            recorded=displayed(term.reference),
            text=_term_text(term),
        )
        for term in comparison.terms
    )


def why_not(reason: Reason) -> str:
    """Say what a comparison lacks to the strong line, and the smallest change that would do.

    Examples:
        >>> why_not(Reason(3.25, ()))
        '3.2 bits below strong; no agreement of these data would do, more data are needed'
    """
    short = f"{reason.missing:.1f} bits below strong"
    if not reason.changes:
        return f"{short}; no agreement of these data would do, more data are needed"
    changes = [
        " ".join(part for part in (_spoken(term.kind.value), displayed(term.probe)) if part)
        for term in reason.changes
    ]
    return f"{short}; enough would be full agreement of {', '.join(changes)}"


def _term_text(term: Term) -> str:
    """One signed line.

    Examples:
        >>> from matching.identity import TermKind
        >>> _term_text(Term(TermKind.BIRTH, "equal", 7.25, 7.25, "1990-05-03", "1990-05-03"))
        '+7.2 birth date: equal 1990-05-03'
        >>> _term_text(Term(TermKind.LEFT, "missing", -1.0, 0.0, "", "karim"))
        '-1.0 word left over: karim (recorded only)'
    """
    asked, recorded = displayed(term.probe), displayed(term.reference)
    sides = asked if asked == recorded else f"{asked} / {recorded}"
    if not asked or not recorded:
        sides = f"{asked or recorded} ({'asked' if asked else 'recorded'} only)"
    relation = "" if term.kind is TermKind.LEFT else f"{_spoken(term.relation)} "
    return f"{term.bits:+.1f} {_spoken(term.kind.value)}: {relation}{sides}"


def _spoken(code: str) -> str:
    return code.replace("_", " ")


def rarity(expected: float) -> str:
    """Say in words how often a search of a person who is not recorded shows a stranger like this.

    Args:
        expected: Bound of the mean number of such strangers per search, >= 0.

    Examples:
        >>> rarity(0.0010000000000000002), rarity(0.3), rarity(1e-20)
        ('one search in 1,000', 'one search in 3', 'one search in a million')
    """
    if expected <= 1e-6:  # rarer than anything that was measured
        return "one search in a million"
    # A rate that was computed may miss the round one by the last bits.
    once = math.floor(1 / expected * (1 + 1e-9)) if expected < 1 else 1
    digits = 10 ** (len(str(once)) - 1)
    return "every search" if once == 1 else f"one search in {once // digits * digits:,}"


def _tie(state: LinkState | None, system: System) -> str | None:
    if state is LinkState.PROVISIONAL and system is not System.EURODAC:
        return "unverified"
    return state.value if state else None


def _names(names: tuple[Name, ...]) -> tuple[NameView, ...]:
    return tuple(NameView(n.kind.value, n.surnames, n.forenames) for n in names)


def _finger(finger: Finger, same_as: FingerPosition | None) -> FingerView:
    return FingerView(
        position=int(finger.position),
        usable=finger.template is not None,
        nfiq2=finger.nfiq2,
        reason=finger.reason,
        same_as=None if same_as is None else int(same_as),
    )
