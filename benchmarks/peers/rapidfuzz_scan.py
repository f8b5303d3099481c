"""Peer: rapidfuzz over everybody, the yardstick of what an index saves."""

from __future__ import annotations

from collections.abc import Sequence

from rapidfuzz import process
from rapidfuzz.distance import JaroWinkler

from benchmarks.names.protocols import People, Probe
from benchmarks.peers.latin import latin

__all__ = ["RapidfuzzScan"]


class RapidfuzzScan:
    """Jaro-Winkler with every name."""

    fields = frozenset[str]()

    def build(self, people: People) -> None:
        """Put every name into Latin letters."""
        self._names = [latin(name) for name in people.names]

    def search(self, probe: Probe, *, k: int) -> Sequence[int]:
        """Compare all."""
        found = process.extract(
            latin(probe.name), self._names, scorer=JaroWinkler.similarity, limit=k
        )
        return [number for _, _, number in found]

    def bytes_per_person(self) -> float:
        """Letters; what Python adds to every text is not counted."""
        return sum(map(len, self._names)) / len(self._names)

    def close(self) -> None:
        """Nothing was started."""
