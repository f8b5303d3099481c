"""The compiled comparison of two names: the same both ways, and never less than any assignment."""

from __future__ import annotations

from itertools import permutations
from random import Random

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from matching.kernels import name_pair as kernel
from matching.kernels import name_twin as twin
from matching.kernels.name_pair import MAX_WORDS, PAIR_WORD
from matching.name import model, weights

MODEL, WEIGHTS = model.load(), weights.load()
LAID = kernel.lay_out(WEIGHTS)
SPELLED_WORD = st.tuples(
    st.lists(st.integers(0, 40), min_size=1, max_size=8), st.integers(256, 4608)
)
WORDS = st.lists(SPELLED_WORD, min_size=1, max_size=4)
Spelled = list[tuple[list[int], int]]


def laid(words: Spelled) -> NDArray[np.void]:
    found = np.zeros(len(words), PAIR_WORD)
    for place, (letters, weight) in zip(found, words, strict=True):
        place["word"]["letters"][: len(letters)] = letters
        place["word"]["length"], place["weight"] = len(letters), weight
    return found


def compare(a: NDArray[np.void], b: NDArray[np.void]) -> np.void:
    sides = [(side, np.array([0, len(side)])) for side in (a, b)]
    found: np.void = kernel.compare(MODEL, LAID, sides[0], sides[1])[0]
    return found


def best(a: NDArray[np.void], b: NDArray[np.void]) -> int:
    """Evidence of the best assignment of whole words, all of them tried."""
    small, large = (a, b) if len(a) <= len(b) else (b, a)
    sums = []
    for order in permutations([*range(len(large)), *[-1] * len(small)], len(small)):
        total, matched = 0, 0
        for word, place in zip(small, order, strict=True):
            if place < 0:
                continue
            other = large[place]
            likeness = twin.likeness(MODEL[0], word["word"], other["word"])
            if begun := shortened(word, other):  # a beginning counts, however the rest is aligned
                likeness = max(likeness, begun)
            if likeness < 0:
                total = -(1 << 40)
                break
            step = min(likeness, len(LAID["most"][0]) - 1)
            total += min(int(word["weight"]), int(other["weight"]), int(LAID["most"][0, step]))
            matched += 1
        left = len(small) + len(large) - 2 * matched
        total -= left * int(LAID["unmatched"][0])
        sums.append(total - (len(small) - matched) * int(LAID["conflict"][0]))
    return max(sums)


def shortened(a: np.void, b: np.void) -> int:
    first, second = (list(w["word"]["letters"][: w["word"]["length"]]) for w in (a, b))
    short, long = sorted((first, second), key=len)
    begins = 4 <= len(short) < len(long) and long[: len(short)] == short
    return WEIGHTS.shortened if begins else 0


@given(WORDS, WORDS)
@settings(deadline=None, max_examples=60)
def test_one_comparison_is_that_of_many(a: Spelled, b: Spelled) -> None:
    sides = [(laid(words), np.array([0, len(words)])) for words in (a, b)]
    found = kernel.compare_one(
        kernel.address_of(MODEL, LAID), *(kernel.address_of(*side) for side in sides)
    )
    many = compare(sides[0][0], sides[1][0])
    for name in found._fields:
        assert np.array_equal(getattr(found, name), many[name])


def test_one_name_that_is_too_long_is_refused() -> None:
    long = laid([([1], 256)] * (MAX_WORDS + 1)), np.array([0, MAX_WORDS + 1])
    with pytest.raises(ValueError, match="at most 16"):
        kernel.compare_one(
            kernel.address_of(MODEL, LAID), kernel.address_of(*long), kernel.address_of(*long)
        )


@given(WORDS, WORDS)
@example([([0] * 4, 256)], [([0] * 6, 256)])
@settings(deadline=None, max_examples=60)
def test_no_assignment_of_words_brings_more(a: Spelled, b: Spelled) -> None:
    first, second = laid(a), laid(b)
    found = compare(first, second)
    assert found["total"] == compare(second, first)["total"]
    if found["joined_a"] < 0:
        assert found["total"] == best(first, second)
    else:
        assert found["total"] >= best(first, second)


@st.composite
def written_together(draw: st.DrawFn) -> tuple[Spelled, Spelled]:
    """A name, and one with two of its words written together, perhaps misspelt."""
    words = draw(st.lists(SPELLED_WORD, min_size=2, max_size=4))
    i, k = draw(st.permutations(range(len(words))))[:2]
    together = words[i][0] + words[k][0]
    if draw(st.booleans()):
        together[draw(st.integers(0, len(together) - 1))] = draw(st.integers(0, 25))
    if draw(st.booleans()):
        del together[draw(st.integers(0, len(together) - 1))]
    left = [word for number, word in enumerate(words) if number not in (i, k)]
    whole = (together, draw(st.integers(256, 4608)))
    return words, draw(st.permutations([whole, *left[: draw(st.integers(0, 2))]]))


def best_joined(a: NDArray[np.void], b: NDArray[np.void]) -> int:
    """Evidence of the best assignment in which two words of the first are one of the second."""
    found = [-(1 << 40)]
    for i, k in permutations(range(len(a)), 2):
        for j in range(len(b)):
            halves = twin.halves(MODEL[0], LAID[0], a[i], a[k], b[j])
            if halves:
                found.append(halves[0] + best(np.delete(a, [i, k]), np.delete(b, j)))
    return max(found)


@given(written_together(), st.randoms(use_true_random=False))
@settings(deadline=None, max_examples=150)
def test_words_written_together_are_compared_half_by_half(
    sides: tuple[Spelled, Spelled], chance: Random
) -> None:
    a, b = laid(sides[0]), laid(sides[1])
    found = compare(a, b)
    assert found["total"] == max(best(a, b), best_joined(a, b), best_joined(b, a))
    assert found["total"] == compare(b, a)["total"]
    assert found["total"] <= min(compare(a, a)["total"], compare(b, b)["total"])
    order = chance.sample(range(len(a)), len(a))
    assert compare(a[order].copy(), b)["total"] == found["total"]


def test_two_words_that_were_written_together_are_one() -> None:
    apart = laid([([12, 14, 7], 2000), ([0, 12, 3], 2000)])
    together = laid([([12, 14, 7, 0, 12, 3], 4000)])
    found = compare(apart, together)
    places = ("joined_a", "joined_next", "joined_b", "turned")
    assert found[list(places)].tolist() == (0, 1, 0, 0)
    assert found["total"] == 4000 - LAID["joining"][0]
    assert compare(together, apart)["turned"] == 1
    swapped = compare(apart[::-1].copy(), together)  # surname first
    assert swapped[list(places)].tolist() == (1, 0, 0, 0)
    assert swapped["total"] == found["total"]


def test_halves_are_found_though_misspelt_and_though_a_word_stands_between_them() -> None:
    apart = laid([([12, 14, 7, 0, 12], 2000), ([1, 4, 9], 900), ([18, 0, 11, 8], 2000)])
    together = laid([([12, 14, 7, 4, 12, 18, 0, 17, 11, 8], 4000)])
    found = compare(apart, together)
    assert (found["joined_a"], found["joined_next"], found["joined_b"]) == (0, 2, 0)
    assert 0 < found["joined_likeness"] < twin.SAME
    evidence, likeness = twin.halves(MODEL[0], LAID[0], apart[0], apart[2], together[0]) or (0, 0)
    assert (found["joined_evidence"], found["joined_likeness"]) == (evidence, likeness)
    assert found["total"] == evidence - LAID["unmatched"][0]


def test_a_letter_that_two_words_share_belongs_to_both() -> None:
    apart = laid([([12, 14, 7], 2000), ([7, 12, 3], 2000)])
    found = compare(apart, laid([([12, 14, 7, 12, 3], 4000)]))
    assert found["joined_likeness"] == twin.SAME
    assert found["total"] == 4000 - LAID["joining"][0]


def strict(a: NDArray[np.void], b: NDArray[np.void]) -> np.void:
    agreed = kernel.lay_out(weights.for_agreement())
    sides = [(side, np.array([0, len(side)])) for side in (a, b)]
    found: np.void = kernel.compare(MODEL, agreed, sides[0], sides[1])[0]
    return found


def test_known_names_of_different_groups_are_no_counterparts() -> None:
    first, second = laid([([0, 7, 12, 4, 3], 2000)]), laid([([0, 7, 12, 0, 3], 2000)])
    assert strict(first, second)["partner"][0] == 0
    first["groups"][0, 0], second["groups"][0, :2] = 5, (6, 7)
    assert strict(first, second)["partner"][0] == -1
    second["groups"][0, 1] = 5  # one group in common
    assert strict(first, second)["partner"][0] == 0
    second["groups"][0] = (6, 7, 8, 9)  # others may not have found room
    assert strict(first, second)["partner"][0] == 0


def test_likeness_says_which_share_of_a_word_counts() -> None:
    first, second = laid([([12, 4, 3, 21, 4, 3], 2000)]), laid([([12, 4, 3, 21, 4, 3, 10], 2000)])
    found = strict(first, second)
    agreed = weights.for_agreement()
    share = int(agreed.shares()[0, found["likeness"][0]])
    assert 0 < share < 256
    assert found["total"] == 2000 * share // 256


def test_other_initials_contradict_only_where_names_are_all_that_is_known() -> None:
    first, second = laid([([9], 512), ([12, 4, 3], 2000)]), laid([([1], 512), ([12, 4, 3], 2000)])
    for side in (first, second):
        side["word"]["kind"][0] = 1
    agreed = kernel.lay_out(weights.for_agreement())[0]
    assert compare(first, second)["total"] == 2000 - 2 * LAID["particle"][0]
    cost = 2 * agreed["particle"] + agreed["conflict"]
    assert strict(first, second)["total"] == 2000 - cost


def test_a_name_of_too_many_words_is_refused() -> None:
    long = laid([([1], 256)] * (MAX_WORDS + 1))
    with pytest.raises(ValueError, match="at most"):
        compare(long, long)
    assert compare(long[:MAX_WORDS], long[:MAX_WORDS])["total"] == MAX_WORDS * 256
