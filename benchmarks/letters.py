"""Learns which letters stand for which from pairs of spellings, by expectation maximisation.

The model is a memoryless pair generator (Ristad and Yianilos 1998): a pair of spellings is made of
steps that write two letters, or one letter on one side only.  Its probabilities are compared with
those of two unrelated words; the logarithm of the ratio is the evidence of a step.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matching.name.letters import CODES, MAX_LETTERS

__all__ = ["Steps", "learn"]

_Floats = NDArray[np.float64]
_Words = NDArray[np.int64]


@dataclass(frozen=True)
class Steps:
    """What was learnt.

    Args:
        pair: (CODES, CODES) probability of a step that writes both letters.
        left: (CODES,) of one that writes a letter of the first word only.
        right: (CODES,) of the second word only.
        left_share: (CODES,) how often a letter occurs in first words.
        right_share: (CODES,) in second words.
    """

    pair: _Floats
    left: _Floats
    right: _Floats
    left_share: _Floats
    right_share: _Floats


def learn(pairs: Sequence[tuple[bytes, bytes]], *, rounds: int = 12, prior: float = 0.5) -> Steps:
    """Learn the steps of pairs that are the same name.

    Args:
        pairs: Letters by number, see matching/name/letters.py; neither word empty.
        rounds: Of expectation and maximisation.
        prior: Weight of the prior per letter, in pairs: without it an unseen pair would have no
            evidence at all.

    Cost: rounds x MAX_LETTERS^2 array operations over all pairs.
    """
    first, second = _matrix([a for a, _ in pairs]), _matrix([b for _, b in pairs])
    left_share, right_share = _share(first), _share(second)
    random = np.outer(left_share, right_share)
    seen = int((left_share > 0).sum())
    start = random + 2.0 * np.diag(np.minimum(left_share, right_share))
    steps = Steps(0.6 * start, 0.2 * left_share, 0.2 * right_share, left_share, right_share)
    for _ in range(rounds):
        pair, left, right = _expect(first, second, steps)
        pair += prior * seen * random
        left += prior * seen * left_share * 0.2
        right += prior * seen * right_share * 0.2
        total = pair.sum() + left.sum() + right.sum()
        steps = Steps(pair / total, left / total, right / total, left_share, right_share)
    return steps


def _matrix(words: Sequence[bytes]) -> _Words:
    """Lay words out, -1 behind their end."""
    laid = np.full((len(words), MAX_LETTERS), -1)
    for row, word in zip(laid, words, strict=True):
        row[: len(word)] = list(word)
    return laid


def _share(words: _Words) -> _Floats:
    counts = np.bincount(words[words >= 0], minlength=CODES).astype(np.float64)
    share: _Floats = counts / counts.sum()
    return share


def _tables(first: _Words, second: _Words, steps: Steps) -> tuple[_Floats, _Floats, _Floats]:
    """Probability of each step at each place; nothing happens behind the end of a word."""
    left = np.where(first >= 0, steps.left[first], 0.0)
    right = np.where(second >= 0, steps.right[second], 0.0)
    both = (first[:, :, None] >= 0) & (second[:, None, :] >= 0)
    pair = np.where(both, steps.pair[first[:, :, None], second[:, None, :]], 0.0)
    return pair, left, right


def _expect(first: _Words, second: _Words, steps: Steps) -> tuple[_Floats, _Floats, _Floats]:
    """Expected number of each step over all pairs (forward, backward)."""
    pair, left, right = _tables(first, second, steps)
    ends = (first >= 0).sum(1), (second >= 0).sum(1)
    size = MAX_LETTERS + 1
    ahead = np.zeros((len(first), size, size))
    back = np.zeros_like(ahead)
    ahead[:, 0, 0] = 1.0
    back[np.arange(len(first)), ends[0], ends[1]] = 1.0
    for i, j in np.ndindex(size, size):
        if i:
            ahead[:, i, j] += ahead[:, i - 1, j] * left[:, i - 1]
        if j:
            ahead[:, i, j] += ahead[:, i, j - 1] * right[:, j - 1]
        if i and j:
            ahead[:, i, j] += ahead[:, i - 1, j - 1] * pair[:, i - 1, j - 1]
    for i, j in np.ndindex(size, size):
        p, q = size - 1 - i, size - 1 - j
        if p < MAX_LETTERS:
            back[:, p, q] += back[:, p + 1, q] * left[:, p]
        if q < MAX_LETTERS:
            back[:, p, q] += back[:, p, q + 1] * right[:, q]
        if p < MAX_LETTERS and q < MAX_LETTERS:
            back[:, p, q] += back[:, p + 1, q + 1] * pair[:, p, q]
    whole = back[:, :1, :1]
    ahead /= np.where(whole > 0, whole, 1.0)
    used_pair = ahead[:, :-1, :-1] * pair * back[:, 1:, 1:]
    used_left = (ahead[:, :-1] * left[:, :, None] * back[:, 1:]).sum(2)
    used_right = (ahead[:, :, :-1] * right[:, None, :] * back[:, :, 1:]).sum(1)
    return _collect(first, second, (used_pair, used_left, used_right))


def _collect(
    first: _Words, second: _Words, used: tuple[_Floats, _Floats, _Floats]
) -> tuple[_Floats, _Floats, _Floats]:
    """Add up by letters what was used by places."""
    used_pair, used_left, used_right = used
    at = np.maximum(first, 0)[:, :, None] * CODES + np.maximum(second, 0)[:, None, :]
    pair = np.bincount(at.ravel(), used_pair.ravel(), minlength=CODES * CODES)
    left = np.bincount(np.maximum(first, 0).ravel(), used_left.ravel(), minlength=CODES)
    right = np.bincount(np.maximum(second, 0).ravel(), used_right.ravel(), minlength=CODES)
    return (
        pair.reshape(CODES, CODES).astype(np.float64),
        left.astype(np.float64),
        right.astype(np.float64),
    )
