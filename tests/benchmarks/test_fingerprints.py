"""The scenario on a small database of synthetic prints, through the command line."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks.__main__ import find_scenarios, main
from benchmarks.data import VARIABLE
from benchmarks.fingers import PEERS, Peer, Subject, ours
from benchmarks.report import Result, Row, document
from benchmarks.scenarios.fingerprints import _pairs
from benchmarks.timing import pinned
from tests.benchmarks.synthetic import lay_database

METRICS = {
    "eer", "fnmr_at_fmr_1e2", "fnmr_at_fmr_1e3", "mated", "non_mated", "comparisons_per_s",
    "cylinders_ms", "built_ms", "extract_ms",
}  # fmt: skip


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
    assert main(["fingerprints", "--seconds", "0.01", "--json", str(target)]) == 0
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
        assert (row["metrics"]["mated"], row["metrics"]["non_mated"]) == (2, 4)
        for made in ("cylinders_ms", "built_ms"):
            assert (row["metrics"][made] is None) == (row["subject"] == "bozorth3")
    assert "synthetic/DB1" in capsys.readouterr().out


def test_a_peer_that_is_not_installed_is_a_row_that_says_so(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, str(folder))
    monkeypatch.setitem(PEERS, "absent", Peer("absent", ["no_such_package"], ours_again))
    target = tmp_path / "result.json"
    options = ["--peers", "absent", "--seconds", "0.01", "--json", str(target)]
    assert main(["fingerprints", *options]) == 0
    *_, last = json.loads(target.read_text("utf-8"))["rows"]
    assert last["subject"] == "absent"
    assert last["metrics"] == {"note": "not installed: pip install .[peers]"}


def ours_again(extractor: str) -> Subject[Any, Any]:
    return ours(extractor)


@pytest.mark.parametrize("option", ["--without-peers", "--peers=none"])
def test_without_peers_only_ours_is_measured(
    option: str, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, str(folder))
    target = tmp_path / "result.json"
    assert main(["fingerprints", option, "--seconds", "0.01", "--json", str(target)]) == 0
    assert {row["subject"] for row in json.loads(target.read_text("utf-8"))["rows"]} == {"ours"}


def test_an_unknown_peer_is_an_error(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(VARIABLE, str(folder))
    assert main(["fingerprints", "--peers", "typo"]) == 2
    assert "typo unknown" in capsys.readouterr().err


def test_a_sample_keeps_every_mated_pair_and_the_stated_number_of_others() -> None:
    fingers = np.repeat([f"f{n}" for n in range(10)], 3)
    everything, some = _pairs(fingers, None, 1), _pairs(fingers, 50, 1)
    assert sum(map(len, everything)) == 30 * 29 // 2
    same = [int(np.sum(fingers[i] == fingers[chosen])) for i, chosen in enumerate(some)]
    assert sum(same) == 30
    assert sum(map(len, some)) - sum(same) == 50
    assert all((chosen > i).all() for i, chosen in enumerate(some))


def test_the_process_may_use_every_core_again_afterwards() -> None:
    before = os.sched_getaffinity(0)
    with pinned(1):
        assert len(os.sched_getaffinity(0)) == 1
    assert os.sched_getaffinity(0) == before


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
    assert document("any", Result({}, rows), commit="abc")["commit"] == "abc"
