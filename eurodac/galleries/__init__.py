"""The gallery of the registry: attribute words, and a gallery that follows the database."""

from eurodac.galleries.attributes import attributes_of, permit_for
from eurodac.galleries.engines import engine_maker
from eurodac.galleries.follower import SNAPSHOT_MISSING, Galleries, GalleryReport, Opened
from eurodac.galleries.hits import Hit, Hits, find_hits

__all__ = [
    "SNAPSHOT_MISSING",
    "Galleries",
    "GalleryReport",
    "Hit",
    "Hits",
    "Opened",
    "attributes_of",
    "engine_maker",
    "find_hits",
    "permit_for",
]
