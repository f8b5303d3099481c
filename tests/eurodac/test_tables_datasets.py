"""The database itself refuses datasets that the law does not know, and takes those it knows."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine, text, update
from sqlalchemy.exc import IntegrityError

from eurodac import database, store
from eurodac.keys import KeyEncryptionKey
from eurodac.law import categories, closed_lists, reference_numbers, subtypes
from eurodac.record import (
    AdmissionRefusal,
    Capture,
    Category,
    Dataset,
    LaterData,
    PartialDate,
    Subtype,
)
from eurodac.tables import LATER_COLUMNS, DatasetRow
from tests.eurodac import examples
from tests.eurodac.examples import AT
from tests.eurodac.refusals import execute, names, refused_by

DAY = date(2026, 6, 1)

LATER: dict[str, dict[str, Any]] = {
    "responsible_member_state": {"responsible_member_state": "DE"},
    "relocation_member_state": {"relocation_member_state": "DE"},
    "take_charge_arrival_on": {"take_charge_arrival_on": DAY},
    "take_back_arrival_on": {"take_back_arrival_on": DAY},
    "left_territory_on": {"left_territory_on": DAY},
    "return_departure_on": {"return_departure_on": DAY},
    "relocation_arrival_on": {"relocation_arrival_on": DAY},
    "visa": {"visa_member_state": "FR", "visa_application_number": "1"},
    "security_flag": {"security_source": "screening", "security_violent": True},
    "application_rejected": {"application_rejected": True},
    "border_procedure_decision": {"border_procedure_decision": "unfounded"},
    "avrr_granted": {"avrr_granted": False},
}

# (category, columns that are changed, the constraint that refuses)
BAD_DATASETS: list[tuple[str, dict[str, Any], str]] = [
    ("applicant", {"system": "EES"}, "ck_datasets_system"),
    ("applicant", {"category": "admission_query"}, "ck_datasets_category"),
    ("applicant", {"category": "law_enforcement"}, "ck_datasets_category"),
    ("applicant", {"category": "illegal_stay"}, "ck_datasets_reference_number_digit"),
    ("applicant", {"subtype": "granted"}, "ck_datasets_"),
    ("applicant", {"subtype": "unknown"}, "ck_datasets_subtype"),
    ("admission", {"subtype": "none"}, "ck_datasets_"),
    ("irregular_crossing", {"subtype": "relocation_arrival"}, "ck_datasets_"),
    ("illegal_stay", {"subtype": "transfer_arrival"}, "ck_datasets_"),
    ("admission", {"subtype": "granted"}, "ck_datasets_"),
    ("admission", {"protection_granted_on": DAY}, "ck_datasets_protection_granted"),
    ("admission", {"admission_discontinued_on": DAY}, "ck_datasets_admission_discontinued"),
    ("admission", {"admission_refusal_grounds": None}, "ck_datasets_admission_refusal_complete"),
    ("admission", {"subtype": "discontinued"}, "ck_datasets_"),
    ("applicant", {"admission_refused_on": DAY}, "ck_datasets_admission_refus"),
    ("applicant", {"protection_granted_on": DAY}, "ck_datasets_protection_granted"),
    ("national_resettlement", {"protection_granted_on": None}, "ck_datasets_protection_granted"),
    ("temporary_protection", {"tp_decision_reference": None}, "ck_datasets_tp_decision"),
    ("applicant", {"tp_decision_reference": "32030D0001"}, "ck_datasets_tp_decision"),
    ("applicant", {"tp_exclusion_ground": False}, "ck_datasets_tp_exclusion_category"),
    *(
        ("applicant", {"reference_number": number}, "ck_datasets_reference_number")
        for number in (
            "IT1", "IT1" + "0" * 21, "FR1AB", "it1AB", "IT2AB", "IT4AB", "IT5AB", "IT6AB",
            "ITXAB", "IT1a", "IT1 A", "IT1Ä", "1T1AB",
        )
    ),
    ("applicant", {"reference_number": None}, "reference_number"),
    ("applicant", {"birth_year": 1799}, "ck_datasets_birth_year"),
    ("applicant", {"birth_year": None}, "birth_year"),
    ("applicant", {"birth_month": 13}, "ck_datasets_birth_month"),
    ("applicant", {"birth_month": 0}, "ck_datasets_birth_month"),
    ("applicant", {"birth_month": None}, "ck_datasets_birth_day_needs_month"),
    ("applicant", {"birth_day": 0}, "ck_datasets_birth_day"),
    ("applicant", {"birth_day": 30}, "ck_datasets_birth_day"),
    ("applicant", {"birth_day": 29}, "ck_datasets_birth_day"),
    ("applicant", {"birth_year": 1900, "birth_day": 29}, "ck_datasets_birth_day"),
    ("applicant", {"birth_month": 4, "birth_day": 31}, "ck_datasets_birth_day"),
    ("applicant", {"birth_month": 12, "birth_day": 32}, "ck_datasets_birth_day"),
    ("applicant", {"sex": "D"}, "ck_datasets_sex"),
    ("applicant", {"sex": None}, "sex"),
    ("applicant", {"event_place": ""}, "ck_datasets_event_place"),
    ("applicant", {"event_on": None}, "event_on"),
    ("applicant", {"operator_user_id": ""}, "ck_datasets_operator_user_id"),
    ("applicant", {"place_of_birth": None}, "ck_datasets_place_of_birth"),
    ("applicant", {"missing_place_of_birth": "unknown"}, "ck_datasets_place_of_birth"),
    ("applicant", {"missing_fingerprints": "lazy"}, "ck_datasets_missing_fingerprints"),
    ("applicant", {"missing_facial_image": "amputated"}, "ck_datasets_missing_facial_image"),
    (
        "applicant",
        {"place_of_birth": None, "missing_place_of_birth": "bandaged"},
        "ck_datasets_missing_place_of_birth",
    ),
    ("applicant", {"document_scan_authenticity": "forged"}, "ck_datasets_document_scan"),
    ("applicant", {"security_source": "screening"}, "ck_datasets_security"),
    ("applicant", {"security_armed": True}, "ck_datasets_security_circumstance"),
    (
        "applicant",
        {"security_armed": True, "security_source": "screening"},
        "ck_datasets_security_flag_recorded",
    ),
    ("applicant", {"visa_member_state": "FR", "visa_recorded_at": AT}, "ck_datasets_visa_complete"),
    ("applicant", {"visa_recorded_at": AT}, "ck_datasets_visa_recorded"),
    ("applicant", {"application_rejected": True}, "ck_datasets_application_rejected_recorded"),
    (
        "applicant",
        {"border_procedure_decision": "pending", "border_procedure_decision_recorded_at": AT},
        "ck_datasets_border_procedure_decision",
    ),
    ("applicant", {"residence_mark": True}, "ck_datasets_residence_mark_category"),
    ("temporary_protection", {"residence_mark": True}, "ck_datasets_residence_mark_category"),
    ("illegal_stay", {"protection_mark": True}, "ck_datasets_protection_mark_category"),
    ("applicant", {"version": 0}, "ck_datasets_version"),
    ("applicant", {"member_state": "FR", "reference_number": "FR1A"}, "FOREIGN KEY"),
]  # fmt: skip


def test_bad_datasets_are_refused(engine: Engine, kek: KeyEncryptionKey) -> None:
    accepted = []
    for category, changes, constraint in BAD_DATASETS:
        dataset = _insert(engine, kek, Category(category))
        statement = update(DatasetRow).where(DatasetRow.record_id == dataset.id).values(**changes)
        message = refused_by(engine, statement)
        if not names(message, constraint):
            accepted.append((category, changes, constraint, message))
    assert accepted == []


@pytest.mark.parametrize("category", sorted(examples.DIGITS))
def test_later_data_stand_only_where_the_law_has_them(
    engine: Engine, kek: KeyEncryptionKey, category: Category
) -> None:
    dataset = _insert(engine, kek, category)
    row = update(DatasetRow).where(DatasetRow.record_id == dataset.id)
    wrong = []
    for field, columns in LATER.items():
        message = refused_by(engine, row.values(**columns, **{f"{field}_recorded_at": AT}))
        allowed = categories.field_rule(category.value, field).allowed
        if allowed != (message == "") or not (allowed or f"{field}_category" in message):
            wrong.append((field, allowed, message))
    assert wrong == []
    assert set(LATER) == set(LATER_COLUMNS)


@pytest.mark.parametrize("category", sorted(examples.DIGITS))
def test_the_database_knows_the_subtypes_of_the_law(
    engine: Engine, kek: KeyEncryptionKey, category: Category
) -> None:
    """Every pair of the law table can be stored, and no other."""
    for subtype in Subtype:
        rule = subtypes.subtype_rule(category.value, subtype.value)
        fields = set(rule.requires) if rule else set()
        if category is Category.NATIONAL_RESETTLEMENT:
            fields.add("protection_granted_on")
        dataset = _with_fields(replace(examples.dataset(category), subtype=subtype), fields)
        if rule is not None:
            with database.begin(engine) as session:
                store.insert_dataset(session, dataset, capture=Capture(), kek=kek)
            continue
        with pytest.raises(IntegrityError, match="ck_datasets_"), database.begin(engine) as session:
            store.insert_dataset(session, dataset, capture=Capture(), kek=kek)


@pytest.mark.parametrize(
    "rule", [r for r in subtypes.RULES.values() if r.requires], ids=lambda rule: rule.id
)
def test_a_subtype_has_the_fields_it_requires_and_none_it_forbids(
    engine: Engine, kek: KeyEncryptionKey, rule: subtypes.SubtypeRule
) -> None:
    plain = replace(examples.dataset(Category(rule.category)), subtype=Subtype(rule.subtype))
    bad = [set(rule.requires) | {field} for field in rule.forbids] + [set()]
    for fields in bad:
        dataset = _with_fields(plain, fields)
        with pytest.raises(IntegrityError, match="ck_datasets_"), database.begin(engine) as session:
            store.insert_dataset(session, dataset, capture=Capture(), kek=kek)


@pytest.mark.parametrize(
    ("column", "listed"),
    [
        ("sex", closed_lists.closed_list("sex").values),
        ("missing_fingerprints", closed_lists.closed_list("missing_reason", "fingerprints").values),
        ("missing_facial_image", closed_lists.closed_list("missing_reason", "facial_image").values),
        (
            "missing_place_of_birth",
            closed_lists.closed_list("missing_reason", "place_of_birth").values,
        ),
        ("document_scan_authenticity", closed_lists.closed_list("document_authenticity").values),
        ("border_procedure_decision", closed_lists.closed_list("border_procedure_decision").values),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_database_knows_the_closed_lists_of_the_law(
    engine: Engine, kek: KeyEncryptionKey, column: str, listed: tuple[str, ...]
) -> None:
    _insert(engine, kek)
    extra: dict[str, Any] = {"border_procedure_decision_recorded_at": AT}
    if column == "missing_place_of_birth":
        extra["place_of_birth"] = None
    if column != "border_procedure_decision":
        extra.pop("border_procedure_decision_recorded_at")
    for value in listed:
        execute(engine, update(DatasetRow).values(**{column: value}, **extra))
    with pytest.raises(IntegrityError, match=f"ck_datasets_{column}"):
        execute(engine, update(DatasetRow).values(**{column: "something else"}, **extra))


@pytest.mark.parametrize("category", ["applicant", "irregular_crossing", "illegal_stay"])
def test_the_database_knows_the_sources_of_a_security_flag(
    engine: Engine, kek: KeyEncryptionKey, category: str
) -> None:
    _insert(engine, kek, Category(category))
    allowed = set(closed_lists.closed_list("security_flag_source", category).values)
    flag = {"security_armed": True, "security_flag_recorded_at": AT}
    for source in ("screening", "responsibility", "application", "capture", "rumour"):
        statement = update(DatasetRow).values(security_source=source, **flag)
        if source in allowed:
            execute(engine, statement)
            continue
        with pytest.raises(IntegrityError, match="ck_datasets_security_source"):
            execute(engine, statement)


def test_every_digit_of_the_law_is_the_digit_of_the_database(
    engine: Engine, kek: KeyEncryptionKey
) -> None:
    for category in examples.DIGITS:
        own = reference_numbers.digit(category.value)
        dataset = _insert(engine, kek, category)
        statement = update(DatasetRow).where(DatasetRow.record_id == dataset.id)
        for digit in "0123456789":
            changed = statement.values(reference_number=f"IT{digit}{category[:4].upper()}")
            if digit == own:
                execute(engine, changed)
                continue
            with pytest.raises(IntegrityError, match="ck_datasets_reference_number_digit"):
                execute(engine, changed)


@pytest.mark.parametrize(("year", "month", "day"), [
    (2000, 2, 29), (1900, 2, 28), (2024, 2, 29), (1999, 1, 31), (1999, 4, 30), (1999, 12, None),
    (1850, None, None),
])  # fmt: skip
def test_partial_and_leap_dates_are_data(
    engine: Engine, kek: KeyEncryptionKey, year: int, month: int | None, day: int | None
) -> None:
    dataset = _insert(engine, kek, date_of_birth=PartialDate(year, month, day))
    with database.read(engine) as session:
        assert store.get_dataset(session, dataset.id).date_of_birth == PartialDate(year, month, day)


def test_a_reference_number_is_unique(engine: Engine, kek: KeyEncryptionKey) -> None:
    _insert(engine, kek)
    _insert(engine, kek)
    with pytest.raises(IntegrityError, match="reference_number"):
        execute(engine, update(DatasetRow).values(reference_number="IT1SAME"))


def test_sqlite_stores_no_other_number_for_a_truth_value(
    engine: Engine, kek: KeyEncryptionKey
) -> None:
    if engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL has booleans")
    _insert(engine, kek)
    with pytest.raises(IntegrityError, match="ck_datasets_protection_mark"):
        execute(engine, text("UPDATE datasets SET protection_mark = 2"))


def _insert(
    engine: Engine, kek: KeyEncryptionKey, category: Category = Category.APPLICANT, **changes: Any
) -> Dataset:
    dataset = examples.dataset(category, **changes)
    with database.begin(engine) as session:
        store.insert_dataset(session, dataset, capture=Capture(), kek=kek)
    return dataset


def _with_fields(dataset: Dataset, fields: set[str]) -> Dataset:
    """Give a dataset exactly these of the fields that tell subtypes apart."""
    later: dict[str, Any] = {name: DAY for name in fields if name.endswith("arrival_on")}
    return replace(
        dataset,
        protection_granted_on=DAY if "protection_granted_on" in fields else None,
        admission_refusal=(
            AdmissionRefusal(DAY, "6(1)(f)") if "admission_refusal" in fields else None
        ),
        admission_discontinued_on=DAY if "admission_discontinued_on" in fields else None,
        later=LaterData(**later),
        later_recorded_at=tuple((name, AT) for name in later),
    )
