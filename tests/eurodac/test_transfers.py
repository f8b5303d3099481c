"""Transfer arrivals: the dataset they name is no oracle, and only agreeing prints make a link."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from eurodac import database, store
from eurodac.record import Actor, CallContext, LinkBasis, RecordId, Role
from eurodac.service import Service, initialise, open_service
from eurodac.settings import Settings
from eurodac.views import to_json
from tests.api.invented import dataset
from tests.eurodac.examples import AT


def call(state: str) -> CallContext:
    return CallContext(Actor("u", "unit", Role.ASYLUM_UNIT, state), "a", "2026/1", AT)


def arrival(seed: int, number: int, names: str) -> dict[str, Any]:
    return dataset(
        seed,
        "IT",
        number,
        subtype="transfer_arrival",
        transferred_from=names,
        later={"take_charge_arrival_on": "2026-06-19"},
    )


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    made = Settings(home=tmp_path / "home", database_url=database_url)
    initialise(made, at=AT)
    return made


def send(service: Service, message: dict[str, Any], state: str) -> dict[str, Any]:
    key = str(message["reference_number"])
    return to_json(service.transmit(call(state), message, idempotency_key=key))


def test_a_transfer_tells_nothing_of_the_number_and_joins_no_stranger(settings: Settings) -> None:
    with closing(open_service(settings, at=AT)) as service:
        origin = send(service, dataset(1, "DE", 1), "DE")
        answers = [
            send(service, arrival(seed, number, names), "IT")
            for seed, number, names in (
                (1, 2, "DE1S1O1"),  # the person that it names
                (2, 3, "DE1S1O1"),  # somebody else
                (1, 4, "DE1NOBODY"),
                (1, 5, "IT1S1O2"),  # of the same State
            )
        ]
    said = [
        {k: v for k, v in each.items() if k not in ("record_id", "reference_number")}
        for each in answers
    ]
    assert all(each == said[0] for each in said)
    engine = database.create_engine(settings.url)
    with database.read(engine) as session:
        (link,) = store.links_of(session, [RecordId(origin["record_id"])])
    engine.dispose()
    assert {link.low, link.high} == {origin["record_id"], answers[0]["record_id"]}
    assert (link.basis, link.check_reason) == (LinkBasis.TRANSFER, "transfer_asserted")
    assert link.score >= link.threshold > 0
    assert len(link.terms) == 4
