"""What the front doors show: frozen values, already filtered for who asks.

``to_json`` gives JSON values; FastAPI uses the classes as response models.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from pydantic import TypeAdapter

__all__ = [
    "AuditView",
    "CandidateView",
    "ConnectedView",
    "DatasetView",
    "EvidenceView",
    "FingerView",
    "HitView",
    "IdentificationView",
    "IdentityView",
    "IndicatorView",
    "LinkView",
    "LogEntryView",
    "LookupView",
    "NameView",
    "PersonView",
    "Readiness",
    "TermView",
    "TimelineView",
    "TransmissionView",
    "ValueView",
    "VisaFileView",
    "to_json",
]


@dataclass(frozen=True, slots=True, repr=False)
class NameView:
    """One name or alias."""

    kind: str
    surnames: str
    forenames: str


@dataclass(frozen=True, slots=True, repr=False)
class DatasetView:
    """One dataset as this viewer may see it; ``as_of`` is when it was received, None = live."""

    record_id: str
    member_state: str
    category: str
    subtype: str
    reference_number: str
    names: tuple[NameView, ...]
    nationalities: tuple[str, ...]
    date_of_birth: str | None
    place_of_birth: str | None
    sex: str | None
    event_place: str | None
    event_on: date | None
    documents: tuple[dict[str, Any], ...]
    biometrics_taken_at: datetime | None
    transmitted_at: datetime
    recorded_at: datetime
    expires_on: date
    missing: dict[str, str]
    later: dict[str, Any]
    later_recorded_at: dict[str, datetime]
    protection_granted_on: date | None
    protection_mark: bool
    residence_mark: bool
    own: bool
    as_of: datetime | None


@dataclass(frozen=True, slots=True)
class TermView:
    """One line of a score's explanation; ``llr`` > 0 speaks for one person, < 0 against."""

    label: str
    similarity: float
    llr: float


@dataclass(frozen=True, slots=True)
class LinkView:
    """A link with its explanation; ``label`` is "unverified" across systems until decided.

    ``expected_false`` bounds how many strangers with such a score the search that found it, of
    ``searched`` references, shows on average; None where nothing was compared.
    """

    link_id: str
    records: tuple[str, str]
    systems: tuple[str, str]
    state: str
    label: str
    basis: str
    score: float
    threshold: float
    terms: tuple[TermView, ...]
    check_reason: str
    created_at: datetime
    decided_at: datetime | None
    decision_reason: str | None
    may_decide: bool
    searched: int | None
    expected_false: float | None


@dataclass(frozen=True, slots=True)
class FingerView:
    """The outcome of quality control for one finger.

    ``same_as`` is another position whose print looks like the same finger: look at both.
    """

    position: int
    usable: bool
    nfiq2: int | None
    reason: str
    same_as: int | None


@dataclass(frozen=True, slots=True, repr=False)
class HitView:
    """One dataset of a hit, as it was when the State received it."""

    dataset: DatasetView
    link: LinkView | None
    received_at: datetime
    expected_false: float | None


@dataclass(frozen=True, slots=True, repr=False)
class TransmissionView:
    """The answer to a transmission.

    ``record_id`` is None for the query of Article 18(1), which is never stored. ``comparable`` is
    False where no finger was usable: that is not a negative result.
    """

    record_id: str | None
    reference_number: str
    category: str
    stored: bool
    replayed: bool
    comparable: bool
    compared: bool
    searched: int
    fingers: tuple[FingerView, ...]
    hits: tuple[HitView, ...]


@dataclass(frozen=True, slots=True, repr=False)
class IdentityView:
    """Identity data (Article 18(1) of 2019/818), without system or record reference."""

    names: tuple[NameView, ...]
    nationalities: tuple[str, ...]
    date_of_birth: str | None
    place_of_birth: str | None
    sex: str | None
    documents: tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True, repr=False)
class CandidateView:
    """One candidate; a screening officer gets rank and identity only.

    ``arrangement`` says how the fingers were read: ``as_labelled``, or hands swapped or mirrored.
    """

    rank: int
    identity: IdentityView
    score: float | None = None
    expected_false: float | None = None
    arrangement: str | None = None
    terms: tuple[TermView, ...] = ()
    record_id: str | None = None
    reference_number: str | None = None
    category: str | None = None
    person_id: str | None = None


@dataclass(frozen=True, slots=True, repr=False)
class IdentificationView:
    """The answer to an identification.

    ``expected_false`` bounds how many strangers a search of a person who is not recorded shows on
    average, at this ``threshold`` and number of records ``searched``. ``too_few_fingers``: even
    equal prints could not have reached the threshold; no candidate says nothing then.
    """

    searched: int | None
    candidates: tuple[CandidateView, ...]
    threshold: float | None = None
    expected_false: float | None = None
    too_few_fingers: bool = False
    fingers: tuple[FingerView, ...] = ()


@dataclass(frozen=True, slots=True, repr=False)
class LookupView:
    """The answer to a lookup by reference number."""

    record_id: str
    person_id: str
    dataset: DatasetView


@dataclass(frozen=True, slots=True, repr=False)
class ConnectedView:
    """A record of another system that hangs on the person by a labelled link."""

    record_id: str
    system: str
    member_state: str
    label: str
    score: float
    summary: dict[str, Any]


@dataclass(frozen=True, slots=True, repr=False)
class ValueView:
    """One value of a field that differs between datasets."""

    field: str
    value: tuple[str, ...]
    member_state: str
    record_id: str


@dataclass(frozen=True, slots=True, repr=False)
class VisaFileView:
    """A visa application of the own Member State, read-only."""

    record_id: str
    member_state: str
    represented_member_state: str | None
    application_number: str
    identity: IdentityView
    lodged_on: date
    state: str
    decided_on: date | None
    valid_from: date | None
    valid_until: date | None
    refusal_grounds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TimelineView:
    """One event of the timeline."""

    on: date
    system: str
    member_state: str
    kind: str
    text: str
    record_id: str
    link_state: str | None
    as_of: datetime | None


@dataclass(frozen=True, slots=True)
class EvidenceView:
    """One record on which an indicator rests."""

    record_id: str
    system: str
    member_state: str
    role: str
    shows: str
    on: date
    as_of: datetime | None
    link_state: str | None


@dataclass(frozen=True, slots=True)
class IndicatorView:
    """A hint with its evidence; a person decides."""

    rule: str
    kind: str
    strength: str
    points_to: str
    says: str
    article: str
    legal_basis: str
    deadline: date | None
    deadline_article: str | None
    deadline_passed: bool
    ceased: bool
    evidence: tuple[EvidenceView, ...]
    counter_indications: tuple[str, ...]
    needs_human: bool


@dataclass(frozen=True, slots=True, repr=False)
class PersonView:
    """One person as one State, role and purpose may see them at one instant.

    A visa authority gets ``visa_files`` and no datasets, every other role the reverse.
    """

    person_id: str
    viewing_state: str
    role: str
    purpose: str
    as_of: datetime
    datasets: tuple[DatasetView, ...]
    visa_files: tuple[VisaFileView, ...]
    links: tuple[LinkView, ...]
    connected: tuple[ConnectedView, ...]
    conflicting: tuple[ValueView, ...]
    conflicts: tuple[str, ...]
    timeline: tuple[TimelineView, ...]
    indicators: tuple[IndicatorView, ...]


@dataclass(frozen=True, slots=True)
class AuditView:
    """A verified log: number of entries, hash of the last one, and the anchor to keep of it."""

    count: int
    head: str
    anchor: str


@dataclass(frozen=True, slots=True)
class LogEntryView:
    """One log entry; ids are pseudonyms."""

    seq: int
    at: datetime
    operation: str
    outcome: str
    actor: str
    unit: str
    role: str
    member_state: str
    purpose: str | None
    case: str | None
    subject: str | None
    detail: dict[str, Any]
    hash: str


@dataclass(frozen=True, slots=True)
class Readiness:
    """Whether requests can be answered, per part; no data."""

    ok: bool
    parts: dict[str, str]


@cache
def _adapter(kind: type) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def to_json(view: object) -> dict[str, Any]:
    """Give a view as JSON values."""
    kind: Any = type(view)  # mypy does not see that classes are hashable
    body: dict[str, Any] = _adapter(kind).dump_python(view, mode="json")
    return body
