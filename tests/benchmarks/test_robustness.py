"""The transforms, and the scenario on a small database of synthetic prints."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks.__main__ import main
from benchmarks.data import VARIABLE
from benchmarks.transforms import TRANSFORMS, apply
from eurodac.demo.fingerprints import make_master, take_impression
from tests.benchmarks.synthetic import lay_database

PRINT = take_impression(make_master(1), 1, level=0.5)


@pytest.mark.parametrize("name", sorted(TRANSFORMS))
def test_a_transform_changes_an_image_and_always_alike(name: str) -> None:
    before = PRINT.copy()
    first, second = apply(name, PRINT), apply(name, PRINT)
    assert np.array_equal(PRINT, before)
    assert first.dtype == np.uint8
    assert np.array_equal(first, second)
    assert not np.array_equal(first, PRINT)


def test_wet_skin_is_darker_and_dry_skin_paler() -> None:
    assert apply("wet", PRINT).mean() < PRINT.mean() - 5
    assert apply("dry", PRINT).mean() > PRINT.mean() + 5


def test_a_small_sensor_sees_the_middle_of_the_print() -> None:
    seen = apply("small", PRINT)
    assert seen.shape == (250, 250)
    assert seen.mean() < PRINT.mean()


def test_a_coarse_sensor_has_less_contrast() -> None:
    assert apply("coarse", PRINT).std() < 0.5 * PRINT.std()


def test_the_scenario_measures_the_chosen_transform(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lay_database(tmp_path, "DB1", fingers=2, impressions=2)
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    target = tmp_path / "result.json"
    assert main(["robustness", "--transform", "wet", "--json", str(target)]) == 0
    found = json.loads(target.read_text("utf-8"))
    assert [(row["subject"], row["case"]) for row in found["rows"]] == [
        ("wet", "synthetic/DB1"),
        ("wet", "mean"),
    ]
