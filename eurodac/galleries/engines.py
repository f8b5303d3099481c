"""Which engine searches the gallery, by name."""

from __future__ import annotations

from collections.abc import Callable

from matching.gallery.faiss_engine import FaissGallery
from matching.gallery.native_engine import NativeGallery
from matching.gallery.protocol import GalleryEngine

__all__ = ["engine_maker"]


def engine_maker(name: str, *, threads: int = 1) -> Callable[[], GalleryEngine]:
    """Give what makes empty engines.

    Args:
        name: ``native``, or ``faiss``, which compares everybody.
        threads: Per search; faiss uses one.

    Raises:
        ValueError: there is no such engine.
    """
    if name == "native":
        return lambda: NativeGallery(threads=threads)
    if name == "faiss":
        return FaissGallery
    raise ValueError(f"there is no gallery engine {name!r}; there are native and faiss")
