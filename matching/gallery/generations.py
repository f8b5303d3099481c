"""Numbered folders that are replaced as a whole: the newest is always complete.

A generation is written under a temporary name, fsynced and renamed; older ones are overwritten and
removed afterwards.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from fcntl import LOCK_EX, LOCK_SH, flock
from pathlib import Path

__all__ = [
    "LOCK_EX",
    "LOCK_SH",
    "PREFIX",
    "TEMPORARY",
    "generations",
    "locked",
    "remove",
    "sync",
    "write_durably",
]

PREFIX = "generation-"
TEMPORARY = "unfinished-"
_WIPE_STEP = 1 << 20


@contextmanager
def locked(folder: Path, mode: int) -> Iterator[None]:
    """Keep other processes from removing a generation that is being read."""
    handle = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        flock(handle, mode)
        yield
    finally:
        os.close(handle)


def generations(folder: Path) -> list[int]:
    """Numbers of the complete generations, ascending."""
    names = (path.name.removeprefix(PREFIX) for path in folder.glob(f"{PREFIX}*"))
    return sorted(int(name) for name in names if name.isdecimal())


def write_durably(path: Path, data: bytes) -> None:
    """Write a new file and wait until the disk has it."""
    with path.open("xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def sync(folder: Path) -> None:
    """Make the names in a folder durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def remove(folder: Path) -> None:
    """Overwrite the files of a generation in place, then remove it.

    Best effort on copy-on-write and flash storage; there the encryption is what protects.
    """
    for path in folder.iterdir():
        with path.open("r+b") as file:
            left = path.stat().st_size
            while left > 0:
                left -= file.write(bytes(min(left, _WIPE_STEP)))
            file.flush()
            os.fsync(file.fileno())
    shutil.rmtree(folder)
    sync(folder.parent)
