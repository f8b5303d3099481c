"""How near a reference must be, and when nobody may be left out."""

from __future__ import annotations

import json
from dataclasses import replace
from importlib.resources import files
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.errors import SketchModelError
from matching.fingerprint.cuts import (
    Cuts,
    Stage,
    evidence,
    expected,
    limits,
    lowest,
    read,
    shipped,
)
from matching.fingerprint.sketch import encode
from matching.fingerprint.sketch_probe import ScanProbes, make_probes
from matching.kernels.scan import NEVER
from matching.parameters import SKETCH_CUTS, SKETCH_MODEL
from matching.template import FingerPosition
from tests.matching.minutiae import finger, template

FILE, VERSION = SKETCH_CUTS
STAGE = Stage(0.07, 0.6, (1.1, 0.05), ((3.0, 1.0), (4.0, 2.0)))


def table() -> dict[str, Any]:
    found = json.loads(files("matching.fingerprint").joinpath("models", FILE).read_bytes())
    assert isinstance(found, dict)
    return found


def probe(fingers: int = 10) -> ScanProbes:
    rng = np.random.default_rng(fingers)
    sketches = encode([template(finger(rng)) for _ in range(fingers)])
    return make_probes(sketches, list(FingerPosition)[:fingers])


@given(st.floats(0.0, 120.0), st.floats(1.0, 120.0), st.integers(1, 10), st.floats(-20.0, 40.0))
def test_the_lowest_nearness_is_where_the_evidence_reaches_the_cut(
    reference: float, strength: float, fingers: int, cut: float
) -> None:
    wanted = expected(STAGE, fingers, probe=strength, references=np.array([reference]))
    least = lowest(STAGE, wanted, cut)
    if np.isfinite(least[0]):
        assert evidence(STAGE, least, wanted)[0] == pytest.approx(cut, abs=1e-6)
        assert evidence(STAGE, least + 0.1, wanted)[0] > cut
    else:
        some = evidence(STAGE, np.linspace(-20, 20, 401), np.repeat(wanted, 401))
        assert some.min() >= cut - 1e-6


def test_a_mate_is_expected_nearer_the_stronger_both_are_and_the_more_fingers() -> None:
    strengths = np.array([10.0, 40.0, 80.0])
    ten, four = (expected(STAGE, n, probe=60.0, references=strengths) for n in (10, 4))
    assert (np.diff(ten) > 0).all()
    assert (ten > four).all()
    assert (expected(STAGE, 10, probe=80.0, references=strengths) > ten).all()


def test_a_strong_reference_must_be_nearer_than_a_weak_one() -> None:
    found = limits(probe())
    ranked = range(20, int(shipped().strongest))
    assert found.leading.flags.c_contiguous  # as the scan takes it
    assert (np.diff(found.leading[10, ranked]) <= 0).all()
    assert (np.diff(found.middle[10, ranked]) <= 0).all()
    assert (np.diff(found.codes[10, ranked]) >= 0).all()
    assert found.codes[10, 80] > found.codes[10, 30]


def test_a_smaller_budget_keeps_everybody_that_a_larger_one_keeps() -> None:
    some = [limits(probe(), budget=budget) for budget in (1e-1, 1e-2, 1e-3, 1e-4)]
    for larger, smaller in pairwise(some):
        assert (smaller.leading >= larger.leading).all()
        assert (smaller.middle >= larger.middle).all()
        assert (smaller.codes <= larger.codes).all()
        assert (smaller.scores <= larger.scores).all()


def test_a_cut_is_found_between_two() -> None:
    rows = ((2.0,), (-2.0,)), ((4.0, 6.0), (0.0, 1.0))
    made = Cuts("v", (2, 10), (1e-2, 1e-4), 90.0, (STAGE,) * 3, rows)

    def leading(fingers: int, budget: float, table: Cuts = made) -> int:
        return int(limits(probe(), budget=budget, table=table).leading[fingers, 60])

    between = replace(STAGE, cuts=((2.0, 2.0), (3.0, 3.0)))
    assert leading(10, 1e-3) == leading(10, 1e-2, replace(made, stages=(between,) * 3))
    assert leading(9, 1e-2) == leading(9, 0.5)
    scores = limits(probe(), budget=1e-3, table=made).scores
    assert scores[10].tolist() == pytest.approx([2.0, 3.5] + [-np.inf] * 8)
    assert scores[2].tolist() == pytest.approx([0.0] + [-np.inf] * 9)
    assert (scores[[0, 1, *range(3, 10)]] == -np.inf).all()  # measured for other numbers


@pytest.mark.parametrize(("fingers", "budget"), [(0, 1e-4), (1, 1e-4), (10, 1e-6)])
def test_everybody_is_compared_where_nothing_was_measured(fingers: int, budget: float) -> None:
    found = limits(probe(), budget=budget)
    assert (found.leading[fingers] == NEVER).all()
    assert (found.middle[fingers] > 10 * 65535).all()
    assert (found.codes[fingers] < -10 * 512 * 15 * 7).all()
    assert (found.scores[fingers] == -np.inf).all()


@pytest.mark.parametrize("budget", [0.0, 1.0, -1.0, float("nan")])
def test_a_budget_out_of_range_is_refused(budget: float) -> None:
    with pytest.raises(ValueError, match="out of range"):
        limits(probe(), budget=budget)


def test_the_shipped_table_belongs_to_the_shipped_model() -> None:
    assert shipped().version == VERSION
    assert table()["model"] == SKETCH_MODEL[1]


def changed_stage(**changes: object) -> dict[str, object]:
    stages = table()["stages"]
    return {"stages": [stages[0] | changes, *stages[1:]]}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"version": "cuts/0"}, "cuts_version"),
        ({"model": "pairs/0"}, "cuts_version"),
        ({"misses": [1e-4, 1e-2, 1e-3, 1e-5]}, "cuts_corrupt"),
        ({"misses": ["x"]}, "cuts_corrupt"),
        ({"fingers": [2, 4, 6, 10, 8]}, "cuts_corrupt"),
        ({"fingers": [2, 4, 6, 8]}, "cuts_corrupt"),
        ({"fingers": []}, "cuts_corrupt"),
        ({"strongest": float("nan")}, "cuts_corrupt"),
        ({"scores": []}, "cuts_corrupt"),
        ({"scores": [[[0.0, 0.0, 0.0]] * 4] * 9}, "cuts_corrupt"),
        ({"scores": [[[0.0]] * 3] * 9}, "cuts_corrupt"),
        ({"scores": [[[0.0], [1.0], [0.0], [0.0]]] * 9}, "cuts_corrupt"),
        ({"stages": []}, "cuts_corrupt"),
        ({"stages": None}, "cuts_corrupt"),
        (changed_stage(slope=-1), "cuts_corrupt"),
        (changed_stage(spread=[1]), "cuts_corrupt"),
        (changed_stage(cuts=[[0.1, 0.2, 0.3, 0.4]] * 5), "cuts_corrupt"),
        (changed_stage(cuts=[[0.4, 0.3, 0.2]] * 5), "cuts_corrupt"),
    ],
)
def test_a_table_that_is_not_in_order_is_refused(change: dict[str, object], code: str) -> None:
    with pytest.raises(SketchModelError) as refused:
        read(json.dumps(table() | change).encode(), VERSION)
    assert refused.value.code == code


def test_what_is_no_table_is_refused() -> None:
    with pytest.raises(SketchModelError):
        read(b"\x00", VERSION)
