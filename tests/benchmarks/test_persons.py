from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.__main__ import main
from benchmarks.data import VARIABLE
from matching.parameters import PERSON_THRESHOLD
from tests.benchmarks.synthetic import lay_database


def test_persons_of_synthetic_prints_stand_apart_at_the_shipped_threshold(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lay_database(tmp_path, "DB1", fingers=10, impressions=2)
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    target = tmp_path / "result.json"
    assert main(["persons", "--shuffled", "500", "--json", str(target)]) == 0
    ten, four = json.loads(target.read_text("utf-8"))["rows"]
    assert [ten["case"], four["case"]] == [
        "synthetic/DB1, ten fingers",
        "synthetic/DB1, four fingers",
    ]
    for row in (ten, four):
        assert row["metrics"]["fnmr"] == row["metrics"]["fmr"] == 0.0
        assert row["metrics"]["mated_min"] >= PERSON_THRESHOLD > row["metrics"]["shuffled_max"]
        assert row["metrics"]["other_sensor_max"] is None  # there is only one database


def test_a_database_without_ten_fingers_is_no_person(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lay_database(tmp_path, "DB1", fingers=1, impressions=2)
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    assert main(["persons"]) == 2
    assert "ten fingers" in capsys.readouterr().err
