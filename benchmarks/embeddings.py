"""Synthetic embeddings: identities in demographic clusters, captures of varying quality.

Noise model (all normal deviates are isotropic, N(0, I/d)):

* identity  m = normalise(sqrt(1 - 0.08) g + sqrt(0.08) c), c one of 24 cluster directions;
* capture   x = normalise(l m + sqrt(1 - l^2) z), the loading l drawn per capture from
  N(0.84, 0.05) clipped to 0.3..0.97; one capture in a hundred is poor, l from U(0.5, 0.75).

So two captures of one person have a cosine of about l1 l2: for d = 512 mean 0.70, standard
deviation 0.07; two persons 0.00 and 0.046.  Isotropic apart from the clusters: real embeddings have
heavier non-mated tails, look-alikes and unequal dimensions, so this compares a method with exact
search and is no statement about anybody's error rates.

Galleries beyond ``realistic`` people are filled up with isotropic non-mates, cheap to make: 100,000
base rows, for every block the dimensions permuted and some signs flipped.  They lack clusters.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

__all__ = ["FACE", "FINGER", "Capture", "Noise", "Population", "isotropic", "take"]

BLOCK = 50_000
FILLER_BASE = 100_000
_CLUSTERS = 24
_LOADING_RANGE = (0.3, 0.97)
_POOR_LOADING = (0.5, 0.75)
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Noise:
    """How alike two captures of one person are.

    Args:
        loading: Mean weight of the identity in a capture, 0..1.
        spread: Standard deviation of that weight.
        poor: Share of poor captures, 0..1.
        demographic: Share of an identity's energy that its cluster explains, 0..1.
    """

    loading: float
    spread: float
    poor: float
    demographic: float


FACE = Noise(0.84, 0.05, 0.01, 0.08)
FINGER = Noise(0.80, 0.08, 0.05, 0.0)


@dataclass(frozen=True, slots=True)
class Capture:
    """Probes with what is true about them.

    Args:
        probes: (P, d) float32, unit length.
        mates: (P,) int64 row of the same person in the gallery, -1 for people never enrolled.
    """

    probes: Floats
    mates: NDArray[np.int64]


@dataclass(frozen=True)
class Population:
    """A gallery and its probes, made from a seed.

    Args:
        people: Rows of the gallery.
        dimensions: Of an embedding.
        seed: Everything follows from it.
        realistic: So many of the people follow the noise model; the rest are fillers.
        noise: Of every capture.
        modality: Populations that differ in it (and dimensions and noise) only are of the same
            people: the n-th row and the n-th probe are of the same person in each.
    """

    people: int
    dimensions: int
    seed: int = 42
    realistic: int = 1_000_000
    noise: Noise = FACE
    modality: int = 0

    @cached_property
    def _clusters(self) -> Floats:
        rows = self._rng(0).standard_normal((_CLUSTERS, self.dimensions), np.float32)
        return _unit(rows)

    def _rng(self, *stream: int) -> np.random.Generator:
        return np.random.Generator(np.random.SFC64([self.seed, self.modality, *stream]))

    def identities(self, block: int, rows: int) -> Floats:
        """Return (rows, d) float32 identities of a block; the same for the same block."""
        rng = self._rng(1, block)
        found = isotropic(rng, rows, self.dimensions)
        share = np.float32(self.noise.demographic)
        found *= np.sqrt(1 - share)
        found += np.sqrt(share) * self._clusters[rng.integers(0, _CLUSTERS, rows)]
        return _unit(found)

    def blocks(self) -> Iterator[Floats]:
        """Yield the gallery in (B, d) float32 blocks of unit length, B <= 50,000.

        Cost: about 20 s for 1,000,000 x 512 on one core; memory of a few blocks.
        """
        yield from self.modelled_blocks()
        yield from self.filler_blocks()

    @property
    def modelled(self) -> int:
        """How many people follow the noise model: the first rows of the gallery."""
        return min(self.people, self.realistic)

    def modelled_blocks(self) -> Iterator[Floats]:
        """Yield the people of the noise model only."""
        for block, start in enumerate(range(0, self.modelled, BLOCK)):
            people = self.identities(block, min(BLOCK, self.modelled - start))
            yield take(people, self.noise, self._rng(2, block))

    def filler_blocks(self) -> Iterator[Floats]:
        """Yield the isotropic non-mates that follow them; none if everybody is modelled."""
        count = self.people - self.modelled
        rng = self._rng(3)
        base = _unit(isotropic(rng, min(count, FILLER_BASE), self.dimensions))
        for start in range(0, count, FILLER_BASE):
            order = rng.permutation(self.dimensions)
            signs = rng.choice(np.array([-1, 1], np.float32), self.dimensions)
            for at in range(0, min(len(base), count - start), BLOCK):
                end = min(at + BLOCK, count - start)
                yield base[at:end, order] * signs

    def mated(self, count: int) -> Capture:
        """Capture enrolled people once more, in random order.

        Args:
            count: Different people, at most ``modelled``.
        """
        choice = np.random.Generator(np.random.SFC64([self.seed]))  # the same in every modality
        mates = np.sort(choice.choice(self.modelled, count, replace=False))
        rng = self._rng(4)
        probes = np.empty((count, self.dimensions), np.float32)
        for block in np.unique(mates // BLOCK):
            start = int(block) * BLOCK
            people = self.identities(int(block), min(BLOCK, self.modelled - start))
            chosen = mates // BLOCK == block
            probes[chosen] = take(people[mates[chosen] - start], self.noise, rng)
        order = choice.permutation(count)
        return Capture(probes[order], mates[order].astype(np.int64))

    def non_mated(self, count: int) -> Capture:
        """Capture people who were never enrolled."""
        rng = self._rng(5)
        people = self.identities(-1 % 2**32, count)
        return Capture(take(people, self.noise, rng), np.full(count, -1, np.int64))


def isotropic(rng: np.random.Generator, rows: int, dimensions: int) -> Floats:
    """Return (rows, d) float32 normal deviates of variance 1/d."""
    found = rng.standard_normal((rows, dimensions), np.float32)
    found /= np.sqrt(np.float32(dimensions))
    return found


def take(people: Floats, noise: Noise, rng: np.random.Generator) -> Floats:
    """Capture every identity once.

    Args:
        people: (N, d) float32 identities of unit length.
        noise: Of the captures.
        rng: Where the deviates come from.

    Returns:
        (N, d) float32 of unit length.
    """
    rows = len(people)
    loading = np.clip(rng.normal(noise.loading, noise.spread, rows), *_LOADING_RANGE)
    poor = rng.random(rows) < noise.poor
    loading[poor] = rng.uniform(*_POOR_LOADING, int(poor.sum()))
    weights = loading.astype(np.float32)[:, None]
    found = isotropic(rng, rows, people.shape[1])
    found *= np.sqrt(1 - weights * weights)
    found += weights * people
    return _unit(found)


def _unit(rows: Floats) -> Floats:
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return rows
