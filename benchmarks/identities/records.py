"""Records one by one, with their words spelled out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from benchmarks.identities.population import Population

__all__ = ["Record", "iter_records", "record"]


@dataclass(frozen=True, slots=True)
class Record:
    """What an authority holds of a person.

    Args:
        identity: The person, as the generator knows.
        forenames: Words in the field for forenames; may be empty.
        surnames: Words in the field for surnames; may be empty.
        birth: yyyymmdd; 00 where day, or day and month, are not known.
        nationality: Three letters.
        sex: 0 male, 1 female.
    """

    identity: int
    forenames: tuple[str, ...]
    surnames: tuple[str, ...]
    birth: int
    nationality: str
    sex: int

    @property
    def words(self) -> tuple[str, ...]:
        """Forenames, then surnames."""
        return self.forenames + self.surnames


def record(population: Population, row: int) -> Record:
    """Return one record of a population."""
    words = tuple(population.vocabulary[t] for t in population.tokens[row].tolist() if t >= 0)
    first = int(population.forenames[row])
    return Record(
        int(population.identity[row]),
        words[:first],
        words[first:],
        int(population.birth[row]),
        population.nationalities[int(population.nationality[row])],
        int(population.sex[row]),
    )


def iter_records(population: Population, rows: Iterable[int] | None = None) -> Iterator[Record]:
    """Return records in their order; of some rows, or of all."""
    for row in range(len(population)) if rows is None else rows:
        yield record(population, row)
