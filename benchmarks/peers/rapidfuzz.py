"""Peer: string comparison of rapidfuzz on names that anyascii has put into Latin letters."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from rapidfuzz import fuzz
from rapidfuzz.distance import JaroWinkler

from benchmarks.names.protocols import Floats
from benchmarks.peers.latin import latin

__all__ = ["RapidfuzzJaroWinkler", "RapidfuzzWratio"]


class RapidfuzzWratio:
    """The best of its ratios, weighted: 0..100. It recommends no threshold."""

    threshold = None

    def score_pairs(self, pairs: Sequence[tuple[str, str]]) -> Floats:
        """Compare call by call."""
        return np.array([fuzz.WRatio(latin(one), latin(other)) for one, other in pairs], np.float64)


class RapidfuzzJaroWinkler:
    """Jaro-Winkler of the whole names: 0..1. It recommends no threshold."""

    threshold = None

    def score_pairs(self, pairs: Sequence[tuple[str, str]]) -> Floats:
        """Compare call by call."""
        alike = JaroWinkler.similarity
        return np.array([alike(latin(one), latin(other)) for one, other in pairs], np.float64)
