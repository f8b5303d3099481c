"""Words of a synthetic population as the matcher reads them, with how often each occurs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from benchmarks.identities.population import Population
from matching.errors import NameUnreadableError
from matching.name import model, weights
from matching.name.index import LIMITS
from matching.name.letters import words
from matching.name.probe import word_rarity
from matching.name.read import read_name
from matching.name.token import Kind
from matching.name.vocabulary import Vocabulary

__all__ = ["WordTable"]


class WordTable:
    """Frequencies of words in the records of a population.

    Args:
        population: Its words are read one by one, so compounds of two fields count apart.
    """

    def __init__(self, population: Population) -> None:
        self._weights = weights.load()
        self.vocabulary = Vocabulary(model.load(), limits=LIMITS)
        self.records = len(population)
        present = population.tokens[population.tokens >= 0]
        often = np.bincount(present, minlength=len(population.vocabulary))
        for text, count in zip(population.vocabulary, often.tolist(), strict=True):
            for number in self._read(text):
                self.vocabulary.counts[number] += count

    def __len__(self) -> int:
        return len(self.vocabulary) - 1

    def rarity(self, word: NDArray[np.void]) -> float:
        """Bits of an agreement on a word, (1,) ``WORD``, in all its spellings."""
        found = self.vocabulary.spellings(word)
        return word_rarity(self.vocabulary, self._weights, found, rows=self.records)

    def _read(self, text: str) -> list[int]:
        try:
            tokens = read_name(text=text).tokens
        except NameUnreadableError:
            return []
        return self.vocabulary.add(words(tuple(t for t in tokens if t.kind is Kind.WORD)))
