from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from eurodac import database, keys, store
from eurodac.errors import KeyUnavailableError, NotReadyError
from eurodac.galleries import Galleries, engine_maker, permit_for
from eurodac.keys import KeyEncryptionKey
from eurodac.record import Capture, Category, Finger, System
from matching.errors import GalleryCorruptError, GalleryStaleError
from matching.gallery.protocol import CandidateList, GalleryEngine, Reference
from matching.template import FingerPosition, FingerSet
from tests.eurodac.examples import AT, capture, dataset, template
from tests.eurodac.gallery_world import World, sealed_maker


@pytest.fixture(params=["native", "sealed rows", "faiss"])
def world(
    request: pytest.FixtureRequest, engine: Engine, kek: KeyEncryptionKey, tmp_path: Path
) -> World:
    sealed = request.param == "sealed rows"
    make = sealed_maker(tmp_path) if sealed else engine_maker(request.param)
    return World(engine, kek, folder=tmp_path / "gallery", make=make)


def test_a_new_record_is_found_by_the_next_search(world: World) -> None:
    assert world.open() == (True, "snapshot_missing", 0)
    one, other = world.enrol(1), world.enrol(20)
    assert world.best(1) == one
    assert world.best(20) == other
    assert world.search(1).searched == 2
    assert world.agrees()


def test_before_it_is_opened_the_gallery_never_says_no_hit(world: World) -> None:
    world.enrol(1)
    with pytest.raises(NotReadyError) as caught:
        world.search(1)
    assert caught.value.code == "gallery_closed"
    with database.read(world.engine) as session:
        assert not world.galleries.ready(session)
    assert (len(world.galleries), world.galleries.high_water) == (0, 0)


def test_a_changed_mark_moves_a_record_into_another_permit(world: World) -> None:
    world.open()
    record_id = world.enrol(1)
    marked = permit_for(categories=["applicant"], marked_only=["applicant"])
    assert world.search(1, marked).searched == 0
    world.change(record_id, lambda d: replace(d, protection_mark=True))
    assert world.best(1, marked) == record_id
    assert world.agrees()


def test_records_of_the_three_systems_stand_in_one_gallery(world: World) -> None:
    world.open()
    found = {
        "EURODAC": world.enrol(1, category=Category.IRREGULAR_CROSSING),
        "EES": world.enrol_other(20, System.EES),
        "VIS": world.enrol_other(40, System.VIS),
    }
    assert world.best(20, permit_for(systems=["EES"])) == found["EES"]
    assert world.best(40, permit_for(systems=["EES", "VIS"])) == found["VIS"]
    crossings = permit_for(categories=["irregular_crossing"])
    assert [c.key for c in world.search(40, crossings).candidates] == [found["EURODAC"]]
    assert world.agrees()


def test_a_recapture_replaces_the_fingers(world: World) -> None:
    world.open()
    record_id, other = world.enrol(1), world.enrol(20)
    assert world.best(1) == record_id
    world.recapture(record_id, capture(40))
    assert world.best(40) == record_id
    assert (
        world.search(1).candidates[0].comparison.score
        < world.search(40).candidates[0].comparison.score
    )
    world.recapture(other, Capture((Finger(FingerPosition.LEFT_RING, None, None, "bandaged"),)))
    assert {c.key for c in world.search(20).candidates} == {record_id}
    assert world.agrees()


def test_an_erased_record_leaves_gallery_and_disk(world: World, tmp_path: Path) -> None:
    world.open()
    record_id, other = world.enrol(1), world.enrol(20)
    world.save()
    parts = sorted(world.folder.rglob("part-*.bin"))
    held = [tmp_path / f"held-{number}" for number, _ in enumerate(parts)]
    for second_name, part in zip(held, parts, strict=True):
        second_name.hardlink_to(part)
    assert held
    world.erase(record_id)
    assert {c.key for c in world.search(1).candidates} == {other}
    assert [path for path in world.folder.iterdir() if path.name != "lock"] == []
    assert not any(any(path.read_bytes()) for path in held)
    assert world.agrees()


def test_a_snapshot_made_after_the_erasure_is_kept(world: World) -> None:
    """Two processes: one has saved what the other still has to learn."""
    world.open()
    record_id = world.enrol(1)
    world.enrol(20)
    world.save()
    second = world.again()
    second.open()
    world.erase(record_id)
    mark = world.save()
    assert second.search(20).searched == 1
    assert second.agrees()
    assert world.again().open() == (False, "", 1)
    assert mark == second.galleries.high_water


def test_a_slower_process_does_not_replace_a_later_snapshot(world: World) -> None:
    world.open()
    world.enrol(1)
    with database.read(world.engine) as old_view:
        store.outbox_high_water(old_view)  # the view begins here
        slow = Galleries(world.folder, world.make)
        slow.load_or_rebuild(old_view, kek=world.kek)
        world.enrol(20)
        assert world.save() == 2
        assert slow.save(old_view, kek=world.kek).origin.high_water_mark == 2
    assert world.again().open() == (False, "", 2)


def test_the_snapshot_is_used_and_brought_up_to_date(world: World) -> None:
    world.open()
    world.enrol(1)
    gone = world.enrol(20)
    assert world.save() == 2
    world.erase(gone)
    late = world.enrol(40)
    later = world.again()
    assert later.open() == (False, "", 2)
    assert later.best(40) == late
    assert later.agrees()


def test_rebuilt_loaded_and_followed_galleries_answer_alike(world: World) -> None:
    world.open()
    ids = [world.enrol(seed, recorded_at=AT + timedelta(seconds=seed)) for seed in range(0, 36, 3)]
    world.change(ids[2], lambda d: replace(d, protection_mark=True))
    world.recapture(ids[4], capture(50))
    world.erase(ids[5])
    world.save()
    loaded, rebuilt = (world.again() for _ in range(2))
    assert loaded.open() == (False, "", 11)
    with database.read(world.engine) as session:
        assert rebuilt.galleries.rebuild(session, kek=world.kek) == 11
    for seed in (0, 12, 15, 50):
        answers = [w.search(seed) for w in (world, loaded, rebuilt)]
        assert answers[0] == answers[1] == answers[2]
    assert loaded.agrees()
    assert rebuilt.agrees()


def test_rows_can_be_applied_again(world: World) -> None:
    """A rebuild in a transaction that sees more than its mark applies rows twice."""
    world.open()
    world.enrol(1)
    gone = world.enrol(20)
    world.search(1)
    world.erase(gone)
    before = world.galleries._current
    assert before is not None
    world.search(1)
    world.galleries._current = before
    assert world.search(1).searched == 1
    assert world.agrees()


def test_more_rows_than_one_step_holds(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("eurodac.galleries.outbox._ROWS", 2)
    world.open()
    ids = [world.enrol(seed) for seed in (1, 20, 40, 60, 80)]
    assert world.best(80) == ids[-1]
    assert world.galleries.high_water == 5
    assert world.agrees()


def test_a_corrupt_snapshot_is_rebuilt(world: World) -> None:
    world.open()
    record_id = world.enrol(1)
    world.save()
    part = next(world.folder.rglob("part-*.bin"))
    content = bytearray(part.read_bytes())
    content[len(content) // 2] ^= 1
    part.write_bytes(content)
    with database.read(world.engine) as session, pytest.raises(GalleryCorruptError):
        Galleries(world.folder, world.make).load(session, kek=world.kek)
    fresh = world.again()
    assert fresh.open() == (True, "snapshot_corrupt", 1)
    assert fresh.best(1) == record_id
    assert world.again().open() == (False, "", 1)


def test_a_snapshot_under_another_key_does_not_open(world: World, tmp_path: Path) -> None:
    world.open()
    world.enrol(1)
    world.save()
    other = keys.create_kek(tmp_path / "other" / "kek")
    with database.read(world.engine) as session:
        with pytest.raises(GalleryCorruptError):
            Galleries(world.folder, world.make).load(session, kek=other)
        with pytest.raises(KeyUnavailableError):
            Galleries(world.folder, world.make).load_or_rebuild(session, kek=other)


def test_a_database_that_went_back_and_on_is_noticed(world: World) -> None:
    """As after a restore: the outbox has another row under the same number."""
    world.open()
    world.enrol(1)
    lost = world.enrol(20)
    world.search(1)
    world.save()
    with database.begin(world.engine) as session:
        store.erase_record(session, lost, at=AT)
        session.connection().exec_driver_sql("DELETE FROM outbox WHERE seq >= 2")
    with database.read(world.engine) as session:
        assert not world.galleries.ready(session)
    with database.begin(world.engine) as session:
        made = dataset()
        store.insert_dataset(session, made, capture=capture(40), kek=world.kek)
        session.connection().exec_driver_sql(
            "INSERT INTO outbox (seq, topic, record_id, created_at) "
            f"SELECT 2, topic, '{made.id}', created_at FROM outbox WHERE seq = 1"
        )
    with pytest.raises(NotReadyError) as caught:
        world.search(40)
    assert caught.value.code == "gallery_history"
    assert world.again().open() == (True, "snapshot_history", 2)


def test_a_gallery_without_a_record_of_the_database_is_not_used(world: World) -> None:
    world.open()
    world.enrol(1)
    world.save()
    made = dataset()
    with database.begin(world.engine) as session:  # a record that never came into the outbox
        store.insert_dataset(session, made, capture=capture(20), kek=world.kek)
    with database.read(world.engine) as session, pytest.raises(GalleryStaleError) as caught:
        Galleries(world.folder, world.make).load(session, kek=world.kek)
    assert caught.value.code == "snapshot_incomplete"
    assert world.open() == (True, "snapshot_incomplete", 2)


def test_the_check_names_every_difference(world: World) -> None:
    world.open()
    kept, changed, missing = world.enrol(1), world.enrol(20), world.enrol(40)
    world.search(1)
    engine = world.galleries._opened().engine
    fingers = FingerSet({FingerPosition.LEFT_RING: template(99)})
    engine.enrol([Reference("surplus", 1, fingers)])
    engine.erase([missing])
    engine.relabel(changed, 1)
    world.enrol(60)
    with database.read(world.engine) as session:
        report = world.galleries.check(session, kek=world.kek)
    assert (report.count, report.expected, report.behind) == (3, 4, True)
    assert missing in report.missing
    assert report.surplus == ("surplus",)
    assert report.mislabelled == (changed,)
    assert kept not in report.missing
    assert not report.agrees


def test_replacing_a_gallery_overwrites_the_old_one(world: World) -> None:
    world.open()
    world.enrol(1)
    world.search(1)
    old = world.galleries._opened().engine
    with database.read(world.engine) as session:
        world.galleries.rebuild(session, kek=world.kek)
    assert len(old) == 0
    assert world.search(1).searched == 1


def test_a_search_that_meets_a_rebuild_is_repeated(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The engine it began with is emptied: its answer alone would be "no hit"."""
    world.open()
    record_id = world.enrol(1)
    world.search(1)
    kind: Any = type(world.galleries._opened().engine)
    real, found = kind.search, list[int]()

    def late(self: GalleryEngine, probe: FingerSet, **arguments: Any) -> CandidateList:
        if not found:
            with database.read(world.engine) as session:
                world.galleries.rebuild(session, kek=world.kek)
        answer: CandidateList = real(self, probe, **arguments)
        found.append(answer.searched)
        return answer

    monkeypatch.setattr(kind, "search", late)
    assert world.best(1) == record_id
    assert found == [0, 1]


def test_an_empty_database_is_not_ready(world: World) -> None:
    database.downgrade(world.engine, "base")
    database.upgrade(world.engine)
    with database.read(world.engine) as session, pytest.raises(NotReadyError):
        world.galleries.load_or_rebuild(session, kek=world.kek)
