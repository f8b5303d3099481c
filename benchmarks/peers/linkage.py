"""Ours for the scenario ``linkage``: ``matching.linkage``, told only what kind each column is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from benchmarks.names.protocols import Records, Scored
from matching import linkage
from matching.linkage import Column, ColumnKind

__all__ = ["OursCluster", "OursLink"]

_FAR = -100.0
"""Taken from the score of a pair that lost one of its records to a better pair."""


def _columns(records: Records, kinds: Mapping[str, str]) -> linkage.Records:
    return linkage.Records(
        tuple(Column(name, ColumnKind(kind), records.columns[name]) for name, kind in kinds.items())
    )


@dataclass(frozen=True, slots=True)
class OursLink:
    """Links two files; each record has at most one mate.

    Args:
        kinds: Column -> kind.
        one_to_one: Whether a person is at most once in each file.
        threshold: Even odds, by the model itself.
    """

    kinds: Mapping[str, str]
    one_to_one: bool = True
    threshold: float = 0.0

    def link(self, left: Records, right: Records) -> Scored:
        """See ``LinkagePeer``."""
        found = linkage.link(_columns(left, self.kinds), _columns(right, self.kinds))
        scores = found.scores
        if self.one_to_one:
            kept = linkage.one_to_one(found.left, found.right, scores)
            scores = np.where(kept, scores, scores + _FAR)
        return Scored(found.left, found.right, scores)


@dataclass(frozen=True, slots=True)
class OursCluster:
    """Finds clusters by average linkage: a pair's score is the mean at which its clusters joined.

    Args:
        kinds: Column -> kind.
        threshold: Even odds, by the model itself.
    """

    kinds: Mapping[str, str]
    threshold: float = 0.0

    def dedupe(self, records: Records) -> Scored:
        """See ``ClusterPeer``."""
        found = linkage.link(_columns(records, self.kinds))
        _, heights = linkage.clusters(found, count=len(records))
        return Scored(found.left, found.right, np.maximum(heights, _FAR))
