"""Datasets of Eurodac: values of ``record`` in, values of ``record`` out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields, replace
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from eurodac.errors import ConflictError
from eurodac.keys import KeyEncryptionKey
from eurodac.record import (
    AdmissionRefusal,
    Capture,
    Category,
    Dataset,
    Event,
    LaterData,
    MissingReason,
    PartialDate,
    RecordId,
    SecurityFlag,
    Sex,
    Subtype,
    System,
    Visa,
)
from eurodac.store.captures import insert_capture
from eurodac.store.records import (
    People,
    affected,
    chunks,
    insert_record,
    load_people,
    not_found,
    replace_people,
    rows,
)
from eurodac.tables import CIRCUMSTANCES, LATER_COLUMNS, DatasetRow

__all__ = [
    "find_dataset_by_reference",
    "get_dataset",
    "get_datasets",
    "insert_dataset",
    "sexes_of",
    "update_dataset",
]

# Fields of Dataset that are columns of the same name and type.
_SAME = (
    "member_state",
    "reference_number",
    "place_of_birth",
    "biometrics_taken_at",
    "transmitted_at",
    "recorded_at",
    "operator_user_id",
    "expires_on",
    "document_scan_authenticity",
    "protection_granted_on",
    "admission_discontinued_on",
    "tp_exclusion_ground",
    "tp_decision_reference",
    "protection_mark",
    "residence_mark",
    "version",
)
_SAME_LATER = tuple(f.name for f in fields(LaterData) if f.name not in ("visa", "security_flag"))
_MISSING = ("fingerprints", "facial_image", "place_of_birth")


def insert_dataset(
    session: Session, dataset: Dataset, *, capture: Capture, kek: KeyEncryptionKey
) -> None:
    """Store a dataset with its biometrics sealed under a new key.

    Raises:
        ConflictError: ``reference_number_taken``.
        sqlalchemy.exc.IntegrityError: it breaks a constraint (a programming error: values are
            validated before).
    """
    taken = ConflictError(
        "reference_number_taken",
        "a dataset with this reference number is stored; the same number again is only for "
        "biometrics sent again",
        article="32024R1358#art37.3",
    )
    if find_dataset_by_reference(session, dataset.reference_number) is not None:
        raise taken
    insert_record(
        session,
        dataset.id,
        system=System.EURODAC,
        member_state=dataset.member_state,
        at=dataset.recorded_at,
    )
    values = {"record_id": dataset.id, "system": System.EURODAC.value, **_columns(dataset)}
    try:
        session.execute(insert(DatasetRow), [values])
    except IntegrityError as error:
        if "reference_number" in str(error.orig) and "nique" in str(error.orig).lower():
            raise taken from error
        raise
    replace_people(session, dataset.id, _people(dataset))
    insert_capture(session, dataset.id, capture, kek=kek)


def get_dataset(session: Session, record_id: RecordId) -> Dataset:
    """Load a dataset.

    Raises:
        NotFoundError: no such dataset.
    """
    found = get_datasets(session, [record_id])
    if record_id not in found:
        raise not_found()
    return found[record_id]


def get_datasets(session: Session, record_ids: Iterable[RecordId]) -> dict[RecordId, Dataset]:
    """Load datasets in the order of the ids; ids of nothing, EES or VIS are left out."""
    found: dict[RecordId, Dataset] = {}
    for chunk in chunks(record_ids):
        by_id = {
            row.record_id: row
            for row in rows(session, select(DatasetRow).where(DatasetRow.record_id.in_(chunk)))
        }
        present = [record_id for record_id in chunk if record_id in by_id]
        people = load_people(session, present)
        found |= {i: _value(by_id[i], people[i]) for i in present}
    return found


def sexes_of(session: Session, record_ids: Iterable[RecordId]) -> frozenset[Sex]:
    """Say which sexes some datasets record, without loading the datasets."""
    query = select(DatasetRow.sex).where(DatasetRow.record_id.in_(list(record_ids)))
    return frozenset(Sex(sex) for sex in session.scalars(query))


def find_dataset_by_reference(session: Session, reference_number: str) -> Dataset | None:
    """Find the dataset with a reference number."""
    found = session.scalar(
        select(DatasetRow.record_id).where(DatasetRow.reference_number == reference_number)
    )
    return None if found is None else get_dataset(session, RecordId(found))


def update_dataset(session: Session, dataset: Dataset) -> Dataset:
    """Store a changed dataset, if nobody changed it since it was read.

    Args:
        session: A writing transaction.
        dataset: Every field as it shall be; ``version`` is the version that was read.

    Returns:
        The dataset with its new version.

    Raises:
        ConflictError: ``record_changed``: somebody else changed it in between; read it again.
        NotFoundError: no such dataset.
    """
    changed = replace(dataset, version=dataset.version + 1)
    done = session.execute(
        update(DatasetRow)
        .where(DatasetRow.record_id == dataset.id, DatasetRow.version == dataset.version)
        .values(**_columns(changed))
        .execution_options(synchronize_session=False)
    )
    if affected(done) == 0:
        get_dataset(session, dataset.id)
        raise ConflictError(
            "record_changed", "the dataset was changed in between; read it again, then repeat"
        )
    replace_people(session, dataset.id, _people(dataset))
    return changed


def _people(dataset: Dataset) -> People:
    return People(dataset.names, dataset.nationalities, dataset.documents)


def _columns(dataset: Dataset) -> dict[str, Any]:
    """Lay a dataset out in the columns of its row."""
    birth, event, refusal = dataset.date_of_birth, dataset.event, dataset.admission_refusal
    missing = dict(dataset.missing)
    return {
        **{name: getattr(dataset, name) for name in _SAME},
        "category": dataset.category.value,
        "subtype": dataset.subtype.value,
        "sex": dataset.sex and dataset.sex.value,
        "event_place": event and event.place,
        "event_on": event and event.on,
        "birth_year": birth and birth.year,
        "birth_month": birth and birth.month,
        "birth_day": birth and birth.day,
        "admission_refused_on": refusal and refusal.on,
        "admission_refusal_grounds": refusal and refusal.grounds,
        **{f"missing_{name}": (r := missing.get(name)) and r.value for name in _MISSING},
        **_later_columns(dataset),
    }


def _later_columns(dataset: Dataset) -> dict[str, Any]:
    later, recorded = dataset.later, dict(dataset.later_recorded_at)
    visa, flag = later.visa, later.security_flag
    circumstances = flag.circumstances if flag else frozenset()
    if unknown := circumstances - set(CIRCUMSTANCES):
        raise ValueError(f"unknown circumstances: {len(unknown)}; allowed: {CIRCUMSTANCES}")
    return {
        **{name: getattr(later, name) for name in _SAME_LATER},
        "visa_member_state": visa and visa.member_state,
        "visa_application_number": visa and visa.application_number,
        **{f"security_{c}": c in circumstances for c in CIRCUMSTANCES},
        "security_source": flag and flag.source,
        **{f"{name}_recorded_at": recorded.get(name) for name in LATER_COLUMNS},
    }


def _value(row: DatasetRow, people: People) -> Dataset:
    """Read a row back; ``later_recorded_at`` and ``missing`` come in a fixed order."""
    missing = tuple(
        (name, MissingReason(reason))
        for name in _MISSING
        if (reason := getattr(row, f"missing_{name}")) is not None
    )
    recorded = tuple(
        (name, at)
        for name in sorted(LATER_COLUMNS)
        if (at := getattr(row, f"{name}_recorded_at")) is not None
    )
    return Dataset(
        id=RecordId(row.record_id),
        category=Category(row.category),
        subtype=Subtype(row.subtype),
        names=people.names,
        nationalities=people.nationalities,
        documents=people.documents,
        sex=Sex(row.sex),
        date_of_birth=PartialDate(row.birth_year, row.birth_month, row.birth_day),
        event=Event(row.event_place, row.event_on),
        admission_refusal=_refusal(row),
        missing=missing,
        later=_later(row),
        later_recorded_at=recorded,
        **{name: getattr(row, name) for name in _SAME},
    )


def _refusal(row: DatasetRow) -> AdmissionRefusal | None:
    on, grounds = row.admission_refused_on, row.admission_refusal_grounds
    return None if on is None or grounds is None else AdmissionRefusal(on, grounds)


def _later(row: DatasetRow) -> LaterData:
    visa = flag = None
    if row.visa_member_state is not None and row.visa_application_number is not None:
        visa = Visa(row.visa_member_state, row.visa_application_number)
    if row.security_source is not None:
        circumstances = frozenset(c for c in CIRCUMSTANCES if getattr(row, f"security_{c}"))
        flag = SecurityFlag(circumstances, row.security_source)
    same = {name: getattr(row, name) for name in _SAME_LATER}
    return LaterData(visa=visa, security_flag=flag, **same)
