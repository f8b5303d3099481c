"""Face comparison, one face against one face, with dlib's network (extra ``face``).

Mated are all pairs of images of one person, non-mated all pairs of different people.  Such sets are
small, posed and easy: the figures say nothing about people at a border, children, or differences
between groups of people.  Folder: faces/COLLECTION/PERSON/IMAGE.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from time import perf_counter

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from rich.progress import track

from benchmarks.data import data_folder
from benchmarks.errors import BenchmarkError, DataError
from benchmarks.report import Result, Row
from matching.calibration import cllr, equal_error_rate, fnmr_at_fmr, min_cllr
from matching.errors import ExtractionError
from matching.face.compare import FACE_CALIBRATIONS, compare_faces
from matching.face.embedder import DlibEmbedder, Embedder
from matching.template import FaceTemplate

__all__ = ["add_arguments", "measure", "run"]

_SUFFIXES = frozenset({".pgm", ".png", ".jpg", ".jpeg"})


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the scenario's options; there are none."""


def run(args: argparse.Namespace) -> Result:
    """Measure every collection found."""
    collections = sorted(path for path in data_folder().glob("faces/*") if path.is_dir())
    if not collections:
        raise DataError(f"no folder under {data_folder() / 'faces'}")
    try:
        embedder = DlibEmbedder()
    except ExtractionError as error:
        raise BenchmarkError(str(error)) from error
    rows = [measure(embedder, folder) for folder in collections]
    return Result({"model": embedder.model, "threads": 1}, rows)


def measure(embedder: Embedder, folder: Path) -> Row:
    """Embed and compare every image of a collection.

    Args:
        embedder: What makes the templates.
        folder: With files PERSON/IMAGE.

    Raises:
        DataError: no two people with two usable images each.
    """
    files = sorted(path for path in folder.glob("*/*") if path.suffix.lower() in _SUFFIXES)
    images = [np.array(Image.open(path).convert("RGB")) for path in files]
    begin = perf_counter()
    made = [_embed(embedder, pixels) for pixels in track(images, folder.name, transient=True)]
    seconds = perf_counter() - begin
    kept = [(path.parent.name, t) for path, t in zip(files, made, strict=True) if t is not None]
    if not kept:
        raise DataError(f"no face was found under {folder}")
    mated, non_mated = _cosines(kept)
    row = FACE_CALIBRATIONS[embedder.model]
    llrs = [np.clip(row.slope * (c - row.neutral), row.lowest, row.highest)
            for c in (mated, non_mated)]  # fmt: skip
    metrics = {
        "people": len({person for person, _ in kept}),
        "images": len(files),
        "not_enrolled": (len(files) - len(kept)) / len(files),
        "mated": len(mated),
        "non_mated": len(non_mated),
        "eer": equal_error_rate(mated, non_mated),
        "fnmr_at_fmr_1e3": fnmr_at_fmr(mated, non_mated, 1e-3),
        "cllr": cllr(*llrs),
        "min_cllr": min_cllr(mated, non_mated),
        "embed_ms": 1e3 * seconds / len(files),
    }
    return Row("ours", folder.name, metrics)


def _embed(embedder: Embedder, pixels: NDArray[np.uint8]) -> FaceTemplate | None:
    try:
        return embedder.embed(pixels)
    except ExtractionError:
        return None


def _cosines(
    kept: list[tuple[str, FaceTemplate]],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Cosines of all pairs, mated and non-mated."""
    first, second = np.triu_indices(len(kept), 1)
    people = np.array([person for person, _ in kept])
    same = people[first] == people[second]
    cosines = np.array(
        [
            compare_faces(kept[a][1], kept[b][1]).cosine
            for a, b in zip(first.tolist(), second.tolist(), strict=True)
        ]
    )
    if not same.any() or same.all():
        raise DataError("comparison needs two people, one of them with two usable images")
    return cosines[same], cosines[~same]
