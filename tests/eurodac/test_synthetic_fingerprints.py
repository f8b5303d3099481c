"""Synthetic fingerprints: repeatable, varied, and read by the real extractor and matcher."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from eurodac.demo.fingerprints import (
    IMPRESSION_SHAPE,
    MASTER_SHAPE,
    PATTERNS,
    Conditions,
    Master,
    finger_seed,
    impression_seed,
    locate,
    make_impression,
    make_master,
    sample_conditions,
    take_impression,
)
from eurodac.demo.fingerprints.flow import draw_pattern
from matching.fingerprint.compare import PackedSet, compare, pack
from matching.fingerprint.mindtct import MindtctExtractor
from matching.quality import DEFAULT_GATE, assess
from matching.template import FingerPosition, FingerSet

CLEAN = Conditions(noise=0.05)
EXTRACTOR = MindtctExtractor(compute_nfiq2=False)


@pytest.fixture(scope="module")
def masters() -> list[Master]:
    return [make_master(finger_seed(11, 0, position)) for position in (1, 2, 3, 4)]


def packed(image: NDArray[np.uint8]) -> PackedSet:
    template = EXTRACTOR.extract(image).template
    return pack(FingerSet({FingerPosition.RIGHT_INDEX: template}))


def test_equal_seeds_give_equal_fingers_and_images(masters: list[Master]) -> None:
    again = make_master(finger_seed(11, 0, 1))
    assert again.pattern == masters[0].pattern
    assert np.array_equal(again.minutiae, masters[0].minutiae)
    assert take_impression(again, 3).tobytes() == take_impression(masters[0], 3).tobytes()


def test_an_image_is_a_grey_picture_of_dark_ridges(masters: list[Master]) -> None:
    image = make_impression(masters[0], 1, CLEAN)
    assert image.shape == IMPRESSION_SHAPE
    assert image.dtype == np.uint8
    height, width = IMPRESSION_SHAPE
    middle = image[height // 3 : -height // 3, width // 3 : -width // 3]
    corner = image[:20, :20]
    assert corner.min() > 200
    assert np.percentile(middle, 20) < 100
    assert np.percentile(middle, 90) > 170


def test_impressions_and_fingers_differ(masters: list[Master]) -> None:
    images = [take_impression(master, n).tobytes() for master in masters for n in (0, 1)]
    assert len(set(images)) == len(images)


def test_seeds_of_people_fingers_and_impressions_do_not_meet() -> None:
    fingers = {finger_seed(s, p, f) for s in (0, 1) for p in range(20) for f in range(1, 11)}
    assert len(fingers) == 2 * 20 * 10
    impressions = {impression_seed(f, n) for f in fingers for n in range(3)}
    assert len(impressions | fingers) == 4 * len(fingers)


@pytest.mark.parametrize("pattern", PATTERNS)
def test_every_pattern_has_a_natural_number_of_minutiae(pattern: str) -> None:
    master = make_master(5, pattern)
    assert master.pattern == pattern
    assert master.ridges.shape == MASTER_SHAPE
    assert np.abs(master.ridges).max() <= 1
    per_square_millimetre = len(master.minutiae) / (np.prod(MASTER_SHAPE) * (25.4 / 500) ** 2)
    assert 0.15 < per_square_millimetre < 0.5


def test_patterns_come_in_their_natural_shares() -> None:
    rng = np.random.Generator(np.random.PCG64(1))
    drawn = [draw_pattern(rng) for _ in range(3000)]
    for pattern, share in PATTERNS.items():
        assert drawn.count(pattern) / len(drawn) == pytest.approx(share, abs=0.03)


def test_the_extractor_finds_the_true_minutiae_where_they_are(masters: list[Master]) -> None:
    for master in masters[:3]:
        conditions = replace(CLEAN, rotation=12.0, displacement=(6.0, -8.0))
        found = EXTRACTOR.extract(make_impression(master, 1, conditions)).template.minutiae
        true = locate(master.minutiae, conditions)
        height, width = IMPRESSION_SHAPE
        inside = np.hypot((true[:, 0] - width / 2) / 100, (true[:, 1] - height / 2) / 130) < 1
        true = true[inside]
        gap = np.hypot(*(true[:, None, k] - found[None, :, k] for k in (0, 1)))
        turn = np.abs(np.angle(np.exp(1j * (true[:, None, 2] - found[None, :, 2]))))
        hit = (gap < 8) & (turn < np.pi / 6)
        assert len(true) >= 15
        assert hit.any(axis=1).mean() > 0.7


def test_rotation_turns_a_finger_counter_clockwise_about_the_middle() -> None:
    middle = np.array([[MASTER_SHAPE[1] / 2 + 10, MASTER_SHAPE[0] / 2, 0]], np.float32)
    placed = locate(middle, Conditions(rotation=30.0))[0]
    assert placed[0] == pytest.approx(IMPRESSION_SHAPE[1] / 2 + 10 * np.cos(np.pi / 6))
    assert placed[1] == pytest.approx(IMPRESSION_SHAPE[0] / 2 - 5.0)
    assert placed[2] == pytest.approx(np.pi / 6)


def test_the_quality_gate_passes_typical_impressions(masters: list[Master]) -> None:
    extractor = MindtctExtractor()
    for master in masters[:2]:
        finger = extractor.extract(take_impression(master, 0))
        assert assess(finger, DEFAULT_GATE) == ""
        assert finger.nfiq2 is not None
        assert finger.nfiq2 >= 20


def test_mates_score_above_non_mates(masters: list[Master]) -> None:
    sets = [[packed(take_impression(m, n, level=0.5)) for n in (0, 1)] for m in masters]
    mated = [compare(first, second).score for first, second in sets]
    other = [
        compare(a, b).score
        for i, first in enumerate(sets)
        for second in sets[i + 1 :]
        for a in first
        for b in second
    ]
    assert min(mated) > max(other)


def test_harder_conditions_vary_more() -> None:
    def spread(level: float) -> float:
        rng = np.random.Generator(np.random.PCG64(1))
        return float(np.std([sample_conditions(rng, level).rotation for _ in range(200)]))

    assert spread(0.0) == 0.0 < spread(0.5) < spread(1.0)


def test_impossible_requests_are_refused() -> None:
    with pytest.raises(ValueError, match="pattern 'spiral' is not one of"):
        make_master(1, "spiral")
    with pytest.raises(ValueError, match=r"coverage 0\.1 lies outside"):
        Conditions(coverage=0.1)
    with pytest.raises(ValueError, match="level -1 is negative"):
        sample_conditions(np.random.Generator(np.random.PCG64(1)), -1)
