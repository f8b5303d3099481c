"""Gallery snapshots: encrypted, checked copies that spare a rebuild from the database.

A snapshot is a folder ``generation-<number>`` with sealed parts and ``manifest.json``. The manifest
names the size and SHA-256 of every part and is authenticated by the sealer, so any change of any
file is found. It is written under a temporary name, fsynced and renamed: the newest folder is
always complete. Parts hold what the engine dumped (cylinders and sketches, not minutiae): loading
costs no more than reading, and the ``layout`` in the manifest makes another matcher refuse it.
A snapshot is a disposable cache; whoever meets an error here rebuilds from the database.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Protocol

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
from matching.gallery.manifest import FORMAT, Manifest, Origin, PartFile, Sealer, read, written

__all__ = ["Kept", "discard", "inspect", "load", "save"]

_MANIFEST = "manifest.json"


class Kept(Protocol):
    """What a snapshot can hold, as ``GalleryEngine`` describes it."""

    @property
    def layout(self) -> str:
        """Names everything that the parts of ``dump`` depend on."""

    def dump(self, write: Callable[[bytes], None]) -> int:
        """Hand everything to ``write`` in parts; returns how many references they hold."""

    def restore(self, parts: Iterable[bytes]) -> None:
        """Fill an empty engine."""

    def __len__(self) -> int:
        """How many references are held."""


def save(
    folder: Path,
    engine: Kept,
    *,
    origin: Origin,
    sealer: Sealer,
    replace_later: bool = False,
) -> Manifest:
    """Write a new generation, then overwrite and remove the old ones.

    Args:
        folder: Where the generations lie; made with mode 0700 if missing.
        engine: Holds exactly what ``origin`` says; nobody writes to it meanwhile.
        origin: Which database, up to where.
        sealer: Encrypts and authenticates.
        replace_later: Also replace a snapshot of the same database with a later mark, which
            another process may have written.

    Returns:
        The manifest of the newest generation; not of this engine if a later one was kept.

    Raises:
        OSError: disk full or no access; the old generation stays.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with locked(folder, LOCK_EX):
        kept = None if replace_later else _later(folder, origin, engine.layout, sealer)
        if kept is not None:
            return kept
        numbers = generations(folder)
        manifest = Manifest(
            format=FORMAT,
            generation=max(numbers, default=0) + 1,
            origin=origin,
            layout=engine.layout,
            count=0,
            parts=(),
        )
        for left in folder.glob(f"{TEMPORARY}*"):
            remove(left)
        unfinished = folder / f"{TEMPORARY}{manifest.generation:012}"
        unfinished.mkdir(mode=0o700)
        manifest = _write(unfinished, engine, manifest=manifest, sealer=sealer)
        unfinished.rename(folder / f"{PREFIX}{manifest.generation:012}")
        sync(folder)
        for number in numbers:
            remove(folder / f"{PREFIX}{number:012}")
        return manifest


def load(folder: Path, engine: Kept, *, database_id: str, sealer: Sealer) -> Manifest:
    """Fill an empty engine from the newest generation.

    Args:
        folder: Where the generations lie.
        engine: Empty; throw it away after an error.
        database_id: The database that the snapshot must come from.
        sealer: As for ``save``.

    Returns:
        The manifest: up to where the engine is complete.

    Raises:
        GalleryCorruptError: a file is missing, changed, or sealed under another key.
        GalleryStaleError: there is none, or it is of another database, layout or format.
    """
    if not folder.is_dir():
        raise GalleryStaleError("snapshot_missing", "there is no gallery snapshot; rebuild it")
    with locked(folder, LOCK_SH):
        manifest = _newest(folder, sealer)
        if manifest is None:
            raise GalleryStaleError("snapshot_missing", "there is no gallery snapshot; rebuild it")
        for what, found, needed in (
            ("format", str(manifest.format), str(FORMAT)),
            ("database", manifest.origin.database_id, database_id),
            ("layout", manifest.layout, engine.layout),
        ):
            if found != needed:
                raise GalleryStaleError(
                    f"snapshot_{what}",
                    f"the snapshot is of another {what} ({found}, not {needed}); rebuild it",
                )
        generation = folder / f"{PREFIX}{manifest.generation:012}"
        engine.restore(_parts(generation, manifest, sealer))
    if len(engine) != manifest.count:
        raise _corrupt(f"it holds {len(engine)} references, its manifest says {manifest.count}")
    return manifest


def inspect(folder: Path, *, sealer: Sealer) -> Manifest | None:
    """Read the manifest of the newest generation; None if there is none.

    Raises:
        GalleryCorruptError: the manifest is missing or changed.
    """
    if not folder.is_dir():
        return None
    with locked(folder, LOCK_SH):
        return _newest(folder, sealer)


def discard(folder: Path) -> int:
    """Overwrite and remove every generation, as after an erasure; returns how many there were."""
    if not folder.is_dir():
        return 0
    with locked(folder, LOCK_EX):
        found = [*folder.glob(f"{PREFIX}*"), *folder.glob(f"{TEMPORARY}*")]
        for path in found:
            remove(path)
        return len(found)


def _corrupt(why: str) -> GalleryCorruptError:
    return GalleryCorruptError(
        "snapshot_corrupt", f"the gallery snapshot cannot be used: {why}; rebuild it"
    )


def _newest(folder: Path, sealer: Sealer) -> Manifest | None:
    numbers = generations(folder)
    if not numbers:
        return None
    path = folder / f"{PREFIX}{numbers[-1]:012}" / _MANIFEST
    try:
        manifest = read(path.read_bytes(), sealer)
    except FileNotFoundError:
        raise _corrupt("its manifest is missing") from None
    if manifest.generation != numbers[-1]:
        raise _corrupt("its manifest belongs to another generation")
    return manifest


def _later(folder: Path, origin: Origin, layout: str, sealer: Sealer) -> Manifest | None:
    """The newest manifest if it is of the same database and layout, and further on."""
    try:
        found = _newest(folder, sealer)
    except GalleryCorruptError:
        return None  # unusable, so it is about to be replaced
    if found is None or (found.origin.database_id, found.layout) != (origin.database_id, layout):
        return None
    return found if found.origin.high_water_mark > origin.high_water_mark else None


def _write(folder: Path, engine: Kept, *, manifest: Manifest, sealer: Sealer) -> Manifest:
    """Write the parts and last the manifest of one generation."""
    parts: list[PartFile] = []

    def write(plain: bytes) -> None:
        sealed = sealer.seal(plain, manifest.part_context(len(parts)))
        name = f"part-{len(parts):05}.bin"
        write_durably(folder / name, sealed)
        parts.append(PartFile(name, hashlib.sha256(sealed).hexdigest(), len(sealed)))

    count = engine.dump(write)
    finished = replace(manifest, count=count, parts=tuple(parts))
    write_durably(folder / _MANIFEST, written(finished, sealer))
    sync(folder)
    return finished


def _parts(folder: Path, manifest: Manifest, sealer: Sealer) -> Iterator[bytes]:
    """Check and open the parts, one at a time."""
    for number, part in enumerate(manifest.parts):
        try:
            sealed = (folder / part.name).read_bytes()
        except FileNotFoundError:
            raise _corrupt(f"{part.name} is missing") from None
        if len(sealed) != part.size or hashlib.sha256(sealed).hexdigest() != part.sha256:
            raise _corrupt(f"{part.name} has changed")
        yield sealer.open(sealed, manifest.part_context(number))
