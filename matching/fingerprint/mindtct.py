"""The default extractor: NIST's MINDTCT with NFIQ 2 quality, from the package ``nbis-py``."""

from __future__ import annotations

import os

import nbis
import numpy as np
from numpy.typing import NDArray

from matching.errors import ExtractionError
from matching.fingerprint.consensus import follow_flow, merge, weigh_foreground
from matching.fingerprint.extractor import ExtractedFinger
from matching.fingerprint.ridges import find_ridges
from matching.fingerprint.sample import make_template, prepare

__all__ = ["MindtctExtractor"]

_KINDS = {nbis.MinutiaKind.RIDGE_ENDING: 1, nbis.MinutiaKind.BIFURCATION: 2}


class MindtctExtractor:
    """Minutiae by MINDTCT, quality by NFIQ 2.

    MINDTCT sees the image as it came and its enhanced version (ridges.py); what both show counts
    most (consensus.py).  NFIQ 2 sees only the image as it came.

    MINDTCT's angles are multiples of 11.25 degrees, counter-clockwise from the x axis, pointing
    along the ridge as ISO/IEC 19794-2 has it (checked against another vendor's templates: nine in
    ten of the minutiae found by both agree within 15 degrees); they are refined to the direction
    of the ridges around. Minutia quality is MINDTCT's reliability, less for what one version of
    the image shows only and for the edge of the print.

    Args:
        compute_nfiq2: Without it an extraction takes half of the time and ``nfiq2`` is None.

    Cost: 92 ms for a print of the real databases and 165 ms with NFIQ 2 for one of 400 x 320
    pixels, of which MINDTCT takes 16 and 35 ms and the enhancement 20 ms (one Emerald Rapids core).
    Thread-safe; the GIL is released.
    """

    def __init__(self, *, compute_nfiq2: bool = True) -> None:
        self._plain = _new_extractor(compute_nfiq2=False)
        self._scoring = _new_extractor(compute_nfiq2=True) if compute_nfiq2 else None

    @property
    def name(self) -> str:
        """Name and version that go into every template."""
        return "mindtct/2"

    def extract(self, image: NDArray[np.uint8], *, ppi: int = 500) -> ExtractedFinger:
        """Extract the minutiae of one finger.

        Args:
            image: (H, W) uint8 grey, ridges dark, 64..2000 pixels a side.
            ppi: Resolution of the image, 250..1200; minutiae are scaled to 500.

        Returns:
            The template, empty for a blank image; ``nfiq2`` is None where NFIQ 2 gives up (blank
            images, fragments).

        Raises:
            ExtractionError: ``extraction_image``, ``extraction_size``, ``extraction_resolution``
                or ``extraction_failed`` (MINDTCT refuses the image).
        """
        pixels = prepare(image, ppi)
        ridges = find_ridges(pixels)
        nfiq2: int | None = None
        try:
            found, nfiq2 = self._score(pixels)
            if found is None:
                found = _read(self._plain, pixels).get()
            again = _read(self._plain, ridges.enhanced).get()
        except nbis.NbisError as error:
            raise ExtractionError(
                "extraction_failed", f"MINDTCT refuses the image: {type(error).__name__}"
            ) from error
        rows, chosen = merge(_rows(found), _rows(again))
        rows = weigh_foreground(follow_flow(rows, ridges), ridges)
        kinds = np.array([_KINDS[m.kind()] for m in (*found, *again)], np.uint8)
        return ExtractedFinger(make_template(rows, kinds[chosen], self.name), nfiq2)

    def _score(self, pixels: NDArray[np.uint8]) -> tuple[list[nbis.Minutia] | None, int | None]:
        """Minutiae and NFIQ 2 in one pass; (None, None) where NFIQ 2 is off or gives up."""
        if self._scoring is None:
            return None, None
        try:
            minutiae = _read(self._scoring, pixels)
        except nbis.NbisError.Nfiq2ComputeFailed:
            return None, None
        return minutiae.get(), int(minutiae.quality().score)


def _new_extractor(*, compute_nfiq2: bool) -> nbis.NbisExtractor:
    return nbis.new_nbis_extractor(
        nbis.NbisExtractorSettings(
            min_quality=0.0,
            get_center=False,
            check_fingerprint=False,
            compute_nfiq2=compute_nfiq2,
            ppi=500.0,
        )
    )


def _rows(found: list[nbis.Minutia]) -> NDArray[np.float64]:
    """(N, 4): x, y, direction in radians, quality."""
    rows = [(m.x(), m.y(), np.radians(m.angle()), m.reliability()) for m in found]
    return np.array(rows, np.float64).reshape(-1, 4)


def _read(extractor: nbis.NbisExtractor, pixels: NDArray[np.uint8]) -> nbis.Minutiae:
    """Hand an image over as a portable grey map, the format that costs the least to read.

    The package copies bytes that it is given one by one in Python, 23 ms for a print and under the
    GIL; a file it reads by itself.  This file lies in memory, without a name, for this process.
    """
    height, width = pixels.shape
    with os.fdopen(os.memfd_create("sample"), "wb") as file:
        file.write(b"P5 %d %d 255\n" % (width, height))
        file.write(pixels.tobytes())
        file.flush()
        return extractor.extract_minutiae_from_image_file(f"/proc/self/fd/{file.fileno()}")
