"""Linkage in bulk: which records of one or two files are about the same people, without labels."""

from matching.linkage.clusters import average_linkage, connected_components, one_to_one
from matching.linkage.fingers import FINGERS
from matching.linkage.link import Linkage, clusters, link
from matching.linkage.records import Column, ColumnKind, RecordError, Records
from matching.linkage.shipped import FEWEST

__all__ = [
    "FEWEST",
    "FINGERS",
    "Column",
    "ColumnKind",
    "Linkage",
    "RecordError",
    "Records",
    "average_linkage",
    "clusters",
    "connected_components",
    "link",
    "one_to_one",
]
