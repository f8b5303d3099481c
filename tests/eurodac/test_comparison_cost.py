"""What one comparison costs where a person has many datasets: statements are counted, not time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Engine, event

from eurodac import database, store
from eurodac.comparison import compare_record
from eurodac.galleries import Galleries
from eurodac.keys import KeyEncryptionKey
from eurodac.record import Capture, Finger, LinkState, RecordId
from tests.eurodac.examples import AT, dataset
from tests.matching.gallery.population import Person

PROBE_HITS = (4, 25)


@contextmanager
def counted(engine: Engine) -> Iterator[list[str]]:
    """Collect the statements that are sent in the meantime."""
    sent: list[str] = []

    def note(*arguments: object) -> None:
        sent.append(str(arguments[2]))

    event.listen(engine, "before_cursor_execute", note)
    yield sent
    event.remove(engine, "before_cursor_execute", note)


class Desk:
    def __init__(self, engine: Engine, kek: KeyEncryptionKey, folder: Path) -> None:
        self.engine, self.kek, self.galleries = engine, kek, Galleries(folder)
        with database.read(engine) as session:
            self.galleries.load_or_rebuild(session, kek=kek)

    def send(self, number: int) -> RecordId:
        taken = Person(1).capture(number).fingers
        fingers = Capture(tuple(Finger(position, taken[position], None) for position in taken))
        made = dataset(state="IT" if number % 2 else "FR")
        with database.begin(self.engine) as session:
            store.insert_dataset(session, made, capture=fingers, kek=self.kek)
            store.append_outbox(session, store.Topic.ENROL, record_id=made.id, at=AT)
            store.request_comparison(session, made.id, at=AT)
        return made.id

    def compare(self, record_id: RecordId) -> int:
        with database.begin(self.engine) as session:
            found = compare_record(
                session, record_id, galleries=self.galleries, kek=self.kek, at=AT
            )
        return len(found.links)


@pytest.fixture
def desk(engine: Engine, kek: KeyEncryptionKey, tmp_path: Path) -> Desk:
    return Desk(engine, kek, tmp_path / "gallery")


def test_a_further_hit_costs_few_statements(desk: Desk) -> None:
    """Confirmed links among all datasets of the person make no hit dearer than another."""
    costs = {}
    for number in range(1, PROBE_HITS[-1] + 2):
        record = desk.send(number)
        with counted(desk.engine) as sent:
            hits = desk.compare(record)
        assert hits == number - 1
        costs[hits] = len(sent)
        with database.begin(desk.engine) as session:
            for link in store.links_of(session, [record]):
                decision = store.LinkDecision(LinkState.CONFIRMED, AT, "expert", "alike")
                store.decide_link(session, link.id, decision=decision, version=link.version)
    few, many = PROBE_HITS
    assert costs[many] - costs[few] <= 8 * (many - few)
    assert costs[many] <= 8 * many + 40
