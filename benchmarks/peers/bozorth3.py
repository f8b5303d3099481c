"""Peer: NIST's MINDTCT and Bozorth3, as ``nbis-py`` ships them."""

from __future__ import annotations

from collections.abc import Sequence

import nbis
import numpy as np
from numpy.typing import NDArray

__all__ = ["Bozorth3"]


class Bozorth3:
    """Extracts with MINDTCT and compares with Bozorth3, both at NIST's settings.

    Cost: 55 ms per image, 3 ms per comparison.
    """

    name = "bozorth3"

    def __init__(self) -> None:
        self._extractor = nbis.new_nbis_extractor(
            nbis.NbisExtractorSettings(
                min_quality=0.0,
                get_center=False,
                check_fingerprint=False,
                compute_nfiq2=False,
                ppi=500.0,
            )
        )

    def extract(self, data: bytes) -> nbis.Minutiae:
        """Extract the minutiae of one image file."""
        return self._extractor.extract_minutiae(data)

    def compare(
        self, probe: nbis.Minutiae, references: Sequence[nbis.Minutiae]
    ) -> NDArray[np.float64]:
        """Compare one finger with many; (len(references),) scores, higher is more alike."""
        return np.array([probe.compare(reference) for reference in references], np.float64)
