"""Invented people: prints from random minutiae, and the messages that States send of them."""

import base64
from typing import Any

import numpy as np

from matching.codec import image
from matching.codec.iso19794_2_2005 import FingerRecord, FingerView, write
from matching.template import MinutiaeTemplate

SIDE = 400  # pixels of the area of a print
CANARY = "Zzyzxcanary"  # a surname that no log line may hold


def master(seed: int, position: int) -> MinutiaeTemplate:
    """The minutiae of one finger of one invented person."""
    rng = np.random.default_rng([seed, position])
    rows = np.empty((36, 4), np.float32)
    rows[:, :2] = rng.uniform(20, SIDE - 20, (36, 2))
    rows[:, 2] = rng.uniform(0, 2 * np.pi, 36)
    rows[:, 3] = 0.8
    return MinutiaeTemplate(rows, rng.integers(1, 3, 36).astype(np.uint8), "invented/1")


def impression(seed: int, position: int, occasion: int) -> bytes:
    """One capture of a finger as an ISO/IEC 19794-2:2005 record: shifted and a little inexact."""
    rng = np.random.default_rng([seed, position, occasion])
    finger = master(seed, position)
    kept = np.sort(rng.permutation(len(finger))[:32])
    rows = finger.minutiae[kept].copy()
    rows[:, :2] += rng.uniform(-15, 15, 2) + rng.normal(0, 1.5, (32, 2))
    rows[:, :2] = rows[:, :2].clip(0, SIDE)
    rows[:, 2] = (rows[:, 2] + rng.normal(0, 0.05, 32)) % (2 * np.pi)
    rows[rows[:, 2] >= np.float32(2 * np.pi), 2] = 0
    template = MinutiaeTemplate(rows, finger.kinds[kept].copy(), "invented/1")
    return write(FingerRecord(SIDE, SIDE, (FingerView(position, 0, 60, template),)))


def fingerprints(
    seed: int, occasion: int, positions: tuple[int, ...] = (1, 2, 3, 4)
) -> list[dict[str, Any]]:
    """The fingers of a message."""
    return [
        {
            "position": position,
            "template": {
                "format": "iso19794-2:2005",
                "data": base64.b64encode(impression(seed, position, occasion)).decode(),
            },
        }
        for position in positions
    ]


def portrait() -> dict[str, str]:
    """An obviously artificial picture where a face is asked for."""
    grey = np.zeros((64, 64), np.uint8)
    grey[16:48, 16:48] = 200
    return {
        "media_type": "image/png",
        "data": base64.b64encode(image.encode(grey, "image/png")).decode(),
    }


def dataset(
    seed: int, state: str, occasion: int, *, category: str = "applicant", **changes: Any
) -> dict[str, Any]:
    """A transmission message of a person, complete for its category."""
    digit = {"applicant": 1, "irregular_crossing": 2, "illegal_stay": 3}[category]
    message: dict[str, Any] = {
        "category": category,
        "reference_number": f"{state}{digit}S{seed}O{occasion}",
        "fingerprints": fingerprints(seed, occasion),
        "facial_image": portrait(),
        "names": [{"kind": "current", "surnames": f"{CANARY}{seed}", "forenames": "Samira"}],
        "nationalities": ["SYR"],
        "date_of_birth": {"year": 1991, "month": 4, "day": 5},
        "place_of_birth": "Halab",
        "sex": "F",
        "event": {"place": "Lampedusa", "on": "2026-06-20"},
        "biometrics_taken_at": "2026-06-20T08:00:00Z",
        "transmitted_at": "2026-06-20T10:00:00Z",
        "operator_user_id": "operator-1",
    }
    return {**message, **changes}
