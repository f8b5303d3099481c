"""Face image -> template: the protocol, and dlib's residual network as an extra of the package.

The network (128 values, weights of the package ``face-recognition-models``, stated to be in the
public domain) is run on a chip that is aligned by five landmarks; the landmark model with 68 points
is not used, because it was trained on images for non-commercial use.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from matching.codec import image, iso19794_5
from matching.errors import ExtractionError, TemplateError
from matching.template import FaceTemplate

try:
    import dlib
except ImportError:  # an extra of the package
    dlib = None

__all__ = ["DLIB_MODEL", "DlibEmbedder", "Embedder", "read_face", "unit_template"]

DLIB_MODEL = "dlib-resnet/1"
_WEIGHTS = "face_recognition_models"
_DETECTED_SIDE = 300  # pixels of the shorter side at which faces are looked for; finds 80 and more
_LARGEST_SIDE = 1200  # longer sides are scaled down: the network sees 150 x 150 pixels anyway


class Embedder(Protocol):
    """Face image -> template. Implementations are thread-safe."""

    @property
    def model(self) -> str:
        """Name and version that go into every template."""

    def embed(self, pixels: NDArray[np.uint8]) -> FaceTemplate:
        """Make a template of the one face that an image shows.

        Args:
            pixels: (H, W, 3) uint8, red, green and blue.

        Raises:
            ExtractionError: ``face_image`` - wrong shape or dtype; ``face_not_found``;
                ``face_several`` - more than one face of similar size.
        """


def read_face(data: bytes) -> NDArray[np.uint8]:
    """Decode a facial image, bare or in a face image record.

    Args:
        data: PNG, JPEG or JPEG 2000, or an ISO/IEC 19794-5:2005 record, whose first image is used.

    Returns:
        (H, W, 3) uint8, red, green and blue.

    Raises:
        FaceRecordError: the record is damaged.
        ImageError: the image is.
    """
    if iso19794_5.is_record(data):
        data = iso19794_5.read(data)[0].data
    return image.decode_face(data)


def unit_template(vector: NDArray[np.floating], model: str) -> FaceTemplate:
    """Scale what a network gives to length one.

    Raises:
        TemplateError: the vector has no direction (zero, denormal, not finite), or the wrong shape.
    """
    wide = np.asarray(vector, np.float64)
    length = float(np.linalg.norm(wide))
    if not np.finfo(np.float32).tiny < length < np.inf:  # also false for a NaN
        raise TemplateError(
            "template_range", f"a face vector of length {length:g} has no direction; embed again"
        )
    return FaceTemplate((wide / length).astype(np.float32), model)


class DlibEmbedder:
    """dlib's ResNet; needs the extra ``face``.

    Raises:
        ExtractionError: ``face_extra_missing`` - library or weights are not installed.

    Cost: 0.3 s to load; about 0.1 s per image on one core.
    """

    def __init__(self) -> None:
        spec = find_spec(_WEIGHTS)
        if dlib is None or spec is None or not spec.submodule_search_locations:
            raise ExtractionError(
                "face_extra_missing", "install the package with its extra 'face' first"
            )
        folder = Path(spec.submodule_search_locations[0]) / "models"
        self._detector = dlib.get_frontal_face_detector()
        self._landmarks = dlib.shape_predictor(str(folder / "shape_predictor_5_face_landmarks.dat"))
        self._network = dlib.face_recognition_model_v1(
            str(folder / "dlib_face_recognition_resnet_model_v1.dat")
        )
        self._lock = Lock()  # dlib's detector and network keep state between the layers

    @property
    def model(self) -> str:
        """Name and version that go into every template."""
        return DLIB_MODEL

    def embed(self, pixels: NDArray[np.uint8]) -> FaceTemplate:
        """Make a template of the one face that an image shows; see ``Embedder``."""
        if pixels.ndim != 3 or pixels.shape[2] != 3 or pixels.dtype != np.uint8:
            raise ExtractionError(
                "face_image", f"the image is {pixels.shape} {pixels.dtype}, not (H, W, 3) uint8"
            )
        with self._lock:
            scaled = _scaled(pixels)
            face = _only(self._detector(scaled, 0) or self._detector(scaled, 1))
            values = self._network.compute_face_descriptor(scaled, self._landmarks(scaled, face))
        return unit_template(np.array(values), DLIB_MODEL)


def _scaled(pixels: NDArray[np.uint8]) -> Any:
    height, width = pixels.shape[:2]
    scale = max(1.0, _DETECTED_SIDE / min(height, width))
    scale = min(scale, _LARGEST_SIDE / max(height, width))
    if scale == 1.0:
        return np.ascontiguousarray(pixels)
    size = {"rows": max(1, round(height * scale)), "cols": max(1, round(width * scale))}
    return dlib.resize_image(np.ascontiguousarray(pixels), **size)


def _only(faces: Any) -> Any:
    """Give the face of the person before the camera: the largest, if it is by far."""
    found = sorted(faces, key=lambda face: -face.height())
    if not found:
        raise ExtractionError(
            "face_not_found", "no face is visible from the front; take the photograph again"
        )
    if len(found) > 1 and 2 * found[1].height() > found[0].height():
        raise ExtractionError(
            "face_several", "several faces of similar size are visible; photograph one person"
        )
    return found[0]
