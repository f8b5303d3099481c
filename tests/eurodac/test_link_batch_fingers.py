"""``eurodac link-batch`` with fingerprints, and its ways from pairs to people."""

from __future__ import annotations

import base64
import json
from importlib import import_module
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner, Result

from eurodac.cli import app
from eurodac.cli.batch_files import read_batches
from eurodac.demo.fingerprints import make_master, take_impression
from eurodac.errors import BatchError
from matching.codec.iso19794_2_2005 import FingerRecord, FingerView, write
from matching.template import FingerPosition, FingerSet
from tests.matching.linkage.people import recorded_twice
from tests.matching.minutiae import person, recapture

_COUNT = 80
_DAMAGED = {"position": 1, "template": {"format": "iso19794-2:2005", "data": "c2VjcmV0"}}


def _sent(fingers: FingerSet) -> list[dict[str, Any]]:
    return [
        {
            "position": int(position),
            "template": {
                "format": "iso19794-2:2005",
                "data": base64.b64encode(
                    write(FingerRecord(500, 500, (FingerView(position, 0, 50, template),)))
                ).decode("ascii"),
            },
        }
        for position, template in fingers.fingers.items()
    ]


def _rows(prefix: str, *, second: bool = False, seed: int = 1) -> list[dict[str, Any]]:
    records = recorded_twice(_COUNT, seed=seed)[second]
    return [
        {"id": f"{prefix}{at}", **{c.name: c.values[at] for c in records.columns}}
        for at in range(_COUNT)
    ]


def _write(path: Path, rows: list[dict[str, Any]]) -> str:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return str(path)


def _link(*arguments: str, output: Path) -> Result:
    return CliRunner().invoke(app, ["link-batch", *arguments, "--output", str(output)])


def test_links_by_fingers_whose_records_share_nothing_else(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    someone = person(rng, "iso19794-2:2005")
    left, right = _rows("a"), _rows("b", second=True)
    left[7] = {"id": "a7", "surnames": "Vorx", "fingerprints": _sent(someone)}
    again = _sent(recapture(someone, rng))[1:]
    again.append({"position": 1, "missing": "bandaged"})
    right[9] = {"id": "b9", "surnames": "Quull", "fingerprints": again}
    output = tmp_path / "pairs.ndjson"
    result = _link(
        _write(tmp_path / "a.ndjson", left), _write(tmp_path / "b.ndjson", right), output=output
    )
    assert result.exit_code == 0, result.output
    lines = [json.loads(line) for line in output.read_text("utf-8").splitlines()]
    (line,) = (line for line in lines if line["left"] == "a7" or line["right"] == "b9")
    assert (line["left"], line["right"]) == ("a7", "b9")
    (term,) = (term for term in line["terms"] if term["feature"] == "fingerprints")
    assert term["relation"] == "9 fingers compared"
    assert term["bits"] > 40
    total = line["prior"] + sum(term["bits"] for term in line["terms"])
    assert total == pytest.approx(line["bits"], abs=0.01)
    html = output.with_suffix(".html").read_text("utf-8")
    assert "fingerprints: 9 fingers compared" in html
    assert "10 usable" in html


def test_fingers_are_read_from_parquet_as_structs_and_as_json(tmp_path: Path) -> None:
    pyarrow = import_module("pyarrow")
    parquet = import_module("pyarrow.parquet")
    sent = _sent(person(np.random.default_rng(2), "iso19794-2:2005"))
    found = []
    for column in ([sent, None], [json.dumps(sent), ""]):
        path = tmp_path / "rows.parquet"
        table = {"id": ["1", "2"], "names": ["A", "B"], "fingerprints": column}
        parquet.write_table(pyarrow.table(table), path)
        (batch,) = read_batches([path])
        assert [len(one) for one in batch.records.fingers] == [10, 0]
        found.append(batch.records.fingers[0])
    for position, template in found[0].fingers.items():
        assert (template.minutiae == found[1].fingers[position].minutiae).all()


@pytest.mark.parametrize(
    ("fingerprints", "says"),
    [
        ([_DAMAGED], r"fingerprints\[position=1\], finger 1: "),
        ([{**_DAMAGED, "position": 11}], r"fingerprints\[0\].position is 11"),
        (
            [{"position": 1, "template": {"format": "iso", "data": "c2Vj"}}],
            r"fingerprints\[0\].template.format is malformed",
        ),
        (
            [{"position": 1, "template": {"format": "iso19794-2:2005", "data": "secret!"}}],
            r"fingerprints\[0\].template.data is malformed: .* base64",
        ),
        ([{"position": 1}], r"fingerprints\[0\] is malformed: .* exactly one"),
        ({"secret": 1}, "fingerprints is malformed"),
        ("secret", "fingerprints, not JSON"),
        (7, "fingerprints is malformed"),
    ],
)
def test_damaged_fingers_are_refused_by_line_and_field(
    tmp_path: Path, fingerprints: object, says: str
) -> None:
    rows: list[dict[str, Any]] = [{"names": "A"}, {"names": "B", "fingerprints": fingerprints}]
    output = tmp_path / "out.ndjson"
    result = _link(_write(tmp_path / "rows.ndjson", rows), output=output)
    error = result.exception
    assert isinstance(error, BatchError)
    assert error.code == "batch_fingers"
    with pytest.raises(BatchError, match="^rows.ndjson, line 2: " + says):
        raise error
    assert "secret" not in str(error)
    assert [each.name for each in tmp_path.iterdir()] == ["rows.ndjson"]


def test_a_finger_too_poor_to_compare_is_left_out(tmp_path: Path) -> None:
    fingers = person(np.random.default_rng(3), "iso19794-2:2005")
    poor = person(np.random.default_rng(4), "iso19794-2:2005").fingers[FingerPosition.LEFT_THUMB]
    few = type(poor)(poor.minutiae[:5].copy(), poor.kinds[:5].copy(), poor.extractor)
    mixed = FingerSet({**fingers.fingers, FingerPosition.LEFT_THUMB: few})
    path = tmp_path / "rows.ndjson"
    _write(path, [{"names": "A", "fingerprints": _sent(mixed)}])
    (batch,) = read_batches([path])
    assert FingerPosition.LEFT_THUMB not in batch.records.fingers[0].fingers
    assert len(batch.records.fingers[0]) == 9


def test_images_of_fingers_are_extracted(tmp_path: Path) -> None:
    out = BytesIO()
    Image.fromarray(take_impression(make_master(11), 0)).save(out, "png")
    data = base64.b64encode(out.getvalue()).decode("ascii")
    image = {"media_type": "image/png", "data": data, "ppi": 500}
    path = tmp_path / "rows.ndjson"
    _write(path, [{"fingerprints": [{"position": 3, "image": image}]}])
    (batch,) = read_batches([path])
    (template,) = batch.records.fingers[0].fingers.values()
    assert template.extractor.startswith("mindtct/")
    assert len(template) > 15


def test_files_of_fingers_alone_are_linked(tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    people = [person(rng, "iso19794-2:2005") for _ in range(3)]
    files = [
        _write(
            tmp_path / f"{name}.ndjson",
            [{"id": f"{name}{n}", "fingerprints": _sent(recapture(one, rng))}
             for n, one in enumerate(people)],
        )
        for name in "ab"
    ]  # fmt: skip
    output = tmp_path / "out.ndjson"
    assert _link(*files, output=output).exit_code == 0
    lines = [json.loads(line) for line in output.read_text("utf-8").splitlines()]
    assert {(line["left"], line["right"]) for line in lines} == {(f"a{n}", f"b{n}") for n in "012"}


def test_fingers_of_one_file_only_are_not_compared(tmp_path: Path) -> None:
    fingers = _sent(person(np.random.default_rng(6), "iso19794-2:2005"))
    one = tmp_path / "a.ndjson"
    _write(one, [{"names": "A", "fingerprints": fingers}])
    other = tmp_path / "b.ndjson"
    _write(other, [{"names": "B"}])
    assert all(batch.records.fingers == () for batch in read_batches([one, other]))


def test_clusters_are_average_or_connected(tmp_path: Path) -> None:
    rows = [*_rows("a"), *_rows("b", second=True)]
    file, clusters = _write(tmp_path / "rows.ndjson", rows), {}
    for option in ("average", "connected"):
        output = tmp_path / f"{option}.ndjson"
        result = _link(file, "--clusters", option, output=output)
        assert result.exit_code == 0, result.output
        lines = [json.loads(line) for line in output.read_text("utf-8").splitlines()]
        clusters[option] = {(line["left"], line["right"]) for line in lines}
    default = tmp_path / "default.ndjson"
    assert _link(file, output=default).exit_code == 0
    assert default.read_text() == (tmp_path / "average.ndjson").read_text()
    assert len(clusters["connected"]) > _COUNT * 0.7


@pytest.mark.parametrize(
    ("files", "options", "code"),
    [
        (1, ["--one-to-one"], "batch_options"),
        (2, ["--clusters", "connected"], "batch_options"),
        (3, [], "batch_files"),
    ],
)
def test_options_that_do_not_fit_the_files_are_refused(
    tmp_path: Path, files: int, options: list[str], code: str
) -> None:
    paths = [_write(tmp_path / f"{n}.ndjson", [{"names": "A"}]) for n in range(files)]
    result = _link(*paths, *options, output=tmp_path / "out.ndjson")
    assert isinstance(result.exception, BatchError)
    assert result.exception.code == code
