"""The scenario on a small database of synthetic prints, through the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.__main__ import find_scenarios, main
from benchmarks.data import VARIABLE
from benchmarks.report import Result, Row, document
from tests.benchmarks.synthetic import lay_database

METRICS = {"eer", "fnmr_at_fmr_1e2", "fnmr_at_fmr_1e3", "comparisons_per_s", "extract_ms"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("data")
    lay_database(root, "DB1", fingers=2, impressions=2)
    return root


def test_ours_and_the_peer_are_measured_on_every_database(
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv(VARIABLE, str(folder))
    target = tmp_path / "result.json"
    assert main(["fingerprints", "--json", str(target)]) == 0
    found = json.loads(target.read_text("utf-8"))
    assert set(found) == {"scenario", "commit", "machine", "parameters", "rows"}
    assert found["scenario"] == "fingerprints"
    assert [(row["subject"], row["case"]) for row in found["rows"]] == [
        (subject, case) for subject in ("ours", "bozorth3") for case in ("synthetic/DB1", "mean")
    ]
    for row in found["rows"]:
        assert set(row["metrics"]) == METRICS
        assert row["metrics"]["eer"] == 0.0  # two clean fingers
        assert row["metrics"]["comparisons_per_s"] > 0
    assert "synthetic/DB1" in capsys.readouterr().out


def test_without_data_it_says_so_and_stops(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    assert main(["fingerprints"]) == 2
    assert VARIABLE in capsys.readouterr().err


def test_every_scenario_says_what_it_measures() -> None:
    scenarios = find_scenarios()
    assert "fingerprints" in scenarios
    for name, scenario in scenarios.items():
        assert "_" not in name
        assert (scenario.__doc__ or "").partition("\n")[0].endswith((".", "?"))


def test_a_result_is_one_json_object() -> None:
    rows = [Row("ours", "10", {"eer": 0.01, "note": "few", "p95_ms": None})]
    found = document("any", Result({"seed": 1}, rows))
    assert json.loads(json.dumps(found))["rows"] == [
        {"subject": "ours", "case": "10", "metrics": {"eer": 0.01, "note": "few", "p95_ms": None}}
    ]
    assert isinstance(found["commit"], str)
