"""Files too small to estimate weights from."""

from __future__ import annotations

import numpy as np
import pytest

from matching.linkage import FEWEST, Column, ColumnKind, Records, link
from matching.linkage.documents import DOCUMENT_LEVELS
from matching.linkage.features import DATE_LEVELS, TEXT_LEVELS, WORD_LEVELS
from matching.linkage.shipped import load
from tests.matching.linkage.people import recorded_twice

Row = tuple[str, str, str, str]
_ZOE: Row = ("Zoroaster Quillfeather", "1971-05-14", "AO12345", "Aleppo")
_ANN: Row = ("Annabel Wragg", "1988-01-30", "X9999", "Homs")


def _records(*rows: Row) -> Records:
    names, births, documents, places = zip(*rows, strict=True)
    return Records(
        (
            Column("names", ColumnKind.NAME, names),
            Column("birth_date", ColumnKind.DATE, births),
            Column("documents", ColumnKind.DOCUMENT, documents),
            Column("place", ColumnKind.TEXT, places),
        )
    )


@pytest.mark.parametrize(
    ("kind", "levels"),
    [
        (ColumnKind.NAME, WORD_LEVELS),
        (ColumnKind.DATE, DATE_LEVELS),
        (ColumnKind.TEXT, TEXT_LEVELS),
        (ColumnKind.DOCUMENT, DOCUMENT_LEVELS),
    ],
)
def test_every_kind_has_a_share_for_each_level(kind: ColumnKind, levels: tuple[str, ...]) -> None:
    for shares in (load().mated[kind], load().chance[kind]):
        assert len(shares) == len(levels)
        assert sum(shares) == pytest.approx(1, abs=0.02)
        assert min(shares) > 0
    evidence = np.log2(load().mated[kind]) - np.log2(load().chance[kind])
    assert evidence[0] < 0 < evidence[-1]


def test_two_records_of_one_person_are_linked_and_two_people_are_not() -> None:
    slipped = ("Quilfeather Zoroaster", "1971-05-15", "A012345", "Alepo")
    same = link(_records(_ZOE), _records(slipped))
    assert same.model.weights == load().version
    assert same.scores[0] > 15
    assert same.threshold(0.99) == same.scores[0]
    brother = ("Balthazar Quillfeather", "1975-11-02", "B777777", "Aleppo")
    assert link(_records(_ZOE), _records(brother)).threshold(0.99) == float("inf")


def test_the_same_pair_is_worth_the_same_in_a_few_more_records() -> None:
    """What a handful of records say of rarity must not decide."""
    alone = link(_records(_ZOE), _records(_ZOE))
    more = link(_records(_ZOE, _ANN), _records(_ANN, _ZOE))
    at = int(np.flatnonzero((more.left == 0) & (more.right == 1))[0])
    evidence = [found.scores[n] - found.model.prior for found, n in ((alone, 0), (more, at))]
    assert evidence[1] == pytest.approx(evidence[0], abs=1.5)  # the place is rarer among two


def test_the_less_a_date_says_the_less_it_counts() -> None:
    bits = []
    for date in ("1990-05-04", "1990-02-30", "1990-05", "1990-01-01", "1990"):
        row = Records((Column("birth_date", ColumnKind.DATE, [date]),))
        found = link(row, row)
        bits.append(found.scores[0] - found.model.prior)
    assert bits == sorted(bits, reverse=True)
    assert bits[0] == bits[1]
    assert bits[-1] < 7


def test_clusters_of_a_handful_are_found() -> None:
    found = link(_records(_ZOE, _ANN, _ZOE, ("Anabel Wragg", *_ANN[1:])))
    strong = found.scores >= found.threshold(0.99)
    pairs = zip(found.left[strong].tolist(), found.right[strong].tolist(), strict=True)
    assert set(pairs) == {(0, 2), (1, 3)}


def test_weights_are_estimated_where_both_files_are_large_enough() -> None:
    left, right = recorded_twice(FEWEST, seed=1)
    assert link(left, right).model.weights == "estimated"
    few = Records(tuple(Column(c.name, c.kind, c.values[: FEWEST - 1]) for c in right.columns))
    assert link(left, few).model.weights == load().version
    assert link(left).model.weights == load().version


def test_few_pairs_of_large_files_are_weighed_by_shipped_weights() -> None:
    letters = "bdfghklmnprst"
    people = [f"{a}{b}o{a} {b}i{b}{a}u" for a in letters for b in letters if a != b]
    left = Records((Column("names", ColumnKind.NAME, people[:78]),))
    right = Records((Column("names", ColumnKind.NAME, [*people[79:], people[0]]),))
    found = link(left, right, cap_one=2, cap_two=2)
    assert 0 < len(found.left) < FEWEST
    assert found.model.weights == load().version
    assert found.scores.argmax() == np.flatnonzero(found.right == len(right) - 1)[0]


def test_nothing_to_compare_has_no_weights() -> None:
    assert link(_records(_ZOE), _records(("Ann", "", "", ""))).model.weights == "none"
