"""Saves a second generation and ends itself with SIGKILL before the n-th step on the disk.

usage: python -m tests.matching.gallery.saving FOLDER N; exit code 0 if N steps were not reached.
"""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest.mock import patch

from matching.gallery import snapshot
from matching.gallery.faiss_engine import FaissGallery
from matching.gallery.manifest import Origin
from tests.matching.gallery.population import reference
from tests.matching.gallery.sealer import AesSealer

STEPS = ((os, "fsync"), (Path, "rename"), (Path, "mkdir"), (Path, "open"), (os, "unlink"))


class Interrupted(Exception):
    """Stands for whatever stops a process that can still clean up, such as a full disk."""


def before_step(number: int, act: Callable[[], None]) -> Any:
    """Patch the file operations so that ``act`` runs before the n-th of them (1, 2 ...)."""
    left = [number]

    def wrapped(real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            left[0] -= 1
            if left[0] == 0:
                act()
            return real(*args, **kwargs)

        return call

    return [patch.object(where, name, wrapped(getattr(where, name))) for where, name in STEPS]


def save_second(folder: Path) -> None:
    """Save two people on top of the one that the folder holds."""
    engine = FaissGallery()
    engine.enrol([reference(1), reference(2)])
    origin = Origin("database", 2, "anchor-2", "test")
    snapshot.save(folder, engine, origin=origin, sealer=AesSealer())


def main(folder: str, number: str) -> None:
    """Save, or end in the middle."""
    patches = before_step(int(number), lambda: os.kill(os.getpid(), signal.SIGKILL))
    for each in patches:
        each.start()
    save_second(Path(folder))


if __name__ == "__main__":
    main(*sys.argv[1:])
