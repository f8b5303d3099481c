"""Biometrics of a transmission: decode, extract, check the quality of every finger."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

from eurodac.errors import BiometricRefusedError
from eurodac.record import Capture, Finger, Sample, SampleKind
from eurodac.transmission.message import RawCapture
from eurodac.transmission.model import FingerModel
from matching.codec import image, iso19794_2_2005
from matching.errors import CodecError, MatchingError
from matching.fingerprint.extractor import ExtractedFinger, Extractor
from matching.quality import QualityGate, assess
from matching.template import FingerPosition

__all__ = ["read_capture", "read_samples"]

_FINGERPRINTS_ARTICLE = "32024R1358#art38.1"


def read_capture(raw: RawCapture, extractor: Extractor, *, gate: QualityGate) -> Capture:
    """Make templates of the biometrics of a transmission.

    Args:
        raw: As sent; images or ready-made templates per finger, face, document scan.
        extractor: Makes minutiae of finger images; called from two threads.
        gate: Decides which fingers are usable.

    Returns:
        Ten or fewer fingers by position, each with a template or the reason why there is none,
        and the images as they were sent.

    Raises:
        BiometricRefusedError: a position is wrong or double, or an image or template is unusable
            as a file. A poor but readable finger is not an error: it carries its reason.

    Cost: about 0.1 s per finger image and core.
    """
    _positions(raw.fingers)
    with ThreadPoolExecutor(max_workers=2) as pool:
        fingers = pool.map(lambda finger: _finger(finger, extractor, gate), raw.fingers)
        ordered = tuple(sorted(fingers, key=lambda finger: finger.position))
    return Capture(ordered, tuple(read_samples(raw)))


def _positions(fingers: Iterable[FingerModel]) -> None:
    seen: set[int] = set()
    for index, finger in enumerate(fingers):
        where = f"fingerprints[{index}].position"
        if not 1 <= finger.position <= 10:
            raise BiometricRefusedError(
                "finger_position",
                f"{where} is {finger.position}; single fingers have positions 1 to 10",
                field=where,
                article=_FINGERPRINTS_ARTICLE,
            )
        if finger.position in seen:
            raise BiometricRefusedError(
                "finger_duplicate",
                f"{where} is {finger.position}, which was sent before; send each finger once",
                field=where,
                article=_FINGERPRINTS_ARTICLE,
            )
        seen.add(finger.position)


def _finger(finger: FingerModel, extractor: Extractor, gate: QualityGate) -> Finger:
    position = FingerPosition(finger.position)
    if finger.missing is not None:
        return Finger(position, None, None, finger.missing.value)
    try:
        extracted = _extract(finger, extractor)
    except MatchingError as error:
        raise BiometricRefusedError(
            error.code,
            f"finger {finger.position}: {error}",
            field=f"fingerprints[position={finger.position}]",
            article=_FINGERPRINTS_ARTICLE,
        ) from error
    reason = assess(extracted, gate)
    template = None if reason else extracted.template
    return Finger(position, template, extracted.nfiq2, reason)


def _extract(finger: FingerModel, extractor: Extractor) -> ExtractedFinger:
    if finger.template is not None:
        views = iso19794_2_2005.read(finger.template.data).views
        if len(views) != 1:
            raise CodecError("template_views", f"holds {len(views)} finger views; send one")
        if views[0].position not in (0, finger.position):
            raise CodecError(
                "template_position",
                f"the template says position {views[0].position}; message and template must agree",
            )
        return ExtractedFinger(views[0].template, None)
    assert finger.image is not None
    decoded = image.decode(finger.image.data)
    if decoded.media_type != finger.image.media_type:
        raise CodecError(
            "image_media_type",
            f"is {decoded.media_type}, but the message says {finger.image.media_type}",
        )
    ppi = finger.image.ppi or round(decoded.ppi or 500)
    return extractor.extract(decoded.pixels, ppi=ppi)


def read_samples(raw: RawCapture) -> Iterable[Sample]:
    """Give the images of a transmission as they were sent, faces and scans checked as files.

    Raises:
        BiometricRefusedError: a face or a scan is not usable as a file.
    """
    for finger in raw.fingers:
        if finger.image is not None:
            yield Sample(
                SampleKind.FINGER, finger.position, finger.image.media_type, finger.image.data
            )
    for kind, picture in ((SampleKind.FACE, raw.face), (SampleKind.DOCUMENT, raw.scan)):
        if picture is None:
            continue
        field = "facial_image" if kind is SampleKind.FACE else "document_scan"
        try:
            media_type = image.validate_face(picture.data)
        except CodecError as error:
            raise BiometricRefusedError(error.code, f"{field}: {error}", field=field) from error
        if media_type != picture.media_type:
            raise BiometricRefusedError(
                "image_media_type",
                f"{field} is {media_type}, but the message says another media type",
                field=f"{field}.media_type",
            )
        yield Sample(kind, 0, media_type, picture.data)
