"""Makes the letter model of two sets of learnt steps."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from benchmarks.letters import Steps
from matching.kernels.name import MODEL
from matching.name.letters import ABJAD, CODES, LATIN

__all__ = ["GROUPS", "assemble"]

_Floats = NDArray[np.float64]
_UNIT = 8  # steps of evidence per bit
_LEAST, _MOST = -12.0, 15.0  # bits
_UNSEEN = -6.0  # evidence of letters that no pair of spellings held
_PIVOT = 0.1  # share of abjad pairs that are explained by a common romanisation
_SWAP = -5.0  # log2 of the share of letters that change places with the next, see misspelt names

GROUPS = {
    1: "b p ب پ",
    2: "f v ph ف ڤ",
    3: "t th d dh ت ط د ذ ث ض ظ ة ټ ډ ٹ ڈ",
    4: "k q g ck qu c gh kh ك ق گ غ خ ڭ ګ",
    5: "s sh sch z tch ch س ش ص ز چ ښ څ ځ",
    6: "j dj zh ج ژ ږ",
    7: "m م",
    8: "n ن ں ڼ",
    9: "l ل ڵ",
    10: "r ر ڑ ړ ڕ",
    12: "a e ea",
    13: "i y ee ie ei ey ai ay",
    14: "o u ou oo w au oe ue",
}
"""Letters that are written for each other, for the marks of words; vowels from 12 on.  Weak letters
(h, hamza, ayn, the long vowels of Arabic script) are in none."""


def assemble(latin: Steps, cross: Steps) -> NDArray[np.void]:
    """Make the model.

    Args:
        latin: Learnt from pairs of words that are written with vowels, in both orders.
        cross: First words without vowels, second words with.

    Returns:
        (1,) ``MODEL``.
    """
    model = np.zeros(1, MODEL)
    pair = np.full((CODES, CODES), _UNSEEN)
    alone = np.full((CODES, 2), _UNSEEN)
    expected = np.zeros((CODES, 2))
    abjad = _abjad(cross)
    for steps, first, second in ((latin, 0, 0), (cross, 1, 0), (abjad, 1, 1)):
        bits, left, right = _bits(steps)
        seen = np.isfinite(bits)
        pair[seen] = bits[seen]
        pair.T[seen] = bits[seen]
        for side, share, other in (
            (left, steps.left_share, second),
            (right, steps.right_share, first),
        ):
            alone[share > 0, other] = side[share > 0]
        for axis, side, step, other in (
            (1, left, steps.left, second),
            (0, right, steps.right, first),
        ):
            worth = np.where(seen, steps.pair * np.where(seen, bits, 0), 0).sum(axis)
            worth += step * np.where(np.isfinite(side), side, 0)
            often = steps.pair.sum(axis) + step
            expected[often > 0, other] = (worth / np.where(often > 0, often, 1))[often > 0]
    for field, values in (("pair", pair), ("alone", alone), ("expected", expected)):
        model[field][0] = np.round(np.clip(values, _LEAST, _MOST) * _UNIT)
    model["swapped"] = round(_SWAP * _UNIT)
    numbers = {letter: number for number, letter in enumerate((*LATIN, *ABJAD))}
    for group, letters in GROUPS.items():
        for letter in letters.split():
            if letter in numbers:
                model["group"][0, numbers[letter]] = group
    return model


def _bits(steps: Steps) -> tuple[_Floats, _Floats, _Floats]:
    """Log2 likelihood ratios against unrelated words; nan where nothing was seen."""
    with np.errstate(divide="ignore", invalid="ignore"):
        pair = np.log2(steps.pair / np.outer(steps.left_share, steps.right_share))
        left = np.log2(steps.left / steps.left_share)
        right = np.log2(steps.right / steps.right_share)
    return tuple(np.where(np.isfinite(x), x, np.nan) for x in (pair, left, right))  # type: ignore[return-value]


def _abjad(cross: Steps) -> Steps:
    """Steps between two words without vowels: mostly the same letter.

    No pairs of such spellings were at hand, so what else stands for a letter is taken from the
    romanisations that the two have in common.
    """
    share = cross.left_share
    given = cross.pair / np.maximum(cross.pair.sum(0), 1e-12)
    pivot = given * cross.pair.sum(0) @ given.T
    pair = (1 - _PIVOT) * np.diag(share) + _PIVOT * pivot / pivot.sum()
    alone = cross.left / cross.left.sum() * 0.02
    return Steps(0.96 * (pair + pair.T) / 2, alone, alone, share, share)
