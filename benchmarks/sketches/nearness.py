"""How near mates are to their probes at every stage, as the gallery itself measures it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.population.captures import take
from benchmarks.population.masters import make_masters
from benchmarks.population.templates import finger_sets
from benchmarks.sketches.prints import CHUNK, Prints
from matching.fingerprint.compare import compare, pack
from matching.fingerprint.cuts import Cuts, cut, evidence, expected
from matching.fingerprint.sketch import encode
from matching.fingerprint.sketch_probe import make_probes
from matching.kernels import scan_twin
from matching.kernels.scan import FINGERS, PLANES, WORDS
from matching.template import FingerPosition, FingerSet

__all__ = ["Mates", "Pair", "beyond", "composed_pairs", "drawn_pairs", "evidences", "measure"]

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
        certain: (N,) bool, whether the minutiae reach a threshold; see ``measure``.
    """

    near: Floats
    fingers: NDArray[np.int64]
    probes: Floats
    references: Floats
    certain: NDArray[np.bool_]


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
    prints: Prints, *, draws: int, positions: Sequence[FingerPosition], seed: int
) -> Iterator[Pair]:
    """Probe and reference of people composed of different single fingers of some prints."""
    rng = np.random.default_rng(seed)
    order = np.lexsort((prints.impressions, prints.fingers))
    table = order.reshape(len(np.unique(prints.fingers)), -1)
    for _ in range(draws):
        chosen = table[rng.permutation(len(table))[: len(positions)]]
        columns = np.array([rng.permutation(table.shape[1])[:2] for _ in chosen])
        rows = np.take_along_axis(chosen, columns, axis=1)
        yield (
            FingerSet({p: prints.templates[i] for p, i in zip(positions, rows[:, 0], strict=True)}),
            FingerSet({p: prints.templates[i] for p, i in zip(positions, rows[:, 1], strict=True)}),
        )


def measure(pairs: Iterator[Pair], *, threshold: float, doubtful: float = 8.0) -> Mates:
    """Compare the sketches of pairs; where they are not near, their minutiae as well.

    Args:
        pairs: Probe and reference with the same fingers.
        threshold: Score below which a pair would be lost anyway, natural-log likelihood ratio.
        doubtful: Pairs farther than so many deviations from strangers by codes are certain.
    """
    near, numbers, certain = [], [], []
    for probe, reference in pairs:
        found = _nearness(probe, reference)
        if found is None:
            continue
        near.append(found[0])
        numbers.append(found[1])
        certain.append(
            found[0][-1] > doubtful or compare(pack(probe), pack(reference)).score >= threshold
        )
    columns = np.array(numbers, np.float64).reshape(-1, _STAGES).T
    return Mates(
        np.array(near, np.float64).reshape(-1, _STAGES),
        columns[0].astype(np.int64),
        columns[1],
        columns[2],
        np.array(certain, bool),
    )


def _nearness(
    probe: FingerSet, reference: FingerSet
) -> tuple[tuple[float, ...], tuple[float, ...]] | None:
    positions = list(probe.fingers)
    wanted = encode([probe.fingers[p] for p in positions])
    there = encode([reference.fingers[p] for p in positions])
    both = wanted.usable & there.usable
    if not both.any():
        return None
    kept = np.flatnonzero(both)
    made = make_probes(wanted.take(kept), [positions[i] for i in kept])
    codes = np.zeros((1, FINGERS, PLANES, WORDS), np.uint64)
    places = np.array([positions[i] - 1 for i in kept])
    codes[0, places] = there.codes[kept]
    present = np.zeros((1, FINGERS), bool)
    present[0, places] = True
    first = scan_twin.distances(np.ascontiguousarray(codes[:, :, 0, :2]), present, made.leading)
    second = scan_twin.distances(np.ascontiguousarray(codes[:, :, 0, 2:4]), present, made.middle)
    likeness = scan_twin.likeness(codes, present.astype(np.uint8), made.codes)
    raw = (-first[0], -first[0] - second[0], likeness[0])
    means = (-made.strangers[0].mean, -made.strangers[1].mean, made.strangers[2].mean)
    wide = [s.deviation * np.sqrt(len(kept)) for s in made.strangers]
    near = tuple(float((r - m) / w) for r, m, w in zip(raw, means, wide, strict=True))
    strength = int(there.strengths[kept].sum(dtype=np.int64)) // len(kept)
    return near, (float(len(kept)), made.strength, float(strength))


def beyond(mates: Mates, table: Cuts, *, budget: float) -> NDArray[np.bool_]:
    """Which mates a search would not compare by minutiae: (N,) bool."""
    found = evidences(mates, table)
    return np.array(
        [
            any(e < cut(table, stage, int(n), budget=budget) for stage, e in enumerate(row))
            for row, n in zip(found, mates.fingers, strict=True)
        ],
        bool,
    )


def evidences(mates: Mates, table: Cuts) -> Floats:
    """Evidence of each pair at each stage: (N, 3)."""
    found = []
    for number, stage in enumerate(table.stages):
        references = mates.references if number else np.full(len(mates.near), table.typical)
        wanted = np.concatenate(
            [np.zeros(0)]
            + [
                expected(
                    stage,
                    int(n),
                    probe=min(probe, table.strongest),
                    references=np.minimum(references[i : i + 1], table.strongest),
                )
                for i, (n, probe) in enumerate(zip(mates.fingers, mates.probes, strict=True))
            ]
        )
        found.append(evidence(stage, mates.near[:, number], wanted))
    return np.stack(found, axis=1)
