"""Steps of a story -> the messages that a Member State or another system would send."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, time, timedelta
from typing import Any

from eurodac.demo.histories import Capture, Update
from eurodac.demo.people import Person, portrait
from eurodac.demo.prints import Prints

__all__ = ["eurodac_message", "file_message", "instant", "visa_decision", "visa_message"]


def instant(step: Capture | Update, person: int) -> datetime:
    """When a step reaches the registry: on its day, later data in the afternoon."""
    hour = 9 if isinstance(step, Capture) else 15
    return datetime.combine(step.on, time(hour), UTC) + timedelta(minutes=person)


def eurodac_message(capture: Capture, prints: Prints, at: datetime) -> dict[str, Any]:
    """Make the transmission of a dataset."""
    person = capture.person
    return {
        "category": capture.kind,
        "reference_number": capture.number,
        **_identity(person),
        "place_of_birth": person.birthplace,
        "event": {"place": f"Registration centre {capture.state}", "on": capture.on.isoformat()},
        "facial_image": {"media_type": "image/png", "data": _base64(portrait(person.number))},
        "fingerprints": _fingerprints(prints),
        "biometrics_taken_at": (at - timedelta(minutes=20)).isoformat(),
        "transmitted_at": (at - timedelta(minutes=1)).isoformat(),
        "operator_user_id": f"{capture.state}-operator-1",
    }


def file_message(capture: Capture, prints: Prints, at: datetime) -> dict[str, Any]:
    """Make the EES file of a traveller who enters on this day."""
    entry = {
        "kind": "entry",
        "at": (at - timedelta(hours=1)).isoformat(),
        "member_state": capture.state,
        "authorised_until": str(capture.extra["authorised_until"]),
    }
    return {
        **_identity(capture.person),
        "fingerprints": _fingerprints(prints),
        "crossings": [entry],
    }


def visa_message(capture: Capture, prints: Prints) -> dict[str, Any]:
    """Make the VIS application lodged on this day."""
    return {
        **_identity(capture.person),
        "application_number": capture.number,
        "lodged_on": capture.on.isoformat(),
        "fingerprints": _fingerprints(prints),
    }


def visa_decision(capture: Capture) -> dict[str, Any]:
    """Make the decision on it: issued the same day."""
    return {
        "state": str(capture.extra["visa_state"]),
        "decided_on": capture.on.isoformat(),
        "valid_from": capture.on.isoformat(),
        "valid_until": str(capture.extra["valid_until"]),
    }


def _identity(person: Person) -> dict[str, Any]:
    birth = person.birth
    return {
        "names": [{"kind": "current", "surnames": person.surname, "forenames": person.forename}],
        "nationalities": [person.nationality],
        "sex": person.sex.value,
        "date_of_birth": {"year": birth.year, "month": birth.month, "day": birth.day},
    }


def _fingerprints(prints: Prints) -> list[dict[str, Any]]:
    return [
        {
            "position": position,
            "image": {"media_type": media_type, "data": _base64(data), "ppi": 500},
        }
        for position, (media_type, data) in prints.items()
    ]


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
