"""A gallery of the registry whose rows lie in sealed files."""

import os
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import Engine

from eurodac import database
from eurodac.errors import NotReadyError
from eurodac.galleries.sealing import RowSealer
from eurodac.keys import KeyEncryptionKey
from eurodac.service import initialise, open_service
from eurodac.settings import Settings
from matching.errors import GalleryCorruptError
from matching.gallery import snapshot
from matching.gallery.manifest import Manifest
from tests.eurodac.examples import AT
from tests.eurodac.gallery_world import World, sealed_maker


@pytest.fixture
def world(engine: Engine, kek: KeyEncryptionKey, tmp_path: Path) -> World:
    return World(engine, kek, folder=tmp_path / "gallery", make=sealed_maker(tmp_path))


def rows_file(world: World) -> int:
    """Where the rows of the gallery lie."""
    engine: Any = world.galleries._opened().engine
    file: int = engine._store._segments[0].rows._file
    return file


def test_files_of_rows_hold_nothing_in_the_clear(world: World, tmp_path: Path) -> None:
    world.open()
    record_id = world.enrol(1)
    assert world.best(1) == record_id
    engine: Any = world.galleries._opened().engine
    row = engine._store.rows(np.array([engine._store.find(record_id)]))[0].tobytes()
    content = os.pread(rows_file(world), 1 << 22, 0)
    assert len(content) > 2048
    pieces = {row[at : at + 8] for at in range(0, len(row), 8)}
    pieces = {piece for piece in pieces if len(set(piece)) > 3}
    assert record_id.encode() in row
    assert len(pieces) > 40
    assert not any(piece in content for piece in pieces)
    assert record_id.encode() not in content
    assert list((tmp_path / "rows").iterdir()) == []


def test_two_galleries_have_two_keys() -> None:
    nonce, plain = bytes(12), memoryview(b"minutiae")
    sealed = [bytearray(24) for _ in range(2)]
    ciphers = [RowSealer() for _ in range(2)]
    for cipher, out in zip(ciphers, sealed, strict=True):
        cipher.seal(nonce, plain, memoryview(out))
    assert sealed[0] != sealed[1]
    opened = bytearray(8)
    ciphers[0].open(nonce, sealed[0], memoryview(opened))
    assert opened == plain
    with pytest.raises(GalleryCorruptError) as caught:
        ciphers[0].open(nonce, sealed[1], memoryview(opened))
    assert caught.value.code == "row_unreadable"


def test_a_row_that_was_changed_on_the_disk_is_no_answer_until_the_gallery_is_rebuilt(
    world: World,
) -> None:
    world.open()
    first, second = world.enrol(1), world.enrol(20)
    assert world.best(1) == first
    file = rows_file(world)
    size = os.fstat(file).st_size
    os.pwrite(file, bytes(size // 2), size - size // 2)
    for ask in (lambda: world.search(1), lambda: world.search(20), world.save):
        with pytest.raises(NotReadyError, match="restart this process") as caught:
            ask()
        assert caught.value.code == "row_unreadable"
    with database.read(world.engine) as session:
        assert world.galleries.damage == "row_unreadable"
        assert not world.galleries.ready(session)
        report = world.galleries.check(session, kek=world.kek)
        assert (report.damage, report.agrees, report.expected) == ("row_unreadable", False, 2)
        assert world.galleries.rebuild(session, kek=world.kek) == 2
        assert world.galleries.ready(session)
    assert [world.best(1), world.best(20)] == [first, second]
    assert world.agrees()


def test_a_full_disk_delays_answers_and_changes_none(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.open()
    first = world.enrol(1)
    assert world.best(1) == first

    def full(*arguments: object) -> int:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("matching.gallery.sealed_rows.os.pwrite", full)
        second = world.enrol(20)
        with pytest.raises(NotReadyError, match="No space") as caught:
            world.search(1)
        assert caught.value.code == "gallery_storage"
        with database.read(world.engine) as session, pytest.raises(NotReadyError):
            world.galleries.rebuild(session, kek=world.kek)
    assert [world.best(1), world.best(20)] == [first, second]
    assert world.agrees()


def test_a_folder_for_rows_that_cannot_be_made_closes_the_gallery(
    world: World, tmp_path: Path
) -> None:
    (tmp_path / "rows").touch()
    with pytest.raises(NotReadyError) as caught:
        world.open()
    assert caught.value.code == "gallery_storage"


def test_the_registry_keeps_rows_where_its_setting_says(tmp_path: Path, database_url: str) -> None:
    folder = tmp_path / "disk" / "rows"
    settings = Settings(
        home=tmp_path / "home", database_url=database_url, gallery_rows_folder=folder
    )
    initialise(settings, at=AT)
    with closing(open_service(settings, at=AT)):
        assert folder.stat().st_mode & 0o777 == 0o700
        assert list(folder.iterdir()) == []


def test_a_damaged_gallery_does_not_keep_the_registry_from_closing(
    tmp_path: Path,
    database_url: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    settings = Settings(home=tmp_path / "home", database_url=database_url)
    initialise(settings, at=AT)

    def damaged(folder: Path, *arguments: object, **options: object) -> Manifest:
        if folder == settings.gallery_folder:
            raise GalleryCorruptError("row_unreadable", "a row was changed; rebuild the gallery")
        return save(folder, *arguments, **options)  # type: ignore[arg-type]

    service = open_service(settings, at=AT)
    save = snapshot.save
    monkeypatch.setattr(snapshot, "save", damaged)
    service.close()
    assert [record.message for record in caplog.records] == [
        "the gallery was not saved (row_unreadable): a row was changed; rebuild the gallery"
    ]
    assert list(settings.names_folder.glob("generation-*"))
