"""Messages that carry only a part of a transmission: fingers of a probe, a re-capture, a scan."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field, model_validator

from eurodac.errors import FieldRefusedError
from eurodac.law.reference_numbers import RECAPTURE
from eurodac.record import Capture
from eurodac.shapes import Moment, Shape, read_shape
from eurodac.transmission.capture import read_samples
from eurodac.transmission.checks import CLOCK_SKEW
from eurodac.transmission.message import RawCapture
from eurodac.transmission.model import FingerModel, ImageModel, ScanModel

__all__ = ["read_fingers", "read_recapture", "read_scan"]

_Fingers = Annotated[list[FingerModel], Field(min_length=1, max_length=200)]


class _Probe(Shape):
    fingerprints: _Fingers


class _Recapture(Shape):
    fingerprints: Annotated[tuple[FingerModel, ...], Field(max_length=200)] = ()
    facial_image: ImageModel | None = None
    biometrics_taken_at: Moment

    @model_validator(mode="after")
    def _something(self) -> _Recapture:
        if not self.fingerprints and self.facial_image is None:
            raise ValueError("send fingerprints, a facial image, or both")
        return self


def read_fingers(message: object) -> RawCapture:
    """Read the fingers of a probe: ``{"fingerprints": [...]}``.

    Raises:
        FieldRefusedError: anything else is in it, or a finger is malformed.
    """
    probe = read_shape(message, _Probe, article=RECAPTURE.article)
    return RawCapture(tuple(probe.fingerprints), None, None)


def read_recapture(message: object, *, received_at: datetime) -> tuple[RawCapture, datetime]:
    """Read biometrics that were taken again, and when.

    Raises:
        FieldRefusedError: anything else is in it, or a value is malformed or lies in the future.
    """
    again = read_shape(message, _Recapture, article=RECAPTURE.article)
    if again.biometrics_taken_at > received_at + CLOCK_SKEW:
        raise FieldRefusedError(
            "date_in_future",
            "biometrics_taken_at lies in the future",
            field="biometrics_taken_at",
            article=RECAPTURE.article,
        )
    return RawCapture(again.fingerprints, again.facial_image, None), (again.biometrics_taken_at)


def read_scan(scan: ScanModel | None) -> Capture | None:
    """Check the image of a document that came later; None if none came.

    Raises:
        BiometricRefusedError: the image is not usable as a file.
    """
    if scan is None:
        return None
    return Capture(samples=tuple(read_samples(RawCapture((), None, scan))))
