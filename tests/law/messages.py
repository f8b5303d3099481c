"""The smallest valid message of every kind of dataset, and a valid value for every field."""

from __future__ import annotations

import base64
import copy
from datetime import UTC, date, datetime
from typing import Any

from eurodac.law import categories, reference_numbers, retention, subtypes
from eurodac.law.retention import DecisionRule
from eurodac.record import RecordId
from eurodac.transmission import Transmission, read_message

__all__ = [
    "RECEIVED",
    "SAMPLE",
    "STATE",
    "add",
    "given",
    "known_decisions",
    "minimal",
    "read",
    "remove",
]

STATE = "IT"
# After the last `valid_from`, so that every category is in force.
RECEIVED = datetime(2029, 9, 3, 9, 0, tzinfo=UTC)
_BYTES = base64.b64encode(b"bytes that no law rule opens").decode()

SAMPLE: dict[str, Any] = {
    "fingerprints": [
        {"position": 2, "template": {"format": "iso19794-2:2005", "data": _BYTES}},
    ],
    "facial_image": {"media_type": "image/png", "data": _BYTES},
    "names": [{"kind": "current", "surnames": "EXAMPLE", "forenames": "PERSON"}],
    "nationalities": ["SYR"],
    "date_of_birth": {"year": 1990, "month": 2, "day": 11},
    "place_of_birth": "Exampletown",
    "event": {"place": "Lampedusa", "on": "2029-09-01"},
    "sex": "F",
    "documents": [
        {"type": "passport", "number": "N1", "issuing_country": "SYR", "expires_on": "2031-01-01"}
    ],
    "document_scan": {"media_type": "image/png", "data": _BYTES, "authenticity": "authentic"},
    "biometrics_taken_at": "2029-09-01T10:00:00+02:00",
    "transmitted_at": "2029-09-02T10:00:00+02:00",
    "operator_user_id": "operator-7",
    "protection_granted_on": "2029-08-30",
    "admission_refusal": {"on": "2029-08-30", "grounds": "Article 6(1)(f)"},
    "admission_discontinued_on": "2029-08-30",
    "tp_exclusion_ground": True,
    "tp_decision_reference": "(EU) 2029/7",
    "responsible_member_state": "FR",
    "relocation_member_state": "DE",
    "take_charge_arrival_on": "2029-08-30",
    "take_back_arrival_on": "2029-08-30",
    "left_territory_on": "2029-08-30",
    "return_departure_on": "2029-08-30",
    "relocation_arrival_on": "2029-08-30",
    "visa": {"member_state": "FR", "application_number": "V1"},
    "security_flag": {"circumstances": ["armed"], "source": "screening"},
    "application_rejected": True,
    "border_procedure_decision": "unfounded",
    "avrr_granted": True,
}


def _decision() -> DecisionRule:
    """Invent a Council decision of the time of these messages: no real one is that young."""
    return DecisionRule(
        id="tp_decision.example",
        article="32024R1358#art26.2.p",
        says="An example.",
        valid_from=date(2029, 6, 12),
        numbers=("2029/7",),
        recorded=True,
        in_force_on=date(2029, 7, 1),
        ends_on=date(2030, 6, 30),
    )


def minimal(category: str, subtype: str | None = None, *, state: str = STATE) -> dict[str, Any]:
    """Build a message with what is required and nothing else."""
    chosen = subtype or subtypes.subtypes_of(category)[0]
    rule = subtypes.subtype_rule(category, chosen)
    assert rule is not None
    message: dict[str, Any] = {"category": category, "subtype": chosen}
    for field, cell in categories.fields_of(category).items():
        if cell.requirement == "required" or field in rule.requires:
            add(message, field)
    if chosen == "transfer_arrival":
        message["transferred_from"] = "FR1EXAMPLE1"
    message["reference_number"] = f"{state}{reference_numbers.digit(category)}EXAMPLE1"
    return message


def add(message: dict[str, Any], field: str) -> dict[str, Any]:
    """Put a valid value of a field where it belongs."""
    cell = categories.field_rule(message["category"], field)
    place = message.setdefault("later", {}) if cell.when == "later" else message
    if field != "reference_number":
        place[field] = copy.deepcopy(SAMPLE[field])
    return message


def remove(message: dict[str, Any], field: str) -> dict[str, Any]:
    """Take a field out of a message."""
    message.pop(field, None)
    message.get("later", {}).pop(field, None)
    return message


def read(message: dict[str, Any], *, state: str = STATE) -> Transmission:
    """Read a message as one that a State sent on that day."""
    return read_message(
        message, member_state=state, received_at=RECEIVED, record_id=RecordId("0" * 32)
    )


def given(transmission: Transmission, field: str) -> object:
    """What a transmission holds for a field, None if nothing."""
    if field in ("fingerprints", "facial_image", "document_scan"):
        raw = transmission.raw
        return {"fingerprints": raw.fingers, "facial_image": raw.face, "document_scan": raw.scan}[
            field
        ]
    if transmission.dataset is None:
        return transmission.reference_number if field == "reference_number" else None
    dataset = transmission.dataset
    return getattr(dataset, field, None) or getattr(dataset.later, field, None)


def known_decisions() -> dict[str, DecisionRule]:
    """The table of decisions with the invented one."""
    return {**retention.DECISIONS, "tp_decision.example": _decision()}
