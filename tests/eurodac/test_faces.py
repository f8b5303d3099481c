"""Faces are not even made into templates before the law introduces their comparison."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from eurodac.errors import BiometricRefusedError
from eurodac.law.comparison import FACES, face_rule
from eurodac.record import Capture, Category, Sample, SampleKind
from eurodac.transmission.faces import face_template
from matching.errors import ExtractionError
from matching.face.embedder import unit_template
from matching.template import FaceTemplate

TODAY = face_rule(Category.APPLICANT)
assert TODAY is not None
INTRODUCED = replace(TODAY, introduced=True)


class Counting:
    """An embedder that needs no weights: it looks at three pixels and counts its calls."""

    model = "counting/1"

    def __init__(self) -> None:
        self.calls = 0

    def embed(self, pixels: NDArray[np.uint8]) -> FaceTemplate:
        self.calls += 1
        if not pixels.any():
            raise ExtractionError("face_not_found", "no face is visible")
        return unit_template(np.resize(pixels.astype(np.float64), 128) + 1, self.model)


def capture(level: int = 200) -> Capture:
    out = io.BytesIO()
    Image.fromarray(np.full((40, 40, 3), level, np.uint8)).save(out, "PNG")
    return Capture(samples=(Sample(SampleKind.FACE, 0, "image/png", out.getvalue()),))


@pytest.mark.parametrize("enabled", [False, True])
@pytest.mark.parametrize("rule", FACES.values(), ids=FACES)
def test_under_todays_law_no_face_is_made_into_a_template(rule: object, enabled: bool) -> None:
    embedder = Counting()
    made = face_template(capture(), embedder, rule=rule, enabled=enabled)  # type: ignore[arg-type]
    assert (made, embedder.calls) == (None, 0)


def test_a_category_without_a_rule_and_an_operator_who_did_not_ask_make_none() -> None:
    embedder = Counting()
    assert face_template(capture(), embedder, rule=None, enabled=True) is None
    assert face_template(capture(), embedder, rule=INTRODUCED, enabled=False) is None
    assert embedder.calls == 0


def test_once_introduced_and_enabled_the_face_becomes_a_template() -> None:
    embedder = Counting()
    made = face_template(capture(), embedder, rule=INTRODUCED, enabled=True)
    assert made is not None
    assert (made.model, len(made), embedder.calls) == ("counting/1", 128, 1)
    assert face_template(Capture(), embedder, rule=INTRODUCED, enabled=True) is None


def test_an_unusable_face_names_field_and_article() -> None:
    broken = Capture(samples=(Sample(SampleKind.FACE, 0, "image/png", b"\x89PNG"),))
    for taken, reason in ((capture(0), "face_not_found"), (broken, "image_format")):
        with pytest.raises(BiometricRefusedError) as caught:
            face_template(taken, Counting(), rule=INTRODUCED, enabled=True)
        assert (caught.value.code, caught.value.field) == (reason, "facial_image")
        assert caught.value.article == INTRODUCED.article
