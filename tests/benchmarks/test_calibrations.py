"""The commands that estimate and judge calibrations, on synthetic prints."""

from __future__ import annotations

import json
import shutil
import tomllib
from pathlib import Path

import pytest

import matching
from benchmarks.__main__ import main
from benchmarks.data import VARIABLE
from matching.calibrated import finger_calibrations
from matching.parameters import MinutiaeFamily
from tests.benchmarks.synthetic import lay_database

SHIPPED = Path(matching.__file__).parent / "calibration.toml"


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    for name in ("DB1", "DB2", "DB3"):
        lay_database(folder, name, fingers=10, impressions=2)
    return folder


@pytest.fixture(autouse=True)
def use(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, str(data))


def test_calibrate_rewrites_the_families_it_measured_and_keeps_the_others(tmp_path: Path) -> None:
    path = tmp_path / "calibration.toml"
    shutil.copy(SHIPPED, path)
    before = finger_calibrations(tomllib.loads(path.read_text("utf-8")))
    assert main(["calibrate", "--families", "mindtct", "--output", str(path)]) == 0
    after = finger_calibrations(tomllib.loads(path.read_text("utf-8")))
    assert "synthetic/DB1" in after[MinutiaeFamily.MINDTCT].origin
    for family in (MinutiaeFamily.LEADER, MinutiaeFamily.FOREIGN):
        assert after[family] == before[family]


def test_foreign_templates_that_are_not_there_are_asked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "calibration.toml"
    shutil.copy(SHIPPED, path)
    assert main(["calibrate", "--families", "foreign", "--output", str(path)]) == 2
    assert ".iso is missing" in capsys.readouterr().err
    assert path.read_bytes() == SHIPPED.read_bytes()


def test_the_report_shows_every_database_held_out(tmp_path: Path) -> None:
    found, page = tmp_path / "found.json", tmp_path / "found.html"
    command = ["fusion", "--strangers", "200", "--json", str(found), "--html", str(page)]
    assert main(command) == 0
    rows = {row["case"]: row["metrics"] for row in json.loads(found.read_text("utf-8"))["rows"]}
    assert len(rows) == 5 * (3 + 1)  # one finger and four sizes, three databases and their mean
    for case, metrics in rows.items():
        assert 0 <= metrics["min_cllr"] <= metrics["cllr"] < 1
        assert (metrics["rank1_n1e3"] is None) is case.endswith("one finger")
    assert rows["mean, 10 fingers"]["fnir_n1e6"] == 0.0
    assert page.read_text("utf-8").count("<svg") == 4
