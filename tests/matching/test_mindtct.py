from concurrent.futures import ThreadPoolExecutor

import nbis
import numpy as np
import pytest
from numpy.typing import NDArray

from matching.errors import ExtractionError
from matching.fingerprint.extractor import Extractor
from matching.fingerprint.mindtct import MindtctExtractor
from matching.template import MinutiaeTemplate
from tests.matching.codec.prints import SPIRALS, ridges

EXTRACTOR = MindtctExtractor()


def template_of(image: NDArray[np.uint8], *, ppi: int = 500) -> MinutiaeTemplate:
    return MindtctExtractor(compute_nfiq2=False).extract(image, ppi=ppi).template


def near(template: MinutiaeTemplate, x: float, y: float, within: float = 5.0) -> int | None:
    """Index of the minutia closest to a point, None if none is within reach."""
    distance = np.hypot(template.minutiae[:, 0] - x, template.minutiae[:, 1] - y)
    closest = int(distance.argmin())
    return closest if distance[closest] <= within else None


def degrees_between(a: float, b: float) -> float:
    return abs(float(np.degrees(a - b) + 180) % 360 - 180)


def test_it_is_an_extractor() -> None:
    extractor: Extractor = EXTRACTOR
    assert extractor.name == "mindtct/2"
    assert extractor.extract(ridges()).template.extractor == "mindtct/2"


def test_it_finds_the_minutiae_that_are_there_and_no_others() -> None:
    template = template_of(ridges())
    assert len(template) == len(SPIRALS)
    assert all(near(template, x, y) is not None for x, y, _ in SPIRALS)


def test_opposite_spirals_point_in_opposite_directions() -> None:
    template = template_of(ridges())
    for x, y, sign in SPIRALS:
        index = near(template, x, y)
        assert index is not None
        angle = float(template.minutiae[index, 2])
        assert degrees_between(angle, 0.0 if sign > 0 else np.pi) <= 25


def test_endings_and_bifurcations_are_told_apart() -> None:
    """In the negative every ridge ending is a bifurcation, at the same place."""
    positive, negative = template_of(ridges()), template_of(255 - ridges())
    swapped = 0
    for x, y, _ in SPIRALS:
        here, there = near(positive, x, y), near(negative, x, y)
        assert here is not None
        assert there is not None
        swapped += {int(positive.kinds[here]), int(negative.kinds[there])} == {1, 2}
    assert swapped >= 6


def test_angles_turn_counter_clockwise_with_the_image() -> None:
    image = ridges()
    upright, turned = template_of(image), template_of(np.rot90(image))
    for x, y, angle, _ in upright.minutiae:
        index = near(turned, y, image.shape[1] - 1 - x)
        assert index is not None
        assert degrees_between(turned.minutiae[index, 2], angle + np.pi / 2) <= 25


@pytest.mark.parametrize("ppi", [400, 1000])
def test_minutiae_of_other_resolutions_are_scaled_to_500(ppi: int) -> None:
    scale = ppi / 500
    image = ridges(int(360 * scale), int(320 * scale), scale=scale)
    template = template_of(image, ppi=ppi)
    found = sum(near(template, x, y) is not None for x, y, _ in SPIRALS)
    assert found >= 7


def test_quality_tells_a_clean_print_from_noise() -> None:
    rng = np.random.default_rng(1)
    clean = ridges()
    noisy = np.clip(clean + rng.normal(0, 250, clean.shape), 0, 255).astype(np.uint8)
    good, bad = EXTRACTOR.extract(clean), EXTRACTOR.extract(noisy)
    assert good.nfiq2 is not None
    assert 0 < good.nfiq2 <= 100
    assert np.median(good.template.minutiae[:, 3]) > np.median(bad.template.minutiae[:, 3])


def test_the_same_minutiae_with_and_without_quality() -> None:
    assert np.array_equal(
        EXTRACTOR.extract(ridges()).template.minutiae, template_of(ridges()).minutiae
    )


@pytest.mark.parametrize("grey", [0, 128, 255])
@pytest.mark.parametrize("shape", [(64, 64), (300, 200)])
def test_a_blank_image_gives_an_empty_template(grey: int, shape: tuple[int, int]) -> None:
    finger = EXTRACTOR.extract(np.full(shape, grey, np.uint8))
    assert len(finger.template) == 0
    assert finger.nfiq2 is None


@pytest.mark.parametrize(
    ("shape", "ppi", "code"),
    [
        ((63, 300), 500, "extraction_size"),
        ((300, 2001), 500, "extraction_size"),
        ((100, 100), 1000, "extraction_size"),
        ((1500, 1500), 250, "extraction_size"),
        ((1001, 1000), 500, "extraction_size"),
        ((300, 300), 249, "extraction_resolution"),
        ((300, 300), 1201, "extraction_resolution"),
        ((300, 300, 3), 500, "extraction_image"),
    ],
)
def test_what_cannot_be_extracted_is_refused(shape: tuple[int, ...], ppi: int, code: str) -> None:
    with pytest.raises(ExtractionError) as caught:
        EXTRACTOR.extract(np.zeros(shape, np.uint8), ppi=ppi)
    assert caught.value.code == code


def test_threads_get_the_same_minutiae() -> None:
    images = [np.roll(ridges(), shift, axis=1) for shift in range(0, 80, 10)]
    serial = [template_of(image).minutiae for image in images]
    extractor = MindtctExtractor(compute_nfiq2=False)
    with ThreadPoolExecutor(4) as pool:
        parallel = [f.template.minutiae for f in pool.map(extractor.extract, images)]
    assert all(np.array_equal(a, b) for a, b in zip(serial, parallel, strict=True))


def test_directions_are_finer_than_mindtct_rounds_them() -> None:
    steps = np.degrees(template_of(ridges()).minutiae[:, 2]) / 11.25
    assert np.abs(steps - np.round(steps)).max() > 0.1


def test_nfiq2_sees_the_image_as_it_came() -> None:
    """Noise lowers it, although the enhancement takes noise away."""
    clean = ridges()
    noise = np.random.default_rng(2).normal(0, 60, clean.shape)
    noisy = np.clip(clean + noise, 0, 255).astype(np.uint8)
    direct = nbis.new_nbis_extractor(
        nbis.NbisExtractorSettings(
            min_quality=0.0,
            get_center=False,
            check_fingerprint=False,
            compute_nfiq2=True,
            ppi=500.0,
        )
    )
    header = b"P5 %d %d 255\n" % noisy.shape[::-1]
    expected = direct.extract_minutiae(header + noisy.tobytes()).quality().score
    assert EXTRACTOR.extract(noisy).nfiq2 == int(expected)
