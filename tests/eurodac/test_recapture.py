"""Re-capture: what may come again, and what becomes of the links of the dataset."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from eurodac import audit, database, registry, store
from eurodac.comparison import compare_record
from eurodac.errors import ConflictError, FieldRefusedError
from eurodac.galleries import Galleries
from eurodac.keys import KeyEncryptionKey
from eurodac.record import (
    Actor,
    CallContext,
    Capture,
    Dataset,
    Finger,
    Link,
    LinkState,
    MissingReason,
    Role,
    Sample,
    SampleKind,
)
from matching.template import FingerPosition
from tests.eurodac.examples import AT, dataset
from tests.matching.gallery.population import Person

HAND = tuple(FingerPosition)[:4]
REST = tuple(FingerPosition)[4:]
PAIR, OTHERS = tuple(FingerPosition)[:2], tuple(FingerPosition)[2:]
CALL = CallContext(Actor("u", "unit", Role.ASYLUM_UNIT, "IT"), "a", "2026/1", AT)
LATER = AT + timedelta(hours=5)


def fingers(seed: int, capture: int, positions: Sequence[FingerPosition]) -> tuple[Finger, ...]:
    taken = Person(seed).capture(capture).fingers
    return tuple(Finger(position, taken[position], None) for position in positions)


def unusable(positions: Sequence[FingerPosition], reason: str = "low_nfiq2") -> tuple[Finger, ...]:
    return tuple(Finger(position, None, 3, reason) for position in positions)


def picture(position: int, shade: int) -> Sample:
    kind = SampleKind.FINGER if position else SampleKind.FACE
    return Sample(kind, position, "image/png", bytes([shade]) * 20)


class Desk:
    """A registry in which datasets are sent, compared and sent again."""

    def __init__(self, engine: Engine, kek: KeyEncryptionKey, folder: Path) -> None:
        self.engine, self.kek, self.galleries = engine, kek, Galleries(folder)
        with database.read(engine) as session:
            self.galleries.load_or_rebuild(session, kek=kek)

    def send(self, capture: Capture, made: Dataset | None = None) -> Dataset:
        made = made or dataset()
        with database.begin(self.engine) as session:
            store.insert_dataset(session, made, capture=capture, kek=self.kek)
            store.append_outbox(session, store.Topic.ENROL, record_id=made.id, at=AT)
            store.request_comparison(session, made.id, at=AT)
        self.compare(made)
        return made

    def compare(self, made: Dataset) -> None:
        with database.begin(self.engine) as session:
            compare_record(session, made.id, galleries=self.galleries, kek=self.kek, at=AT)

    def again(self, made: Dataset, capture: Capture) -> None:
        with database.begin(self.engine) as session:
            registry.recapture(
                session,
                store.get_dataset(session, made.id),
                capture,
                taken_at=LATER,
                context=CALL,
                kek=self.kek,
            )
        self.compare(made)

    def links(self, made: Dataset) -> list[Link]:
        with database.read(self.engine) as session:
            return store.links_of(session, [made.id])

    def received(self, made: Dataset) -> int:
        with database.read(self.engine) as session:
            return len(
                store.hit_snapshots_for(session, recipient="IT", probe_ids=[made.id], kek=self.kek)
            )

    def decide(self, link: Link, state: LinkState) -> None:
        with database.begin(self.engine) as session:
            decision = store.LinkDecision(state, AT, "expert", "looked at it")
            store.decide_link(session, link.id, decision=decision, version=link.version)

    def capture(self, made: Dataset) -> Capture:
        with database.read(self.engine) as session:
            return store.load_capture(session, made.id, kek=self.kek)

    def log(self) -> list[tuple[str, object]]:
        with database.read(self.engine) as session:
            entries = audit.read(session, after=0, limit=50)
        return [(each.entry.operation, each.entry.detail.get("reason")) for each in entries]


@pytest.fixture
def desk(engine: Engine, kek: KeyEncryptionKey, tmp_path: Path) -> Desk:
    return Desk(engine, kek, tmp_path / "gallery")


def test_an_amputated_finger_is_no_leave_to_replace_the_others(desk: Desk) -> None:
    first = Capture(fingers(1, 1, HAND) + unusable([REST[0]], "amputated"))
    made = desk.send(first)
    with pytest.raises(ConflictError) as refused:
        desk.again(made, Capture(fingers(2, 1, HAND) + fingers(2, 1, [REST[0]])))
    assert refused.value.code == "recapture_not_needed"
    assert "finger 1, 2, 3, 4" in str(refused.value)
    assert [f.template is None for f in desk.capture(made).fingers] == [False] * 4 + [True]


def test_what_could_not_be_used_or_was_missing_comes_beside_what_stays(desk: Desk) -> None:
    pictures = (picture(1, 1), picture(5, 2))
    made = desk.send(Capture(fingers(1, 1, HAND) + unusable(REST[:1]), pictures))
    desk.again(made, Capture(fingers(1, 2, REST[:2]), (picture(5, 3), picture(6, 4))))
    stored = desk.capture(made)
    assert [int(f.position) for f in stored.fingers] == [1, 2, 3, 4, 5, 6]
    assert all(f.template is not None for f in stored.fingers)
    assert [(s.position, s.data[0]) for s in stored.samples] == [(1, 1), (5, 3), (6, 4)]


def test_a_face_that_is_there_stays_and_a_missing_one_comes_alone(desk: Desk) -> None:
    lacking = dataset(missing=(("facial_image", MissingReason.TECHNICAL_OBSTACLE),))
    made = desk.send(Capture(fingers(1, 1, HAND)), lacking)
    desk.again(made, Capture((), (picture(0, 7),)))
    assert [s.kind for s in desk.capture(made).samples] == [SampleKind.FACE]
    with database.read(desk.engine) as session:
        now = store.get_dataset(session, made.id)
    assert (now.missing, now.biometrics_taken_at) == ((), LATER)
    with pytest.raises(ConflictError, match="facial_image"):
        desk.again(made, Capture((), (picture(0, 8),)))


def test_biometrics_taken_before_the_first_ones_are_none_again(desk: Desk) -> None:
    made = desk.send(Capture(unusable(HAND)), dataset(biometrics_taken_at=LATER + timedelta(1)))
    with pytest.raises(FieldRefusedError, match="biometrics_taken_at"):
        desk.again(made, Capture(fingers(1, 1, HAND)))


def linked(desk: Desk) -> tuple[Dataset, Dataset, Link]:
    """Two datasets of one person; of the second only two fingers could be used."""
    first = desk.send(Capture(fingers(1, 1, tuple(FingerPosition))))
    probe = desk.send(Capture(fingers(1, 2, PAIR) + unusable(OTHERS)))
    (link,) = desk.links(probe)
    assert desk.received(probe) == 1
    return first, probe, link


def test_a_link_that_the_new_prints_support_stays_with_their_score(desk: Desk) -> None:
    _, probe, before = linked(desk)
    desk.again(probe, Capture(fingers(1, 2, OTHERS)))
    (after,) = desk.links(probe)
    assert (after.id, after.state) == (before.id, LinkState.PROVISIONAL)
    assert after.score > before.score
    assert len(after.terms) == len(before.terms) + len(OTHERS)
    assert desk.received(probe) == 1
    assert ("withdraw_link", "recapture") not in desk.log()


def test_a_link_that_they_speak_against_is_withdrawn_with_what_it_brought(desk: Desk) -> None:
    _, probe, _ = linked(desk)
    desk.again(probe, Capture(fingers(9, 1, OTHERS)))
    assert desk.links(probe) == []
    assert desk.received(probe) == 0
    assert ("withdraw_link", "recapture") in desk.log()


@pytest.mark.parametrize("state", [LinkState.CONFIRMED, LinkState.REJECTED])
def test_what_an_expert_decided_stays(desk: Desk, state: LinkState) -> None:
    _, probe, link = linked(desk)
    desk.decide(link, state)
    desk.again(probe, Capture(fingers(9, 1, OTHERS)))
    (after,) = desk.links(probe)
    assert (after.id, after.state, after.score) == (link.id, state, link.score)


def test_a_link_found_by_the_other_dataset_is_compared_again_too(desk: Desk) -> None:
    early = desk.send(Capture(fingers(1, 1, PAIR) + unusable(OTHERS)))
    late = desk.send(Capture(fingers(1, 2, tuple(FingerPosition))))
    (link,) = desk.links(late)
    assert link.found_by == late.id
    desk.again(early, Capture(fingers(9, 1, OTHERS)))
    assert desk.links(late) == []
    assert desk.received(late) == 0


def test_a_link_decided_meanwhile_is_not_rescored(desk: Desk) -> None:
    first, _, link = linked(desk)
    desk.decide(link, LinkState.CONFIRMED)
    with pytest.raises(ConflictError, match="decided"), database.begin(desk.engine) as session:
        store.rescore_link(session, replace(link, score=1.0))
    with database.begin(desk.engine) as session:
        store.withdraw_link(session, link.id)
    assert [each.id for each in desk.links(first)] == [link.id]
