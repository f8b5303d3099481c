"""Eurodac datasets: one row per dataset, its closed lists held by the database."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from eurodac.record import Category, MissingReason, Sex, Subtype
from eurodac.tables.base import ID, Base, UtcDateTime, boolean, check, one_of, partial_date

__all__ = ["CIRCUMSTANCES", "LATER_COLUMNS", "DatasetRow"]

_FOUR = ("applicant", "irregular_crossing", "illegal_stay", "search_and_rescue")
# Field of LaterData -> its columns and the categories whose list has it: Regulation (EU)
# 2024/1358, Articles 17(2), 22(3), 23(3), 24(3).
_LATER: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "responsible_member_state": (("responsible_member_state",), ("applicant",)),
    "relocation_member_state": (("relocation_member_state",), _FOUR),
    "take_charge_arrival_on": (("take_charge_arrival_on",), ("applicant",)),
    "take_back_arrival_on": (("take_back_arrival_on",), ("applicant",)),
    "left_territory_on": (("left_territory_on",), ("applicant",)),
    "return_departure_on": (("return_departure_on",), _FOUR),
    "relocation_arrival_on": (("relocation_arrival_on",), ("applicant", "illegal_stay")),
    "visa": (("visa_member_state", "visa_application_number"), ("applicant",)),
    "security_flag": (("security_source",), _FOUR),
    "application_rejected": (("application_rejected",), ("applicant",)),
    "border_procedure_decision": (("border_procedure_decision",), ("applicant",)),
    "avrr_granted": (("avrr_granted",), _FOUR),
}
LATER_COLUMNS = {field: columns for field, (columns, _) in _LATER.items()}
CIRCUMSTANCES = ("armed", "violent", "terrorism", "serious_crime")
_ANY_CIRCUMSTANCE = "(" + " OR ".join(f"security_{c}" for c in CIRCUMSTANCES) + ")"
_DIGITS = {  # Article 37(4); digit 7 stands for Article 18, 9 for search and rescue
    Category.APPLICANT: 1,
    Category.IRREGULAR_CROSSING: 2,
    Category.ILLEGAL_STAY: 3,
    Category.ADMISSION: 7,
    Category.NATIONAL_RESETTLEMENT: 8,
    Category.SEARCH_AND_RESCUE: 9,
    Category.TEMPORARY_PROTECTION: 0,
}
_FACE_REASONS = (
    MissingReason.POOR_QUALITY_RETAKE,
    MissingReason.HEALTH_OBSTACLE,
    MissingReason.TECHNICAL_OBSTACLE,
    MissingReason.IMPOSSIBLE_VULNERABLE,
    MissingReason.REFUSED,
)
_FINGER_REASONS = (*_FACE_REASONS, MissingReason.AMPUTATED, MissingReason.BANDAGED)
_PLACE_REASONS = (MissingReason.UNKNOWN, MissingReason.REFUSED)
_DECISIONS = (
    "inadmissible",
    "unfounded",
    "manifestly_unfounded",
    "explicitly_withdrawn",
    "implicitly_withdrawn",
)


def _in(categories: tuple[str, ...]) -> str:
    return "category IN (" + ", ".join(f"'{c}'" for c in categories) + ")"


def _later_constraints() -> tuple[CheckConstraint, ...]:
    """A later field stands only in the lists that have it, whole, and with its time."""
    found = []
    for field, (columns, categories) in _LATER.items():
        first = columns[0]
        found.append(check(f"{field}_category", f"{first} IS NULL OR {_in(categories)}"))
        found.extend(
            check(f"{field}_complete", f"({first} IS NULL) = ({other} IS NULL)")
            for other in columns[1:]
        )
        found.append(
            check(f"{field}_recorded", f"({first} IS NULL) = ({field}_recorded_at IS NULL)")
        )
    return tuple(found)


def _subtype_constraints() -> tuple[CheckConstraint, ...]:
    """Articles 16(2)(a), 19 and 25(2): each subtype has its category and its fields."""
    granted = "(category = 'national_resettlement' OR subtype = 'granted')"
    return (
        check(
            "subtype_category",
            "CASE subtype WHEN 'none' THEN category <> 'admission'"
            " WHEN 'transfer_arrival' THEN category = 'applicant'"
            " WHEN 'relocation_arrival' THEN category IN ('applicant', 'illegal_stay')"
            " ELSE category = 'admission' END",
        ),
        check(
            "transfer_arrival",
            "subtype <> 'transfer_arrival'"
            " OR (take_charge_arrival_on IS NOT NULL AND relocation_arrival_on IS NULL)",
        ),
        check(
            "relocation_arrival",
            "subtype <> 'relocation_arrival'"
            " OR (relocation_arrival_on IS NOT NULL AND take_charge_arrival_on IS NULL)",
        ),
        check("protection_granted", f"(protection_granted_on IS NOT NULL) = {granted}"),
        check("admission_refused", "(admission_refused_on IS NOT NULL) = (subtype = 'refused')"),
        check(
            "admission_refusal_complete",
            "(admission_refused_on IS NULL) = (admission_refusal_grounds IS NULL)",
        ),
        check(
            "admission_discontinued",
            "(admission_discontinued_on IS NOT NULL) = (subtype = 'discontinued')",
        ),
        check(
            "tp_exclusion_category",
            "tp_exclusion_ground IS NULL OR category = 'temporary_protection'",
        ),
        check(
            "tp_decision",
            "(tp_decision_reference IS NOT NULL) = (category = 'temporary_protection')",
        ),
    )


def _number_constraints() -> tuple[CheckConstraint, ...]:
    """Article 37(4): letters of the State, digit of the category, the rest."""
    digits = " ".join(f"WHEN '{c}' THEN '{d}'" for c, d in _DIGITS.items())
    grammar = check("reference_number_grammar", "reference_number ~ '^[A-Z]{2}[0-9][A-Z0-9]*$'")
    glob = check("reference_number_grammar", "reference_number NOT GLOB '*[^A-Z0-9]*'")
    return (
        check("reference_number_length", "length(reference_number) BETWEEN 4 AND 23"),
        check("reference_number_state", "substr(reference_number, 1, 2) = member_state"),
        check(
            "reference_number_digit",
            f"substr(reference_number, 3, 1) = CASE category {digits} END",
        ),
        grammar.ddl_if(dialect="postgresql"),
        glob.ddl_if(dialect="sqlite"),
    )


class DatasetRow(Base):
    """One dataset of Eurodac; columns are the fields of ``record.Dataset`` and ``LaterData``."""

    __tablename__ = "datasets"
    __table_args__ = (
        ForeignKeyConstraint(
            ["record_id", "system", "member_state"],
            ["records.id", "records.system", "records.member_state"],
            ondelete="CASCADE",
        ),
        UniqueConstraint("reference_number"),
        check("system", "system = 'EURODAC'"),
        one_of("category", [c for c in Category if c is not Category.ADMISSION_QUERY]),
        one_of("subtype", Subtype),
        *_subtype_constraints(),
        *_number_constraints(),
        *partial_date(),
        one_of("sex", Sex),
        check("operator_user_id", "operator_user_id <> ''"),
        check("event_place", "event_place <> ''"),
        one_of("document_scan_authenticity", ("authentic", "not_verifiable")),
        one_of("missing_fingerprints", _FINGER_REASONS),
        one_of("missing_facial_image", _FACE_REASONS),
        one_of("missing_place_of_birth", _PLACE_REASONS),
        check("place_of_birth", "(place_of_birth IS NULL) <> (missing_place_of_birth IS NULL)"),
        *_later_constraints(),
        check("security_circumstance", f"(security_source IS NOT NULL) = {_ANY_CIRCUMSTANCE}"),
        check(
            "security_source",
            "security_source IS NULL OR security_source = 'screening'"
            " OR (category = 'applicant' AND security_source IN ('responsibility', 'application'))"
            " OR (category = 'illegal_stay' AND security_source = 'capture')",
        ),
        one_of("border_procedure_decision", _DECISIONS),
        *(
            boolean(column)
            for column in (
                "tp_exclusion_ground",
                "application_rejected",
                "avrr_granted",
                "protection_mark",
                "residence_mark",
                *(f"security_{c}" for c in CIRCUMSTANCES),
            )
        ),
        check(
            "protection_mark_category",
            "NOT protection_mark OR category = 'applicant' OR subtype = 'relocation_arrival'",
        ),
        check(
            "residence_mark_category",
            f"NOT residence_mark OR {_in(_FOUR[1:])}",
        ),
        check("version", "version >= 1"),
    )

    record_id: Mapped[str] = mapped_column(ID, primary_key=True)
    system: Mapped[str] = mapped_column(Text)
    member_state: Mapped[str] = mapped_column(Text)
    category: Mapped[str] = mapped_column(Text)
    subtype: Mapped[str] = mapped_column(Text)
    reference_number: Mapped[str] = mapped_column(Text)
    event_place: Mapped[str] = mapped_column(Text)
    event_on: Mapped[date]
    sex: Mapped[str] = mapped_column(Text)
    birth_year: Mapped[int]
    birth_month: Mapped[int | None]
    birth_day: Mapped[int | None]
    place_of_birth: Mapped[str | None] = mapped_column(Text)
    biometrics_taken_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    transmitted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    operator_user_id: Mapped[str] = mapped_column(Text)
    expires_on: Mapped[date]
    protection_granted_on: Mapped[date | None]
    admission_refused_on: Mapped[date | None]
    admission_refusal_grounds: Mapped[str | None] = mapped_column(Text)
    admission_discontinued_on: Mapped[date | None]
    tp_exclusion_ground: Mapped[bool | None]
    tp_decision_reference: Mapped[str | None] = mapped_column(Text)
    document_scan_authenticity: Mapped[str | None] = mapped_column(Text)
    missing_fingerprints: Mapped[str | None] = mapped_column(Text)
    missing_facial_image: Mapped[str | None] = mapped_column(Text)
    missing_place_of_birth: Mapped[str | None] = mapped_column(Text)

    responsible_member_state: Mapped[str | None] = mapped_column(Text)
    responsible_member_state_recorded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    relocation_member_state: Mapped[str | None] = mapped_column(Text)
    relocation_member_state_recorded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    take_charge_arrival_on: Mapped[date | None]
    take_charge_arrival_on_recorded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    take_back_arrival_on: Mapped[date | None]
    take_back_arrival_on_recorded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    left_territory_on: Mapped[date | None]
    left_territory_on_recorded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    return_departure_on: Mapped[date | None]
    return_departure_on_recorded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    relocation_arrival_on: Mapped[date | None]
    relocation_arrival_on_recorded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    visa_member_state: Mapped[str | None] = mapped_column(Text)
    visa_application_number: Mapped[str | None] = mapped_column(Text)
    visa_recorded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    security_armed: Mapped[bool]
    security_violent: Mapped[bool]
    security_terrorism: Mapped[bool]
    security_serious_crime: Mapped[bool]
    security_source: Mapped[str | None] = mapped_column(Text)
    security_flag_recorded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    application_rejected: Mapped[bool | None]
    application_rejected_recorded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    border_procedure_decision: Mapped[str | None] = mapped_column(Text)
    border_procedure_decision_recorded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    avrr_granted: Mapped[bool | None]
    avrr_granted_recorded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    protection_mark: Mapped[bool]
    residence_mark: Mapped[bool]
    version: Mapped[int]
