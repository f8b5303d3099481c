"""Linking without labels."""

from __future__ import annotations

import numpy as np
import pytest

from matching.linkage import (
    Column,
    ColumnKind,
    RecordError,
    Records,
    clusters,
    link,
    one_to_one,
)
from tests.matching.linkage.people import recorded_twice

COUNT = 600


def _name(*values: str | None) -> Column:
    return Column("name", ColumnKind.NAME, values)


def test_finds_the_people_of_one_file_in_another() -> None:
    found = link(*recorded_twice(COUNT, seed=1))
    kept = one_to_one(found.left, found.right, found.scores) & (found.scores >= 0)
    hits = int((found.left[kept] == found.right[kept]).sum())
    assert hits / kept.sum() > 0.98
    assert hits / COUNT > 0.9


def test_the_threshold_follows_the_precision_asked_for() -> None:
    found = link(*recorded_twice(COUNT, seed=2))
    strict, lax = found.threshold(0.999), found.threshold(0.8)
    assert strict > lax
    accepted = found.scores >= found.threshold(0.99)
    assert (found.left[accepted] == found.right[accepted]).mean() > 0.97


def test_prior_and_terms_are_the_score() -> None:
    found = link(*recorded_twice(COUNT, seed=3))
    for at in range(0, len(found.scores), 97):
        assert found.model.prior + sum(found.terms(at)) == pytest.approx(found.scores[at], abs=1e-6)


def test_swapped_fields_of_a_name_are_full_agreement() -> None:
    left, right = recorded_twice(COUNT, seed=4)
    swapped = Records((right.columns[1], right.columns[0], *right.columns[2:]))
    renamed = Records(
        tuple(
            Column(a.name, a.kind, b.values)
            for a, b in zip(left.columns, swapped.columns, strict=True)
        )
    )
    straight, crossed = link(left, right), link(left, renamed)
    # Where two ways of pairing the words are equally good, either may be chosen.
    differing = np.abs(crossed.scores - straight.scores) > 0.1
    assert differing.mean() < 0.001


def test_clusters_within_one_file_hold_the_records_of_a_person() -> None:
    left, right = recorded_twice(COUNT, seed=5)
    both = Records(
        tuple(
            Column(a.name, a.kind, [*a.values, *b.values])
            for a, b in zip(left.columns, right.columns, strict=True)
        )
    )
    found = link(both)
    numbers, _ = clusters(found, count=len(both))
    assert (numbers[:COUNT] == numbers[COUNT:]).mean() > 0.9
    assert len(np.unique(numbers)) > COUNT * 0.95


def test_a_line_above_the_bound_of_a_pair_still_joins_the_surest() -> None:
    left, _ = recorded_twice(COUNT, seed=6)
    twice = Records(tuple(Column(c.name, c.kind, [*c.values, *c.values]) for c in left.columns))
    found = link(twice)
    for threshold, people in ((20.0, COUNT), (float("inf"), 2 * COUNT)):
        numbers, _ = clusters(found, count=len(twice), threshold=threshold)
        assert len(np.unique(numbers)) == pytest.approx(people, rel=0.02)


@pytest.mark.parametrize("values", [("",), (None, "..."), ("\ud800", "\0", "x" * 10_000)])
def test_what_cannot_be_read_is_nothing(values: tuple[str | None, ...]) -> None:
    found = link(Records((_name(*values),)))
    assert not np.isnan(found.scores).any()
    assert found.threshold(0.99) == float("inf")


def test_columns_of_different_lengths_are_refused() -> None:
    with pytest.raises(RecordError, match="same length"):
        Records((_name("a"), _name("a", "b")))


def test_files_with_different_columns_are_refused() -> None:
    other = Records((Column("place", ColumnKind.TEXT, ["x"]),))
    with pytest.raises(RecordError, match="same columns"):
        link(Records((_name("a"),)), other)


@pytest.mark.parametrize(("copies", "linked"), [(2, True), (50, True), (400, False)])
def test_copies_of_a_row_crowd_nobody_out(copies: int, linked: bool) -> None:
    """All are compared; of very many the name has become common, so that it links nobody."""
    left, right = recorded_twice(300, seed=5)
    crowded = Records(
        tuple(
            Column(one.name, one.kind, [*other.values, *[one.values[7]] * copies])
            for one, other in zip(left.columns, right.columns, strict=True)
        )
    )
    found = link(left, crowded)
    compared = list(zip(found.left.tolist(), found.right.tolist(), strict=True))
    strong = {compared[at] for at in np.flatnonzero(found.scores >= found.threshold(0.99)).tolist()}
    wanted = {(7, 300 + copy) for copy in range(copies)}
    assert wanted <= set(compared)
    assert not linked or wanted <= strong
    assert sum(one == other for one, other in strong) > 200


@pytest.mark.parametrize("copies", [2, 40])
def test_copies_within_a_file_are_one_person(copies: int) -> None:
    left, _ = recorded_twice(300, seed=6)
    columns = [Column(c.name, c.kind, [*c.values, *[c.values[7]] * copies]) for c in left.columns]
    found = link(Records(tuple(columns)))
    numbers, _ = clusters(found, count=300 + copies)
    assert set(numbers[300:].tolist()) == {int(numbers[7])}
    assert (numbers == numbers[7]).sum() == copies + 1


def test_rows_that_say_nothing_are_no_copies() -> None:
    empty = Records((Column("names", ColumnKind.NAME, [""] * 50),))
    assert len(link(empty).left) == 0
