"""Comparison of words and score of a row, slow and obvious: what the kernels must equal."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from matching.date import DateRelation, PartialDate, compare_dates
from matching.kernels.name_index import Matcher

__all__ = ["SAME", "evidence", "halves", "likeness", "score"]

SAME = 320
"""Likeness of words with the same letters."""

_HALF, _SLIPS = 2, 2  # PAIR_HALF and PAIR_SLIPS in name_pair.h


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


def halves(
    model: np.void, weights: np.void, x: np.void, y: np.void, whole: np.void
) -> tuple[int, int] | None:
    """Two words of names against a word in which they are written together, each with its half.

    Args:
        model: The letter model.
        weights: ``WEIGHTS`` of name_pair.py.
        x: ``PAIR_WORD`` of the first one, no initial and no particle; in the script of the others.
        y: Of the second one.
        whole: Of the word.

    Returns:
        Evidence of the best cut, 256ths of a bit, and the likeness of the half that is less alike;
        None where no cut brings anything.
    """
    first, second, letters = (_letters(word["word"]) for word in (x, y, whole))
    group = model["group"]
    if abs(len(first) + len(second) - len(letters)) > _SLIPS:
        return None
    if group[first[0]] != group[letters[0]]:
        return None
    found = []
    for at in range(_HALF, len(letters) - _HALF + 1):
        shared = first[-1] == second[0] == letters[at - 1]
        if max(abs(at - len(first)), abs(len(letters) - at - len(second))) > _SLIPS:
            continue
        for begin in (at, at - 1) if shared else (at,):
            sides = ((x, letters[:at]), (y, letters[begin:]))
            alike = [likeness(model, word["word"], _spelled(whole, part)) for word, part in sides]
            if min(alike) >= 0:
                bits = sum(
                    _agreed(weights, word, whole, s) for word, s in zip((x, y), alike, strict=True)
                )
                found.append((bits, -at, begin, min(alike)))
    if not found:
        return None
    bits, _, _, least = max(found)
    bits = min(bits - int(weights["joining"]), int(whole["weight"]))
    return (bits, least) if bits > 0 else None


def _spelled(word: np.void, letters: list[int]) -> np.void:
    """The same word with other letters."""
    found: np.void = word["word"].copy()
    found["letters"][: len(letters)], found["length"] = letters, len(letters)
    return found


def _agreed(weights: np.void, a: np.void, b: np.void, alike: int) -> int:
    """What two words bring that are so much alike."""
    step = min(alike, SAME)
    bits = min(int(a["weight"]), int(b["weight"]), int(weights["most"][step]))
    return int(bits * int(weights["share"][0, step]) / 256)


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
