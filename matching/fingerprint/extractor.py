"""The protocol of minutiae extractors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from matching.template import MinutiaeTemplate

__all__ = ["ExtractedFinger", "Extractor"]


@dataclass(frozen=True, slots=True)
class ExtractedFinger:
    """What an extractor makes of one fingerprint image.

    Args:
        template: The minutiae; may be empty.
        nfiq2: NFIQ 2 quality score 0..100, None where it could not be computed.
    """

    template: MinutiaeTemplate
    nfiq2: int | None


class Extractor(Protocol):
    """Image -> minutiae. Implementations are thread-safe and release the GIL while they work."""

    @property
    def name(self) -> str:
        """Name and version that go into every template, e.g. ``"mindtct/1"``."""

    def extract(self, image: NDArray[np.uint8], *, ppi: int = 500) -> ExtractedFinger:
        """Extract the minutiae of one finger.

        Args:
            image: (H, W) uint8 grey, ridges dark, 64..2000 pixels a side.
            ppi: Resolution of the image, 250..1200; minutiae are scaled to 500.

        Raises:
            ExtractionError: the library refuses the image.
        """
