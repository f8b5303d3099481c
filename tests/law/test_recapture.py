"""Re-capture and minimum age: whose biometrics are taken, and what may replace them."""

from typing import Any

import pytest

from eurodac.errors import FieldRefusedError
from eurodac.law import capture, categories, reference_numbers
from eurodac.transmission import read_recapture
from tests.law.messages import RECEIVED, SAMPLE, minimal, read

REPLACED = reference_numbers.RECAPTURE.replaces


def again() -> dict[str, Any]:
    return {field: SAMPLE[field] for field in REPLACED}


@pytest.mark.law("recapture.same_number")
def test_biometrics_and_their_date_are_replaced() -> None:
    raw, taken_at = read_recapture(again(), received_at=RECEIVED)
    assert [finger.position for finger in raw.fingers] == [2]
    assert raw.face is not None
    assert taken_at.date() < RECEIVED.date()


@pytest.mark.law("recapture.same_number")
@pytest.mark.parametrize("field", sorted(set(categories.FIELDS) - set(REPLACED)))
def test_nothing_else_is_replaced(field: str) -> None:
    with pytest.raises(FieldRefusedError, match=field) as refused:
        read_recapture({**again(), field: SAMPLE.get(field, "IT1A")}, received_at=RECEIVED)
    assert refused.value.article == reference_numbers.RECAPTURE.article


@pytest.mark.law("capture.minimum_age")
@pytest.mark.parametrize(
    ("birth", "taken"),
    [
        ({"year": 2023, "month": 9, "day": 1}, True),
        ({"year": 2023, "month": 9, "day": 2}, False),
        ({"year": 2023, "month": 8}, True),
        ({"year": 2023, "month": 9}, False),
        ({"year": 2022}, True),
        ({"year": 2023}, False),
        ({"year": 2028, "month": 2, "day": 29}, False),
    ],
)
def test_a_child_who_may_be_younger_counts_as_younger(birth: dict[str, int], taken: bool) -> None:
    """Given prints taken on 1 September 2029, when six years are not beyond doubt, then refused."""
    message = {**minimal("applicant"), "date_of_birth": birth}
    if taken:
        assert read(message).dataset is not None
    else:
        with pytest.raises(FieldRefusedError) as refused:
            read(message)
        assert refused.value.article == capture.MINIMUM_AGE.article
