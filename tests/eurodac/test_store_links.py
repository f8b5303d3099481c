"""Links, sequences, comparisons, hit snapshots and pushes."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine, update
from sqlalchemy.orm import Session

from eurodac import database, store
from eurodac.errors import ConflictError, KeyUnavailableError, NotFoundError
from eurodac.keys import KeyEncryptionKey
from eurodac.record import Capture, Link, LinkBasis, LinkId, LinkState, RecordId, System
from eurodac.store import ComparisonResult, HitSnapshot, LinkDecision, Push
from eurodac.tables import HitSnapshotRow
from tests.eurodac import examples
from tests.eurodac.examples import AT

CONFIRMED = LinkDecision(LinkState.CONFIRMED, AT, "a" * 32, "same core and delta")
REJECTED = LinkDecision(LinkState.REJECTED, AT, "b" * 32, "ridge counts differ")
NOWHERE = RecordId("0" * 32)


def test_a_link_comes_back_with_its_terms(engine: Engine, kek: KeyEncryptionKey) -> None:
    one, other = _datasets(engine, kek, 2)
    link = examples.link(one, other, check_reason="different sex")
    with database.begin(engine) as session:
        assert store.insert_link(session, link) == link
    with database.read(engine) as session:
        assert store.get_link(session, link.id) == link
        assert store.find_link(session, other, one) == store.find_link(session, one, other) == link
        assert store.find_link(session, one, NOWHERE) is None
        assert store.undecided_links(session, limit=5) == [link]


def test_a_pair_has_one_link_and_a_rejected_one_stays_rejected(
    engine: Engine, kek: KeyEncryptionKey
) -> None:
    one, other = _datasets(engine, kek, 2)
    first, second = examples.link(one, other), examples.link(other, one)
    with database.begin(engine) as session:
        store.insert_link(session, first)
        rejected = store.decide_link(session, first.id, decision=REJECTED, version=1)
        assert store.insert_link(session, second) == rejected
    with database.read(engine) as session:
        assert store.links_of(session, [one, other]) == [rejected]
        assert store.undecided_links(session, limit=5) == []


def test_a_decision_is_recorded_with_its_author(engine: Engine, kek: KeyEncryptionKey) -> None:
    link = examples.link(*_datasets(engine, kek, 2))
    with database.begin(engine) as session:
        store.insert_link(session, link)
        decided = store.decide_link(session, link.id, decision=CONFIRMED, version=1)
    assert decided == replace(
        link,
        state=LinkState.CONFIRMED,
        decided_at=AT,
        decided_by="a" * 32,
        decision_reason="same core and delta",
        version=2,
    )


def test_of_two_decisions_on_one_version_the_second_is_refused(
    engine: Engine, kek: KeyEncryptionKey
) -> None:
    link = examples.link(*_datasets(engine, kek, 2))
    with database.begin(engine) as session:
        store.insert_link(session, link)
        store.decide_link(session, link.id, decision=CONFIRMED, version=1)
    with pytest.raises(ConflictError) as caught, database.begin(engine) as session:
        store.decide_link(session, link.id, decision=REJECTED, version=1)
    assert caught.value.code == "link_changed"
    with pytest.raises(NotFoundError), database.begin(engine) as session:
        store.decide_link(session, LinkId(NOWHERE), decision=REJECTED, version=1)


def test_a_component_follows_links_that_are_not_rejected(
    engine: Engine, kek: KeyEncryptionKey
) -> None:
    a, b, c, d, alone = _datasets(engine, kek, 5)
    file = examples.ees_file()
    with database.begin(engine) as session:
        store.insert_ees_file(session, file, capture=Capture(), kek=kek)
        provisional = store.insert_link(session, examples.link(a, b))
        confirmed = _decided(session, b, c, CONFIRMED)
        _decided(session, c, d, REJECTED)
        across = store.insert_link(session, _to_ees(b, file.id))
        store.insert_link(session, _to_ees(d, file.id))
    with database.read(engine) as session:
        found = store.component(session, a)
        assert found.records == {a, b, c}
        assert set(found.links) == {provisional, confirmed}
        assert found.cross == (across,)
        assert store.component(session, c).records == {a, b, c}
        assert store.component(session, d).records == {d}
        assert store.component(session, alone) == store.Component(frozenset({alone}), (), ())
        with pytest.raises(ValueError, match="Eurodac only"):
            store.component(session, file.id)
        with pytest.raises(NotFoundError):
            store.component(session, NOWHERE)


def test_links_of_a_record_come_oldest_first(engine: Engine, kek: KeyEncryptionKey) -> None:
    a, b, c = _datasets(engine, kek, 3)
    later = examples.link(a, b, created_at=AT + timedelta(seconds=1))
    sooner = examples.link(a, c)
    with database.begin(engine) as session:
        store.insert_link(session, later)
        store.insert_link(session, sooner)
    with database.read(engine) as session:
        assert store.links_of(session, [a]) == [sooner, later]
        assert store.links_of(session, [b]) == [later]


# --- comparisons ----------------------------------------------------------------------------------


def test_comparisons_wait_in_order_of_arrival(engine: Engine, kek: KeyEncryptionKey) -> None:
    first, second, third = _datasets(engine, kek, 3)
    result = ComparisonResult(AT, 1200, "cylinders/1", 9)
    with database.begin(engine) as session:
        store.request_comparison(session, second, at=AT + timedelta(seconds=2))
        store.request_comparison(session, first, at=AT + timedelta(seconds=1))
        store.request_comparison(session, third, at=AT + timedelta(seconds=3))
        store.finish_comparison(session, third, result=result)
    with database.read(engine) as session:
        assert store.pending_comparisons(session) == [first, second]
        assert store.pending_comparisons(session, limit=1) == [first]
        done = store.find_comparison(session, third)
        assert done == store.Comparison(third, AT + timedelta(seconds=3), result)
    with database.begin(engine) as session:
        store.request_comparison(session, third, at=AT + timedelta(seconds=4))
    with database.read(engine) as session:
        assert store.pending_comparisons(session) == [first, second, third]
        assert store.find_comparison(session, NOWHERE) is None
    with pytest.raises(NotFoundError), database.begin(engine) as session:
        store.finish_comparison(session, NOWHERE, result=result)


# --- hit snapshots and pushes ---------------------------------------------------------------------


def test_a_state_reads_the_snapshots_it_received(engine: Engine, kek: KeyEncryptionKey) -> None:
    snapshot = _snapshot(engine, kek)
    with database.begin(engine) as session:
        assert not store.insert_hit_snapshot(session, replace(snapshot, body={}), kek=kek)
    with database.read(engine) as session:
        probes = [snapshot.probe_id, snapshot.reference_id]
        mine = store.hit_snapshots_for(session, recipient="IT", probe_ids=probes, kek=kek)
        assert mine == [snapshot]
        for recipient, ids in (("DE", probes), ("IT", [snapshot.reference_id])):
            assert not store.hit_snapshots_for(session, recipient=recipient, probe_ids=ids, kek=kek)


def test_erasing_the_reference_erases_the_snapshot(engine: Engine, kek: KeyEncryptionKey) -> None:
    snapshot = _snapshot(engine, kek)
    with database.begin(engine) as session:
        store.erase_record(session, snapshot.reference_id, at=AT)
    with database.read(engine) as session:
        probes = [snapshot.probe_id]
        assert not store.hit_snapshots_for(session, recipient="IT", probe_ids=probes, kek=kek)
        assert session.query(HitSnapshotRow).count() == 0


def test_a_snapshot_moved_to_another_probe_is_refused(
    engine: Engine, kek: KeyEncryptionKey
) -> None:
    snapshot = _snapshot(engine, kek)
    (other,) = _datasets(engine, kek, 1)
    with database.begin(engine) as session:
        session.execute(update(HitSnapshotRow).values(probe_id=other))
    with pytest.raises(KeyUnavailableError), database.read(engine) as session:
        store.hit_snapshots_for(session, recipient=snapshot.recipient, probe_ids=[other], kek=kek)


def test_pushes_reach_their_recipient_until_the_record_is_erased(
    engine: Engine, kek: KeyEncryptionKey
) -> None:
    (about,) = _datasets(engine, kek, 1)
    field = "responsible_member_state"
    first = Push("DE", about, field, AT, {"value": "FR"})
    second = Push("DE", about, field, AT + timedelta(days=1), {"value": "IT"})
    elsewhere = Push("ES", about, field, AT, {"value": "FR"})
    with database.begin(engine) as session:
        for push in (second, first, elsewhere):
            store.insert_push(session, push, kek=kek)
    with database.read(engine) as session:
        received = store.pushes_for(session, recipient="DE", record_ids=[about], kek=kek)
        assert received == [first, second]
    with database.begin(engine) as session:
        store.erase_record(session, about, at=AT)
    with database.read(engine) as session:
        assert not store.pushes_for(session, recipient="DE", record_ids=[about], kek=kek)


def _datasets(engine: Engine, kek: KeyEncryptionKey, count: int) -> list[RecordId]:
    made = [examples.dataset() for _ in range(count)]
    with database.begin(engine) as session:
        for dataset in made:
            store.insert_dataset(session, dataset, capture=Capture(), kek=kek)
    return [dataset.id for dataset in made]


def _decided(session: Session, one: RecordId, other: RecordId, decision: LinkDecision) -> Link:
    link = store.insert_link(session, examples.link(one, other))
    return store.decide_link(session, link.id, decision=decision, version=link.version)


def _to_ees(dataset: RecordId, file: RecordId) -> Link:
    link = examples.link(dataset, file)
    if link.low == file:
        return replace(link, low_system=System.EES)
    return replace(link, high_system=System.EES)


def _snapshot(engine: Engine, kek: KeyEncryptionKey) -> HitSnapshot:
    probe, reference = _datasets(engine, kek, 2)
    link = examples.link(probe, reference, basis=LinkBasis.FINGERPRINT)
    body = {"names": [{"surnames": "Müller"}], "score": 21.5, "marks": None}
    snapshot = HitSnapshot(probe, reference, "IT", AT, link.id, body)
    with database.begin(engine) as session:
        store.insert_link(session, link)
        assert store.insert_hit_snapshot(session, snapshot, kek=kek)
    return snapshot
