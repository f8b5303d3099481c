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
from matching.name.letters import CODES, MAX_LETTERS, NUMBERS, WORD
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


def expand(
    words: Vocabulary, probes: NDArray[np.void], limits: tuple[int, int, int, int], at: Level
) -> list[tuple[list[int], list[int]]]:
    found = kernel.expand(MODEL, words._columns, probes, limits, count=len(words), at=at)
    return [(numbers.tolist(), alike.tolist()) for numbers, alike in found]


@pytest.mark.parametrize("level", levels())
@pytest.mark.parametrize("count", [1, 7, 8, 9, 500, 5000])
def test_every_instruction_set_finds_the_same_spellings(level: Level, count: int) -> None:
    words = vocabulary(count, seed=count)
    probes = words.words[1:20]
    expected = expand(words, probes, LIMITS, Level.PORTABLE)
    found = expand(words, probes, LIMITS, level)
    assert found == expected
    assert all(number in found[number - 1][0] for number in range(1, len(probes) + 1))


@pytest.mark.parametrize("level", levels())
def test_words_that_are_looked_for_together_are_found_as_alone(level: Level) -> None:
    words = vocabulary(700, seed=8)
    probes = words.words[1:40:2]
    alone = [found for probe in probes for found in expand(words, probe.reshape(1), LIMITS, level)]
    assert expand(words, probes, LIMITS, level) == alone
    assert expand(words, probes[:0], LIMITS, level) == []


@pytest.mark.parametrize("level", levels())
@pytest.mark.parametrize("least", [-(1 << 15), 0, 60, 320])
def test_what_is_found_is_as_alike_as_the_twin_says(level: Level, least: int) -> None:
    words = vocabulary(300, seed=3)
    everything = (64, 64, least, least)
    slips = 0
    for number in (5, 17, 40, *np.flatnonzero(words.words["length"] == 3)[:20].tolist()):
        probe = words.words[number]
        ((found, likeness),) = expand(words, probe.reshape(1), everything, level)
        exact = [twin.likeness(MODEL[0], probe, word) for word in words.words]
        near = [begins(probe, word) or one_slip(probe, word) for word in words.words]
        wanted = [max(a, least) if by else a for a, by in zip(exact, near, strict=True)]
        slips += sum(one_slip(probe, word) for word in words.words)
        assert found == [n for n, alike in enumerate(wanted) if alike >= least]
        assert likeness == [wanted[n] for n in found]
    assert slips > 10


@pytest.mark.parametrize("level", levels())
@pytest.mark.parametrize(
    ("other", "is_near"),
    [
        ("zhang", True),  # as it was written
        ("zlhang", True),
        ("zang", True),
        ("vhang", True),
        ("hzang", True),
        ("zhanx", True),
        ("zhagn", True),
        ("zhanxs", False),
        ("gzhanw", False),
        ("vzang", False),
        ("zh", False),
    ],
)
def test_a_word_one_slip_away_is_kept_however_unlike(
    level: Level, other: str, is_near: bool
) -> None:
    words = Vocabulary(MODEL, limits=LIMITS)
    words.add(laid("zhang"))
    ((found, likeness),) = expand(words, laid(other), (64, 64, 310, 310), level)
    assert found == ([1] if is_near else [])
    assert all(alike >= 310 for alike in likeness)


@pytest.mark.parametrize("texts", [("wu", "xu"), ("wu", "wux"), ("ab", "ba")])
def test_in_words_of_two_letters_a_slip_says_nothing(texts: tuple[str, str]) -> None:
    words = Vocabulary(MODEL, limits=LIMITS)
    words.add(laid(texts[0]))
    assert expand(words, laid(texts[1]), (64, 64, 310, 310), Level.AUTO) == [([], [])]


@given(st.lists(LETTERS, min_size=1, max_size=70), LETTERS)
@settings(deadline=None, max_examples=40)
def test_any_words_are_as_alike_side_by_side_as_one_by_one(
    many: list[tuple[list[int], bool]], asked: tuple[list[int], bool]
) -> None:
    words, probe = Vocabulary(MODEL, limits=LIMITS), word(*asked)
    for letters, script in many:
        words.add(word(letters, script))
    exact = [kernel.likeness(MODEL, probe, words.words[n : n + 1]) for n in range(len(words))]
    for level in levels():
        ((found, likeness),) = expand(words, probe, (64, 64, -(1 << 15), -(1 << 15)), level)
        assert found == list(range(len(words)))
        assert likeness == exact


def laid(text: str) -> NDArray[np.void]:
    """A word of letters from a to z."""
    return word([NUMBERS[letter] for letter in text], 0)


def one_slip(a: np.void, b: np.void) -> bool:
    """Whether two words of three letters or more differ by one letter, or by two that changed."""
    first, second = (bytes(w["letters"][: w["length"]]) for w in (a, b))
    if min(len(first), len(second)) < 3 or a["script"] != b["script"]:
        return False
    longer, other = sorted((first, second), key=len, reverse=True)
    if len(longer) > len(other):
        return any(longer[:i] + longer[i + 1 :] == other for i in range(len(longer)))
    differ = [i for i, (x, y) in enumerate(zip(first, second, strict=True)) if x != y]
    swapped = len(differ) == 2 and differ[1] - differ[0] == 1
    return len(differ) <= 1 or (swapped and sorted(first) == sorted(second))


def begins(a: np.void, b: np.void) -> bool:
    """Whether one of two words of four letters or more is the beginning of the other."""
    short, long = sorted((bytes(w["letters"][: w["length"]]) for w in (a, b)), key=len)
    alike = long.startswith(short) and len(short) < len(long)
    return bool(len(short) >= 4 and alike and a["script"] == b["script"])


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


def test_words_that_are_looked_up_together_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    words = vocabulary(200, seed=6)
    alone = [words.spellings(words.words[n : n + 1]).words.tolist() for n in (3, 9, 9, 12)]
    words.forget_asked()
    words.look_up(words.words[[3, 9, 9, 12]])
    monkeypatch.setattr(kernel, "expand", None)
    words.look_up(words.words[[12, 3]])
    found = [words.spellings(words.words[n : n + 1]).words.tolist() for n in (3, 9, 9, 12)]
    assert found == alone
