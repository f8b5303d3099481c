"""What the scenarios ``names`` and ``linkage`` ask of a subject, ours and every peer alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "ClusterPeer",
    "Floats",
    "Ints",
    "LinkagePeer",
    "PairScorer",
    "People",
    "Probe",
    "Records",
    "Remembering",
    "Scored",
    "SearchPeer",
]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class PairScorer(Protocol):
    """Compares two names that come as text; one thread."""

    threshold: float | None
    """What its makers recommend, set before anything was measured; None where they name none."""

    def score_pairs(self, pairs: Sequence[tuple[str, str]]) -> Floats:
        """Return a comparison score for every pair, (N,), higher is more alike."""


@dataclass(frozen=True, slots=True)
class People:
    """The people that a search engine holds, as columns; a record's number is its place.

    Args:
        names: (N,) whole names.
        birth: (N,) int32 yyyymmdd; 00 where the day, or day and month, are not known, 0 for none.
        nationality: (N,) uint8, number of a country.
        sex: (N,) uint8, 0 male, 1 female.
        identity: (N,) int32, whom the record is about: aliases are records of their own.
    """

    names: Sequence[str]
    birth: NDArray[np.int32]
    nationality: NDArray[np.uint8]
    sex: NDArray[np.uint8]
    identity: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.names)


@dataclass(frozen=True, slots=True)
class Probe:
    """Who is looked for: a name, and whatever else is known.

    Args:
        name: As somebody types it.
        birth: As in People; None where it is not asked for.
        nationality: As in People; None where it is not asked for.
        sex: As in People; None where it is not asked for.
    """

    name: str
    birth: int | None = None
    nationality: int | None = None
    sex: int | None = None


class SearchPeer(Protocol):
    """An engine that finds people by name, and by what else it can use."""

    fields: frozenset[str]
    """What of a probe it uses beside the name: some of birth, nationality and sex."""

    def build(self, people: People) -> None:
        """Enrol everybody."""

    def search(self, probe: Probe, *, k: int) -> Sequence[int]:
        """Return the numbers of at most k records, best first; one thread."""

    def bytes_per_person(self) -> float:
        """Say what the built index and its rows take, in memory or on disk, per record."""

    def close(self) -> None:
        """Stop what it started and delete its files."""


@runtime_checkable
class Remembering(SearchPeer, Protocol):
    """An engine that is faster where it was asked the same, or a part of it, before."""

    def forget_asked(self) -> None:
        """Forget whatever was asked, and every word that was read."""


@dataclass(frozen=True, slots=True)
class Records:
    """Records of people to be linked, as columns of equal length; a record's number is its place.

    Args:
        columns: Name of the field -> texts, None where there is none; dates as yyyy-mm-dd.
    """

    columns: Mapping[str, Sequence[str | None]]

    def __len__(self) -> int:
        return len(next(iter(self.columns.values())))


class Scored(NamedTuple):
    """Candidate pairs; a pair that is not there counts as not linked.

    Args:
        left: (M,) numbers of records.
        right: (M,) numbers of records of the other side; of the same in a deduplication, and each
            pair at most once.
        scores: (M,) higher is more alike.
    """

    left: Ints
    right: Ints
    scores: Floats


class LinkagePeer(Protocol):
    """Finds the people of one set in another, without having seen labels."""

    threshold: float
    """From which it says "same person", set before anything was measured."""

    def link(self, left: Records, right: Records) -> Scored:
        """Return the pairs that may be one person."""


class ClusterPeer(Protocol):
    """Finds the records of one person within one set, without having seen labels."""

    threshold: float
    """From which it says "same person", set before anything was measured."""

    def dedupe(self, records: Records) -> Scored:
        """Return the pairs that may be one person."""
