"""Stand-ins for subjects of every part, by which the scenarios are tested without peers."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations, product

import numpy as np

from benchmarks.names.protocols import Floats, People, Probe, Records, Scored

__all__ = ["Failing", "Linker", "Scorer", "Searcher"]

ARABIC = dict(zip("عليمرسهبةكفدنو", "alymrshbhkfdnw", strict=True))


class Scorer:
    """Shares of equal letters."""

    threshold = 0.5

    def score_pairs(self, pairs: Sequence[tuple[str, str]]) -> Floats:
        return np.array([self._alike(one, other) for one, other in pairs])

    def _alike(self, one: str, other: str) -> float:
        letters = {ARABIC.get(letter, letter) for letter in one}
        return len(letters & set(other)) / len(letters | set(other))


class Failing:
    """Cannot do anything."""

    def __init__(self) -> None:
        raise RuntimeError("no room for names")


class Searcher:
    """Sorted words must be equal; forgets every ``loses``-th record, 0 for none."""

    fields = frozenset({"birth"})

    def __init__(self, *, loses: int = 0) -> None:
        self._loses = loses

    def build(self, people: People) -> None:
        self._people = people

    def search(self, probe: Probe, *, k: int) -> Sequence[int]:
        assert probe.nationality is None  # it does not use it, so it is not told
        found = [
            row
            for row, name in enumerate(self._people.names)
            if sorted(name.split()) == sorted(probe.name.split())
            and (probe.birth is None or probe.birth == self._people.birth[row])
        ]
        return [row for row in found if not self._loses or row % self._loses][:k]

    def bytes_per_person(self) -> float:
        return 12.0

    def close(self) -> None:
        del self._people


class Linker:
    """Counts equal columns."""

    threshold = 2.0

    def link(self, left: Records, right: Records) -> Scored:
        return self._score(left, right, list(product(range(len(left)), range(len(right)))))

    def dedupe(self, records: Records) -> Scored:
        return self._score(records, records, list(combinations(range(len(records)), 2)))

    def _score(self, left: Records, right: Records, pairs: list[tuple[int, int]]) -> Scored:
        one, other = np.array(pairs, np.int64).T
        equal = [
            np.array(left.columns[name], object)[one]
            == np.array(right.columns[name], object)[other]
            for name in left.columns
        ]
        return Scored(one, other, np.sum(equal, axis=0).astype(np.float64))
