"""``eurodac link-batch``: files in, pairs and a report out."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path

import pytest
from typer.testing import CliRunner

from eurodac.cli import app, batch_files
from eurodac.cli.batch_files import read_batches, write_whole
from eurodac.cli.batch_report import Pair, Term, report
from eurodac.errors import BatchError
from matching.linkage import ColumnKind, Records
from tests.matching.linkage.people import recorded_twice

_COUNT = 400


def _write(path: Path, records: Records) -> Path:
    columns = {column.name: column.values for column in records.columns}
    rows = [
        {"id": f"{path.stem}-{at}", **{name: values[at] for name, values in columns.items()}}
        for at in range(len(records))
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return path


def test_links_two_files_one_to_one(tmp_path: Path) -> None:
    left, right = recorded_twice(_COUNT, seed=1)
    files = [str(_write(tmp_path / "a.ndjson", left)), str(_write(tmp_path / "b.ndjson", right))]
    output = tmp_path / "pairs.ndjson"
    result = CliRunner().invoke(
        app, ["link-batch", *files, "--output", str(output), "--one-to-one", "--json"]
    )
    assert result.exit_code == 0, result.output
    lines = [json.loads(line) for line in output.read_text("utf-8").splitlines()]
    assert json.loads(result.output)["pairs"] == len(lines)
    right_ones = sum(line["left"][1:] == line["right"][1:] for line in lines)
    assert right_ones / len(lines) > 0.97
    assert right_ones / _COUNT > 0.8
    for line in lines:
        total = line["prior"] + sum(term["bits"] for term in line["terms"])
        assert total == pytest.approx(line["bits"], abs=0.01)
    assert sorted(each.name for each in tmp_path.iterdir()) == [
        *("a.ndjson", "b.ndjson", "pairs.html", "pairs.ndjson")
    ]


def test_a_file_may_begin_with_the_mark_of_its_encoding(tmp_path: Path) -> None:
    file = tmp_path / "a.ndjson"
    file.write_bytes(b'\xef\xbb\xbf{"id":"1","names":"A"}\n')
    assert read_batches([file])[0].ids == ("1",)
    file.write_bytes(b'{"names":"A"}\n\xef\xbb\xbf{"names":"B"}\n')
    with pytest.raises(BatchError, match="line 2"):
        read_batches([file])


def test_numbers_the_clusters_of_one_file(tmp_path: Path) -> None:
    left, right = recorded_twice(_COUNT, seed=2)
    both = _write(tmp_path / "a.ndjson", left).read_text() + _write(
        tmp_path / "b.ndjson", right
    ).read_text().replace('"b-', '"c-')
    file, output = tmp_path / "both.ndjson", tmp_path / "out.ndjson"
    file.write_text(both)
    result = CliRunner().invoke(app, ["link-batch", str(file), "--output", str(output)])
    assert result.exit_code == 0, result.output
    lines = [json.loads(line) for line in output.read_text("utf-8").splitlines()]
    assert len(lines) > _COUNT * 0.8
    assert len({line["cluster"] for line in lines}) > _COUNT * 0.8


@pytest.mark.parametrize(
    ("text", "code", "says"),
    [
        ("", "batch_empty", "no rows"),
        ('{"names":"A"}\nsecret\n', "batch_row", "line 2 is not JSON"),
        ('{"names":"A"}\n\n["secret"]\n', "batch_row", "line 3 is not an object"),
        ('{"id":"1","secret":1.5}\n', "batch_row", "line 1 has a value, number 2"),
        ('{"names":{"secret":1}}\n', "batch_row", "line 1 has a value"),
        ('{"names":["A",1]}\n', "batch_row", "line 1 has a value"),
        ('{"id":"7","names":"A"}\n{"id":"7","names":"B"}\n', "batch_row", "same id"),
        ('{"names":"A"}\n\n{"id":"1","names":"B"}\n', "batch_row", "line 3 has the same id"),
        ('{"id":"7"}\n', "batch_columns", "no column"),
        ('{"names":"A","birth_date":"secret"}\n', "batch_row", "line 1 has a birth_date that"),
        ('{"names":"A","birth_date":"30.02.1990"}\n', "batch_row", "yyyy-mm-dd"),
        ('{"names":"A","birth_date":19900504}\n', "batch_row", "yyyy-mm-dd"),
        ('{"names":"A","birth_date":"90-05-04"}\n', "batch_row", "yyyy-mm-dd"),
        ('{"names":"A","birth_date":"1990-05-04T00:00"}\n', "batch_row", "yyyy-mm-dd"),
        ('{"names":["secret name"' + ',"secret alias"' * 199 + "]}\n", "batch_row", "a row of its"),
        ('{"names":"A","biometric_bits":"3"}\n', "batch_columns", "biometrics"),
    ],
)
def test_bad_rows_are_refused_by_line(tmp_path: Path, text: str, code: str, says: str) -> None:
    path = tmp_path / "rows.ndjson"
    path.write_text(text, "utf-8")
    with pytest.raises(BatchError, match=says) as caught:
        read_batches([path])
    assert caught.value.code == code
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    "date", ["1990", "1990-05", "1990-5-4", "1990-00-00", "1990-02-30", "1990-13-45", "0000", ""]
)
def test_partial_dates_and_slips_are_data(tmp_path: Path, date: str) -> None:
    path = tmp_path / "rows.ndjson"
    path.write_text(json.dumps({"birth_date": date}), "utf-8")
    (batch,) = read_batches([path])
    assert list(batch.records.columns[0].values) == [date]


def test_a_person_who_stands_in_a_file_three_times_is_one_cluster(tmp_path: Path) -> None:
    row = {"names": "Zoroaster Quillfeather", "birth_date": "1971-05-14"}
    rows = [row, {"names": "Annabel Wragg", "birth_date": "1988-01-30"}, row, row]
    path, output = tmp_path / "rows.ndjson", tmp_path / "out.ndjson"
    path.write_text("".join(json.dumps(each) + "\n" for each in rows), "utf-8")
    for option in ("average", "connected"):
        arguments = ["link-batch", str(path), "--output", str(output), "--clusters", option]
        assert CliRunner().invoke(app, arguments).exit_code == 0
        lines = [json.loads(line) for line in output.read_text("utf-8").splitlines()]
        pairs = {(line["left"], line["right"]) for line in lines}
        assert pairs == {("1", "3"), ("1", "4"), ("3", "4")}
        assert len({line["cluster"] for line in lines}) == 1


def test_a_file_of_one_record_has_no_pairs(tmp_path: Path) -> None:
    path, output = tmp_path / "rows.ndjson", tmp_path / "out.ndjson"
    path.write_text('{"names":"Zoroaster Quillfeather"}', "utf-8")
    arguments = ["link-batch", str(path), "--output", str(output), "--json"]
    assert json.loads(CliRunner().invoke(app, arguments).output)["pairs"] == 0
    assert output.read_text("utf-8") == ""


@pytest.mark.parametrize(
    ("output", "says"),
    [
        ("rows.ndjson", "written over"),
        ("folder/../rows.ndjson", "written over"),
        ("out.html", "another name"),
        ("none/out.ndjson", "does not exist"),
        ("folder", "is a folder"),
    ],
)
def test_an_output_that_cannot_be_written_is_refused_first(
    tmp_path: Path, output: str, says: str
) -> None:
    path, folder = tmp_path / "rows.ndjson", tmp_path / "folder"
    path.write_text("never read", "utf-8")
    folder.mkdir()
    arguments = ["link-batch", str(path), "--output", str(tmp_path / output)]
    error = CliRunner().invoke(app, arguments).exception
    assert isinstance(error, BatchError)
    assert error.code == "batch_output"
    assert says in str(error)
    assert path.read_text("utf-8") == "never read"


def test_it_is_said_which_columns_only_one_file_has(tmp_path: Path) -> None:
    left, right, output = (tmp_path / f"{name}.ndjson" for name in ("a", "b", "out"))
    left.write_text('{"id":"1","names":"A","Secret_Person":"x","sex":"F","birth_date":"1990"}\n')
    right.write_text('{"names":"A","sex":"F"}\n{"names":"B","fingerprints":[],"b 2":"y"}\n')
    arguments = ["link-batch", str(left), str(right), "--output", str(output)]
    result = CliRunner().invoke(app, [*arguments, "--json"])
    assert result.stderr.splitlines() == [
        "a.ndjson: not compared, the other file has no such column: column 3, birth_date",
        "b.ndjson: not compared, the other file has no such column: column 4",
    ]
    assert json.loads(result.stdout)["compared"] == 1
    same = CliRunner().invoke(app, [*arguments[:2], str(left), *arguments[3:]])
    assert same.stderr == ""


def test_of_very_many_columns_the_first_are_told(tmp_path: Path) -> None:
    left, right = tmp_path / "a.ndjson", tmp_path / "b.ndjson"
    left.write_text(json.dumps({"names": "A", **{f"person {n}": "x" for n in range(100)}}))
    right.write_text('{"names":"A"}')
    batch, _ = read_batches([left, right])
    told = [f"column {number}" for number in range(2, 12)]
    assert list(batch.left_out) == [*told, "90 more"]


def test_a_refused_file_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "rows.ndjson"
    path.write_text("nonsense", "utf-8")
    result = CliRunner().invoke(
        app, ["link-batch", str(path), "--output", str(tmp_path / "out.ndjson")]
    )
    assert isinstance(result.exception, BatchError)
    assert [each.name for each in tmp_path.iterdir()] == ["rows.ndjson"]


def test_an_interrupted_write_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "out.ndjson"
    path.write_text("old", "utf-8")
    with pytest.raises(TypeError):
        write_whole(path, [{"fine": 1}, {"not json": object()}])
    assert [each.name for each in tmp_path.iterdir()] == ["out.ndjson"]
    assert path.read_text("utf-8") == "old"


def test_parquet_without_its_extra_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(name: str) -> None:
        raise ModuleNotFoundError(name=name)

    monkeypatch.setattr(batch_files, "import_module", missing)
    with pytest.raises(BatchError, match=r"pip install '\.\[parquet\]'"):
        read_batches([tmp_path / "rows.parquet"])


def test_a_damaged_parquet_file_is_refused(tmp_path: Path) -> None:
    pyarrow = import_module("pyarrow")
    parquet = import_module("pyarrow.parquet")
    path = tmp_path / "rows.parquet"
    parquet.write_table(pyarrow.table({"names": ["Zoroaster Quill", "A"]}), path)
    whole = path.read_bytes()
    (batch,) = read_batches([path])
    assert batch.ids == ("1", "2")
    turned = bytes(byte ^ 0xFF for byte in whole[20:60])
    for damaged in (b"", whole[: len(whole) // 2], whole[:20] + turned + whole[60:]):
        path.write_bytes(damaged)
        with pytest.raises(BatchError, match="not a Parquet file, or damaged"):
            read_batches([path])


def test_columns_are_what_they_are_called(tmp_path: Path) -> None:
    path = tmp_path / "rows.ndjson"
    path.write_text(
        '{"names":["A","B"],"birth_date":"1990","documents":["A1","B2"],"sex":1}\n{"names":null}\n',
        "utf-8",
    )
    (batch,) = read_batches([path])
    kinds = {column.name: column.kind for column in batch.records.columns}
    assert kinds == {
        "names": ColumnKind.NAME,
        "birth_date": ColumnKind.DATE,
        "documents": ColumnKind.DOCUMENT,
        "sex": ColumnKind.TEXT,
    }
    assert [list(column.values) for column in batch.records.columns] == [
        ["A B", ""],
        ["1990", ""],
        ["A1; B2", ""],
        ["1", ""],
    ]
    assert batch.ids == ("1", "2")


def test_the_report_escapes_names_and_keeps_their_direction() -> None:
    pair = Pair(
        "1", "2", 3.0, (Term("name", "same", 8.0),), -5.0, (("names", "<script>", "\u202eKhan"),)
    )
    html = report(
        strongest=[pair],
        doubtful=[pair],
        filled=[("names", 0.5)],
        scores=[3.0],
        threshold=1.0,
        weights="estimated",
    )
    assert "<script" not in html
    assert "\u202e" not in html
    assert "&lt;script&gt;" in html
    assert html.count("<svg") == 4
    assert "+8.0" in html
    assert "-5.0" in html


def test_a_report_without_pairs_says_so() -> None:
    html = report(
        strongest=[], doubtful=[], filled=[], scores=[], threshold=float("inf"), weights="none"
    )
    assert "No pair shares enough" in html


def test_small_files_are_linked_by_shipped_weights_and_it_is_said(tmp_path: Path) -> None:
    row = {"names": "Zoroaster Quillfeather", "birth_date": "1971-05-14", "documents": "AO12345"}
    left, right = tmp_path / "a.ndjson", tmp_path / "b.ndjson"
    left.write_text(json.dumps(row), "utf-8")
    right.write_text(json.dumps({**row, "documents": "A012345"}), "utf-8")
    output = tmp_path / "out.ndjson"
    arguments = ["link-batch", str(left), str(right), "--output", str(output)]
    result = CliRunner().invoke(app, [*arguments, "--json"])
    assert json.loads(result.output) == {
        **{"pairs": 1, "compared": 1, "weights": "linkage/1"},
        "threshold": pytest.approx(json.loads(output.read_text())["bits"], abs=0.001),
        "features": ["name", "birth_date", "documents"],
    }
    assert "shipped weights linkage/1" in " ".join(
        CliRunner().invoke(app, arguments).output.split()
    )
    assert "shipped weights linkage/1" in output.with_suffix(".html").read_text("utf-8")
