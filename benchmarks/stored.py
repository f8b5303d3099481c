"""A population on disk: every engine of a run reads the same one without making it again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.lib.format import open_memmap
from numpy.typing import NDArray

from benchmarks.embeddings import BLOCK, Population
from benchmarks.fused import FusedVectors

__all__ = ["Stored", "store"]

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Stored:
    """Where a population lies; can be sent to another process.

    Args:
        population: What it is.
        folder: Rows of the noise model, probes and mates; the fillers are made again when read.
    """

    population: Population | FusedVectors
    folder: Path

    def blocks(self) -> Iterator[Floats]:
        """Yield the gallery in (B, d) float32 blocks, as the population does."""
        rows = np.load(self.folder / "rows.npy", mmap_mode="r")
        for start in range(0, len(rows), BLOCK):
            yield np.array(rows[start : start + BLOCK])
        yield from self.population.filler_blocks()

    def mated(self, count: int) -> tuple[Floats, NDArray[np.int64]]:
        """Return the first mated probes and the rows of their mates."""
        probes = np.load(self.folder / "mated.npy")[:count]
        return probes, np.load(self.folder / "mates.npy")[:count]

    def non_mated(self) -> Floats:
        """Return the probes of people who were never enrolled."""
        return np.asarray(np.load(self.folder / "non_mated.npy"))


def store(
    population: Population | FusedVectors, folder: Path, *, mated: int, non_mated: int
) -> Stored:
    """Make a population and write it.

    Args:
        population: What to make.
        folder: Existing and empty; takes ``4 * modelled * dimensions`` bytes.
        mated: Probes of enrolled people.
        non_mated: Probes of others.
    """
    shape = (population.modelled, population.dimensions)
    rows = open_memmap(folder / "rows.npy", "w+", np.float32, shape)
    at = 0
    for block in population.modelled_blocks():
        rows[at : at + len(block)] = block
        at += len(block)
    rows.flush()
    taken = population.mated(mated)
    np.save(folder / "mated.npy", taken.probes)
    np.save(folder / "mates.npy", taken.mates)
    np.save(folder / "non_mated.npy", population.non_mated(non_mated).probes)
    return Stored(population, folder)
