"""What detection reads and what it answers: frozen values without storage or web.

A ``Case`` is everything one viewing State may base itself on at one instant: its own datasets, the
stored snapshot of each hit result it received, pushes, and records of other systems that hang on
the sequence. Live rows of other States are never part of it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Generic, TypeVar

from eurodac.record import (
    Dataset,
    EesFile,
    LinkState,
    RecordId,
    Role,
    System,
    VisApplication,
)

__all__ = [
    "Case",
    "CounterIndication",
    "Deadline",
    "Evidence",
    "Indicator",
    "IndicatorKind",
    "Linked",
    "Push",
    "Received",
    "Strength",
    "TimelineEvent",
]

RecordT = TypeVar("RecordT", EesFile, VisApplication)


class Strength(StrEnum):
    """How far evidence goes, in the words of 2025/2055."""

    PROOF = "proof"
    CIRCUMSTANTIAL = "circumstantial"
    INDICATOR = "indicator"


class IndicatorKind(StrEnum):
    """What an indicator points to."""

    UNAUTHORISED_MOVEMENT = "unauthorised_movement"
    PRIOR_REJECTION = "prior_rejection"
    OVERSTAY = "overstay"


@dataclass(frozen=True, slots=True, repr=False)
class Received:
    """A dataset as it stood when the viewing State received it with a hit.

    Args:
        dataset: The stored snapshot, never the live row.
        received_at: When the result was received: the hit from which the clocks run.
        probe_id: The viewing State's dataset that produced the hit.
        link_state: State, at ``Case.at``, of what joins probe and dataset.
        own: True if the dataset is the viewing State's own.
    """

    dataset: Dataset
    received_at: datetime
    probe_id: RecordId
    link_state: LinkState
    own: bool


@dataclass(frozen=True, slots=True)
class Push:
    """A notification that the viewing State received (Article 16(4) and the like).

    Args:
        field: Field of ``LaterData`` or mark, e.g. ``"responsible_member_state"``.
        value: Its new value as text.
        about: The dataset on which it was recorded.
        received_at: When it was sent out to the viewing State.
    """

    field: str
    value: str
    about: RecordId
    received_at: datetime


@dataclass(frozen=True, slots=True, repr=False)
class Linked(Generic[RecordT]):
    """A record of another system that hangs on the sequence by biometrics.

    Args:
        record: The record.
        link_state: PROVISIONAL = unverified, until a person decides.
        found_at: When the link was found: the hit from which the clocks run.
    """

    record: RecordT
    link_state: LinkState
    found_at: datetime


@dataclass(frozen=True, slots=True, repr=False)
class Case:
    """One person as one viewing State may look at it at one instant.

    Args:
        viewing_state: Two-letter code of the State that looks (B of the rules).
        role: Role of who looks; decides what is left out.
        at: The instant; what came later is left out.
        own: The viewing State's own datasets of the sequence, live.
        received: Snapshots of hit results; several of one dataset are possible.
        pushes: Notifications about datasets of the sequence.
        ees_files: EES files linked with the sequence.
        vis_applications: VIS applications linked with the sequence.
        ammr_from: First day of the clocks of 2024/1351, where the operator set another than that
            of the law rows; None = that of the rows.
    """

    viewing_state: str
    role: Role
    at: datetime
    own: tuple[Dataset, ...] = ()
    received: tuple[Received, ...] = ()
    pushes: tuple[Push, ...] = ()
    ees_files: tuple[Linked[EesFile], ...] = ()
    vis_applications: tuple[Linked[VisApplication], ...] = ()
    ammr_from: date | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """One record on which an indicator rests.

    Args:
        record_id: The record.
        system: Its system.
        member_state: Whose record it is.
        role: What it is in the story: ``crossing``, ``application``, ``illegal_stay``,
            ``responsibility``, ``visa``, ``entry``, ``rejection``.
        shows: What it shows, one plain sentence.
        on: Day of the event.
        as_of: When the viewing State received what it knows; None = a record it sees live.
        link_state: How firmly it is tied to the viewing State's dataset; None = that dataset.
    """

    record_id: RecordId
    system: System
    member_state: str
    role: str
    shows: str
    on: date
    as_of: datetime | None = None
    link_state: LinkState | None = None


@dataclass(frozen=True, slots=True)
class CounterIndication:
    """What speaks, or may speak, against an indicator."""

    code: str
    text: str
    article: str


@dataclass(frozen=True, slots=True)
class Deadline:
    """Last day (UTC) for the next step; no weekend extends it."""

    on: date
    article: str
    passed: bool


@dataclass(frozen=True, slots=True)
class Indicator:
    """A hint with its evidence; never a decision.

    Args:
        rule_id: Code of the rule, e.g. ``"UM1"``.
        law_id: Row of the law table, e.g. ``"detection.um1"``.
        kind: What it points to.
        strength: How far the evidence goes.
        points_to: The Member State it points to (A of the rules).
        sentence: The finding in one or two plain sentences.
        evidence: The records, in the order of the story; what only the role may see.
        article: CELEX#article.
        legal_basis: The rule in one plain sentence.
        deadline: Where the law sets one.
        counter_indications: What may speak against it; always read them.
        ceased: True if the period of the rule is over; shown, not suppressed.
    """

    rule_id: str
    law_id: str
    kind: IndicatorKind
    strength: Strength
    points_to: str
    sentence: str
    evidence: tuple[Evidence, ...]
    article: str
    legal_basis: str
    deadline: Deadline | None = None
    counter_indications: tuple[CounterIndication, ...] = ()
    ceased: bool = False
    needs_human: bool = field(default=True, init=False)

    @property
    def systems(self) -> tuple[System, ...]:
        """Systems of the evidence, in the order of the enumeration."""
        found = {item.system for item in self.evidence}
        return tuple(system for system in System if system in found)


@dataclass(frozen=True, slots=True)
class TimelineEvent:
    """One event of the person's story.

    Args:
        on: Day of the event, or of its recording where the law stores no other date.
        system: System it comes from.
        member_state: Whose record it is.
        kind: e.g. ``crossing``, ``application``, ``entry``, ``overstay``, ``visa_issued``.
        text: One plain sentence without personal data.
        record_id: The record.
        link_state: How firmly the record hangs on the sequence; None = the viewing State's own.
        as_of: When the viewing State received it; None = seen live.
    """

    on: date
    system: System
    member_state: str
    kind: str
    text: str
    record_id: RecordId
    link_state: LinkState | None = None
    as_of: datetime | None = None
