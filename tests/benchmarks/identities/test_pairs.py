from collections import Counter

import numpy as np
import pytest

from benchmarks.identities import KINDS, Pair, Population, draw_pairs, make_population

N = 4_000


@pytest.fixture(scope="module")
def people() -> Population:
    return make_population(6_000, 9)


@pytest.fixture(scope="module")
def pairs(people: Population) -> list[Pair]:
    return list(draw_pairs(people, N, 2))


def test_labels_are_true_and_kinds_what_they_say(people: Population, pairs: list[Pair]) -> None:
    households = dict(zip(people.identity.tolist(), people.household.tolist(), strict=True))
    for pair in pairs:
        assert pair.mated == (pair.first.identity == pair.second.identity)
        assert pair.mated == (pair.kind in KINDS[:2])
        if pair.kind == "household":
            assert households[pair.first.identity] == households[pair.second.identity]
        if pair.kind == "common_word" and not pair.tags:
            assert set(pair.first.words) & set(pair.second.words)
            assert pair.first.nationality == pair.second.nationality


def test_every_kind_occurs_as_often_as_it_should(pairs: list[Pair]) -> None:
    kinds = Counter(pair.kind for pair in pairs)
    assert 0.47 < sum(pair.mated for pair in pairs) / N < 0.53
    assert 0.12 < kinds["other_record"] / N < 0.18
    assert 0.17 < kinds["random"] / N < 0.23
    assert 0.17 < kinds["common_word"] / N < 0.23
    assert 0.07 < kinds["household"] / N < 0.13


def test_the_same_seed_draws_the_same_pairs(people: Population, pairs: list[Pair]) -> None:
    assert list(draw_pairs(people, 100, 2)) == pairs[:100]
    assert list(draw_pairs(people, 100, 3)) != pairs[:100]


def test_brothers_and_sisters_share_names(people: Population) -> None:
    """Hard pairs: the same words far more often than by chance."""
    together = np.flatnonzero((np.diff(people.household) == 0) & (np.diff(people.identity) > 0))
    apart = np.flatnonzero(np.diff(people.household) != 0)
    assert len(together) > 800
    assert _common(people, together) > 0.3 > 6 * _common(people, apart)


def test_a_population_too_small_for_hard_pairs_gives_random_ones() -> None:
    few = make_population(2, 1, families=0.0, aliases=0.0)
    assert {pair.kind for pair in draw_pairs(few, 50, 1, mated=0.0)} == {"random"}


@pytest.mark.parametrize(("n", "mated"), [(1, 0.5), (100, 1.5), (100, -0.1)])
def test_what_cannot_be_drawn_is_refused(n: int, mated: float) -> None:
    with pytest.raises(ValueError, match="needed"):
        next(draw_pairs(make_population(n, 1), 1, 1, mated=mated))


def _common(people: Population, rows: "np.ndarray[tuple[int, ...], np.dtype[np.intp]]") -> float:
    shared = [
        bool(set(people.tokens[row].tolist()) & set(people.tokens[row + 1].tolist()) - {-1})
        for row in rows.tolist()
    ]
    return sum(shared) / len(shared)
