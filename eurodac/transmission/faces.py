"""Templates of facial images: none before the law introduces the comparison of faces."""

from __future__ import annotations

from eurodac.errors import BiometricRefusedError
from eurodac.law.comparison import FaceRule
from eurodac.record import Capture, SampleKind
from matching.errors import MatchingError
from matching.face.embedder import Embedder, read_face
from matching.template import FaceTemplate

__all__ = ["face_template"]


def face_template(
    capture: Capture, embedder: Embedder, *, rule: FaceRule | None, enabled: bool
) -> FaceTemplate | None:
    """Make a template of the facial image of a capture, if law and operator let faces be compared.

    Args:
        capture: As transmitted.
        embedder: Makes the template; not called unless both allow it.
        rule: Of the dataset's category, ``eurodac.law.comparison.face_rule``.
        enabled: The setting ``EURODAC_FACE_COMPARISON``; alone it starts nothing.

    Returns:
        None where faces are not compared, or no facial image was sent.

    Raises:
        BiometricRefusedError: the image is damaged, or shows no face or several.
    """
    if rule is None or not rule.introduced or not enabled:
        return None
    face = next((s.data for s in capture.samples if s.kind is SampleKind.FACE), None)
    if face is None:
        return None
    try:
        return embedder.embed(read_face(face))
    except MatchingError as error:
        raise BiometricRefusedError(
            error.code, f"facial_image: {error}", field="facial_image", article=rule.article
        ) from error
