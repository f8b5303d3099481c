"""Small valid values for the tests of storage; every test changes what it is about."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np

from eurodac.keys import new_id
from eurodac.record import (
    AdmissionRefusal,
    Capture,
    Category,
    Dataset,
    Document,
    EesCrossing,
    EesFile,
    Event,
    Finger,
    Link,
    LinkBasis,
    LinkId,
    LinkState,
    Name,
    NameKind,
    PartialDate,
    RecordId,
    Sample,
    SampleKind,
    ScoreTerm,
    Sex,
    Subtype,
    System,
    VisApplication,
    VisaState,
)
from matching.template import FingerPosition, MinutiaeTemplate

AT = datetime(2026, 7, 1, 12, 0, 0, 250, tzinfo=UTC)
DIGITS = {
    Category.APPLICANT: 1,
    Category.IRREGULAR_CROSSING: 2,
    Category.ILLEGAL_STAY: 3,
    Category.ADMISSION: 7,
    Category.NATIONAL_RESETTLEMENT: 8,
    Category.SEARCH_AND_RESCUE: 9,
    Category.TEMPORARY_PROTECTION: 0,
}


def dataset(category: Category = Category.APPLICANT, state: str = "IT", **changes: Any) -> Dataset:
    """A dataset of a category with nothing but what its list requires."""
    record_id = new_id()
    made = Dataset(
        id=RecordId(record_id),
        category=category,
        subtype=Subtype.REFUSED if category is Category.ADMISSION else Subtype.NONE,
        member_state=state,
        reference_number=f"{state}{DIGITS[category]}{record_id[:12].upper()}",
        names=(Name(NameKind.CURRENT, "Muster", "Mira"),),
        nationalities=("SYR",),
        sex=Sex.FEMALE,
        date_of_birth=PartialDate(1990, 2, 28),
        place_of_birth="Halab",
        event=Event("Lampedusa", date(2026, 6, 30)),
        biometrics_taken_at=AT - timedelta(hours=3),
        transmitted_at=AT,
        operator_user_id="operator 7",
        recorded_at=AT,
        expires_on=date(2036, 7, 1),
    )
    if category is Category.ADMISSION:
        made = replace(made, admission_refusal=AdmissionRefusal(date(2026, 6, 1), "6(1)(f)"))
    if category is Category.NATIONAL_RESETTLEMENT:
        made = replace(made, protection_granted_on=date(2026, 6, 1))
    if category is Category.TEMPORARY_PROTECTION:
        made = replace(made, tp_decision_reference="32030D0001")
    return replace(made, **changes)


def template(seed: int = 1, count: int = 30) -> MinutiaeTemplate:
    """Minutiae at random places; equal seeds give equal templates."""
    rng = np.random.default_rng(seed)
    rows = rng.random((count, 4), np.float32) * np.array([500, 500, 6.28, 1], np.float32)
    return MinutiaeTemplate(rows, rng.integers(0, 3, count, np.uint8), "example/1")


def capture(seed: int = 1) -> Capture:
    """Two usable fingers, one missing, and an image of the first and of the face."""
    fingers = (
        Finger(FingerPosition.RIGHT_THUMB, template(seed), 61),
        Finger(FingerPosition.RIGHT_INDEX, template(seed + 1), None),
        Finger(FingerPosition.LEFT_LITTLE, None, None, "amputated"),
    )
    samples = (
        Sample(SampleKind.FACE, 0, "image/png", b"face" + bytes([seed]) * 40),
        Sample(SampleKind.FINGER, 1, "image/x-wsq", b"print" + bytes([seed]) * 40),
    )
    return Capture(fingers, samples)


def same_capture(one: Capture, other: Capture) -> bool:
    """Compare two captures down to the last bit of their templates."""
    return _plain(one) == _plain(other)


def ees_file(**changes: Any) -> EesFile:
    """A file with an entry."""
    made = EesFile(
        id=RecordId(new_id()),
        member_state="FR",
        names=(Name(NameKind.CURRENT, "Exemplo", "Ana"),),
        nationalities=("BRA",),
        sex=Sex.FEMALE,
        date_of_birth=PartialDate(1985, 12, 31),
        documents=(Document("P", "X1234567", "BRA", date(2030, 1, 1)),),
        created_at=AT,
        crossings=(EesCrossing("entry", AT, "FR", date(2026, 9, 29)),),
    )
    return replace(made, **changes)


def vis_application(**changes: Any) -> VisApplication:
    """An application that is not decided."""
    made = VisApplication(
        id=RecordId(new_id()),
        member_state="DE",
        represented_member_state="LU",
        application_number=f"DEU{new_id()[:9].upper()}",
        names=(Name(NameKind.CURRENT, "Muster", "Mira"),),
        nationalities=("SYR",),
        sex=Sex.FEMALE,
        date_of_birth=PartialDate(1990, None, None),
        documents=(),
        lodged_on=date(2026, 1, 15),
        state=VisaState.APPLIED,
        created_at=AT,
    )
    return replace(made, **changes)


def link(one: RecordId, other: RecordId, **changes: Any) -> Link:
    """A provisional fingerprint link between two records of Eurodac."""
    low, high = sorted((one, other))
    made = Link(
        id=LinkId(new_id()),
        low=low,
        low_system=System.EURODAC,
        high=high,
        high_system=System.EURODAC,
        state=LinkState.PROVISIONAL,
        basis=LinkBasis.FINGERPRINT,
        score=21.5,
        threshold=12.0,
        terms=(ScoreTerm("finger 1", 0.8, 14.0), ScoreTerm("finger 2", 0.6, 7.5)),
        matcher_version="cylinders/1",
        found_by=one,
        created_at=AT,
    )
    return replace(made, **changes)


def _plain(capture: Capture) -> list[object]:
    fingers: list[object] = [
        (f.position, f.nfiq2, f.reason)
        if f.template is None
        else (
            f.position,
            f.nfiq2,
            f.reason,
            f.template.extractor,
            f.template.minutiae.tobytes(),
            f.template.kinds.tobytes(),
        )
        for f in capture.fingers
    ]
    return fingers + [(s.kind, s.position, s.media_type, s.data) for s in capture.samples]
