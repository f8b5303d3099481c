"""How many candidates are kept, and when nobody may be left out."""

from __future__ import annotations

import json
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.errors import SketchModelError
from matching.fingerprint.shortlist import Penetrations, read, shipped, shortlist
from matching.parameters import SKETCH_MODEL, SKETCH_SHORTLIST

FILE, VERSION = SKETCH_SHORTLIST


def table() -> dict[str, object]:
    found = json.loads(files("matching.fingerprint").joinpath("models", FILE).read_bytes())
    assert isinstance(found, dict)
    return found


def test_lists_are_interpolated_in_logarithms_with_half_the_budget_per_stage() -> None:
    rows = tuple((1e-4, 1e-2) if n >= 3 else (0.5, 1.0) for n in range(10))
    made = Penetrations("v", (1e-2, 1e-4), rows, tuple((1e-5, 1e-3) for _ in range(10)))
    found = shortlist(10, 10_000_000, budget=2e-3, table=made)
    assert (found.leading, found.middle) == pytest.approx((10_000, 1_000), abs=1)
    assert not found.everybody
    assert shortlist(10, 10_000_000, budget=2e-2, table=made).leading == pytest.approx(1_000, abs=1)
    assert shortlist(3, 10_000_000, budget=2e-3, table=made).everybody


def test_everybody_is_compared_where_the_minutiae_are_foreign() -> None:
    assert shortlist(10, 1_000_000, foreign=True).leading == 1_000_000


def test_everybody_is_compared_where_the_budget_is_below_what_was_measured() -> None:
    assert shortlist(10, 1_000_000, budget=1e-6).everybody


@given(st.integers(0, 10), st.integers(0, 10**8), st.floats(1e-7, 0.9))
def test_no_list_is_longer_than_the_population_nor_the_second_than_the_first(
    fingers: int, persons: int, budget: float
) -> None:
    found = shortlist(fingers, persons, budget=budget)
    assert 0 <= found.middle <= found.leading <= persons
    assert not found.everybody or found.middle == persons


@given(st.integers(1, 9), st.integers(1000, 10**8))
def test_fewer_fingers_never_make_a_shorter_list(fingers: int, persons: int) -> None:
    fewer, more = shortlist(fingers, persons), shortlist(fingers + 1, persons)
    assert (fewer.leading, fewer.middle) >= (more.leading, more.middle)


def test_ten_fingers_make_a_short_list_and_two_fingers_none() -> None:
    found = shortlist(10, 1_000_000)
    assert found.middle < found.leading < 20_000
    assert shortlist(2, 1_000_000).everybody


@pytest.mark.parametrize(("fingers", "budget"), [(-1, 1e-4), (11, 1e-4), (10, 0.0), (10, 1.0)])
def test_values_out_of_range_are_refused(fingers: int, budget: float) -> None:
    with pytest.raises(ValueError, match="of 0"):
        shortlist(fingers, 1000, budget=budget)


def test_the_shipped_table_belongs_to_the_shipped_model() -> None:
    assert table()["model"] == SKETCH_MODEL[1]
    assert shipped().version == VERSION


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"version": "shortlist/0"}, "shortlist_version"),
        ({"model": "pairs/0"}, "shortlist_version"),
        ({"misses": [1e-4, 1e-2, 1e-3, 1e-5]}, "shortlist_corrupt"),
        ({"misses": ["x"]}, "shortlist_corrupt"),
        ({"leading": [[0.1, 0.2, 0.3, 0.4]] * 9}, "shortlist_corrupt"),
        ({"middle": [[0.4, 0.3, 0.2, 0.1]] * 10}, "shortlist_corrupt"),
        ({"middle": [[0.1, 0.2, 0.3, 2.0]] * 10}, "shortlist_corrupt"),
        ({"middle": None}, "shortlist_corrupt"),
    ],
)
def test_a_table_that_is_not_in_order_is_refused(change: dict[str, object], code: str) -> None:
    with pytest.raises(SketchModelError) as refused:
        read(json.dumps(table() | change).encode(), VERSION)
    assert refused.value.code == code


def test_what_is_no_table_is_refused() -> None:
    with pytest.raises(SketchModelError):
        read(b"\x00", VERSION)
