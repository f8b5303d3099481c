"""One invented person's story over three systems, told through the live server.

A visa of Spain and an EES file of France; an irregular crossing recorded by Italy; an application
in Germany, rejected; then an application in the Netherlands, which is the State that looks.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from tests.api.invented import CANARY, dataset, fingerprints
from tests.api.live import Live

SEED = 900
WHEN = date(2026, 6, 20)


@dataclass(frozen=True, slots=True)
class Story:
    """What the tests need to find the person again."""

    record_id: str
    reference_number: str
    surname: str


def tell(live: Live) -> Story:
    """Send everything, in the order in which it happened."""
    operator = live.client("operator")
    identity = {
        "names": [{"kind": "current", "surnames": f"{CANARY}{SEED}", "forenames": "Samira"}],
        "nationalities": ["SYR"],
        "sex": "F",
        "date_of_birth": {"year": 1991, "month": 4, "day": 5},
    }
    visa = {
        **identity,
        "member_state": "ES",
        "application_number": "ESP000900",
        "lodged_on": "2026-01-10",
        "fingerprints": fingerprints(SEED, 1, tuple(range(1, 11))),
    }
    operator.post("/systems/vis/applications", json=visa).raise_for_status()
    decision = {
        "application_number": "ESP000900",
        "state": "issued",
        "decided_on": "2026-01-20",
        "valid_from": "2026-02-01",
        "valid_until": "2026-05-31",
    }
    operator.post("/systems/vis/decisions", json=decision).raise_for_status()
    ees = {
        **identity,
        "member_state": "FR",
        "fingerprints": fingerprints(SEED, 2, (2, 3, 4, 5)),
        "crossings": [
            {
                "kind": "entry",
                "at": "2026-02-02T09:00:00Z",
                "member_state": "FR",
                "authorised_until": "2026-05-02",
            }
        ],
    }
    operator.post("/systems/ees/files", json=ees).raise_for_status()
    live.transmit(
        dataset(SEED, "IT", 3, category="irregular_crossing", **_moved(WHEN, "Lampedusa")), "IT"
    )
    germany = dataset(SEED, "DE", 4, **_moved(WHEN + timedelta(days=12), "Berlin"))
    germany["date_of_birth"] = {"year": 1993, "month": 4, "day": 5}
    live.transmit(germany, "DE")
    rejected = {"application_rejected": True, "responsible_member_state": "DE"}
    live.client("asylum_unit", "DE").post(
        "/amendments", json={"reference_number": germany["reference_number"], "later": rejected}
    ).raise_for_status()
    here = dataset(SEED, "NL", 5, **_moved(WHEN + timedelta(days=40), "Ter Apel"))
    here["names"].append({"kind": "alias", "surnames": "سميرة الحلبي", "forenames": ""})
    stored = live.transmit(here, "NL")
    return Story(stored["record_id"], here["reference_number"], f"{CANARY}{SEED}")


def _moved(day: date, place: str) -> dict[str, Any]:
    return {
        "event": {"place": place, "on": day.isoformat()},
        "biometrics_taken_at": f"{day}T08:00:00Z",
        "transmitted_at": f"{day}T10:00:00Z",
    }
