from __future__ import annotations

import json
from xml.etree import ElementTree

from benchmarks.html import page
from benchmarks.plots import bars
from benchmarks.report import Plot, Result, Row, document

ROWS = [
    Row("ours", "a & b", {"eer": 0.0125, "comparisons_per_s": 12345.6}),
    Row("<peer>", "10", {"note": "not installed", "eer": None}),
]
SVG = "{http://www.w3.org/2000/svg}svg"


def plots() -> list[Plot]:
    return [
        bars("Speed", ["ours, 1", "peer, 1"], [2000.0, 10.0], unit="searches/s"),
        bars("Errors", ["ours", "peer"], [0.0, 0.1], unit="FNIR", scale="linear"),
    ]


def tree(result: Result) -> ElementTree.Element:
    text = page(document("any", result), "What it measures.\n\nHow <so>.", result.plots)
    return ElementTree.fromstring(text.removeprefix("<!DOCTYPE html>"))


def test_a_report_is_well_formed_and_shows_every_value() -> None:
    root = tree(Result({"seed": 1}, ROWS))
    head, *lines = [[cell.text for cell in row] for row in root.iter("tr")][:3]
    assert head == ["subject", "case", "eer", "comparisons_per_s", "note"]
    assert lines == [
        ["ours", "a & b", "0.0125", "12,346", "–"],
        ["<peer>", "10", "–", "–", "not installed"],
    ]
    said = "".join(root.itertext())
    for part in ("What it measures.", "How <so>.", "seed", "commit", "cpu"):
        assert part in said


def test_tables_have_headers_and_captions_and_pictures_have_words() -> None:
    root = tree(Result({"seed": 1}, ROWS, plots()))
    for table in root.iter("table"):
        assert table.find("caption") is not None
    assert {cell.get("scope") for cell in root.iter("th")} == {"col", "row"}
    pictures = [part for part in root.iter("div") if part.get("role") == "img"]
    assert len(pictures) == len(list(root.iter(SVG))) == 2
    assert "ours, 1: 2,000" in (pictures[0].get("aria-label") or "")
    assert root.get("lang") == "en"


def test_a_report_needs_no_other_file_and_no_id_twice() -> None:
    root = tree(Result({}, ROWS, plots()))
    assert not [part for part in root.iter() if part.tag in ("script", "link", "img")]
    for part in root.iter():
        for name, value in part.attrib.items():
            if name.endswith("href") or name == "src":
                assert value.startswith("#")
    ids = [part.get("id") for part in root.iter() if part.get("id")]
    assert len(ids) == len(set(ids))


def test_plots_are_the_same_for_the_same_figures() -> None:
    assert plots() == plots()


def test_plots_are_no_part_of_the_json() -> None:
    found = document("any", Result({}, ROWS, plots()))
    assert set(found) == {"scenario", "commit", "machine", "parameters", "rows"}
    json.dumps(found)
