"""A database of synthetic prints, laid out like the real ones."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from eurodac.demo.fingerprints import make_master, take_impression


def lay_database(folder: Path, name: str, *, fingers: int, impressions: int) -> None:
    """Write ``fingerprints/synthetic/NAME`` under a data folder."""
    database = folder / "fingerprints" / "synthetic" / name
    database.mkdir(parents=True)
    for finger in range(1, fingers + 1):
        master = make_master(finger)
        for impression in range(1, impressions + 1):
            pixels = take_impression(master, impression, level=0.5)
            path = database / f"{finger}_{impression}.png"
            Image.fromarray(pixels).save(path, dpi=(500, 500))
