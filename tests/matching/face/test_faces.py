"""Face templates, their comparison, and what becomes of images before an embedder sees them."""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from matching.codec import iso19794_5
from matching.errors import (
    ExtractionError,
    FaceRecordError,
    ImageError,
    MatchingError,
    TemplateError,
)
from matching.face import embedder
from matching.face.compare import FACE_CALIBRATIONS, compare_faces, face_llr
from matching.face.embedder import DLIB_MODEL, DlibEmbedder, read_face, unit_template
from matching.template import FaceTemplate

DIMENSION = FACE_CALIBRATIONS[DLIB_MODEL].dimension


def face(seed: int, *, model: str = DLIB_MODEL, dimension: int = DIMENSION) -> FaceTemplate:
    return unit_template(np.random.default_rng(seed).normal(0, 1, dimension), model)


def code(make: Callable[[], object]) -> str:
    with pytest.raises(MatchingError) as caught:
        make()
    return caught.value.code


def test_a_template_is_a_direction_and_cannot_be_changed() -> None:
    values = np.random.default_rng(1).normal(0, 5, DIMENSION)
    made = unit_template(values, DLIB_MODEL)
    assert np.linalg.norm(made.vector) == pytest.approx(1.0, abs=1e-6)
    assert np.allclose(made.vector * np.linalg.norm(values), values, atol=1e-4)
    with pytest.raises(ValueError, match="read-only"):
        made.vector[0] = 0
    assert repr(made) == f"FaceTemplate({DIMENSION} values, {DLIB_MODEL})"


def test_a_template_does_not_follow_the_array_it_was_made_of() -> None:
    values = np.full(DIMENSION, DIMENSION**-0.5, np.float32)
    made = FaceTemplate(values, DLIB_MODEL)
    values[:] = 7
    assert np.linalg.norm(made.vector) == pytest.approx(1.0, abs=1e-6)


@pytest.mark.parametrize("value", [0.0, 1e-42, 1e-39, np.nan, np.inf, -np.inf])
def test_a_vector_without_direction_is_refused(value: float) -> None:
    values = np.full(DIMENSION, value, np.float32)
    assert code(lambda: unit_template(values, DLIB_MODEL)) == "template_range"
    assert code(lambda: FaceTemplate(values, DLIB_MODEL)) == "template_range"


def test_one_value_that_is_not_finite_is_enough() -> None:
    values = np.random.default_rng(2).normal(0, 1, DIMENSION)
    values[5] = np.nan
    assert code(lambda: unit_template(values, DLIB_MODEL)) == "template_range"


@pytest.mark.parametrize(
    "vector",
    [
        np.full(128, 128**-0.5, np.float64),
        np.full((1, 128), 128**-0.5, np.float32),
        np.ones(1, np.float32),
        np.full(5000, 5000**-0.5, np.float32),
    ],
)
def test_another_shape_or_type_is_refused(vector: np.ndarray) -> None:
    assert code(lambda: FaceTemplate(vector, DLIB_MODEL)) == "template_shape"


def test_a_vector_that_was_not_scaled_is_refused() -> None:
    assert code(lambda: FaceTemplate(np.ones(128, np.float32), DLIB_MODEL)) == "template_range"


def test_a_face_is_most_like_itself_and_order_does_not_matter() -> None:
    one, other = face(1), face(2)
    same = compare_faces(one, one)
    assert same.cosine == pytest.approx(1.0, abs=1e-6)
    assert same.llr == FACE_CALIBRATIONS[DLIB_MODEL].highest > 0
    assert compare_faces(one, other) == compare_faces(other, one)
    assert compare_faces(one, other).llr == FACE_CALIBRATIONS[DLIB_MODEL].lowest < 0


@given(st.floats(-1, 1), st.floats(-1, 1))
def test_a_higher_cosine_never_says_less(a: float, b: float) -> None:
    low, high = sorted((a, b))
    assert face_llr(low, DLIB_MODEL) <= face_llr(high, DLIB_MODEL)


@pytest.mark.parametrize("cosine", [-1.01, 1.01, float("nan")])
def test_what_is_no_cosine_is_refused(cosine: float) -> None:
    with pytest.raises(ValueError, match=r"-1\.\.1"):
        face_llr(cosine, DLIB_MODEL)


def test_faces_of_different_or_unknown_models_are_not_compared() -> None:
    one, newer = face(1), face(1, model="dlib-resnet/2")
    for pair in ((one, newer), (newer, one), (newer, newer)):
        with pytest.raises(TemplateError) as caught:
            compare_faces(*pair)
        assert caught.value.code == "template_model"


def test_a_dimension_that_is_not_that_of_the_model_is_refused() -> None:
    long = face(1, dimension=512)
    for pair in ((face(1), long), (long, face(1)), (long, long)):
        with pytest.raises(TemplateError) as caught:
            compare_faces(*pair)
        assert caught.value.code == "template_shape"


PIXELS = np.random.default_rng(3).integers(0, 255, (40, 60, 3)).astype(np.uint8)


def encoded(form: str, pixels: np.ndarray = PIXELS) -> bytes:
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, form)
    return out.getvalue()


@pytest.mark.parametrize("form", ["PNG", "JPEG2000"])
def test_a_colour_image_is_read_as_it_is(form: str) -> None:
    assert (read_face(encoded(form)) == PIXELS).all()


def test_a_record_is_read_like_its_image() -> None:
    jpeg = encoded("JPEG")
    record = iso19794_5.write([iso19794_5.FaceImage("image/jpeg", 60, 40, jpeg)])
    assert (read_face(record) == read_face(jpeg)).all()
    with pytest.raises(FaceRecordError):
        read_face(record[:-1])


def test_grey_is_repeated_and_transparency_dropped() -> None:
    grey = PIXELS[..., 0]
    assert (read_face(encoded("PNG", grey)) == grey[..., None]).all()
    clear = np.dstack([PIXELS, np.zeros(PIXELS.shape[:2], np.uint8)])
    assert (read_face(encoded("PNG", clear)) == PIXELS).all()


@pytest.mark.parametrize("data", [b"", b"GIF89a", encoded("PNG")[:-30], encoded("PNG")[:40]])
def test_what_is_no_image_is_refused(data: bytes) -> None:
    with pytest.raises(ImageError):
        read_face(data)


def test_without_the_extra_the_embedder_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(embedder, "dlib", None)
    with pytest.raises(ExtractionError, match="extra 'face'") as caught:
        DlibEmbedder()
    assert caught.value.code == "face_extra_missing"


@pytest.fixture(scope="module")
def dlib_embedder() -> DlibEmbedder:
    """Needs the extra ``face``: 100 MB of weights, which no check should have to load."""
    try:
        return DlibEmbedder()
    except ExtractionError as error:
        pytest.skip(str(error))


def test_an_image_without_a_face_makes_no_template(dlib_embedder: DlibEmbedder) -> None:
    assert dlib_embedder.model == DLIB_MODEL
    for shape in ((80, 80, 3), (2, 400, 3), (500, 700, 3)):
        with pytest.raises(ExtractionError) as caught:
            dlib_embedder.embed(np.full(shape, 128, np.uint8))
        assert caught.value.code == "face_not_found"


@pytest.mark.parametrize(
    "pixels", [PIXELS[..., 0], PIXELS.astype(np.float32), np.zeros((4, 4, 4), np.uint8)]
)
def test_what_is_no_image_makes_no_template(
    dlib_embedder: DlibEmbedder, pixels: np.ndarray
) -> None:
    assert code(lambda: dlib_embedder.embed(pixels)) == "face_image"
