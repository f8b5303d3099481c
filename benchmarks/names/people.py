"""People to be searched, and probes of them with what may go wrong on the way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec

import numpy as np
from numpy.typing import NDArray

from benchmarks.errors import DataError
from benchmarks.names.protocols import People, Probe

__all__ = ["SearchSet", "make_search_set"]

_GENERATOR = "benchmarks.identities"


@dataclass(frozen=True, slots=True)
class SearchSet:
    """Who is searched, and by what.

    Args:
        people: Records.
        probes: With every field.
        mates: (Q,) int32, the identity that each probe is about.
    """

    people: People
    probes: Sequence[Probe]
    mates: NDArray[np.int32]


def make_search_set(n: int, probes: int, *, seed: int) -> SearchSet:
    """Make synthetic people of the generator ``benchmarks.identities`` and probes of them.

    Args:
        n: People; some have a second record.
        probes: How many; errors as that generator says.
        seed: Of the people; the probes have the next one.

    Raises:
        DataError: the generator is not there.

    Cost: some 10 microseconds a person.
    """
    if find_spec(_GENERATOR) is None:
        raise DataError(f"{_GENERATOR} is missing: it makes the people to be searched")
    population = import_module(f"{_GENERATOR}.population").make_population(n, seed)
    drawn = import_module(f"{_GENERATOR}.probes").draw_probes(population, probes, seed + 1)
    words = [*population.vocabulary, ""]
    names = [
        " ".join(words[token] for token in row if token >= 0) for row in population.tokens.tolist()
    ]
    people = People(
        names, population.birth, population.nationality, population.sex, population.identity
    )
    numbers = {code: number for number, code in enumerate(population.nationalities)}
    found = [probe.record for probe in drawn]
    asked = [
        Probe(" ".join(one.words), one.birth, numbers[one.nationality], one.sex) for one in found
    ]
    return SearchSet(people, asked, np.array([one.identity for one in found], np.int32))
