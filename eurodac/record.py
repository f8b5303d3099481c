"""The values of the registry: frozen, typed, without ORM and web.

Field names are the keys of the law tables (``eurodac/law/categories``) and of the JSON messages.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import NewType

from matching.template import FingerPosition, MinutiaeTemplate

RecordId = NewType("RecordId", str)  # 32 hex digits from 128 random bits; says nothing
LinkId = NewType("LinkId", str)
PersonId = NewType("PersonId", str)  # id of the earliest dataset of a sequence: derived, not stored


class System(StrEnum):
    """The six systems of the interoperability regulations."""

    EURODAC = "EURODAC"
    EES = "EES"
    VIS = "VIS"
    ETIAS = "ETIAS"
    ECRIS_TCN = "ECRIS_TCN"
    SIS = "SIS"


class Category(StrEnum):
    """The seven stored categories of Eurodac and the query that is never stored."""

    APPLICANT = "applicant"  # Article 15(1), 17
    ADMISSION = "admission"  # Article 18(2), 19
    NATIONAL_RESETTLEMENT = "national_resettlement"  # Article 20, 21
    IRREGULAR_CROSSING = "irregular_crossing"  # Article 22
    ILLEGAL_STAY = "illegal_stay"  # Article 23
    SEARCH_AND_RESCUE = "search_and_rescue"  # Article 24
    TEMPORARY_PROTECTION = "temporary_protection"  # Article 26
    ADMISSION_QUERY = "admission_query"  # Article 18(1): a query, never a dataset


class Subtype(StrEnum):
    """What tells two datasets of one category apart; NONE for the usual case."""

    NONE = "none"
    GRANTED = "granted"  # Article 18(2)(a)
    REFUSED = "refused"  # Article 18(2)(b)
    DISCONTINUED = "discontinued"  # Article 18(2)(c)
    TRANSFER_ARRIVAL = "transfer_arrival"  # Article 16(2)(a): applicant, not compared
    RELOCATION_ARRIVAL = "relocation_arrival"  # Article 25(2): applicant or illegal stay


class Sex(StrEnum):
    """Sex as transmitted."""

    MALE = "M"
    FEMALE = "F"
    UNSPECIFIED = "X"


class NameKind(StrEnum):
    """Kinds of names of point (c) of the field lists."""

    CURRENT = "current"
    AT_BIRTH = "at_birth"
    PREVIOUS = "previous"
    ALIAS = "alias"


class MissingReason(StrEnum):
    """Why prints, face or place of birth are missing; never feeds a score about the person."""

    POOR_QUALITY_RETAKE = "poor_quality_retake"
    HEALTH_OBSTACLE = "health_obstacle"
    TECHNICAL_OBSTACLE = "technical_obstacle"
    IMPOSSIBLE_VULNERABLE = "impossible_vulnerable"
    REFUSED = "refused"
    AMPUTATED = "amputated"
    BANDAGED = "bandaged"
    UNKNOWN = "unknown"  # place of birth only


@dataclass(frozen=True, slots=True, repr=False)
class Name:
    """One name or alias; at least one of the two parts is not empty."""

    kind: NameKind
    surnames: str = ""
    forenames: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class PartialDate:
    """A date as people know it: the year, perhaps the month, perhaps the day."""

    year: int
    month: int | None = None
    day: int | None = None

    def __str__(self) -> str:
        parts = [f"{self.year:04}"]
        parts += [f"{part:02}" for part in (self.month, self.day) if part is not None]
        return "-".join(parts)


@dataclass(frozen=True, slots=True, repr=False)
class Document:
    """Point (i): an identity or travel document."""

    type: str
    number: str
    issuing_country: str  # three letters
    expires_on: date | None = None


@dataclass(frozen=True, slots=True, repr=False)
class DocumentScan:
    """Point (j): colour scan, or another identifying document, with its authenticity indication."""

    image: bytes
    authenticity: str  # "authentic" | "not_verifiable"
    fallback: bool = False  # True: another document, because no travel document is there


@dataclass(frozen=True, slots=True)
class Event:
    """Point (g): what happened (application, apprehension ...), where and when."""

    place: str
    on: date


@dataclass(frozen=True, slots=True)
class Visa:
    """Article 17(2)(h): the fact that a visa was issued; no dates are stored with it."""

    member_state: str
    application_number: str


@dataclass(frozen=True, slots=True)
class SecurityFlag:
    """Article 17(2)(i): with at least one circumstance and the examination it came from."""

    circumstances: frozenset[str]  # armed, violent, terrorism, serious_crime
    source: str  # screening, responsibility, application, capture


@dataclass(frozen=True, slots=True)
class AdmissionRefusal:
    """Article 19(1)(p)."""

    on: date
    grounds: str


@dataclass(frozen=True, slots=True)
class LaterData:
    """Data that are recorded later: Articles 17(2), 22(3), 23(3), 24(3). None = not recorded."""

    responsible_member_state: str | None = None
    relocation_member_state: str | None = None
    take_charge_arrival_on: date | None = None
    take_back_arrival_on: date | None = None
    left_territory_on: date | None = None
    return_departure_on: date | None = None
    relocation_arrival_on: date | None = None
    visa: Visa | None = None
    security_flag: SecurityFlag | None = None
    application_rejected: bool | None = None
    border_procedure_decision: str | None = None  # inadmissible, unfounded, ..., withdrawn
    avrr_granted: bool | None = None


class SampleKind(StrEnum):
    """What a stored image is."""

    FINGER = "finger"
    FACE = "face"
    DOCUMENT = "document"


@dataclass(frozen=True, slots=True, repr=False)
class Sample:
    """An image as it was transmitted; stored encrypted for the experts."""

    kind: SampleKind
    position: int  # finger position 1..10; 0 for face and document
    media_type: str
    data: bytes


@dataclass(frozen=True, slots=True, repr=False)
class Finger:
    """One finger position of a capture after quality control.

    Args:
        position: 1..10.
        template: Minutiae, None where the finger is missing or not usable.
        nfiq2: 0..100, None for ready-made templates and missing fingers.
        reason: Why there is no template (quality gate or missing reason), "" where there is one.
    """

    position: FingerPosition
    template: MinutiaeTemplate | None
    nfiq2: int | None
    reason: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class Dataset:
    """What is recorded for one event and one set of fingerprints (Article 2(1)(y)).

    Everything here was validated by ``transmission``. ``id`` and ``recorded_at`` are given by the
    registry. Times are UTC-aware. ``missing`` maps ``fingerprints``, ``facial_image`` or
    ``place_of_birth`` to the reason.
    """

    id: RecordId
    category: Category
    subtype: Subtype
    member_state: str
    reference_number: str
    names: tuple[Name, ...]
    nationalities: tuple[str, ...]
    sex: Sex | None
    date_of_birth: PartialDate | None
    place_of_birth: str | None
    event: Event | None
    biometrics_taken_at: datetime | None
    transmitted_at: datetime
    operator_user_id: str
    recorded_at: datetime
    expires_on: date
    documents: tuple[Document, ...] = ()
    document_scan_authenticity: str | None = None
    protection_granted_on: date | None = None
    admission_refusal: AdmissionRefusal | None = None
    admission_discontinued_on: date | None = None
    tp_exclusion_ground: bool | None = None
    tp_decision_reference: str | None = None
    missing: tuple[tuple[str, MissingReason], ...] = ()
    later: LaterData = field(default_factory=LaterData)
    later_recorded_at: tuple[tuple[str, datetime], ...] = ()  # field of LaterData -> when
    protection_mark: bool = False  # Article 31(1)
    residence_mark: bool = False  # Article 31(4)
    version: int = 1  # raised with every change of the row


@dataclass(frozen=True, slots=True, repr=False)
class Capture:
    """The biometrics of one record: what goes encrypted into the database."""

    fingers: tuple[Finger, ...] = ()
    samples: tuple[Sample, ...] = ()


class LinkState(StrEnum):
    """Life of a link; a sequence counts PROVISIONAL and CONFIRMED."""

    PROVISIONAL = "provisional"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"


class LinkBasis(StrEnum):
    """What a link rests on."""

    FINGERPRINT = "fingerprint"
    TRANSFER = "transfer"  # Article 16(2)(a): linked explicitly, not compared


@dataclass(frozen=True, slots=True)
class ScoreTerm:
    """One line of the explanation of a link: label, raw value 0..1, log-likelihood ratio."""

    label: str
    similarity: float
    llr: float


@dataclass(frozen=True, slots=True)
class Link:
    """Two records of one person, as found by biometrics and decided by people.

    ``low`` < ``high`` as text, so that a pair has one link. ``found_by`` is the one of the two
    whose comparison found the other: its State received the hit and verifies it. ``check_reason``
    says why an expert must look before it is used (Article 38(4)), "" where nothing calls for it.
    """

    id: LinkId
    low: RecordId
    low_system: System
    high: RecordId
    high_system: System
    state: LinkState
    basis: LinkBasis
    score: float
    threshold: float
    terms: tuple[ScoreTerm, ...]
    matcher_version: str
    found_by: RecordId
    created_at: datetime
    check_reason: str = ""
    decided_at: datetime | None = None
    decided_by: str | None = None  # pseudonym
    decision_reason: str | None = None
    version: int = 1


class Role(StrEnum):
    """Roles of people and machines; what each may do is in ``law/roles/*.toml``."""

    ASYLUM_UNIT = "asylum_unit"
    IMMIGRATION_UNIT = "immigration_unit"
    SCREENING_OFFICER = "screening_officer"
    VISA_AUTHORITY = "visa_authority"
    FINGERPRINT_EXPERT = "fingerprint_expert"
    AUDITOR = "auditor"
    OPERATOR = "operator"
    LAW_ENFORCEMENT = "law_enforcement"


@dataclass(frozen=True, slots=True, repr=False)
class Actor:
    """Who acts: a person or machine of one unit of one Member State."""

    user_id: str
    unit: str
    role: Role
    member_state: str


@dataclass(frozen=True, slots=True, repr=False)
class CallContext:
    """Under what an operation runs; every data call carries one (Articles 1(1), 41)."""

    actor: Actor
    purpose: str  # purpose code a..j of Article 1(1)
    case_reference: str
    at: datetime  # UTC; nothing below the front doors reads a clock


@dataclass(frozen=True, slots=True)
class EesCrossing:
    """One entry or exit record of an EES file."""

    kind: str  # "entry" | "exit"
    at: datetime
    member_state: str
    authorised_until: date | None  # end of the authorised stay, entries only


@dataclass(frozen=True, slots=True, repr=False)
class EesFile:
    """An EES individual file of a visa-exempt traveller (2017/2226, Article 17)."""

    id: RecordId
    member_state: str
    names: tuple[Name, ...]
    nationalities: tuple[str, ...]
    sex: Sex
    date_of_birth: PartialDate
    documents: tuple[Document, ...]
    created_at: datetime
    crossings: tuple[EesCrossing, ...] = ()


class VisaState(StrEnum):
    """Life of a VIS application (767/2008, Articles 8 to 14)."""

    APPLIED = "applied"
    ISSUED = "issued"
    REFUSED = "refused"
    ANNULLED = "annulled"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True, repr=False)
class VisApplication:
    """A VIS application file."""

    id: RecordId
    member_state: str  # that dealt with the application
    represented_member_state: str | None  # on whose behalf, if any
    application_number: str
    names: tuple[Name, ...]
    nationalities: tuple[str, ...]
    sex: Sex
    date_of_birth: PartialDate
    documents: tuple[Document, ...]
    lodged_on: date
    state: VisaState
    decided_on: date | None = None
    valid_from: date | None = None
    valid_until: date | None = None
    refusal_grounds: tuple[str, ...] = ()  # Article 12(2)
    created_at: datetime | None = None
