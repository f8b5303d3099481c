"""Synthetic records of several modalities: a face of 512 dimensions and ten fingers of 128.

Each modality is a population of the same people with its own noise (benchmarks/embeddings.py):
fingers are noisier and have no demographic clusters.  A finger is missing in a capture with one
probability, independently; the face never is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.embeddings import FACE, FINGER, Capture, Population

__all__ = [
    "FACE_DIMENSIONS",
    "FINGERS",
    "FINGER_DIMENSIONS",
    "FINGER_WEIGHT",
    "MISSING",
    "FusedPopulation",
    "FusedVectors",
    "Records",
]

FACE_DIMENSIONS = 512
FINGER_DIMENSIONS = 128
FINGERS = 10
FINGER_WEIGHT = 0.5
"""Of a finger's cosine beside 1 for the face's."""
MISSING = 0.03
"""Usual share of fingers that a capture lacks."""
_GALLERY, _MATED, _OTHERS, _FILLERS = range(4)  # what a stream of presences is for
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Records:
    """One capture of many people.

    Args:
        face: (N, 512) float32, unit length.
        fingers: (N, 10, 128) float32, unit length; zero where missing.
        present: (N, 11) bool: the face, then the fingers by position.
    """

    face: Floats
    fingers: Floats
    present: NDArray[np.bool_]

    def concatenated(self) -> Floats:
        """Return (N, 1792) float32 whose inner product is the fused score."""
        fingers = self.fingers.reshape(len(self.face), -1) * np.float32(np.sqrt(FINGER_WEIGHT))
        return np.concatenate([self.face, fingers], axis=1)


@dataclass(frozen=True, slots=True)
class FusedPopulation:
    """A gallery of records and its probes, made from a seed.

    Args:
        people: Records of the gallery.
        seed: Everything follows from it.
        realistic: So many of the people follow the noise model; the rest are fillers.
        missing: Share of fingers that a capture lacks, 0..1.
    """

    people: int
    seed: int = 42
    realistic: int = 1_000_000
    missing: float = MISSING

    def _modalities(self) -> list[Population]:
        face = Population(self.people, FACE_DIMENSIONS, self.seed, self.realistic, FACE)
        return [face] + [
            Population(self.people, FINGER_DIMENSIONS, self.seed, self.realistic, FINGER, position)
            for position in range(1, FINGERS + 1)
        ]

    def blocks(self) -> Iterator[Records]:
        """Yield the gallery in blocks of at most 50,000 records.

        Cost: about 70 s for 1,000,000 on one core; memory of a few blocks of 360 MB.
        """
        yield from self.modelled_blocks()
        yield from self.filler_blocks()

    def modelled_blocks(self) -> Iterator[Records]:
        """Yield the people of the noise model only: the first of the gallery."""
        rng = np.random.Generator(np.random.SFC64([self.seed, _GALLERY]))
        for parts in zip(*(one.modelled_blocks() for one in self._modalities()), strict=True):
            yield self._records(parts, rng)

    def filler_blocks(self) -> Iterator[Records]:
        """Yield the fillers that follow them."""
        rng = np.random.Generator(np.random.SFC64([self.seed, _FILLERS]))
        for parts in zip(*(one.filler_blocks() for one in self._modalities()), strict=True):
            yield self._records(parts, rng)

    def mated(self, count: int) -> tuple[Records, NDArray[np.int64]]:
        """Capture enrolled people once more; their records and the rows of their mates."""
        taken = [modality.mated(count) for modality in self._modalities()]
        rng = np.random.Generator(np.random.SFC64([self.seed, _MATED]))
        return self._records([capture.probes for capture in taken], rng), taken[0].mates

    def non_mated(self, count: int) -> Records:
        """Capture people who were never enrolled."""
        taken = [modality.non_mated(count).probes for modality in self._modalities()]
        return self._records(taken, np.random.Generator(np.random.SFC64([self.seed, _OTHERS])))

    def _records(self, parts: Sequence[Floats], rng: np.random.Generator) -> Records:
        face, *fingers = parts
        present = rng.random((len(face), 1 + FINGERS)) >= self.missing
        present[:, 0] = True
        stacked = np.stack(fingers, axis=1)
        stacked[~present[:, 1:]] = 0
        return Records(face, stacked, present)


@dataclass(frozen=True, slots=True)
class FusedVectors:
    """The same as plain vectors, in the form of ``Population``, for engines that know no segments.

    Args:
        records: What they are made of; what is missing is zero.
    """

    records: FusedPopulation

    @property
    def dimensions(self) -> int:
        """Of a record."""
        return FACE_DIMENSIONS + FINGERS * FINGER_DIMENSIONS

    @property
    def people(self) -> int:
        """Rows of the gallery."""
        return self.records.people

    @property
    def modelled(self) -> int:
        """How many people follow the noise model: the first rows of the gallery."""
        return min(self.records.people, self.records.realistic)

    def modelled_blocks(self) -> Iterator[Floats]:
        """Yield (B, 1792) float32 blocks of the people of the noise model."""
        return (block.concatenated() for block in self.records.modelled_blocks())

    def filler_blocks(self) -> Iterator[Floats]:
        """Yield those of the fillers that follow them."""
        return (block.concatenated() for block in self.records.filler_blocks())

    def mated(self, count: int) -> Capture:
        """Capture enrolled people once more, in random order."""
        records, mates = self.records.mated(count)
        return Capture(records.concatenated(), mates)

    def non_mated(self, count: int) -> Capture:
        """Capture people who were never enrolled."""
        probes = self.records.non_mated(count).concatenated()
        return Capture(probes, np.full(count, -1, np.int64))
