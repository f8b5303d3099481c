"""The scenario with stand-in engines, through the command line; peers are not needed for it."""

from __future__ import annotations

import fcntl
import json
import os
from pathlib import Path
from typing import Any

import pytest

from benchmarks.__main__ import main
from benchmarks.choice import choose
from benchmarks.engines import PEERS, Engine
from benchmarks.errors import BenchmarkError
from benchmarks.limits import Instruction, Limits
from benchmarks.scenarios import vectors
from benchmarks.timing import alone, cores, speed

ROOT = Path(__file__).parents[2]
STANDIN = "tests.benchmarks.standin"
SMALL = [
    "--n", "400", "--dimensions", "64", "--mated", "60", "--peer-mated", "40",
    "--non-mated", "50", "--batch", "1,8", "--seconds", "0.01",
]  # fmt: skip


@pytest.fixture
def _engines(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stand-ins, and limits that need no measuring."""
    rates = dict.fromkeys(Instruction, 1e10)
    monkeypatch.setattr(
        vectors, "measure_limits", _Fixed(Limits(1, {1 << 20: 1e10, 1 << 30: 1e10}, rates))
    )
    monkeypatch.setattr(vectors, "OURS", {"ours": Engine("ours", STANDIN, "Exact", "numpy")})
    peers = {
        "losing": Engine("losing", STANDIN, "Exact", "numpy", {"loses": 2}),
        "small": Engine("small", STANDIN, "Exact", "numpy", most_people=100),
        "failing": Engine("failing", STANDIN, "Failing", "numpy"),
        "absent": Engine("absent", STANDIN, "Exact", "no_such_package"),
    }
    monkeypatch.setattr(vectors, "PEERS", peers)


class _Fixed:
    """Can be sent to another process."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits

    def __call__(self, threads: int, lock: Path | None) -> Limits:
        return self._limits


def measured(tmp_path: Path, *options: str) -> dict[str, Any]:
    target = tmp_path / "result.json"
    assert main(["vectors", *SMALL, "--json", str(target), *options]) == 0
    found: dict[str, Any] = json.loads(target.read_text("utf-8"))
    return found


@pytest.mark.usefixtures("_engines")
def test_every_engine_is_a_row_for_every_batch_with_accuracy_and_speed(tmp_path: Path) -> None:
    report = tmp_path / "report.html"
    found = measured(tmp_path, "--html", str(report))
    rows = {(row["subject"], row["case"]): row["metrics"] for row in found["rows"]}
    size = "400 x 64, 1 thread"
    ours, losing = rows["ours", f"{size}, batch 8"], rows["losing", f"{size}, batch 1"]
    assert ours["queries_per_s"] > 0
    assert ours["p50_ms"] <= ours["p95_ms"]
    assert ours["share_of_limit"] > 0
    assert (ours["mates_lost"], ours["mated"]) == (0, 60)
    assert ours["candidates_mean"] == 400
    assert ours["bytes_per_person"] == 256
    assert ours["erase_us"] > 0
    assert losing["mated"] == 40
    assert 8 <= losing["mates_lost"] <= 32  # every second person is forgotten
    assert losing["fnir_at_fpir_1e3"] >= losing["mates_lost"] / 40
    assert losing["mates_lost_upper_95"] > losing["mates_lost"] / 40
    assert ("small", "100 x 64, 1 thread, batch 1") in rows
    assert found["parameters"]["limit_dpbusd_g_per_s_1t"] == 10
    assert "searches/s" in report.read_text("utf-8")


@pytest.mark.usefixtures("_engines")
def test_fused_records_are_measured_with_their_masks_beside_peers_without(tmp_path: Path) -> None:
    found = measured(tmp_path, "--fused", "--peers", "losing")
    rows = {(row["subject"], row["case"]): row["metrics"] for row in found["rows"]}
    size = "400 x 1792 fused"
    for case in (f"{size}, 1 thread", f"{size}, everybody exactly, 1 thread"):
        ours = rows["ours", f"{case}, batch 1"]
        assert (ours["fnir_at_fpir_1e3"], ours["mates_lost"], ours["mated"]) == (0, 0, 60)
    assert rows["losing", f"{size}, 1 thread, batch 1"]["mates_lost"] >= 8
    assert (found["parameters"]["fused"], found["parameters"]["dimensions"]) == (True, 1792)


@pytest.mark.usefixtures("_engines")
def test_what_cannot_be_measured_is_a_row_that_says_why(tmp_path: Path) -> None:
    found = measured(tmp_path, "--peers", "absent,failing")
    notes = {row["subject"]: row["metrics"].get("note") for row in found["rows"]}
    assert notes["absent"] == "not installed: pip install .[peers]"
    assert notes["failing"] == "failed: RuntimeError: no room for anybody"
    assert notes["ours"] is None


def test_without_peers_only_ours_is_measured() -> None:
    assert choose("none", PEERS) == []
    assert choose("all", PEERS) == list(PEERS.values())


def test_an_unknown_peer_is_an_error_that_names_the_known_ones(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["vectors", *SMALL, "--peers", "hnswlib,typo"]) == 2
    said = capsys.readouterr().err
    assert "typo unknown" in said
    assert "turbovec" in said


@pytest.mark.parametrize("name", PEERS)
def test_a_peer_has_an_adapter_and_is_installed_or_not(name: str) -> None:
    engine = PEERS[name]
    source = ROOT.joinpath(*engine.module.split(".")).with_suffix(".py").read_text("utf-8")
    assert f"class {engine.adapter}" in source
    assert engine.installed() in (True, False)


def test_more_threads_than_cores_measure_nothing() -> None:
    with pytest.raises(BenchmarkError, match="may use"):
        cores(len(os.sched_getaffinity(0)) + 1)


def test_the_lock_is_held_while_timing(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with alone(path), path.open() as other, pytest.raises(BlockingIOError):
        fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
    with path.open() as other:
        fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_speed_times_at_least_three_calls_after_warming_up() -> None:
    calls: list[int] = []
    found = speed(calls.append, 10, 0.0)
    assert calls == [0, 0, 1, 2]
    assert found.per_s > 0
    assert 0 <= found.p50_ms <= found.p95_ms
