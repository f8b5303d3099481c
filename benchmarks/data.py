"""Where the measuring data lies, and what is in it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.errors import DataError

__all__ = ["VARIABLE", "FingerprintDatabase", "data_folder", "fingerprint_databases"]

VARIABLE = "EURODAC_BENCH_DATA"


@dataclass(frozen=True, slots=True)
class FingerprintDatabase:
    """Prints of several fingers, each captured several times.

    Args:
        name: Collection and database, e.g. ``"fvc2002/DB1_B"``.
        images: (finger, impression) -> file, in the order of both; finger as the file names it.
    """

    name: str
    images: Mapping[tuple[str, int], Path]


def data_folder() -> Path:
    """Return the folder that EURODAC_BENCH_DATA names.

    Raises:
        DataError: it is not set, or no folder.
    """
    named = os.environ.get(VARIABLE, "")
    if not named or not Path(named).is_dir():
        raise DataError(
            f"{VARIABLE} must name the folder of the measuring data; it is {named!r}. "
            "CONTRIBUTING.md says what it holds."
        )
    return Path(named)


def fingerprint_databases(folder: Path) -> list[FingerprintDatabase]:
    """Find every database under ``fingerprints/*/*``, by name.

    Args:
        folder: With files ``fingerprints/COLLECTION/DATABASE/FINGER_IMPRESSION.png``.

    Raises:
        DataError: there is none, or a file has another name.
    """
    found = [
        FingerprintDatabase(f"{path.parent.name}/{path.name}", _images(path))
        for path in sorted(folder.glob("fingerprints/*/*"))
        if path.is_dir()
    ]
    if not any(database.images for database in found):
        raise DataError(f"no fingerprints/*/*/*.png under {folder}")
    return [database for database in found if database.images]


def _images(folder: Path) -> dict[tuple[str, int], Path]:
    images = {}
    for path in folder.glob("*.png"):
        finger, _, impression = path.stem.partition("_")
        if not (finger and impression.isdecimal()):
            raise DataError(f"{path} is not named FINGER_IMPRESSION.png")
        images[finger, int(impression)] = path
    return dict(sorted(images.items(), key=_order))


def _order(item: tuple[tuple[str, int], Path]) -> tuple[int, str, int]:
    """Order fingers as numbers where they are numbers of different length."""
    (finger, impression), _ = item
    return len(finger), finger, impression
