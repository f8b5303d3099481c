"""Comparison of words and score of a row, slow and obvious: what the kernels must equal."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from matching.date import DateRelation, PartialDate, compare_dates
from matching.kernels.name_index import Matcher

__all__ = ["SAME", "evidence", "likeness", "score"]

SAME = 320
"""Likeness of words with the same letters."""


def evidence(model: np.void, a: np.void, b: np.void) -> int:
    """Evidence of the best alignment of two words, eighths of a bit."""
    first, second = _letters(a), _letters(b)
    best = np.zeros((len(first) + 1, len(second) + 1), np.int64)
    for i in range(len(first) + 1):
        for j in range(len(second) + 1):
            steps = [0] if i == j == 0 else []
            if i:
                steps.append(best[i - 1, j] + model["alone"][first[i - 1], b["script"]])
            if j:
                steps.append(best[i, j - 1] + model["alone"][second[j - 1], a["script"]])
            if i and j:
                steps.append(best[i - 1, j - 1] + model["pair"][first[i - 1], second[j - 1]])
            if i > 1 and j > 1 and first[i - 2 : i] == second[j - 2 : j][::-1]:
                x, y = first[i - 1], second[j - 1]
                swap = int(model["pair"][x, x]) + int(model["pair"][y, y]) + int(model["swapped"])
                steps.append(best[i - 2, j - 2] + swap)
            best[i, j] = max(steps)
    return int(best[-1, -1])


def likeness(model: np.void, a: np.void, b: np.void) -> int:
    """Evidence as a share of what both words could bring, 256ths, towards zero."""
    if _letters(a) == _letters(b) and a["script"] == b["script"]:
        return SAME
    expected = sum(int(model["expected"][x, b["script"]]) for x in _letters(a))
    expected += sum(int(model["expected"][y, a["script"]]) for y in _letters(b))
    return max(min(int(evidence(model, a, b) * 512 / max(expected, 2)), SAME), -32768)


def score(matcher: Matcher, row: np.void) -> int:
    """Evidence of one row, 256ths of a bit: words assigned greedily, then the facts.

    Once with words that take several positions and once without; the better one counts.
    """
    probe = matcher.probe[0]
    words = [int(word) for word in row["word"] if word]
    pairs = [
        (int(entry["evidence"]), int(entry["mask"]), place)
        for place, word in enumerate(words)
        for entry in matcher.listed[matcher.listed["word"] == word]
    ]
    pairs += [
        (int(probe["initial"]), 1 << position, place)
        for place, word in enumerate(words)
        for position, letter in enumerate(probe["initials"].tolist())
        if letter and letter == int(matcher.words[word]["letters"][0]) + 1
    ]
    single = [pair for pair in pairs if pair[1].bit_count() == 1]
    total = max(_assigned(probe, words, some) for some in (pairs, single))
    for name in ("nationality", "sex"):
        if probe[name] and row[name]:
            total += int(probe[f"{name}_{'equal' if probe[name] == row[name] else 'other'}"])
    return total + int(probe["date"][_relation(int(probe["day"]), int(row["day"]))])


def _assigned(probe: np.void, words: list[int], pairs: list[tuple[int, int, int]]) -> int:
    """Evidence of words, the best pair (evidence, mask, place) first, and the cost of the rest."""
    total, used, taken = 0, 0, set[int]()
    for bits, mask, place in sorted(pairs, key=lambda pair: -pair[0]):
        if not mask & used and place not in taken:
            total, used = total + bits, used | mask
            taken.add(place)
    left = len(words) - len(taken)
    open_ = (int(probe["counted"]) & ~used).bit_count()
    absent = [
        int(c) for p, c in enumerate(probe["absent"][: probe["positions"]]) if not used >> p & 1
    ]
    total -= sum(absent) + left * int(probe["surplus"]) + min(left, open_) * int(probe["conflict"])
    return total


def _relation(a: int, b: int) -> DateRelation:
    first, second = (
        PartialDate.read(day >> 9, day >> 5 & 15, day & 31) if day else None for day in (a, b)
    )
    return compare_dates(first, second)


def _letters(word: np.void) -> list[int]:
    letters: NDArray[np.uint8] = word["letters"][: word["length"]]
    return [int(letter) for letter in letters]
