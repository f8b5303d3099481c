"""What the scenario ``vectors`` asks of an engine, ours and every peer alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from benchmarks.limits import Instruction, Limits

__all__ = ["ErasingPeer", "Floats", "Found", "VectorPeer", "Work", "queries_limit"]

Floats = NDArray[np.float32]


class Found(NamedTuple):
    """Candidates of every probe, best first.

    Args:
        ids: (P, k) int64 row of the gallery, -1 where there is none.
        scores: (P, k) float32, higher is more alike; -inf where there is none.
        candidates: (P,) how many were compared exactly; None where there is one stage only.
    """

    ids: NDArray[np.int64]
    scores: NDArray[np.float32]
    candidates: NDArray[np.int64] | None = None


@dataclass(frozen=True, slots=True)
class Work:
    """What an exhaustive search must at least do per person of the gallery.

    Args:
        bytes_read: Once per call, however many probes it has.
        instructions: 512-bit instructions per probe; None if nobody has derived them. Every
            integer instruction without a kind of its own counts as XOR, the fastest of them.
    """

    bytes_read: float
    instructions: Mapping[Instruction, float] | None


class VectorPeer(Protocol):
    """An engine in a process of its own, pinned to as many cores as it has threads."""

    def build(self, blocks: Iterable[Floats], *, dimensions: int, people: int) -> None:
        """Enrol blocks of (B, dimensions) unit vectors; a person's id is the number of the row."""

    def search(self, probes: Floats, *, k: int, threads: int) -> Found:
        """Find the k most alike of every (P, dimensions) probe."""

    def bytes_per_person(self) -> float:
        """Say what the built engine holds in memory, or would have to page in, per person."""

    def work(self) -> Work | None:
        """Say what a search must do at least; None if it does not visit everybody."""


@runtime_checkable
class ErasingPeer(Protocol):
    """An engine that can forget a person: the template's bytes are gone afterwards."""

    def erase(self, person: int) -> None:
        """Erase one person, by the id that a search returns."""


def queries_limit(work: Work, people: int, *, batch: int, limits: Limits) -> float | None:
    """Return how many probes a second the machine allows, None if that is not known.

    Args:
        work: Of the engine.
        people: In the gallery.
        batch: Probes per call.
        limits: Measured with as many threads.
    """
    data = work.bytes_read * people
    sizes = sorted(limits.read_bytes_per_s)
    fitting = next((size for size in sizes if data <= size), sizes[-1])
    seconds = [data / limits.read_bytes_per_s[fitting]]
    if work.instructions is None and batch > 1:
        return None  # reading is shared by the batch, so the unknown computing decides
    for kind, count in (work.instructions or {}).items():
        rate = limits.instructions_per_s[kind]
        if rate is None:
            return None
        seconds.append(batch * people * count / rate)
    return batch / max(seconds)
