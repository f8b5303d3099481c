"""Peer: the comparison of entities of nomenklatura, which yente serves; names of people only."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count

import numpy as np
from followthemoney import EntityProxy, model
from nomenklatura.matching import get_algorithm

from benchmarks.names.protocols import Floats

__all__ = ["Nomenklatura"]

_NUMBERS = count()


class Nomenklatura:
    """One of its algorithms with its default configuration: 0..1.

    Args:
        algorithm: ``"logic-v2"`` or ``"name-based"``.
    """

    threshold = 0.7
    """From which yente calls two entities a match unless it is told otherwise."""

    def __init__(self, *, algorithm: str) -> None:
        self._algorithm = get_algorithm(algorithm)
        self._config = self._algorithm.default_config()

    def score_pairs(self, pairs: Sequence[tuple[str, str]]) -> Floats:
        """Compare call by call, from names to scores."""
        compare, config = self._algorithm.compare, self._config
        found = [compare(_person(one), _person(other), config).score for one, other in pairs]
        return np.array(found, np.float64)


def _person(name: str) -> EntityProxy:
    person = model.make_entity("Person")
    person.id = str(next(_NUMBERS))  # names are cached by it: one used twice has the names of both
    person.add("name", name)
    return person
