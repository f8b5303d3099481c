import numpy as np
import pytest

from benchmarks.identities import Population, iter_records, make_population
from benchmarks.identities.origins import load_nations
from benchmarks.identities.people import BLOCK

N = 30_000


@pytest.fixture(scope="module")
def people() -> Population:
    return make_population(N, 4)


def test_the_same_seed_gives_the_same_people_and_another_seed_others(people: Population) -> None:
    again, other = make_population(N, 4), make_population(N, 5)
    assert again.vocabulary == people.vocabulary
    for name in ("tokens", "forenames", "birth", "nationality", "sex", "identity", "household"):
        assert np.array_equal(getattr(again, name), getattr(people, name))
    assert not np.array_equal(other.birth[:N], people.birth[:N])
    assert set(other.vocabulary) != set(people.vocabulary)


def test_the_first_people_of_a_larger_population_are_the_same(people: Population) -> None:
    fewer = list(iter_records(make_population(500, 4)))
    assert fewer == list(iter_records(people, range(len(fewer))))


def test_columns_agree(people: Population) -> None:
    rows = len(people)
    assert people.tokens.shape == (rows, 6)
    assert people.tokens.dtype == np.int32
    there = people.tokens >= 0
    assert there[:, 0].all()
    assert (there[:, :-1] >= there[:, 1:]).all()  # no gaps
    assert (people.forenames <= there.sum(1)).all()
    assert set(np.unique(people.tokens[there])) == set(range(len(people.vocabulary)))
    assert len(set(people.vocabulary)) == len(people.vocabulary)
    assert all(word and not set(word) & set(" +_,\n") for word in people.vocabulary)
    assert (np.diff(people.identity) >= 0).all()
    assert people.identity[-1] == N - 1
    assert (people.household <= people.identity).all()


def test_blocks_follow_each_other() -> None:
    people = make_population(BLOCK + 10, 1)
    assert set(people.identity[-10:].tolist()) <= set(range(BLOCK - 1, BLOCK + 10))
    assert (people.household[people.identity >= BLOCK] >= BLOCK).all()


@pytest.mark.parametrize(
    ("n", "seed", "families", "aliases"),
    [(0, 1, 0.3, 0.1), (5, -1, 0.3, 0.1), (5, 1, 1.0, 0.1), (5, 1, 0.3, 1.1), (5, 1, 0.3, -0.1)],
)
def test_numbers_out_of_range_are_refused(
    n: int, seed: int, families: float, aliases: float
) -> None:
    with pytest.raises(ValueError, match="needed"):
        make_population(n, seed, families=families, aliases=aliases)


def test_shares_are_those_of_the_model(people: Population) -> None:
    nations = {nation.code: nation for nation in load_nations()}
    for code in ("SYR", "VEN", "AFG", "COL", "TUR"):
        here = people.nationality == people.nationalities.index(code)
        january = float((people.birth[here] % 10_000 == 101).mean())
        # Families have one nationality, so that shares vary more than those of single people.
        assert abs(here.mean() - nations[code].share) < 0.012
        assert abs(january - nations[code].heaped) < 0.03
    assert 0.33 < people.sex.mean() < 0.39  # spouses of men are women
    assert 0.03 < len(people) / N - 1 < 0.06
    years = people.birth // 10_000
    assert years.min() >= 1930
    assert years.max() <= 2024
    assert 0.2 < (years >= 2007).mean() < 0.36


def test_frequent_names_are_frequent_and_rare_ones_many(people: Population) -> None:
    counts = np.bincount(people.tokens[:, 0])
    assert 0.01 < counts.max() / len(people) < 0.06
    every = np.bincount(people.tokens[people.tokens >= 0])
    assert (every == 1).mean() > 0.3


def test_second_records_are_of_the_same_person_and_say_something_else(people: Population) -> None:
    second = np.flatnonzero(np.diff(people.identity) == 0)
    assert len(second) > 1000
    same = (people.tokens[second] == people.tokens[second + 1]).all(1)
    assert not (same & (people.birth[second] == people.birth[second + 1])).any()
    assert (people.sex[second] == people.sex[second + 1]).all()
    assert (people.household[second] == people.household[second + 1]).all()
