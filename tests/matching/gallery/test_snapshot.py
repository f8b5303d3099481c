import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from matching.errors import GalleryCorruptError, GalleryError, GalleryStaleError
from matching.gallery import faiss_engine, snapshot
from matching.gallery.faiss_engine import FaissGallery
from matching.gallery.manifest import Manifest, Origin
from matching.gallery.protocol import Permit
from tests.matching.gallery.population import Person, reference
from tests.matching.gallery.saving import Interrupted, before_step, save_second
from tests.matching.gallery.sealer import AesSealer

ORIGIN = Origin("database", 7, "anchor-7", "test")
SEALER = AesSealer()
CORRUPTIONS = 70  # of each of three kinds, on each file


def _engine(*seeds: int) -> FaissGallery:
    engine = FaissGallery()
    engine.enrol([reference(seed, attributes=seed) for seed in seeds])
    return engine


def _save(folder: Path, *seeds: int, origin: Origin = ORIGIN) -> Manifest:
    return snapshot.save(folder, _engine(*seeds), origin=origin, sealer=SEALER)


def _load(folder: Path) -> tuple[FaissGallery, Manifest]:
    engine = FaissGallery()
    return engine, snapshot.load(folder, engine, database_id="database", sealer=SEALER)


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file() and path.name != "lock")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A snapshot of three people in two parts."""
    monkeypatch.setattr(faiss_engine, "_PART", 2)
    _save(tmp_path / "gallery", 1, 2, 3)
    return tmp_path / "gallery"


def test_a_snapshot_brings_the_same_gallery_back(folder: Path) -> None:
    engine, manifest = _load(folder)
    assert engine.labels() == {"person-1": 1, "person-2": 2, "person-3": 3}
    assert (manifest.count, manifest.origin, manifest.generation) == (3, ORIGIN, 1)
    probe = Person(2).capture(seed=1)
    answers = [
        each.search(probe, permit=Permit(), k=3, threshold=-1e9)
        for each in (engine, _engine(1, 2, 3))
    ]
    assert answers[0] == answers[1]
    assert snapshot.inspect(folder, sealer=SEALER) == manifest


def test_the_manifest_names_every_file_with_size_and_hash(folder: Path) -> None:
    body = json.loads((folder / "generation-000000000001" / "manifest.json").read_text())
    assert [part["name"] for part in body["parts"]] == ["part-00000.bin", "part-00001.bin"]
    assert {len(part["sha256"]) for part in body["parts"]} == {64}
    assert body["layout"] == FaissGallery().layout


def test_an_empty_gallery_can_be_saved(tmp_path: Path) -> None:
    _save(tmp_path)
    assert len(_load(tmp_path)[0]) == 0


def test_files_hold_nothing_in_clear_and_belong_to_the_owner_alone(folder: Path) -> None:
    packed = [f.own.tobytes() for s in _engine(1)._table.live() for f in s.packed.fingers.values()]
    for path in _files(folder):
        content = path.read_bytes()
        assert b"person-1" not in content
        assert not any(cylinders[64:128] in content for cylinders in packed)
        assert path.parent.stat().st_mode & 0o077 == 0


def _changed(data: bytes, kind: str, rng: np.random.Generator) -> bytes:
    if kind == "truncation":
        return data[: int(rng.integers(0, len(data)))]
    changed = bytearray(data)
    if kind == "bit flip":
        changed[int(rng.integers(len(data)))] ^= 1 << int(rng.integers(8))
    else:
        start = int(rng.integers(0, len(data)))
        changed[start : start + 4096] = bytes(len(changed[start : start + 4096]))
    return bytes(changed)


@pytest.mark.parametrize("kind", ["bit flip", "truncation", "zero page"])
@pytest.mark.parametrize("name", ["manifest.json", "part-00000.bin", "part-00001.bin"])
def test_every_corruption_is_found(folder: Path, name: str, kind: str) -> None:
    """3 x 70 seeded corruptions of every file."""
    path = folder / "generation-000000000001" / name
    whole = path.read_bytes()
    rng = np.random.default_rng([len(name), len(kind)])
    undetected = 0
    for _ in range(CORRUPTIONS):
        damaged = _changed(whole, kind, rng)
        assert damaged != whole
        path.write_bytes(damaged)
        try:
            _load(folder)
        except GalleryCorruptError:
            continue
        undetected += 1
    assert undetected == 0
    path.write_bytes(whole)
    assert len(_load(folder)[0]) == 3


@pytest.mark.parametrize("change", [lambda d: d + b"\n", lambda d: d.replace(b",", b", ", 1)])
def test_a_manifest_that_only_looks_different_is_refused(
    folder: Path, change: Callable[[bytes], bytes]
) -> None:
    path = folder / "generation-000000000001" / "manifest.json"
    path.write_bytes(change(path.read_bytes()))
    with pytest.raises(GalleryCorruptError):
        _load(folder)


def test_a_seal_in_capital_letters_is_refused(folder: Path) -> None:
    path = folder / "generation-000000000001" / "manifest.json"
    seal = json.loads(path.read_bytes())["seal"]
    path.write_bytes(path.read_bytes().replace(seal.encode(), seal.upper().encode()))
    with pytest.raises(GalleryCorruptError):
        _load(folder)


def test_a_part_that_opens_but_is_not_the_one_of_the_manifest_is_refused(folder: Path) -> None:
    manifest = _load(folder)[1]
    path = folder / "generation-000000000001" / "part-00000.bin"
    plain = SEALER.open(path.read_bytes(), manifest.part_context(0))
    path.write_bytes(SEALER.seal(plain, manifest.part_context(0)))
    with pytest.raises(GalleryCorruptError):
        _load(folder)


def test_a_missing_file_is_found(folder: Path) -> None:
    for path in _files(folder):
        whole = path.read_bytes()
        path.unlink()
        with pytest.raises(GalleryCorruptError):
            _load(folder)
        path.write_bytes(whole)


@pytest.mark.parametrize("name", ["manifest.json", "part-00000.bin"])
def test_files_of_two_generations_do_not_mix(folder: Path, tmp_path: Path, name: str) -> None:
    old = (folder / "generation-000000000001" / name).read_bytes()
    _save(folder, 1, 2, 3)
    (folder / "generation-000000000002" / name).write_bytes(old)
    with pytest.raises(GalleryCorruptError):
        _load(folder)


def test_a_snapshot_under_another_key_is_refused(folder: Path) -> None:
    with pytest.raises(GalleryCorruptError):
        snapshot.load(folder, FaissGallery(), database_id="database", sealer=AesSealer(bytes(32)))


def test_a_snapshot_of_another_database_is_stale(folder: Path) -> None:
    with pytest.raises(GalleryStaleError) as caught:
        snapshot.load(folder, FaissGallery(), database_id="other", sealer=SEALER)
    assert caught.value.code == "snapshot_database"


def test_a_snapshot_of_another_matcher_is_stale(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(faiss_engine, "MATCHER_VERSION", "later/9")
    with pytest.raises(GalleryStaleError) as caught:
        _load(folder)
    assert caught.value.code == "snapshot_layout"


def test_a_snapshot_of_another_format_is_stale(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshot, "FORMAT", 2)
    with pytest.raises(GalleryStaleError) as caught:
        _load(folder)
    assert caught.value.code == "snapshot_format"


def test_no_snapshot_is_stale_too(tmp_path: Path) -> None:
    for where in (tmp_path, tmp_path / "absent"):
        with pytest.raises(GalleryStaleError) as caught:
            snapshot.load(where, FaissGallery(), database_id="database", sealer=SEALER)
        assert caught.value.code == "snapshot_missing"
        assert snapshot.inspect(where, sealer=SEALER) is None


def test_old_generations_are_overwritten_and_removed(folder: Path, tmp_path: Path) -> None:
    held = tmp_path / "held"  # a second name for the same bytes on the disk
    held.hardlink_to(folder / "generation-000000000001" / "part-00000.bin")
    assert any(held.read_bytes())
    _save(folder, 4)
    assert [path.name for path in sorted(folder.iterdir())] == ["generation-000000000002", "lock"]
    assert not any(held.read_bytes())
    assert _load(folder)[0].labels() == {"person-4": 4}


def test_discarding_overwrites_and_removes_everything(folder: Path, tmp_path: Path) -> None:
    held = tmp_path / "held"
    held.hardlink_to(folder / "generation-000000000001" / "part-00001.bin")
    assert snapshot.discard(folder) == 1
    assert not any(held.read_bytes())
    assert [path.name for path in folder.iterdir()] == ["lock"]
    assert snapshot.discard(tmp_path / "absent") == 0


def test_a_later_snapshot_of_another_process_is_kept(folder: Path) -> None:
    earlier = replace(ORIGIN, high_water_mark=6)
    assert _save(folder, 1, origin=earlier).origin == ORIGIN
    assert len(_load(folder)[0]) == 3
    forced = snapshot.save(folder, _engine(1), origin=earlier, sealer=SEALER, replace_later=True)
    assert _load(folder)[1] == forced


def test_a_snapshot_of_another_database_and_a_corrupt_one_are_replaced(folder: Path) -> None:
    other = Origin("another database", 1, "anchor", "test")
    assert _save(folder, 1, origin=other).origin == other
    (folder / "generation-000000000002" / "manifest.json").write_bytes(b"{}")
    assert _save(folder, 1, origin=replace(ORIGIN, high_water_mark=1)).generation == 3


@pytest.fixture
def first(tmp_path: Path) -> Path:
    """A snapshot of one person with mark 1."""
    _save(tmp_path / "first", 1, origin=Origin("database", 1, "anchor-1", "test"))
    return tmp_path / "first"


def _old_or_new(folder: Path) -> int:
    """Load and check that it is wholly the old or wholly the new generation; which mark."""
    engine, manifest = _load(folder)
    mark = manifest.origin.high_water_mark
    assert list(engine.labels()) == ["person-1", "person-2"][:mark]
    assert manifest.origin.anchor == f"anchor-{mark}"
    return mark


def test_an_error_at_any_step_of_saving_leaves_a_whole_generation(
    first: Path, tmp_path: Path
) -> None:
    marks = []
    for number in range(1, 100):
        folder = tmp_path / f"attempt-{number}"
        shutil.copytree(first, folder)
        with ExitStack() as stack:
            for each in before_step(number, _interrupt):
                stack.enter_context(each)
            try:
                save_second(folder)
            except Interrupted:
                marks.append(_old_or_new(folder))
                save_second_again(folder)
                continue
        break
    else:
        pytest.fail("saving has no end")
    assert marks == sorted(marks)
    assert set(marks) == {1, 2}


def _interrupt() -> None:
    raise Interrupted


def save_second_again(folder: Path) -> None:
    """The next attempt needs no cleaning up by hand."""
    snapshot.save(
        folder,
        _engine(1, 2),
        origin=Origin("database", 2, "anchor-2", "test"),
        sealer=SEALER,
    )
    assert _old_or_new(folder) == 2
    assert [path.name for path in folder.glob("unfinished-*")] == []


@pytest.mark.parametrize("number", [5, 8, 10, 14])
def test_a_killed_process_leaves_a_whole_generation(first: Path, number: int) -> None:
    command = [sys.executable, "-m", "tests.matching.gallery.saving", str(first), str(number)]
    ended = subprocess.run(command, check=False, cwd=Path(__file__).parents[3])
    assert ended.returncode == -9
    assert _old_or_new(first) in (1, 2)
    save_second_again(first)


def test_gallery_errors_carry_no_template_bytes(folder: Path) -> None:
    path = folder / "generation-000000000001" / "part-00000.bin"
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(GalleryError) as caught:
        _load(folder)
    assert str(caught.value) == (
        "the gallery snapshot cannot be used: part-00000.bin has changed; rebuild it"
    )
