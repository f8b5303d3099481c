"""Both scenarios with stand-in subjects, through the command line; peers are not needed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks.__main__ import main
from benchmarks.data import VARIABLE
from benchmarks.names.data import LinkageSet
from benchmarks.names.subjects import Part, Subject
from benchmarks.scenarios import linkage, names
from tests.benchmarks.names.sets import lay_tokens, records, search_set

STANDIN = "tests.benchmarks.names.standin"


def subject(name: str, adapter: str, **options: object) -> Subject:
    return Subject(name, f"{STANDIN}.{adapter}", ["numpy"], options)


FAILING = subject("failing", "Failing")
ABSENT = Subject("absent", f"{STANDIN}.Failing", ["no_such_package"])
PAIRS = Part({"ours": subject("ours", "Scorer")}, {"failing": FAILING, "absent": ABSENT})
SEARCH = Part(
    {"ours": subject("ours", "Searcher")},
    {
        "losing": Subject("losing", f"{STANDIN}.Searcher", ["numpy"], {"loses": 2}, most=10),
        "failing-search": FAILING,
    },
)


@pytest.fixture
def _subjects(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lay_tokens(tmp_path)
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    monkeypatch.setattr(names, "PAIRS", PAIRS)
    monkeypatch.setattr(names, "SEARCH", SEARCH)
    monkeypatch.setattr(names, "_MATED", 5)
    monkeypatch.setattr(names, "_NON_MATED", 40)
    monkeypatch.setattr(names, "make_search_set", search_set)
    left = LinkageSet("twenty", records(20, seed=1), None, np.arange(20) // 2, None)
    both = LinkageSet(
        "both", records(20, seed=1), records(20, seed=2), np.arange(20), np.arange(20)
    )
    monkeypatch.setattr(linkage, "_LOADERS", {"fake1000": lambda: left, "febrl4": lambda: both})
    part = Part({"ours": subject("ours", "Linker")}, {"failing": FAILING, "absent": ABSENT})
    monkeypatch.setattr(linkage, "LINK", {"febrl4": part})
    monkeypatch.setattr(linkage, "CLUSTER", {"fake1000": part})


def measured(tmp_path: Path, *options: str) -> dict[tuple[str, str], dict[str, Any]]:
    target = tmp_path / "result.json"
    assert main([*options, "--json", str(target)]) == 0
    found = json.loads(target.read_text("utf-8"))
    return {(row["subject"], row["case"]): row["metrics"] for row in found["rows"]}


@pytest.mark.usefixtures("_subjects")
def test_tokens_and_pairs_have_accuracy_and_speed(tmp_path: Path) -> None:
    path = tmp_path / "names" / "own_pairs.csv"
    path.write_text("name1,name2,is_match\nali,ali,1\nali,omr,0\n", "utf-8")
    report = tmp_path / "report.html"
    options = ["--part", "tokens", "pairs", "--seconds", "0.01", "--html", str(report)]
    rows = measured(tmp_path, "names", *options)
    tokens = rows["ours", "arabic-latin tokens, 45 pairs"]
    assert 0 < tokens["recall_at_p99"] <= tokens["recall_at_p95"] <= 1
    assert 0 < tokens["f1_fixed"] <= tokens["f1"] <= 1
    assert tokens["threshold_fixed"] == 0.5
    assert tokens["pairs_per_s"] > 0
    assert rows["ours", "own_pairs, 2 pairs"]["f1"] == 1
    assert "recall_at_p99" in report.read_text("utf-8")
    notes = {who: metrics.get("note") for (who, _), metrics in rows.items()}
    assert notes["failing"] == "failed: RuntimeError: no room for names"
    assert notes["absent"] == "not installed: pip install .[peers]"


@pytest.mark.usefixtures("_subjects")
def test_a_search_is_judged_case_by_case(tmp_path: Path) -> None:
    options = ["--part", "search", "--n", "20", "--queries", "30", "--threads", "1"]
    rows = measured(tmp_path, "names", *options)
    ours, losing = rows["ours", "20, name"], rows["losing", "20, name"]
    assert (ours["recall_at_1"], ours["recall_at_10"], ours["probes"]) == (1, 1, 30)
    assert 0 < ours["p50_ms"] <= ours["p95_ms"]
    assert "first_p95_ms" not in ours  # this one remembers nothing
    assert ours["queries_per_s"] > 0
    assert ours["bytes_per_person"] == 12
    assert ours["build_s"] >= 0
    assert losing["probes"] == 10
    assert losing["recall_at_10"] < 1
    assert ("ours", "20, name + birth date") in rows
    assert ("ours", "20, name + birth date + nationality + sex") not in rows
    assert "failed" in rows["failing", "20, name"]["note"]


@pytest.mark.usefixtures("_subjects")
def test_a_peer_of_a_part_that_is_not_asked_for_is_unknown(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["names", "--part", "tokens", "--peers", "losing"]) == 2
    assert "losing unknown; known are all, none, failing, absent" in capsys.readouterr().err


@pytest.mark.usefixtures("_subjects")
def test_links_and_clusters_are_judged_at_the_best_and_at_the_fixed_threshold(
    tmp_path: Path,
) -> None:
    report = tmp_path / "report.html"
    options = ["--set", "febrl4", "fake1000", "--html", str(report)]
    rows = measured(tmp_path, "linkage", *options)
    links, clusters = rows["ours", "both"], rows["ours", "twenty"]
    assert links["candidates"] == 400
    assert links["candidate_recall"] == 1
    assert links["threshold_fixed"] == 2
    assert 0.5 < links["f1_fixed"] <= links["f1"] <= 1
    assert links["recall_at_p99"] <= links["recall_at_p95"]
    assert links["seconds"] > 0
    assert clusters["candidates"] == 190
    assert clusters["f1_fixed"] <= clusters["f1"]
    assert 0 < clusters["f1_pairs"] <= 1
    assert "no room for names" in rows["failing", "both"]["note"]
    assert "f1_fixed" in report.read_text("utf-8")
