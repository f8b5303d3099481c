"""The gallery of the registry: attribute words, and a gallery that follows the database."""

from eurodac.galleries.attributes import attributes_of, permit_for
from eurodac.galleries.engines import engine_maker
from eurodac.galleries.fingers import Galleries
from eurodac.galleries.follower import SNAPSHOT_MISSING, GalleryReport, GalleryReports, Opened
from eurodac.galleries.hits import Hit, Hits, find_hits
from eurodac.galleries.names import NameIndex, read_birth, read_names

__all__ = [
    "SNAPSHOT_MISSING",
    "Galleries",
    "GalleryReport",
    "GalleryReports",
    "Hit",
    "Hits",
    "NameIndex",
    "Opened",
    "attributes_of",
    "engine_maker",
    "find_hits",
    "permit_for",
    "read_birth",
    "read_names",
]
