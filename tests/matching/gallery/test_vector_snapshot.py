import errno
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from matching.errors import GalleryCorruptError, GalleryStaleError
from matching.gallery import vector_snapshot
from matching.gallery.vector_layout import face
from matching.gallery.vector_snapshot import open_gallery, save_gallery
from matching.gallery.vectors import VectorGallery
from tests.matching.vectors import unit

PEOPLE, DIMENSIONS = 300, 128
WHERE: dict[str, Any] = {"database_id": "database", "model": "model/1"}
FLIPS = 120  # per file


def saved(folder: Path) -> VectorGallery:
    gallery = VectorGallery(DIMENSIONS, chunk_slots=128)
    gallery.enrol(np.arange(PEOPLE), unit(np.random.default_rng(1), PEOPLE, DIMENSIONS))
    gallery.erase([7, 200])
    save_gallery(folder, gallery, mark=5, **WHERE)
    return gallery


def test_an_opened_snapshot_answers_like_the_gallery(tmp_path: Path) -> None:
    gallery = saved(tmp_path)
    opened, manifest = open_gallery(tmp_path, face(DIMENSIONS), **WHERE)
    assert (manifest.mark, manifest.generation, len(opened)) == (5, 1, PEOPLE - 2)
    probes = unit(np.random.default_rng(2), 30, DIMENSIONS)
    for exact in (False, True):
        ours, theirs = (
            g.search(probes, k=9, threshold=0.0, exact=exact) for g in (gallery, opened)
        )
        assert ours.ids.tolist() == theirs.ids.tolist()
        assert ours.scores.tolist() == theirs.scores.tolist()
    opened.enrol(np.array([999]), probes[:1])
    assert opened.search(probes[:1], k=1, threshold=0.9).ids[0, 0] == 999


def test_changes_reach_the_files_by_the_next_snapshot_only(tmp_path: Path) -> None:
    saved(tmp_path)
    opened, _ = open_gallery(tmp_path, face(DIMENSIONS), **WHERE)
    new = unit(np.random.default_rng(3), 1, DIMENSIONS)
    opened.enrol(np.array([7]), new)
    again, _ = open_gallery(tmp_path, face(DIMENSIONS), **WHERE)
    assert again.search(new, k=1, threshold=0.9).ids[0, 0] == -1
    save_gallery(tmp_path, opened, mark=6, **WHERE)
    again, manifest = open_gallery(tmp_path, face(DIMENSIONS), **WHERE)
    assert again.search(new, k=1, threshold=0.9).ids[0, 0] == 7
    assert manifest.generation == 2
    assert [path.name for path in tmp_path.glob("generation-*")] == ["generation-000000000002"]


def test_a_snapshot_of_an_older_format_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as older:
        older.setattr(vector_snapshot, "_FORMAT", vector_snapshot._FORMAT - 1)
        saved(tmp_path)
    with pytest.raises(GalleryStaleError) as refused:
        open_gallery(tmp_path, face(DIMENSIONS), **WHERE)
    assert refused.value.code == "snapshot_format"


def test_every_flipped_bit_is_found(tmp_path: Path) -> None:
    saved(tmp_path)
    rng = np.random.default_rng(4)
    files = sorted(next(tmp_path.glob("generation-*")).iterdir())
    assert len(files) == 4
    for file in files:
        sound = file.read_bytes()
        for _ in range(FLIPS):
            broken = bytearray(sound)
            broken[rng.integers(len(sound))] ^= 1 << rng.integers(8)
            file.write_bytes(broken)
            with pytest.raises((GalleryCorruptError, GalleryStaleError)):
                open_gallery(tmp_path, face(DIMENSIONS), **WHERE)
        file.write_bytes(sound)
    open_gallery(tmp_path, face(DIMENSIONS), **WHERE)


def test_every_cut_zeroed_missing_and_foreign_file_is_found(tmp_path: Path) -> None:
    saved(tmp_path)
    generation = next(tmp_path.glob("generation-*"))
    files = sorted(generation.iterdir())
    for file in files:
        sound = file.read_bytes()
        steps = range(0, len(sound), 4096)
        zeroed = [sound[:at] + bytes(4096) + sound[at + 4096 :] for at in steps]
        shorter = [sound[: len(sound) * part // 7] for part in range(7)]
        for broken in [*zeroed, *shorter, sound + b"x", b""]:
            if broken == sound:
                continue
            file.write_bytes(broken)
            with pytest.raises((GalleryCorruptError, GalleryStaleError)):
                open_gallery(tmp_path, face(DIMENSIONS), **WHERE)
        file.unlink()
        with pytest.raises(GalleryCorruptError):
            open_gallery(tmp_path, face(DIMENSIONS), **WHERE)
        file.write_bytes(sound)
    first, second = files[0].read_bytes(), files[1].read_bytes()
    files[0].write_bytes(second)
    files[1].write_bytes(first)
    with pytest.raises(GalleryCorruptError):
        open_gallery(tmp_path, face(DIMENSIONS), **WHERE)


def test_a_file_of_another_generation_is_found(tmp_path: Path) -> None:
    gallery = saved(tmp_path)
    older = next(tmp_path.glob("generation-*")) / "chunk-00002.bin"
    content = older.read_bytes()
    save_gallery(tmp_path, gallery, mark=6, **WHERE)
    newer = next(tmp_path.glob("generation-*")) / "chunk-00002.bin"
    assert content != newer.read_bytes()
    newer.write_bytes(content)
    with pytest.raises(GalleryCorruptError):
        open_gallery(tmp_path, face(DIMENSIONS), **WHERE)


@pytest.mark.parametrize(
    ("changed", "code"),
    [({"database_id": "other"}, "snapshot_database"), ({"model": "model/2"}, "snapshot_model")],
)
def test_a_snapshot_of_something_else_is_refused(
    tmp_path: Path, changed: dict[str, str], code: str
) -> None:
    saved(tmp_path)
    with pytest.raises(GalleryStaleError) as refused:
        open_gallery(tmp_path, face(DIMENSIONS), **(WHERE | changed))
    assert refused.value.code == code
    with pytest.raises(GalleryStaleError):
        open_gallery(tmp_path, face(256), **WHERE)
    with pytest.raises(GalleryStaleError):
        open_gallery(tmp_path / "nowhere", face(DIMENSIONS), **WHERE)


def test_an_older_generation_under_a_newer_name_is_refused(tmp_path: Path) -> None:
    saved(tmp_path)
    generation = next(tmp_path.glob("generation-*"))
    generation.rename(tmp_path / "generation-000000000009")
    with pytest.raises(GalleryCorruptError):
        open_gallery(tmp_path, face(DIMENSIONS), **WHERE)


def test_a_full_disk_leaves_the_old_snapshot(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gallery = saved(tmp_path)

    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        save_gallery(tmp_path, gallery, mark=6, **WHERE)
    monkeypatch.undo()
    _, manifest = open_gallery(tmp_path, face(DIMENSIONS), **WHERE)
    assert manifest.mark == 5
    assert save_gallery(tmp_path, gallery, mark=7, **WHERE).generation == 2
    assert list(tmp_path.glob("unfinished-*")) == []
