"""The compiled comparison of words equals its twin, on every instruction set."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from matching.kernels import name as kernel
from matching.kernels import name_twin as twin
from matching.kernels.native import Level
from matching.name import model
from matching.name.letters import CODES, MAX_LETTERS, WORD
from matching.name.vocabulary import Vocabulary
from tests.matching.levels import levels

MODEL = model.load()
LETTERS = st.tuples(st.lists(st.integers(0, CODES - 1), max_size=MAX_LETTERS), st.booleans())
LIMITS = (7, 5, 60, 180)


def word(letters: list[int], script: int) -> NDArray[np.void]:
    laid = np.zeros(1, WORD)
    laid["letters"][0, : len(letters)] = letters
    laid["length"], laid["script"] = len(letters), script
    return laid


@given(LETTERS, LETTERS)
@settings(deadline=None)
def test_likeness_equals_its_twin(a: tuple[list[int], bool], b: tuple[list[int], bool]) -> None:
    first, second = word(*a), word(*b)
    assert kernel.likeness(MODEL, first, second) == twin.likeness(MODEL[0], first[0], second[0])


@given(st.lists(st.integers(0, 50), min_size=2, max_size=12), st.integers(0, 10))
@settings(deadline=None)
def test_a_swap_of_neighbours_equals_its_twin(letters: list[int], at: int) -> None:
    at %= len(letters) - 1
    turned = [*letters[:at], letters[at + 1], letters[at], *letters[at + 2 :]]
    first, second = word(letters, 0), word(turned, 0)
    assert kernel.likeness(MODEL, first, second) == twin.likeness(MODEL[0], first[0], second[0])


def vocabulary(count: int, seed: int) -> Vocabulary:
    chance = np.random.default_rng(seed)
    found = Vocabulary(MODEL, limits=LIMITS, most=count)
    for _ in range(count):
        letters = chance.choice([0, 1, 3, 4, 8, 11, 12, 13, 17, 18, 28], chance.integers(1, 9))
        found.add(word(letters.tolist(), int(chance.random() < 0.2)))
    return found


@pytest.mark.parametrize("level", levels())
@pytest.mark.parametrize("count", [1, 7, 8, 9, 500, 5000])
def test_every_instruction_set_finds_the_same_spellings(level: Level, count: int) -> None:
    words = vocabulary(count, seed=count)
    columns = words._columns
    for number in range(1, min(len(words), 20)):
        probe = words.words[number : number + 1]
        expected = kernel.expand(MODEL, columns, probe, LIMITS, count=len(words), at=Level.PORTABLE)
        found = kernel.expand(MODEL, columns, probe, LIMITS, count=len(words), at=level)
        assert np.array_equal(found[0], expected[0])
        assert np.array_equal(found[1], expected[1])
        assert number in found[0]


def test_what_is_found_is_as_alike_as_the_twin_says() -> None:
    words = vocabulary(400, seed=3)
    probe = words.words[5:6]
    everything = (64, 64, -(1 << 15), 180)
    found, likeness = kernel.expand(MODEL, words._columns, probe, everything, count=len(words))
    assert len(found) == len(words)
    for number, alike in zip(found.tolist(), likeness.tolist(), strict=True):
        exact = twin.likeness(MODEL[0], probe[0], words.words[number])
        assert alike == exact or alike == LIMITS[3] > exact  # one is the beginning of the other


def test_a_forgotten_word_is_found_no_more() -> None:
    words = vocabulary(50, seed=4)
    probe = words.words[9:10].copy()
    assert 9 in words.spellings(probe).words
    words.forget(9)
    assert 9 not in words.spellings(probe).words
    assert words.find(probe) == 0
    assert not words.words[9]["letters"].any()


def test_a_word_that_is_added_later_is_found() -> None:
    words = vocabulary(50, seed=5)
    probe = word([12, 14, 7, 0, 12, 3], 0)
    words.spellings(probe)
    number = words.add(probe)
    assert number in words.spellings(probe).words
    assert words.add(probe) == number
