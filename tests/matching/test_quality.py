import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.fingerprint.extractor import ExtractedFinger
from matching.fingerprint.mindtct import MindtctExtractor
from matching.quality import DEFAULT_GATE, REASONS, QualityGate, assess
from matching.template import MinutiaeTemplate
from tests.matching.codec.prints import ridges

GATE = QualityGate("test/1", min_nfiq2=20, min_minutiae=10)


def finger(minutiae: int, nfiq2: int | None) -> ExtractedFinger:
    rows = np.zeros((minutiae, 4), np.float32)
    return ExtractedFinger(MinutiaeTemplate(rows, np.zeros(minutiae, np.uint8), "test/1"), nfiq2)


@pytest.mark.parametrize(
    ("minutiae", "nfiq2", "reason"),
    [
        (10, 20, ""),
        (9, 20, "too_few_minutiae"),
        (10, 19, "low_nfiq2"),
        (9, 19, "too_few_minutiae"),
        (10, None, ""),
        (0, None, "too_few_minutiae"),
    ],
)
def test_both_thresholds_are_inclusive(minutiae: int, nfiq2: int | None, reason: str) -> None:
    assert assess(finger(minutiae, nfiq2), GATE) == reason


@given(
    st.integers(0, 60),
    st.one_of(st.none(), st.integers(0, 100)),
    st.integers(0, 100),
    st.integers(0, 60),
)
def test_every_refusal_has_its_text(
    minutiae: int, nfiq2: int | None, min_nfiq2: int, min_minutiae: int
) -> None:
    gate = QualityGate("test/1", min_nfiq2, min_minutiae)
    reason = assess(finger(minutiae, nfiq2), gate)
    assert reason == "" or reason in REASONS


def test_a_clean_print_passes_the_default_gate_and_a_blank_sensor_does_not() -> None:
    extractor = MindtctExtractor()
    assert assess(extractor.extract(ridges()), DEFAULT_GATE) == ""
    blank = np.full((300, 300), 255, np.uint8)
    assert assess(extractor.extract(blank), DEFAULT_GATE) == "too_few_minutiae"


@pytest.mark.parametrize(("nfiq2", "minutiae"), [(-1, 0), (101, 0), (0, -1), (0, 256)])
def test_thresholds_out_of_range_are_refused(nfiq2: int, minutiae: int) -> None:
    with pytest.raises(ValueError, match="out of range"):
        QualityGate("test/1", nfiq2, minutiae)
