"""Ours in the scenario ``linkage``."""

from __future__ import annotations

import numpy as np

from benchmarks.names.metrics import clustering_at, judge_at
from benchmarks.names.protocols import Records
from benchmarks.peers.linkage import OursCluster, OursLink
from tests.matching.linkage.people import recorded_twice

_COUNT = 400
_KINDS = {"forenames": "name", "surnames": "name", "birth_date": "date", "place": "text"}


def _sides() -> list[Records]:
    return [
        Records({column.name: column.values for column in side.columns})
        for side in recorded_twice(_COUNT, seed=7)
    ]


def test_ours_links_each_record_at_most_once() -> None:
    ours = OursLink(_KINDS)
    scored = ours.link(*_sides())
    accepted = scored.scores >= ours.threshold
    assert len(np.unique(scored.left[accepted])) == accepted.sum()
    mated = scored.left == scored.right
    assert judge_at(scored.scores, mated, total=_COUNT, threshold=ours.threshold).f1 > 0.9


def test_ours_finds_clusters() -> None:
    left, right = _sides()
    both = Records({name: [*left.columns[name], *right.columns[name]] for name in _KINDS})
    ours = OursCluster(_KINDS)
    labels = np.tile(np.arange(_COUNT), 2)
    assert clustering_at(ours.dedupe(both), labels, threshold=ours.threshold).f1 > 0.85
