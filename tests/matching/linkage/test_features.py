"""What two records agree on, and which are compared at all."""

from __future__ import annotations

import numpy as np
import pytest

from matching.linkage import Column, ColumnKind, Records
from matching.linkage.blocking import candidate_pairs
from matching.linkage.features import compare_pairs
from matching.linkage.records import encode


def _level(kind: ColumnKind, a: str, b: str) -> str | None:
    data = encode(Records((Column("column", kind, [a, b]),)), None)
    (feature, *_) = compare_pairs(data, np.array([0]), np.array([1]))
    level = int(feature.levels[0])
    return None if level < 0 else feature.names[level]


@pytest.mark.parametrize(
    ("a", "b", "level"),
    [
        ("1990-05-04", "1990-05-04", "equal"),
        ("1990-05-04", "1990-04-05", "day_month_swapped"),
        ("1990-05-04", "1990", "equal_as_far_as_known"),
        ("1990-05-04", "1990-05-14", "one_digit"),
        ("1990-05-04", "1980-05-04", "one_digit_of_year"),
        ("1990-05-04", "1990-05-23", "year_and_part"),
        ("1990-05-04", "1990-11-23", "same_year"),
        ("1990-05-04", "1977-05-04", "same_month_and_day"),
        ("1990-05-04", "1977-11-23", "different"),
        ("1990-02-30", "1990-02-30", "equal"),
        ("1990-05-04", "", None),
        ("1990-05-04", "unknown", None),
    ],
)
def test_levels_of_dates(a: str, b: str, level: str | None) -> None:
    assert _level(ColumnKind.DATE, a, b) == level
    assert _level(ColumnKind.DATE, b, a) == level


def test_levels_of_names_and_texts() -> None:
    assert _level(ColumnKind.NAME, "Haddad", "Haddad") == "same"
    assert _level(ColumnKind.NAME, "Haddad", "Nguyen") == "other"
    assert _level(ColumnKind.TEXT, "Stockton", "stockton ") == "same"
    assert _level(ColumnKind.TEXT, "Stockton", "Leeds") == "other"
    assert _level(ColumnKind.TEXT, "Stockton", "") is None


@pytest.mark.parametrize(
    ("a", "b", "level"),
    [
        ("L898902C3", "l 898-902 c3", "equal"),
        ("AO12345", "A012345", "equal_after_confusion"),
        ("L898902C3", "L898902C36", "equal_after_confusion"),
        ("L898902C3", "L898902C4", "one_edit"),
        ("L898902C3", "Q111111", "different"),
        ("Q111111; AO12345", "A012345;X9", "equal_after_confusion"),
        ("L898902C3", " ; <<", None),
    ],
)
def test_levels_of_documents(a: str, b: str, level: str | None) -> None:
    assert _level(ColumnKind.DOCUMENT, a, b) == level
    assert _level(ColumnKind.DOCUMENT, b, a) == level


def test_the_rarest_document_that_agrees_counts() -> None:
    values = ["A1234;B2345", "A1234;B2345", "A1234", "C3456", ""]
    data = encode(Records((Column("documents", ColumnKind.DOCUMENT, values),)), None)
    (feature,) = compare_pairs(data, np.array([0, 0, 0]), np.array([1, 2, 3]))
    assert feature.chance.tolist() == [0.5, 0.75, 0.0]


def test_records_meet_in_any_of_their_documents() -> None:
    values = ["X1777;AO12345", "L898902C36", "A012345", "L898902C3", "", "X1777"]
    data = encode(Records((Column("documents", ColumnKind.DOCUMENT, values),)), None)
    left, right = candidate_pairs(data, split=None, cap_one=5, cap_two=5)
    assert list(zip(left.tolist(), right.tolist(), strict=True)) == [(0, 2), (0, 5), (1, 3)]


def test_blocks_beyond_the_cap_are_left_out() -> None:
    data = encode(Records((Column("place", ColumnKind.TEXT, ["a", "a", "a", "b", "b"]),)), None)
    left, right = candidate_pairs(data, split=None, cap_one=2, cap_two=2)
    assert (left.tolist(), right.tolist()) == ([3], [4])
    left, right = candidate_pairs(data, split=None, cap_one=3, cap_two=3)
    assert list(zip(left.tolist(), right.tolist(), strict=True)) == [(0, 1), (0, 2), (1, 2), (3, 4)]


def test_only_pairs_across_two_files_are_candidates() -> None:
    one, other = (
        Records((Column("place", ColumnKind.TEXT, values),)) for values in (["a", "a"], ["a"])
    )
    left, right = candidate_pairs(encode(one, other), split=2, cap_one=3, cap_two=3)
    assert list(zip(left.tolist(), right.tolist(), strict=True)) == [(0, 2), (1, 2)]
