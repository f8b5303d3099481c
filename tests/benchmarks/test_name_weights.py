"""What labelled pairs say about agreements."""

from __future__ import annotations

import pytest

from benchmarks.identities import make_population
from benchmarks.identities.pairs import draw_pairs
from benchmarks.name_weights import count
from benchmarks.weights_file import estimate
from benchmarks.word_table import WordTable
from matching.name import weights


def test_the_price_of_joining_is_how_often_words_of_one_person_are_joined() -> None:
    population = make_population(2000, 3)
    pairs = list(draw_pairs(population, 3000, 3))
    counted = count(pairs, WordTable(population), weights.load())
    made = sum(bool({"join", "split"} & set(pair.tags)) for pair in pairs if pair.mated)
    assert 0.6 * made < counted.joined[0] < 1.1 * made
    assert counted.joined[1] < 0.01 * counted.non_mated
    share = counted.joined[0] / counted.mated
    assert 2 ** -estimate(counted)["joining"] == pytest.approx(share, rel=0.02)
