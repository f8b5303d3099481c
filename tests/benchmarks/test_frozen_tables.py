from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.frozen_tables import fill, main, markdown
from benchmarks.report import Result, Row, document, write_json

ROWS = [
    Row("ours", "1 | 2", {"eer": 0.0125, "per_s": 12345.6, "erase_us": None}),
    Row("peer", "3", {"note": "not installed", "erase_us": None}),
]
TABLE = [
    "| subject | case | eer | per_s | note |",
    "| --- | --- | ---: | ---: | ---: |",
    r"| ours | 1 \| 2 | 0.0125 | 12,346 | – |",
    "| peer | 3 | – | – | not installed |",
]


def test_a_table_shows_what_was_measured_where_and_how() -> None:
    found = document("any", Result({"n": 1000, "seed": 1}, ROWS)) | {"commit": "0123456789abcdef"}
    circumstances, empty, *table = markdown(found).splitlines()
    assert (empty, table) == ("", TABLE)
    assert "commit 0123456789ab; n 1000, seed 1." in circumstances
    assert "cores" in circumstances


def test_tables_stand_between_their_markers_whatever_stood_there(tmp_path: Path) -> None:
    found = document("any", Result({}, ROWS))
    write_json(tmp_path / "any.machine-b.json", found)
    write_json(tmp_path / "any.machine-a.json", found)
    text = "a\n<!-- benchmark: any -->\nold\n<!-- benchmark end -->\nb\n"
    filled = fill(text, tmp_path)
    assert filled.startswith("a\n<!-- benchmark: any -->\n\n*")
    assert filled.endswith("|\n\n<!-- benchmark end -->\nb\n")
    assert "old" not in filled
    assert filled.count(TABLE[0]) == 2
    assert fill(filled, tmp_path) == filled


def test_a_marker_without_result_stays_empty(tmp_path: Path) -> None:
    text = "<!-- benchmark: none -->\n<!-- benchmark end -->\n"
    assert fill(text, tmp_path) == text


def test_a_marker_without_its_end_takes_nothing_away(tmp_path: Path) -> None:
    write_json(tmp_path / "any.machine.json", document("any", Result({}, ROWS)))
    text = "<!-- benchmark: any -->\nkept\n<!-- benchmark: none -->\n<!-- benchmark end -->\n"
    assert fill(text, tmp_path) == text


def test_the_table_of_a_file_is_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "result.json"
    path.write_text(json.dumps(document("any", Result({}, ROWS))), "utf-8")
    main([str(path)])
    assert TABLE[2] in capsys.readouterr().out
