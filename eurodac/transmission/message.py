"""A message and the law: closed field lists, requirements, reference number, dates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from eurodac.errors import FieldRefusedError
from eurodac.law import retention
from eurodac.record import (
    AdmissionRefusal,
    Category,
    Dataset,
    Document,
    Event,
    LaterData,
    RecordId,
    SecurityFlag,
    Visa,
)
from eurodac.transmission.checks import (
    check_closed_list,
    check_closed_values,
    check_dates,
    check_reference_number,
    check_requirements,
    check_shape,
    check_subtype,
    read_category,
    refused,
)
from eurodac.transmission.model import (
    FingerModel,
    ImageModel,
    LaterModel,
    MessageModel,
    ScanModel,
)

__all__ = ["RawCapture", "Transmission", "read_amendment", "read_later", "read_message"]


@dataclass(frozen=True, slots=True, repr=False)
class RawCapture:
    """Biometrics and scans as they were sent, not yet decoded."""

    fingers: tuple[FingerModel, ...]
    face: ImageModel | None
    scan: ScanModel | None


@dataclass(frozen=True, slots=True, repr=False)
class Transmission:
    """A transmission that passed the law.

    Args:
        category: Its category.
        reference_number: Checked against grammar, State and category.
        dataset: What will be recorded; None for the query of Article 18(1), which never is.
        raw: The biometrics, still as sent.
        transferred_from: Reference number of the transferring State's dataset (Article 16(2)(a)).
    """

    category: Category
    reference_number: str
    dataset: Dataset | None
    raw: RawCapture
    transferred_from: str | None = None


def read_message(
    message: object,
    *,
    member_state: str,
    received_at: datetime,
    record_id: RecordId,
) -> Transmission:
    """Read a transmission message and apply the law to it.

    Args:
        message: Parsed JSON; see ``model.MessageModel``.
        member_state: Two-letter code of the transmitting State.
        received_at: When it arrived, UTC.
        record_id: Id that the dataset will have.

    Returns:
        The transmission; nothing has been stored.

    Raises:
        FieldRefusedError: with ``field`` and ``article`` of the first thing that is wrong.
    """
    category = read_category(message)
    assert isinstance(message, Mapping)
    check_closed_list(message, category, received_at.date())
    model = check_shape(message, category)
    check_requirements(model, category)
    check_subtype(model, category)
    number = check_reference_number(model, category, member_state)
    check_closed_values(model, category)
    raw = RawCapture(tuple(model.fingerprints or ()), model.facial_image, model.document_scan)
    if category is Category.ADMISSION_QUERY:
        return Transmission(category, number, None, raw)
    check_dates(model, received_at)
    dataset = _dataset(model, member_state, received_at, record_id)
    return Transmission(category, number, dataset, raw, model.transferred_from)


def read_later(message: object, *, category: Category, received_at: datetime) -> dict[str, Any]:
    """Read later data (Articles 17(2), 22(3), 23(3), 24(3)) for a stored dataset.

    Returns:
        Field of ``LaterData`` -> value, only those that were sent.

    Raises:
        FieldRefusedError: a field is unknown, forbidden for the category or malformed.
    """
    if not isinstance(message, Mapping):
        raise FieldRefusedError("message_shape", "later data must be a JSON object")
    check_closed_list({"later": message}, category, received_at.date())
    model = check_shape({"category": category, "later": message}, category)
    check_closed_values(model, category)
    for field in sorted(model.later.model_fields_set):
        value = getattr(model.later, field)
        if isinstance(value, date) and value > received_at.date():
            raise refused("date_in_future", f"later.{field}", category, "lies in the future")
    later = _later(model.later)
    return {field: getattr(later, field) for field in sorted(model.later.model_fields_set)}


def read_amendment(
    message: object, *, category: Category, received_at: datetime
) -> tuple[dict[str, Any], tuple[Document, ...] | None, ScanModel | None]:
    """Read an amendment of a stored dataset: later data, and documents that came later.

    Returns:
        Later data, documents (None = not sent) and the scan (None = not sent).

    Raises:
        FieldRefusedError: anything else is in it, or a value is refused.
    """
    if not isinstance(message, Mapping) or not message:
        raise FieldRefusedError("message_shape", "an amendment must be a JSON object with fields")
    if extra := sorted(set(message) - {"later", "documents", "document_scan"}):
        raise FieldRefusedError(
            "field_not_amendable",
            f"{extra[0]} cannot be amended; send later, documents or document_scan",
            field=extra[0],
            article="32024R1358#art40.3",
        )
    later = read_later(message.get("later", {}), category=category, received_at=received_at)
    check_closed_list(message, category, received_at.date())
    model = check_shape({"category": category, **message}, category)
    check_closed_values(model, category)
    documents = None if model.documents is None else _documents(model)
    return later, documents, model.document_scan


def _expires_on(model: MessageModel, day: date) -> date:
    decision = retention.tp_decision(model.tp_decision_reference or "")
    return retention.expires_on(
        model.category, model.subtype, transmitted_on=day, decision=decision
    )


def _dataset(
    model: MessageModel,
    member_state: str,
    received_at: datetime,
    record_id: RecordId,
) -> Dataset:
    assert model.transmitted_at is not None
    assert model.operator_user_id is not None
    birth, refusal = model.date_of_birth, model.admission_refusal
    # The receipt is the transmission that counts: what the sender says cannot move the expiry.
    expires_on = _expires_on(model, received_at.date())
    later = _later(model.later)
    return Dataset(
        id=record_id,
        category=model.category,
        subtype=model.subtype,
        member_state=member_state,
        reference_number=model.reference_number or "",
        names=tuple(name.value() for name in model.names or ()),
        nationalities=tuple(model.nationalities or ()),
        sex=model.sex,
        date_of_birth=birth.value() if birth else None,
        place_of_birth=model.place_of_birth,
        event=Event(model.event.place, model.event.on) if model.event else None,
        biometrics_taken_at=model.biometrics_taken_at,
        transmitted_at=model.transmitted_at,
        operator_user_id=model.operator_user_id,
        recorded_at=received_at,
        expires_on=expires_on,
        documents=_documents(model),
        document_scan_authenticity=(
            model.document_scan.authenticity if model.document_scan else None
        ),
        protection_granted_on=model.protection_granted_on,
        admission_refusal=AdmissionRefusal(refusal.on, refusal.grounds) if refusal else None,
        admission_discontinued_on=model.admission_discontinued_on,
        tp_exclusion_ground=model.tp_exclusion_ground,
        tp_decision_reference=model.tp_decision_reference,
        missing=tuple(sorted(model.missing.items())),
        later=later,
        later_recorded_at=tuple(
            (name, received_at)
            for name in sorted(model.later.model_fields_set)
            if getattr(later, name) is not None
        ),
    )


def _documents(model: MessageModel) -> tuple[Document, ...]:
    return tuple(document.value() for document in model.documents or ())


def _later(model: LaterModel) -> LaterData:
    visa, flag = model.visa, model.security_flag
    simple = model.model_dump(exclude={"visa", "security_flag"})
    return LaterData(
        **simple,
        visa=Visa(visa.member_state, visa.application_number) if visa else None,
        security_flag=SecurityFlag(flag.circumstances, flag.source) if flag else None,
    )
