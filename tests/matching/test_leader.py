from pathlib import Path

import numpy as np
import pytest

from matching.errors import ExtractionError
from matching.fingerprint import leader
from matching.fingerprint.extractor import Extractor
from matching.fingerprint.leader import LeaderExtractor
from matching.fingerprint.mindtct import MindtctExtractor
from tests.matching.codec.prints import SPIRALS, ridges

EXTRACTOR = LeaderExtractor()


def test_it_is_an_extractor_without_quality_score() -> None:
    extractor: Extractor = EXTRACTOR
    finger = extractor.extract(ridges())
    assert finger.template.extractor == extractor.name == "leader/1"
    assert finger.nfiq2 is None


def test_it_finds_the_minutiae_that_are_there_and_no_others() -> None:
    found = EXTRACTOR.extract(ridges()).template.minutiae
    assert len(found) == len(SPIRALS)
    for x, y, _ in SPIRALS:
        assert np.hypot(found[:, 0] - x, found[:, 1] - y).min() <= 4


def test_its_angles_mean_the_same_as_those_of_the_default_extractor() -> None:
    found = EXTRACTOR.extract(ridges()).template.minutiae
    default = MindtctExtractor(compute_nfiq2=False).extract(ridges()).template.minutiae
    for x, y, angle, _ in default:
        nearest = found[np.hypot(found[:, 0] - x, found[:, 1] - y).argmin()]
        assert abs((np.degrees(nearest[2] - angle) + 180) % 360 - 180) < 25


def test_angles_turn_counter_clockwise_with_the_image() -> None:
    upright = EXTRACTOR.extract(ridges()).template.minutiae
    turned = EXTRACTOR.extract(np.rot90(ridges())).template.minutiae
    assert len(turned) == len(upright)
    for x, y, angle, _ in upright:
        nearest = turned[np.hypot(turned[:, 0] - y, turned[:, 1] - (319 - x)).argmin()]
        assert abs((np.degrees(nearest[2] - angle) - 90 + 180) % 360 - 180) < 15


def test_minutiae_of_other_resolutions_are_scaled_to_500() -> None:
    found = EXTRACTOR.extract(ridges(720, 640, scale=2.0), ppi=1000).template.minutiae
    for x, y, _ in SPIRALS:
        assert np.hypot(found[:, 0] - x, found[:, 1] - y).min() <= 4


@pytest.mark.parametrize("shape", [(64, 64), (65, 300), (96, 128)])
def test_a_blank_image_gives_an_empty_template(shape: tuple[int, int]) -> None:
    assert len(EXTRACTOR.extract(np.full(shape, 255, np.uint8)).template) == 0


def test_what_is_too_small_is_refused() -> None:
    with pytest.raises(ExtractionError) as caught:
        EXTRACTOR.extract(np.zeros((63, 300), np.uint8))
    assert caught.value.code == "extraction_size"


def test_another_network_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = tmp_path / "other.onnx"
    other.write_bytes(b"another network")
    monkeypatch.setattr(leader, "_MODEL", str(other))
    with pytest.raises(ExtractionError, match="another LEADER network") as caught:
        LeaderExtractor()
    assert caught.value.code == "extraction_model"


def test_a_missing_network_is_an_error_that_names_the_extra(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leader, "_MODEL", str(tmp_path / "none.onnx"))
    with pytest.raises(ExtractionError, match=r"eurodac-register\[accurate\]"):
        LeaderExtractor()
