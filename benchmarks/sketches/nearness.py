"""How near mates are to their probes at every stage, as the gallery itself measures it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from benchmarks.population.captures import take
from benchmarks.population.masters import make_masters
from benchmarks.population.templates import finger_sets
from benchmarks.sketches.prints import CHUNK, Prints
from matching.features import finger_feature
from matching.fingerprint.compare import compare, pack
from matching.fingerprint.cuts import Cuts, evidence, expected, needed
from matching.fingerprint.sketch import encode
from matching.fingerprint.sketch_probe import make_probes
from matching.fusion import against_weight
from matching.kernels.scan import FINGERS, PLANES, WORDS
from matching.template import FingerPosition, FingerSet

__all__ = [
    "Mates",
    "Pair",
    "Pairs",
    "beyond",
    "composed_pairs",
    "drawn_pairs",
    "evidences",
    "measure",
]

Pair = tuple[FingerSet, FingerSet]
Floats = NDArray[np.float64]
_STAGES = 3


@dataclass(frozen=True, slots=True, eq=False)
class Mates:
    """N mated pairs of people.

    Args:
        near: (N, 3) deviations from strangers by 128 bits, 256 bits and codes.
        fingers: (N,) in common.
        probes: (N,) strengths.
        references: (N,) strengths, as a gallery keeps them.
        scores: (N, 10) of their minutiae after 1..10 fingers, the strongest pairs first,
            natural-log likelihood ratios; the last one of all where there are no more.
    """

    near: Floats
    fingers: NDArray[np.int64]
    probes: Floats
    references: Floats
    scores: Floats

    def take(self, chosen: NDArray[np.bool_]) -> Mates:
        """Some of them, by (N,) bool."""
        return Mates(*(getattr(self, f.name)[chosen] for f in fields(self)))


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """N mated pairs, finger by finger; zero where a finger is not in common.

    Args:
        away: (N, 10, 3) nearness of each finger above that of a stranger, as the scan counts.
        deviations: (N, 3) of one finger of a stranger.
        probes: (N, 10) strengths.
        references: (N, 10) strengths.
        llrs: (N, 10) of the minutiae.
    """

    away: Floats
    deviations: Floats
    probes: Floats
    references: Floats
    llrs: Floats

    def mates(self, chosen: NDArray[np.bool_]) -> Mates:
        """Look at some of the fingers in common, (N, 10) bool; pairs without any are left out."""
        kept = (chosen & self.common).any(axis=1)
        used = (chosen & self.common)[kept]
        count = used.sum(axis=1)
        wide = self.deviations[kept] * np.sqrt(count)[:, None]
        dependence = finger_feature(FingerPosition.RIGHT_THUMB).dependence  # of every finger
        against = np.array([against_weight(n, dependence) for n in count.tolist()])[:, None]
        llrs = self.llrs[kept] * used
        terms = np.where(llrs > 0, llrs, against * llrs)
        worth = self.probes[kept] * self.references[kept] * used
        order = (-worth).argsort(axis=1, kind="stable")
        return Mates(
            (self.away[kept] * used[:, :, None]).sum(axis=1) / wide,
            count.astype(np.int64),
            (self.probes[kept] * used).sum(axis=1) / count,
            (self.references[kept] * used).sum(axis=1) // count,
            np.take_along_axis(terms, order, axis=1).cumsum(axis=1),
        )

    @property
    def common(self) -> NDArray[np.bool_]:
        """(N, 10) bool, which fingers both have."""
        found: NDArray[np.bool_] = (self.probes > 0) & (self.references > 0)
        return found

    def fewer(self, fingers: int, seed: int) -> NDArray[np.bool_]:
        """Choose so many of the fingers in common by chance, where there are as many: (N, 10)."""
        rank = np.random.default_rng((seed, fingers)).random(self.common.shape)
        order = np.where(self.common, rank, 2.0).argsort(axis=1).argsort(axis=1)
        enough = self.common.sum(axis=1, keepdims=True) >= fingers
        chosen: NDArray[np.bool_] = (order < fingers) & enough
        return chosen


def drawn_pairs(seed: int, people: range, *, positions: Sequence[FingerPosition]) -> Iterator[Pair]:
    """Probe and reference of drawn people with some of their fingers, where they share one."""
    for start in range(people.start, people.stop, CHUNK):
        masters = make_masters(seed, np.arange(start, min(start + CHUNK, people.stop)))
        captures = (finger_sets(take(masters, seed, number=n)) for n in (1, 0))
        for probe, reference in zip(*captures, strict=True):
            shared = [p for p in positions if p in probe.fingers and p in reference.fingers]
            if shared:
                yield _some(probe, shared), _some(reference, shared)


def _some(fingers: FingerSet, positions: Sequence[FingerPosition]) -> FingerSet:
    return FingerSet({p: fingers.fingers[p] for p in positions})


def composed_pairs(
    prints: Prints,
    *,
    draws: int,
    positions: Sequence[FingerPosition],
    seed: int,
    references: Prints | None = None,
) -> Iterator[Pair]:
    """Probe and reference of people composed of different single fingers of some prints.

    Args:
        prints: Of the probes.
        draws: How many people.
        positions: Their fingers.
        seed: Of the composition.
        references: The same prints in the same order, as another extractor reads them; those of the
            probes by default.
    """
    rng = np.random.default_rng(seed)
    enrolled = (references or prints).templates
    order = np.lexsort((prints.impressions, prints.fingers))
    table = order.reshape(len(np.unique(prints.fingers)), -1)
    for _ in range(draws):
        chosen = table[rng.permutation(len(table))[: len(positions)]]
        columns = np.array([rng.permutation(table.shape[1])[:2] for _ in chosen])
        rows = np.take_along_axis(chosen, columns, axis=1)
        yield (
            FingerSet({p: prints.templates[i] for p, i in zip(positions, rows[:, 0], strict=True)}),
            FingerSet({p: enrolled[i] for p, i in zip(positions, rows[:, 1], strict=True)}),
        )


def measure(pairs: Iterator[Pair]) -> Pairs:
    """Compare the sketches and the minutiae of pairs with the same fingers, as a gallery does."""
    found = [_measured(probe, reference) for probe, reference in pairs]
    columns = list(zip(*found, strict=True)) or [()] * len(fields(Pairs))
    shapes = ((FINGERS, _STAGES), (_STAGES,), (FINGERS,), (FINGERS,), (FINGERS,))
    return Pairs(
        *(np.array(c, np.float64).reshape(-1, *s) for c, s in zip(columns, shapes, strict=True))
    )


def _measured(probe: FingerSet, reference: FingerSet) -> tuple[Floats, ...]:
    positions = list(probe.fingers)
    wanted = encode([probe.fingers[p] for p in positions])
    there = encode([reference.fingers[p] for p in positions])
    places = np.array([p - 1 for p in positions])
    made = make_probes(wanted, positions)
    codes = np.zeros((FINGERS, PLANES, WORDS), np.uint64)
    codes[places] = there.codes
    strengths = np.zeros((2, FINGERS))
    strengths[:, places] = wanted.strengths, there.strengths
    bits = np.unpackbits(codes.view(np.uint8), axis=-1, bitorder="little").astype(np.int64)
    sign, low, high = bits[:, 0], bits[:, 1], bits[:, 2]
    leading, middle = (
        np.where(sign[:, part] == (one.weights > 0), 0, np.abs(one.weights.astype(np.int64)))
        for one, part in ((made.leading, slice(128)), (made.middle, slice(128, 256)))
    )
    first, second = made.leading.neutral - leading.sum(1), made.middle.neutral - middle.sum(1)
    values = (2 * sign - 1) * (1 + 2 * low + 4 * high)
    likeness = (values * made.codes.weights.astype(np.int64)).sum(axis=1) - made.codes.neutral
    both = (strengths[0] > 0) & (strengths[1] > 0)
    away = np.stack([first, first + second, likeness], axis=1) * both[:, None]
    llrs = np.zeros(FINGERS)
    for term in compare(pack(probe), pack(reference)).terms:
        llrs[term.position - 1] = term.llr
    return away, np.array([s.deviation for s in made.strangers]), *strengths, llrs


def beyond(mates: Mates, table: Cuts, *, budget: float) -> NDArray[np.bool_]:
    """Which mates a search would not find, whatever the score of all their fingers: (N,) bool."""
    reached = np.concatenate([evidences(mates, table), mates.scores], axis=1)
    wanted = [needed(table, number, budget=budget) for number in range(FINGERS + 1)]
    below = reached < np.array(wanted)[mates.fingers]
    return np.asarray(below.any(axis=1))


def evidences(mates: Mates, table: Cuts) -> Floats:
    """Evidence of each pair at each stage: (N, 3)."""
    found = []
    for number, stage in enumerate(table.stages):
        wanted = np.concatenate(
            [np.zeros(0)]
            + [
                expected(
                    stage,
                    int(n),
                    probe=min(probe, table.strongest),
                    references=np.minimum(mates.references[i : i + 1], table.strongest),
                )
                for i, (n, probe) in enumerate(zip(mates.fingers, mates.probes, strict=True))
            ]
        )
        found.append(evidence(stage, mates.near[:, number], wanted))
    return np.stack(found, axis=1)
