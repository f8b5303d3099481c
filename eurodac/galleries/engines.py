"""Which engine searches the gallery, by name."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from eurodac.galleries.sealing import RowSealer
from matching.fingerprint.cuts import MISS_BUDGET, limits
from matching.gallery.faiss_engine import FaissGallery
from matching.gallery.native_engine import NativeGallery
from matching.gallery.protocol import GalleryEngine
from matching.gallery.rows import MemoryRows
from matching.gallery.sealed_rows import SealedRows

__all__ = ["engine_maker"]


def engine_maker(
    name: str,
    *,
    threads: int = 1,
    miss_budget: float = MISS_BUDGET,
    rows_folder: Path | None = None,
) -> Callable[[], GalleryEngine]:
    """Give what makes empty engines.

    Args:
        name: ``native`` or ``faiss``.
        threads: Per search; faiss uses one.
        miss_budget: Share of mates that native may lose by comparing only those that are near,
            below 1; 0: everybody is compared, as faiss always does.
        rows_folder: Where native keeps minutiae in sealed files, each engine under a key of its
            own; None: in memory, as faiss always does.

    Raises:
        ValueError: there is no such engine.
    """
    if name == "native":
        cuts = partial(limits, budget=miss_budget) if miss_budget else None

        def make() -> NativeGallery:
            rows = MemoryRows if rows_folder is None else SealedRows(rows_folder, RowSealer())
            return NativeGallery(threads=threads, rows=rows, cuts=cuts)

        return make
    if name == "faiss":
        return FaissGallery
    raise ValueError(f"there is no gallery engine {name!r}; there are native and faiss")
