"""Peer: recordlinkage with its expectation/conditional maximisation classifier (ECM).

Jaro-Winkler of names and the edit similarity of dates count as agreement from 0.85 on.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import log

import numpy as np
import pandas as pd
import recordlinkage

from benchmarks.names.protocols import Records, Scored

__all__ = ["Ecm"]

_WINDOW = 7
_AGREES = 0.85


class Ecm:
    """Given name, surname and birth date, unsupervised.

    Args:
        given: Column of the given name.
        family: Column of the surname.
        date: Column of the birth date.
        exact: Further columns, compared for equality.
        blocks: Candidates agree on all columns of one of these; by default on one of the first
            three, or they stand within seven places of each other in the order of surnames.
    """

    threshold = 0.0
    """Log odds from which the classifier predicts a link."""

    def __init__(
        self,
        given: str,
        family: str,
        *,
        date: str,
        exact: Sequence[str] = (),
        blocks: Sequence[Sequence[str]] = (),
    ) -> None:
        self._names, self._family = (given, family), family
        self._date, self._exact, self._blocks = date, exact, blocks

    def link(self, left: Records, right: Records) -> Scored:
        """Train on the candidates and score them; the score is the log odds of a link."""
        return self._score(_frame(left), _frame(right))

    def dedupe(self, records: Records) -> Scored:
        """Train on the candidates and score them; the score is the log odds of a link."""
        return self._score(_frame(records))

    def _score(self, *sides: pd.DataFrame) -> Scored:
        index = recordlinkage.Index()
        for columns in self._blocks or [[name] for name in (*self._names, self._date)]:
            index.block(list(columns))
        if not self._blocks:
            index.sortedneighbourhood(self._family, window=_WINDOW)
        pairs = index.index(*sides)
        compare = recordlinkage.Compare()
        for column in self._names:
            compare.string(column, column, method="jarowinkler", label=column)
        compare.string(self._date, self._date, method="levenshtein", label=self._date)
        for column in self._exact:
            compare.exact(column, column, label=column)
        features = compare.compute(pairs, *sides)
        classifier = recordlinkage.ECMClassifier(binarize=_AGREES)
        classifier.fit(features)
        # Not its probabilities: nearly all links have one that rounds to 1.
        scores = np.full(len(features), log(classifier.p / (1 - classifier.p)))
        for column, weights in classifier.log_weights.items():
            agrees = features[column].to_numpy() >= _AGREES
            scores += np.where(agrees, weights.get(1.0, 0.0), weights.get(0.0, 0.0))
        left, right = (np.asarray(pairs.get_level_values(side), np.int64) for side in (0, 1))
        return Scored(left, right, scores)


def _frame(records: Records) -> pd.DataFrame:
    return pd.DataFrame({name: list(values) for name, values in records.columns.items()})
