"""Datasets of Eurodac with the closed lists of Regulation (EU) 2024/1358."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_CATEGORIES = (
    "category IN ('applicant', 'admission', 'national_resettlement', 'irregular_crossing',"
    " 'illegal_stay', 'search_and_rescue', 'temporary_protection')"
)
_SUBTYPES = (
    "subtype IN ('none', 'granted', 'refused', 'discontinued', 'transfer_arrival',"
    " 'relocation_arrival')"
)
_SUBTYPE_CATEGORY = (
    "CASE subtype WHEN 'none' THEN category <> 'admission'"
    " WHEN 'transfer_arrival' THEN category = 'applicant'"
    " WHEN 'relocation_arrival' THEN category IN ('applicant', 'illegal_stay')"
    " ELSE category = 'admission' END"
)
_DIGIT = (
    "substr(reference_number, 3, 1) = CASE category WHEN 'applicant' THEN '1'"
    " WHEN 'irregular_crossing' THEN '2' WHEN 'illegal_stay' THEN '3' WHEN 'admission' THEN '7'"
    " WHEN 'national_resettlement' THEN '8' WHEN 'search_and_rescue' THEN '9'"
    " WHEN 'temporary_protection' THEN '0' END"
)
_BIRTH_DAY = (
    "birth_day BETWEEN 1 AND CASE WHEN birth_month IN (4, 6, 9, 11) THEN 30"
    " WHEN birth_month <> 2 THEN 31"
    " WHEN (birth_year % 4 = 0 AND birth_year % 100 <> 0) OR birth_year % 400 = 0 THEN 29"
    " ELSE 28 END"
)
_FACE_REASONS = (
    "'poor_quality_retake', 'health_obstacle', 'technical_obstacle', 'impossible_vulnerable',"
    " 'refused'"
)
_SOURCE = (
    "security_source IS NULL OR security_source = 'screening'"
    " OR (category = 'applicant' AND security_source IN ('responsibility', 'application'))"
    " OR (category = 'illegal_stay' AND security_source = 'capture')"
)
_CIRCUMSTANCE = (
    "(security_source IS NOT NULL) ="
    " (security_armed OR security_violent OR security_terrorism OR security_serious_crime)"
)
_DECISION = (
    "border_procedure_decision IN ('inadmissible', 'unfounded', 'manifestly_unfounded',"
    " 'explicitly_withdrawn', 'implicitly_withdrawn')"
)
_GRANTED = "(category = 'national_resettlement' OR subtype = 'granted')"
_APPLICANT = "('applicant')"
_MIGRATION = "('irregular_crossing', 'illegal_stay', 'search_and_rescue')"
_FOUR = "('applicant', 'irregular_crossing', 'illegal_stay', 'search_and_rescue')"
# Field, its first column, the lists that have it.
_LATER = (
    ("responsible_member_state", "responsible_member_state", _APPLICANT),
    ("relocation_member_state", "relocation_member_state", _FOUR),
    ("take_charge_arrival_on", "take_charge_arrival_on", _APPLICANT),
    ("take_back_arrival_on", "take_back_arrival_on", _APPLICANT),
    ("left_territory_on", "left_territory_on", _APPLICANT),
    ("return_departure_on", "return_departure_on", _FOUR),
    ("relocation_arrival_on", "relocation_arrival_on", "('applicant', 'illegal_stay')"),
    ("visa", "visa_member_state", _APPLICANT),
    ("security_flag", "security_source", _FOUR),
    ("application_rejected", "application_rejected", _APPLICANT),
    ("border_procedure_decision", "border_procedure_decision", _APPLICANT),
    ("avrr_granted", "avrr_granted", _FOUR),
)
_CHECKS = (
    ("system", "system = 'EURODAC'"),
    ("category", _CATEGORIES),
    ("subtype", _SUBTYPES),
    ("subtype_category", _SUBTYPE_CATEGORY),
    (
        "transfer_arrival",
        "subtype <> 'transfer_arrival'"
        " OR (take_charge_arrival_on IS NOT NULL AND relocation_arrival_on IS NULL)",
    ),
    (
        "relocation_arrival",
        "subtype <> 'relocation_arrival'"
        " OR (relocation_arrival_on IS NOT NULL AND take_charge_arrival_on IS NULL)",
    ),
    ("protection_granted", f"(protection_granted_on IS NOT NULL) = {_GRANTED}"),
    ("admission_refused", "(admission_refused_on IS NOT NULL) = (subtype = 'refused')"),
    (
        "admission_refusal_complete",
        "(admission_refused_on IS NULL) = (admission_refusal_grounds IS NULL)",
    ),
    (
        "admission_discontinued",
        "(admission_discontinued_on IS NOT NULL) = (subtype = 'discontinued')",
    ),
    ("tp_exclusion_category", "tp_exclusion_ground IS NULL OR category = 'temporary_protection'"),
    ("tp_decision", "(tp_decision_reference IS NOT NULL) = (category = 'temporary_protection')"),
    ("reference_number_length", "length(reference_number) BETWEEN 4 AND 23"),
    ("reference_number_state", "substr(reference_number, 1, 2) = member_state"),
    ("reference_number_digit", _DIGIT),
    ("birth_year", "birth_year BETWEEN 1800 AND 2199"),
    ("birth_month", "birth_month BETWEEN 1 AND 12"),
    ("birth_day_needs_month", "birth_day IS NULL OR birth_month IS NOT NULL"),
    ("birth_day", _BIRTH_DAY),
    ("sex", "sex IN ('M', 'F', 'X')"),
    ("operator_user_id", "operator_user_id <> ''"),
    ("event_place", "event_place <> ''"),
    (
        "document_scan_authenticity",
        "document_scan_authenticity IN ('authentic', 'not_verifiable')",
    ),
    ("missing_fingerprints", f"missing_fingerprints IN ({_FACE_REASONS}, 'amputated', 'bandaged')"),
    ("missing_facial_image", f"missing_facial_image IN ({_FACE_REASONS})"),
    ("missing_place_of_birth", "missing_place_of_birth IN ('unknown', 'refused')"),
    ("place_of_birth", "(place_of_birth IS NULL) <> (missing_place_of_birth IS NULL)"),
    ("visa_complete", "(visa_member_state IS NULL) = (visa_application_number IS NULL)"),
    ("security_circumstance", _CIRCUMSTANCE),
    ("security_source", _SOURCE),
    ("border_procedure_decision", _DECISION),
    (
        "protection_mark_category",
        "NOT protection_mark OR category = 'applicant' OR subtype = 'relocation_arrival'",
    ),
    ("residence_mark_category", f"NOT residence_mark OR category IN {_MIGRATION}"),
    ("version", "version >= 1"),
)
_BOOLEANS = (
    "tp_exclusion_ground",
    "application_rejected",
    "avrr_granted",
    "protection_mark",
    "residence_mark",
    "security_armed",
    "security_violent",
    "security_terrorism",
    "security_serious_crime",
)


def upgrade() -> None:
    dialect = op.get_context().dialect.name
    grammar = {
        "postgresql": "reference_number ~ '^[A-Z]{2}[0-9][A-Z0-9]*$'",
        "sqlite": "reference_number NOT GLOB '*[^A-Z0-9]*'",
    }
    op.create_table(
        "datasets",
        *_identity_columns(),
        *_category_columns(),
        *_later_columns(),
        *_state_columns(),
        _check("reference_number_grammar", grammar[dialect]),
        *(_check(name, condition) for name, condition in _CHECKS),
        *(_check(column, f"{column} IN (false, true)") for column in _BOOLEANS),
        *_later_checks(),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_datasets")),
        sa.UniqueConstraint("reference_number", name=op.f("uq_datasets_reference_number")),
        sa.ForeignKeyConstraint(
            ["record_id", "system", "member_state"],
            ["records.id", "records.system", "records.member_state"],
            name=op.f("fk_datasets_record_id"),
            ondelete="CASCADE",
        ),
    )


def downgrade() -> None:
    op.drop_table("datasets")


def _check(name: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=op.f(f"ck_datasets_{name}"))


def _later_checks() -> Iterator[sa.CheckConstraint]:
    for field, first, categories in _LATER:
        yield _check(f"{field}_category", f"{first} IS NULL OR category IN {categories}")
        yield _check(f"{field}_recorded", f"({first} IS NULL) = ({field}_recorded_at IS NULL)")


def _text(name: str, *, nullable: bool) -> sa.Column[Any]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def _identity_columns() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("record_id", sa.String(length=32), nullable=False),
        _text("system", nullable=False),
        _text("member_state", nullable=False),
        _text("category", nullable=False),
        _text("subtype", nullable=False),
        _text("reference_number", nullable=False),
        _text("event_place", nullable=False),
        sa.Column("event_on", sa.Date(), nullable=False),
        _text("sex", nullable=False),
        sa.Column("birth_year", sa.Integer(), nullable=False),
        sa.Column("birth_month", sa.Integer(), nullable=True),
        sa.Column("birth_day", sa.Integer(), nullable=True),
        _text("place_of_birth", nullable=True),
        sa.Column("biometrics_taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("transmitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        _text("operator_user_id", nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
    )


def _category_columns() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("protection_granted_on", sa.Date(), nullable=True),
        sa.Column("admission_refused_on", sa.Date(), nullable=True),
        _text("admission_refusal_grounds", nullable=True),
        sa.Column("admission_discontinued_on", sa.Date(), nullable=True),
        sa.Column("tp_exclusion_ground", sa.Boolean(), nullable=True),
        _text("tp_decision_reference", nullable=True),
        _text("document_scan_authenticity", nullable=True),
        _text("missing_fingerprints", nullable=True),
        _text("missing_facial_image", nullable=True),
        _text("missing_place_of_birth", nullable=True),
    )


def _later_columns() -> Iterator[sa.Column[Any]]:
    dates = ("take_charge_arrival_on", "take_back_arrival_on", "left_territory_on")
    for name in ("responsible_member_state", "relocation_member_state"):
        yield _text(name, nullable=True)
    for name in (*dates, "return_departure_on", "relocation_arrival_on"):
        yield sa.Column(name, sa.Date(), nullable=True)
    for name in ("visa_member_state", "visa_application_number"):
        yield _text(name, nullable=True)
    for name in ("armed", "violent", "terrorism", "serious_crime"):
        yield sa.Column(f"security_{name}", sa.Boolean(), nullable=False)
    yield _text("security_source", nullable=True)
    yield sa.Column("application_rejected", sa.Boolean(), nullable=True)
    yield _text("border_procedure_decision", nullable=True)
    yield sa.Column("avrr_granted", sa.Boolean(), nullable=True)
    for field, _, _ in _LATER:
        yield sa.Column(f"{field}_recorded_at", sa.DateTime(timezone=True), nullable=True)


def _state_columns() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("protection_mark", sa.Boolean(), nullable=False),
        sa.Column("residence_mark", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    )
