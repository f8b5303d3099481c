"""The letter model: what two letters that stand for each other are worth as evidence."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from io import BytesIO

import numpy as np
from numpy.typing import NDArray

from matching.kernels.name import MODEL
from matching.name.letters import LATIN, LIQUID, NUMBERS
from matching.name.table import load_table

__all__ = ["FILE", "VERSION", "load"]

FILE, VERSION = "letters-1.npz", "letters/1"
"""File in matching/name/models and the version that it must have; made by
``python -m benchmarks train-letters``."""


@cache
def load() -> NDArray[np.void]:
    """Read the shipped model, (1,) ``MODEL``.

    Raises:
        ValueError: the file is of another version.
    """
    data = files(__package__).joinpath("models", FILE).read_bytes()
    with np.load(BytesIO(data)) as stored:
        if str(stored["version"]) != VERSION:
            raise ValueError(
                f"{FILE} has version {stored['version']}, this package needs {VERSION}"
            )
        model = np.zeros(1, MODEL)
        for field in ("pair", "alone", "expected", "swapped", "group"):
            model[field][0] = stored[field]
    _add_liquid(model)
    for sound in load_table("hebrew_letters")["sound"]:
        _add_sound(model, **sound)
    model.flags.writeable = False
    return model


def _add_liquid(model: NDArray[np.void]) -> None:
    """Give the letter that is r or l the better evidence of both; no pair taught it any."""
    one, two, new = (NUMBERS[letter] for letter in ("l", "r", LIQUID))
    pair = model["pair"][0]
    pair[new] = np.maximum(pair[one], pair[two])
    pair[:, new] = np.maximum(pair[:, one], pair[:, two])
    pair[new, new] = min(pair[one, one], pair[two, two])
    for field in ("alone", "expected"):
        model[field][0][new] = model[field][0][[one, two]].min(axis=0)
    model["group"][0][new] = model["group"][0][one]


def _add_sound(
    model: NDArray[np.void], letter: str, like: str, *, also: Sequence[str], alone: str = ""
) -> None:
    """Give a letter the evidence of another one, for further Latin letters too."""
    new, known = NUMBERS[letter], NUMBERS[like]
    pair = model["pair"][0]
    pair[new], pair[:, new] = pair[known], pair[:, known]
    pair[new, new] = pair[known, known]
    further = [NUMBERS[other] for other in also]
    pair[new, further] = pair[further, new] = pair[known, : len(LATIN)].max()
    for field in ("alone", "expected"):
        model[field][0][new] = model[field][0][NUMBERS[alone or like]]
    model["group"][0][new] = model["group"][0][known]
