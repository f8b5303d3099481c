"""Which engine searches the gallery, by name."""

from __future__ import annotations

from collections.abc import Callable

from matching.fingerprint.cuts import limits
from matching.gallery.faiss_engine import FaissGallery
from matching.gallery.native_engine import NativeGallery
from matching.gallery.protocol import GalleryEngine

__all__ = ["engine_maker"]


def engine_maker(
    name: str, *, threads: int = 1, narrowing: bool = True
) -> Callable[[], GalleryEngine]:
    """Give what makes empty engines.

    Args:
        name: ``native`` or ``faiss``.
        threads: Per search; faiss uses one.
        narrowing: Whether native compares only those whose sketches are near; faiss never does.

    Raises:
        ValueError: there is no such engine.
    """
    if name == "native":
        cuts = limits if narrowing else None
        return lambda: NativeGallery(threads=threads, cuts=cuts)
    if name == "faiss":
        return FaissGallery
    raise ValueError(f"there is no gallery engine {name!r}; there are native and faiss")
