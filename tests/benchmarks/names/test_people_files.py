"""Other people than those of the generator, from files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.__main__ import main
from benchmarks.errors import DataError
from benchmarks.names.people_files import load_search_set, short_hash
from benchmarks.names.subjects import Part, Subject
from benchmarks.scenarios import names

HEAD = "person,name,birth,nationality,sex\n"
PEOPLE = HEAD + "7,ali karimi,19900102,N01,M\n7,ali karim,19900100,N01,M\n9,maría soto,,N02,F\n"
PROBES = HEAD + "9,soto maría,19800505,N03,F\n7,karimi ali,19900102,N01,M\n"
SEARCHER = Subject("ours", "tests.benchmarks.names.standin.Searcher", ["numpy"])


def laid(folder: Path, people: str = PEOPLE, probes: str = PROBES) -> tuple[Path, Path]:
    """Write both files."""
    files = folder / "world.csv", folder / "asked.csv"
    for path, text in zip(files, (people, probes), strict=True):
        path.write_text(text, "utf-8")
    return files


def test_people_and_probes_are_columns_with_numbers_for_codes(tmp_path: Path) -> None:
    found = load_search_set(*laid(tmp_path), most=10)
    assert list(found.people.names) == ["ali karimi", "ali karim", "maría soto"]
    assert found.people.birth.tolist() == [19900102, 19900100, 0]
    assert found.people.nationality.tolist() == [0, 0, 1]
    assert found.people.sex.tolist() == [0, 0, 1]
    assert found.people.identity.tolist() == [7, 7, 9]
    assert found.mates.tolist() == [9, 7]
    assert [probe.nationality for probe in found.probes] == [2, 0]
    assert len(load_search_set(*laid(tmp_path), most=1).probes) == 1


def test_columns_may_come_in_another_order_and_with_others(tmp_path: Path) -> None:
    people = "sex,note,nationality,birth,name,person\nF,x,N02,,maría soto,9\nM,,N1,,ali,7\n"
    found = load_search_set(*laid(tmp_path, people), most=10)
    assert found.people.identity.tolist() == [9, 7]


@pytest.mark.parametrize(
    ("people", "probes", "says"),
    [
        ("", PROBES, "world.csv needs the columns person, name, .* lacks"),
        (PEOPLE.replace("birth", "born"), PROBES, r"lacks \['birth'\]"),
        (HEAD, PROBES, "world.csv holds nobody"),
        (PEOPLE, HEAD, "asked.csv holds nobody"),
        (PEOPLE, PROBES + "8,ali,,N01,M\n", "asks for person 8, who is not in"),
        (PEOPLE + "x,ali,,N01,M\n", PROBES, "world.csv, line 5: it needs a person"),
        (PEOPLE + "2147483648,ali,,N01,M\n", PROBES, "line 5"),
        (PEOPLE + "8, ,,N01,M\n", PROBES, "line 5"),
        (PEOPLE + "8,ali,1990,N01,M\n", PROBES, "line 5"),
        (PEOPLE + "8,ali,19901301,N01,M\n", PROBES, "line 5"),
        (PEOPLE + "8,ali,,,M\n", PROBES, "line 5"),
        (PEOPLE + "8,ali,,N01,male\n", PROBES, "line 5"),
        (PEOPLE + "8,ali\n", PROBES, "line 5"),
        (PEOPLE + '8,"ali', PROBES, "world.csv is not CSV in UTF-8"),
        (PEOPLE + "".join(f"1,a,,C{n},M\n" for n in range(253)), PROBES, "at most 254"),
    ],
)
def test_a_bad_file_is_refused_with_its_line(
    tmp_path: Path, people: str, probes: str, says: str
) -> None:
    with pytest.raises(DataError, match=says):
        load_search_set(*laid(tmp_path, people, probes), most=10)


def test_a_missing_file_and_one_of_other_bytes_are_refused(tmp_path: Path) -> None:
    world, asked = laid(tmp_path)
    with pytest.raises(DataError, match=r"gone\.csv cannot be read: No such file"):
        load_search_set(tmp_path / "gone.csv", asked, most=10)
    with pytest.raises(DataError, match=r"gone\.csv cannot be read"):
        short_hash(tmp_path / "gone.csv")
    world.write_bytes(PEOPLE.encode("latin-1"))
    with pytest.raises(DataError, match="not CSV in UTF-8"):
        load_search_set(world, asked, most=10)


def test_a_search_of_files_names_them_and_what_a_list_can_hold(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(names, "SEARCH", Part({"ours": SEARCHER}, {}))
    # Twenty say the same as person 7, but for the date of half of them.
    crowd = "".join(f"{n},Karimi Ali,{19900102 + n % 2},N01,M\n" for n in range(20, 39))
    world, asked = laid(tmp_path, PEOPLE.replace("7,ali karim,19900100,N01,M\n", "") + crowd)
    target = tmp_path / "result.json"
    options = ["names", "--part", "search", "--people", str(world), "--probes", str(asked)]
    assert main([*options, "--json", str(target)]) == 0
    found = json.loads(target.read_text("utf-8"))
    told = found["parameters"]
    assert (told["n"], told["queries"]) == (21, 2)
    assert told["people"] == f"world, sha256 {short_hash(world)}"
    assert told["probes"] == f"asked, sha256 {short_hash(asked)}"
    rows = {(row["subject"], row["case"]): row["metrics"] for row in found["rows"]}
    assert rows["ours", "21 of world, name"]["recall_at_10"] == 1
    # Person 9 alone; person 7 among 20 by name and among 11 with the date.
    assert rows["a list of ten", "21 of world, name"]["recall_at_10"] == (1 + 10 / 20) / 2
    dated = rows["a list of ten", "21 of world, name + birth date"]
    assert dated["recall_at_10"] == pytest.approx((1 + 10 / 11) / 2)


def test_one_file_alone_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    world, _ = laid(tmp_path)
    assert main(["names", "--part", "search", "--people", str(world)]) == 2
    assert "give both or none" in capsys.readouterr().err
