"""Rows that lie in files, on disks that are full or fail."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from matching.errors import GalleryStorageError
from matching.gallery.native_engine import NativeGallery
from matching.gallery.protocol import Permit, Reference
from matching.gallery.sealed_rows import SealedRows
from tests.matching.gallery.population import Person, reference, strangers
from tests.matching.gallery.sealed import Made, places
from tests.matching.gallery.sealer import AesRowCipher

EVERYTHING = Permit()
LOWEST = -1e9


def failing(monkeypatch: pytest.MonkeyPatch, after: int, short: bool) -> None:
    """Let every write from one on fail, or be cut short as a disk does that just became full."""
    real: Callable[[int, memoryview, int], int] = os.pwrite
    calls = iter(range(1 << 30))

    def pwrite(file: int, data: memoryview, at: int) -> int:
        if next(calls) < after:
            return real(file, data, at)
        if short:
            return real(file, memoryview(data)[: len(data) // 2], at)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("matching.gallery.sealed_rows.os.pwrite", pwrite)


def test_what_cannot_be_overwritten_cannot_be_read_either(
    made: Made, plain: NDArray[np.uint8], monkeypatch: pytest.MonkeyPatch
) -> None:
    made.rows.write(np.arange(4), plain[:4])
    with monkeypatch.context() as patched:
        failing(patched, 2, short=False)
        with pytest.raises(GalleryStorageError):
            made.rows.wipe(places(0, 2))
    assert not any(made.stored(0)[0] + made.stored(0)[1])
    assert not made.rows.read(places(0, 2)).any()
    assert np.array_equal(made.rows.read(places(1, 3)), plain[[1, 3]])


@pytest.mark.parametrize("short", [False, True])
@pytest.mark.parametrize("after", range(6))
def test_a_full_disk_leaves_nothing_of_what_was_refused(
    made: Made,
    plain: NDArray[np.uint8],
    monkeypatch: pytest.MonkeyPatch,
    *,
    after: int,
    short: bool,
) -> None:
    made.rows.write(np.arange(3), plain[:3])
    lanes = places(10, 11, 20, 30)  # three runs, so six writes
    with monkeypatch.context() as patched:
        failing(patched, after, short)
        with pytest.raises(GalleryStorageError, match="No space") as caught:
            made.rows.write(lanes, plain[10:14])
    assert caught.value.code == "gallery_storage"
    assert not made.rows.read(lanes).any()
    assert np.array_equal(made.rows.read(np.arange(3)), plain[:3])
    made.rows.write(lanes, plain[10:14])
    assert np.array_equal(made.rows.read(lanes), plain[10:14])


@pytest.mark.parametrize("after", [0, 1, 2, 3])
def test_a_gallery_answers_as_before_after_a_full_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    engine = NativeGallery(rows=SealedRows(tmp_path, AesRowCipher()), largest=512)
    engine.enrol_batch(strangers(500))
    engine.enrol([reference(1)])
    probe = Person(1).capture(seed=1)
    before = engine.search(probe, permit=EVERYTHING, k=3, threshold=LOWEST)
    newer = Reference("person-1", 2, Person(2).capture())
    many = [reference(seed) for seed in range(20, 40)]  # into a second segment
    with monkeypatch.context() as patched:
        failing(patched, after, short=False)
        with pytest.raises(GalleryStorageError):
            engine.enrol([newer, *many])
    assert engine.search(probe, permit=EVERYTHING, k=3, threshold=LOWEST) == before
    assert len(engine) == len(engine.labels()) == 501
    for segment in _segments(engine):
        unseen = _unseen(segment)
        assert not segment.middle[unseen].any()
        assert not segment.columns.attributes[unseen].any()
        assert not segment.rows.read(unseen).any()
    engine.enrol([newer, *many])
    assert len(engine) == 521
    assert len(engine._store._free) == 1  # where the replaced reference lay
    assert engine.labels()["person-1"] == 2


def test_where_no_file_can_be_made_no_slot_is_lost(tmp_path: Path) -> None:
    folder = tmp_path / "rows"
    engine = NativeGallery(rows=SealedRows(folder, AesRowCipher()), largest=512)
    engine.enrol_batch(strangers(500))
    engine.erase([f"stranger-{n}" for n in range(5)])
    folder.rmdir()
    with pytest.raises(GalleryStorageError, match="made"):
        engine.enrol([reference(seed) for seed in range(20)])
    assert len(engine) == 495
    folder.mkdir()
    engine.enrol([reference(seed) for seed in range(17)])
    assert len(engine) == 512
    assert len(engine._store._segments) == 1


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(GalleryStorageError, match="made"):
        SealedRows(tmp_path / "file", AesRowCipher())


def test_a_file_that_cannot_be_read_is_an_error(
    made: Made, plain: NDArray[np.uint8], monkeypatch: pytest.MonkeyPatch
) -> None:
    made.rows.write(places(0), plain[:1])

    def preadv(file: int, buffers: list[bytearray], at: int) -> int:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("matching.gallery.sealed_rows.os.preadv", preadv)
    with pytest.raises(GalleryStorageError, match="read"):
        made.rows.codes(places(0))


_LIMITED = """
import resource, sys
from pathlib import Path
from matching.errors import GalleryStorageError
from matching.gallery.native_engine import NativeGallery
from matching.gallery.protocol import Permit
from matching.gallery.sealed_rows import SealedRows
from tests.matching.gallery.population import Person, reference, strangers
from tests.matching.gallery.sealer import AesRowCipher

def ask(engine):
    probe = Person(2).capture(seed=1)
    return engine.search(probe, permit=Permit(), k=3, threshold=-1e9)

engine = NativeGallery(rows=SealedRows(Path(sys.argv[1]), AesRowCipher()), largest=512)
engine.enrol([reference(2)])
engine.enrol_batch(strangers(100))
before, hard = ask(engine), resource.getrlimit(resource.RLIMIT_FSIZE)[1]
resource.setrlimit(resource.RLIMIT_FSIZE, (1_500_000, hard))
try:
    engine.enrol_batch(strangers(300, seed=6, first=100))
except GalleryStorageError as error:
    print(error.code)
assert ask(engine) == before and len(engine) == len(engine.labels()) == 101
resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
engine.enrol_batch(strangers(300, seed=6, first=100))
assert ask(engine).searched == 401 and len(engine.labels()) == 401
print("whole")
"""


def test_a_limit_of_the_system_is_met_like_a_full_disk(tmp_path: Path) -> None:
    command = [sys.executable, "-c", _LIMITED, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert (done.stdout.split(), done.stderr) == (["gallery_storage", "whole"], "")


def _segments(engine: NativeGallery) -> list[Any]:
    return list(engine._store._segments)


def _unseen(segment: Any) -> NDArray[np.intp]:
    """Lanes that no search finds."""
    bits = np.unpackbits(segment.columns.enrolled.view(np.uint8), bitorder="little")
    return np.flatnonzero(bits == 0)
