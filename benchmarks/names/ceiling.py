"""How often a list of ten can hold the right person, whatever engine makes it.

Who shares everything that is asked for with more than nine others cannot be told from them, even if
every word is asked as it is recorded.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.names.people import SearchSet
from benchmarks.names.protocols import Ints, People

__all__ = ["crowds", "shares_held"]


def shares_held(data: SearchSet, cases: Mapping[str, Sequence[str]], *, k: int) -> dict[str, float]:
    """Return for each case the mean chance that a mate is among k who say the same.

    Args:
        data: People and the mates of the probes.
        cases: What is asked for beside the name, by the name of the case.
        k: Length of the list.

    Cost: a microsecond a person and case.
    """
    words = np.fromiter(
        (hash(tuple(sorted(name.lower().split()))) for name in data.people.names),
        np.int64,
        len(data.people),
    )
    found = {}
    for case, fields in cases.items():
        sizes = crowds(data.people, words, fields)
        # Of the records of a person, the one that the fewest share.
        order = np.lexsort((sizes, data.people.identity))
        first = order[np.searchsorted(data.people.identity[order], data.mates)]
        found[case] = float(np.minimum(1.0, k / sizes[first]).mean())
    return found


def crowds(people: People, words: NDArray[np.int64], fields: Sequence[str]) -> Ints:
    """Count for every record the people who say the same, itself included: (N,).

    Args:
        people: Records.
        words: (N,) a number for the words of each name; two names with one number are one.
        fields: Columns that must be equal beside the words.
    """
    key = _numbered(words)
    for field in fields:
        key = _joined(key, getattr(people, field))
    # Records of one person that say the same count once.
    said = np.unique(_joined(key, people.identity), return_index=True)[1]
    counts: Ints = np.bincount(key[said])[key]
    return counts


def _joined(key: Ints, column: NDArray[np.integer[Any]]) -> Ints:
    """Number the pairs of two columns."""
    return _numbered(key * (int(column.max()) + 1) + column)


def _numbered(values: Ints) -> Ints:
    numbers: Ints = np.unique(values, return_inverse=True)[1].astype(np.int64).ravel()
    return numbers
