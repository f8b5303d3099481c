"""Snapshots of a vector gallery: checked files whose rows are mapped instead of read.

A generation is a folder with one file per chunk and ``manifest.json``. Every tile of 64 references
has a checksum in its file, so an erasure can overwrite a person in place and leave the rest
checkable. The manifest carries its own SHA-256. Files are not encrypted: they are for volumes that
are. A snapshot is a disposable cache: whoever meets an error here builds it again.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from matching.errors import GalleryCorruptError, GalleryStaleError
from matching.gallery.generations import (
    LOCK_EX,
    LOCK_SH,
    PREFIX,
    TEMPORARY,
    generations,
    locked,
    remove,
    sync,
    write_durably,
)
from matching.gallery.vector_chunk import Chunk
from matching.gallery.vector_cuts import Cut
from matching.gallery.vector_layout import Layout
from matching.gallery.vectors import VectorGallery

__all__ = ["VectorManifest", "open_gallery", "save_gallery"]

_FORMAT = 3  # raised with every change of the manifest or of the files
_MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True)
class VectorManifest:
    """What a snapshot holds.

    Args:
        format: Of manifest and files.
        generation: Number of the folder.
        database_id: Which database the references come from.
        mark: Up to which change of it; opaque here.
        model: What made the vectors, e.g. ``"dlib-resnet/1"``; other models cannot be compared.
        layout: Identity of the layout.
        dimensions: Of a row.
        chunk_slots: References per file.
        chunks: How many files.
        used: Slots that were ever handed out.
    """

    format: int
    generation: int
    database_id: str
    mark: int
    model: str
    layout: str
    dimensions: int
    chunk_slots: int
    chunks: int
    used: int

    @property
    def purpose(self) -> str:
        """Goes into every checksum, so that files of different snapshots cannot be mixed."""
        return _digest(f"{self.database_id} {self.generation} {self.model} {self.layout}")


def save_gallery(
    folder: Path, gallery: VectorGallery, *, database_id: str, mark: int, model: str
) -> VectorManifest:
    """Write a new generation, then overwrite and remove the old ones.

    Later erasures are made in the new files as well.

    Args:
        folder: Where the generations lie; made with mode 0700 if missing.
        gallery: Written to by nobody meanwhile: writers wait.
        database_id: Which database.
        mark: Up to which change of it.
        model: What made the vectors.

    Raises:
        OSError: disk full or no access; the old generation stays.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with locked(folder, LOCK_EX), gallery.frozen() as (chunks, used):
        numbers = generations(folder)
        manifest = VectorManifest(
            _FORMAT, max(numbers, default=0) + 1, database_id, mark, model, gallery.layout.identity,
            gallery.layout.dimensions, gallery.chunk_slots, len(chunks), used,
        )  # fmt: skip
        for left in folder.glob(f"{TEMPORARY}*"):
            remove(left)
        unfinished = folder / f"{TEMPORARY}{manifest.generation:012}"
        unfinished.mkdir(mode=0o700)
        files = [unfinished / _name(number) for number in range(len(chunks))]
        for chunk, file in zip(chunks, files, strict=True):
            chunk.save(file, manifest.purpose)
        write_durably(unfinished / _MANIFEST, _written(manifest))
        sync(unfinished)
        unfinished.rename(folder / f"{PREFIX}{manifest.generation:012}")
        sync(folder)
        for chunk, file in zip(chunks, files, strict=True):
            placed = folder / f"{PREFIX}{manifest.generation:012}" / file.name
            chunk.mirror(placed, manifest.purpose)
        for number in numbers:
            remove(folder / f"{PREFIX}{number:012}")
        return manifest


def open_gallery(
    folder: Path, layout: Layout, *, database_id: str, model: str, cut: Cut | None = None
) -> tuple[VectorGallery, VectorManifest]:
    """Open the newest generation: tables are read, rows are mapped.

    Everything is checked once, tile by tile. An erasure is made in the files at once; other changes
    stay in memory until the next ``save_gallery``.

    Args:
        folder: Where ``save_gallery`` wrote.
        layout: Of its rows.
        database_id: Which database.
        model: What made the vectors.
        cut: How far codes may differ; the shipped one of the layout by default.

    Raises:
        GalleryCorruptError: a file is missing or changed.
        GalleryStaleError: there is none, or it is of another database, model, layout or format.
    """
    if not folder.is_dir():
        raise _stale("snapshot_missing", "there is no vector snapshot")
    with locked(folder, LOCK_SH):
        numbers = generations(folder)
        if not numbers:
            raise _stale("snapshot_missing", "there is no vector snapshot")
        generation = folder / f"{PREFIX}{numbers[-1]:012}"
        manifest = _read(generation / _MANIFEST, numbers[-1])
        for what, found, needed in (
            ("format", str(manifest.format), str(_FORMAT)),
            ("database", manifest.database_id, database_id),
            ("model", manifest.model, model),
            ("layout", manifest.layout, layout.identity),
        ):
            if found != needed:
                raise _stale(f"snapshot_{what}", f"the snapshot is of another {what} ({found})")
        if sorted(path.name for path in generation.iterdir()) != [
            *(_name(number) for number in range(manifest.chunks)),
            _MANIFEST,
        ]:
            raise _corrupt("a file is missing or does not belong to it")
        gallery = VectorGallery(layout, cut=cut, chunk_slots=manifest.chunk_slots)
        gallery.adopt(
            [
                Chunk(
                    number * manifest.chunk_slots,
                    manifest.chunk_slots,
                    layout.dimensions,
                    file=generation / _name(number),
                    purpose=manifest.purpose,
                )
                for number in range(manifest.chunks)
            ],
            manifest.used,
        )
    return gallery, manifest


def _name(number: int) -> str:
    return f"chunk-{number:05}.bin"


def _written(manifest: VectorManifest) -> bytes:
    body = json.dumps(asdict(manifest), sort_keys=True)
    return json.dumps({"manifest": body, "sha256": _digest(body)}).encode("ascii")


def _read(path: Path, generation: int) -> VectorManifest:
    try:
        outer: Any = json.loads(path.read_bytes().decode("ascii"))
        body, digest = outer["manifest"], outer["sha256"]
        sound = set(outer) == {"manifest", "sha256"} and digest == _digest(body)
        manifest = VectorManifest(**json.loads(body))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise _corrupt("its manifest is missing or changed") from None
    if not sound or path.read_bytes() != _written(manifest) or manifest.generation != generation:
        raise _corrupt("its manifest has changed")
    return manifest


def _digest(body: str) -> str:
    return hashlib.sha256(body.encode("ascii")).hexdigest()


def _corrupt(why: str) -> GalleryCorruptError:
    return GalleryCorruptError(
        "snapshot_corrupt", f"the vector snapshot cannot be used: {why}; build it again"
    )


def _stale(code: str, why: str) -> GalleryStaleError:
    return GalleryStaleError(code, f"{why}; build it again")
