import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from matching.errors import GalleryCorruptError, GalleryStaleError
from matching.gallery import native_engine, snapshot
from matching.gallery.faiss_engine import FaissGallery
from matching.gallery.manifest import Manifest, Origin
from matching.gallery.native_engine import NativeGallery
from matching.gallery.parts import decode
from matching.gallery.protocol import Permit
from tests.matching.gallery.population import Person, reference
from tests.matching.gallery.sealer import AesSealer

ORIGIN = Origin("database", 7, "anchor-7", "test")
SEALER = AesSealer()
CORRUPTIONS = 70  # of each of three kinds, on each file
FILES = ("manifest.json", "part-00000.bin", "part-00001.bin")


def _engine(*seeds: int) -> NativeGallery:
    engine = NativeGallery()
    engine.enrol([reference(seed, attributes=seed) for seed in seeds])
    return engine


def _load(folder: Path) -> tuple[NativeGallery, Manifest]:
    engine = NativeGallery()
    return engine, snapshot.load(folder, engine, database_id="database", sealer=SEALER)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A snapshot of three people in two parts."""
    monkeypatch.setattr(native_engine, "_PART", 2)
    snapshot.save(tmp_path / "gallery", _engine(1, 2, 3), origin=ORIGIN, sealer=SEALER)
    return tmp_path / "gallery"


def test_a_snapshot_brings_the_same_gallery_back(folder: Path) -> None:
    engine, manifest = _load(folder)
    assert engine.labels() == {"person-1": 1, "person-2": 2, "person-3": 3}
    assert manifest.count == 3
    answers = [
        each.search(Person(2).capture(seed=1), permit=Permit(), k=3, threshold=-1e9)
        for each in (engine, _engine(1, 2, 3))
    ]
    assert answers[0] == answers[1]


def test_files_hold_nothing_in_clear(folder: Path) -> None:
    rows = _engine(1)._store._segments[0].rows.read(np.array([0]))[0].tobytes()
    for path in folder.rglob("*"):
        content = path.read_bytes() if path.is_file() else b""
        assert b"person-1" not in content
        assert rows[70:110] not in content


def _changed(data: bytes, kind: str, rng: np.random.Generator) -> bytes:
    changed = bytearray(data)
    if kind == "truncation":
        del changed[int(rng.integers(0, len(data))) :]
    elif kind == "bit flip":
        changed[int(rng.integers(len(data)))] ^= 1 << int(rng.integers(8))
    else:
        start = int(rng.integers(0, len(data)))
        changed[start : start + 4096] = bytes(len(changed[start : start + 4096]))
    return bytes(changed)


@pytest.mark.parametrize("kind", ["bit flip", "truncation", "zero page"])
@pytest.mark.parametrize("name", FILES)
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


@pytest.mark.parametrize("name", FILES)
def test_files_of_two_generations_do_not_mix(folder: Path, name: str) -> None:
    old = (folder / "generation-000000000001" / name).read_bytes()
    snapshot.save(folder, _engine(1, 2, 3), origin=ORIGIN, sealer=SEALER)
    (folder / "generation-000000000002" / name).write_bytes(old)
    with pytest.raises(GalleryCorruptError):
        _load(folder)


def test_a_snapshot_of_another_database_or_engine_is_stale(folder: Path) -> None:
    with pytest.raises(GalleryStaleError) as caught:
        snapshot.load(folder, NativeGallery(), database_id="other", sealer=SEALER)
    assert caught.value.code == "snapshot_database"
    with pytest.raises(GalleryStaleError) as caught:
        snapshot.load(folder, FaissGallery(), database_id="database", sealer=SEALER)
    assert caught.value.code == "snapshot_layout"


@pytest.mark.parametrize("version", ["MATCHER_VERSION", "SKETCH_MODEL"])
def test_a_snapshot_of_another_matcher_or_model_is_stale(
    folder: Path, monkeypatch: pytest.MonkeyPatch, version: str
) -> None:
    monkeypatch.setattr(native_engine, version, ("later.npz", "later/9"))
    with pytest.raises(GalleryStaleError) as caught:
        _load(folder)
    assert caught.value.code == "snapshot_layout"


@contextmanager
def _no_file_longer_than(size: int) -> Iterator[None]:
    """The operating system refuses to write on, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("room", [100, 5000])
def test_a_disk_that_is_full_keeps_the_old_generation(folder: Path, room: int) -> None:
    with _no_file_longer_than(room), pytest.raises(OSError, match="File too large"):
        snapshot.save(folder, _engine(4, 5, 6), origin=ORIGIN, sealer=SEALER)
    engine, manifest = _load(folder)
    assert manifest.generation == 1
    assert list(engine.labels()) == ["person-1", "person-2", "person-3"]
    snapshot.save(folder, _engine(4, 5), origin=ORIGIN, sealer=SEALER)
    assert list(_load(folder)[0].labels()) == ["person-4", "person-5"]


ROW = 8  # where it begins in a reference
FIRST_FINGER = ROW + 1 + 64


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (ROW, 0),  # length of the key
        (ROW, 65),
        (ROW + 1, 200),  # not ASCII
        (FIRST_FINGER, 0),  # no such finger, but a sketch of it
        (FIRST_FINGER + 1, 255),  # size of the minutiae
        (FIRST_FINGER + 2, 9),  # family
        (FIRST_FINGER + 3, 61),  # number of minutiae
    ],
)
def test_a_part_whose_values_are_out_of_range_is_refused(place: int, value: int) -> None:
    parts: list[bytes] = []
    _engine(1).dump(parts.append)
    damaged = bytearray(parts[0])
    assert len(decode(bytes(damaged))) == 1
    damaged[place] = value
    with pytest.raises(GalleryCorruptError):
        decode(bytes(damaged))


def test_a_part_of_another_length_is_refused() -> None:
    parts: list[bytes] = []
    _engine(1).dump(parts.append)
    with pytest.raises(GalleryCorruptError):
        decode(parts[0][:-1])
