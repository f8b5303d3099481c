"""How rare a name, a date or a nationality is: agreeing on something rare says more."""

from __future__ import annotations

import math
from functools import cache
from importlib.resources import files
from io import BytesIO
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from matching.date import PartialDate
from matching.name.index import IdentityIndex
from matching.name.probe import pack_day
from matching.name.weights import Weights

__all__ = ["Frequencies", "IndexFrequencies", "PriorFrequencies"]

FILE, VERSION = "frequencies-1.npz", "frequencies/1"
"""File in matching/name/models and its version; made by ``python -m benchmarks train-names``."""

_DAY, _MONTH = math.log2(365.25), math.log2(12)
_FIRST_OF_JANUARY = math.log2(10)  # heaped: about a tenth of the dates of a year


class Frequencies(Protocol):
    """Rarities, log2 of one over the share of records."""

    def word(self, word: NDArray[np.void]) -> float:
        """Of a name in all its spellings; (1,) ``WORD``."""

    def birth(self, date: PartialDate) -> float:
        """Of a date of birth, as far as it is known."""

    def nationality(self, code: str) -> float:
        """Of a nationality."""


class PriorFrequencies:
    """Rarities in synthetic records, for comparisons without an index.

    Args:
        weights: For the bounds of the weight of a word.
    """

    def __init__(self, weights: Weights) -> None:
        self._weights = weights
        self._words, self._unknown, self._years, self._nationalities = _prior()
        self._rarest_year = max(self._years.values())
        self._rarest_nationality = max(self._nationalities.values())

    def word(self, word: NDArray[np.void]) -> float:
        """See ``Frequencies``; a word that is not in the table is as rare as the rarest."""
        row = word[0]
        key = bytes(row["letters"][: row["length"]]) + bytes((int(row["script"]),))
        bits = self._words.get(key, self._unknown)
        return min(max(bits, self._weights.word_least), self._weights.word_most)

    def birth(self, date: PartialDate) -> float:
        """See ``Frequencies``; the days of a year count alike, 1 January as a tenth of them."""
        year = self._years.get(date.year, self._rarest_year)
        if date.month is None or (date.month, date.day) == (1, 1):
            return year + _FIRST_OF_JANUARY if date.month else year
        return year + (_DAY if date.day else _MONTH)

    def nationality(self, code: str) -> float:
        """See ``Frequencies``."""
        return self._nationalities.get(code, self._rarest_nationality)


class IndexFrequencies:
    """Rarities among the rows of an index.

    Args:
        index: Read, never changed.
        nationality_number: Number of each code in the index.
    """

    def __init__(self, index: IdentityIndex, nationality_number: dict[str, int]) -> None:
        self._index, self._numbers = index, nationality_number

    def word(self, word: NDArray[np.void]) -> float:
        """See ``Frequencies``."""
        return self._index.rarity(word)

    def birth(self, date: PartialDate) -> float:
        """See ``Frequencies``."""
        return self._index.birth_rarity(pack_day(date.year, date.month, date.day))

    def nationality(self, code: str) -> float:
        """See ``Frequencies``."""
        return self._index.nationality_rarity(self._numbers.get(code, 0))


@cache
def _prior() -> tuple[dict[bytes, float], float, dict[int, float], dict[str, float]]:
    data = files("matching.name").joinpath("models", FILE).read_bytes()
    with np.load(BytesIO(data)) as stored:
        if str(stored["version"]) != VERSION:
            raise ValueError(f"{FILE} has version {stored['version']}, needed is {VERSION}")
        keys = stored["keys"].tobytes()
        ends = np.cumsum(stored["lengths"]).tolist()
        starts = [0, *ends[:-1]]
        words = {
            keys[a:b]: float(bits)
            for a, b, bits in zip(starts, ends, stored["bits"].tolist(), strict=True)
        }
        years = dict(zip(stored["years"].tolist(), stored["year_bits"].tolist(), strict=True))
        codes = [str(code) for code in stored["codes"]]
        nationalities = dict(zip(codes, stored["code_bits"].tolist(), strict=True))
        return words, float(stored["unknown"]), years, nationalities
