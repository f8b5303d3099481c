"""Comparison of two captures of up to ten fingers at known positions."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from matching.features import finger_feature
from matching.fingerprint.compact import FAMILIES, encode
from matching.fingerprint.cylinders import PackedFinger, build_many
from matching.fusion import finger_llrs, fuse
from matching.kernels import fingerprint as kernel
from matching.parameters import TUNINGS, MinutiaeFamily
from matching.template import FingerPosition, FingerSet

__all__ = [
    "FingerTerm",
    "FingersComparison",
    "PackedSet",
    "compare",
    "compare_many",
    "compare_similarities",
    "overwrite",
    "pack",
    "pack_many",
]

_TUNINGS = tuple(dict.fromkeys(TUNINGS.values()))
_WORDS = struct.Struct("=2Q")  # that the families fill at the end of a finger_set


@dataclass(frozen=True, slots=True)
class FingerTerm:
    """What one finger says about "same person": one line of the explanation.

    Args:
        position: The finger, present on both sides.
        similarity: Raw minutiae comparison score of the kernel, 0..1.
        llr: Calibrated log-likelihood ratio, natural log; negative speaks against.
    """

    position: FingerPosition
    similarity: float
    llr: float


@dataclass(frozen=True, slots=True)
class FingersComparison:
    """A comparison score with its terms.

    Args:
        score: Fused log-likelihood ratio, natural log; compare with ``>=``.
        terms: One per finger present on both sides, by position.
    """

    score: float
    terms: tuple[FingerTerm, ...]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class PackedSet:
    """One capture of one person, ready to compare.

    Args:
        fingers: Position -> cylinders, by position; missing fingers left out.
    """

    fingers: Mapping[FingerPosition, PackedFinger]
    record: NDArray[np.uintp] = field(init=False)  # finger_set of kernels/fingerprint.h

    def __post_init__(self) -> None:
        ordered = {FingerPosition(p): self.fingers[p] for p in sorted(self.fingers)}
        object.__setattr__(self, "fingers", MappingProxyType(ordered))
        addresses, families = [0] * (2 * kernel.POSITIONS), bytearray(_WORDS.size)
        for position, finger in ordered.items():
            at = position - 1
            addresses[at], addresses[kernel.POSITIONS + at] = finger.addresses
            families[at] = FAMILIES.index(finger.family)
        record = np.array([*addresses, *_WORDS.unpack(families)], np.uintp)
        record.setflags(write=False)
        object.__setattr__(self, "record", record)

    def __len__(self) -> int:
        return len(self.fingers)

    def __repr__(self) -> str:
        return f"PackedSet({len(self)} fingers)"


def pack(fingers: FingerSet) -> PackedSet:
    """Build the cylinders of every finger.

    Args:
        fingers: 0..10 fingers.

    Cost: 0.1 ms and 2-4 KB per finger.  Thread-safe.
    """
    return pack_many([{position: encode(t) for position, t in fingers.fingers.items()}])[0]


def pack_many(people: Sequence[Mapping[FingerPosition, bytes]]) -> list[PackedSet]:
    """Build the cylinders of many people from compact minutiae.

    Args:
        people: Position -> what ``compact.encode`` made, per person.

    Returns:
        One set each, in order; they share their memory.

    Raises:
        CodecError: the minutiae of a finger are of another format or version, or damaged.

    Cost: 0.02 ms per finger.  Thread-safe.
    """
    made = iter(build_many([blob for person in people for blob in person.values()]))
    return [PackedSet(dict(zip(person, made, strict=False))) for person in people]


def compare_similarities(probe: PackedSet, references: Sequence[PackedSet]) -> NDArray[np.float32]:
    """Compare one capture with many, finger by finger, without weighing what it means.

    Args:
        probe: 0..10 fingers.
        references: Any number of captures.

    Returns:
        (len(references), 10) float32: similarity of the finger at position i + 1, 0..1; NaN where
        either side lacks it.

    Cost: 0.006-0.008 ms per pair of fingers, 0.001 ms per reference beside it.  Thread-safe;
    the GIL is released inside the kernel, so threads may share the references.
    """
    where = [reference.record.ctypes.data for reference in references]
    return kernel.compare_sets(probe.record.ctypes.data, where, _TUNINGS)


def compare(probe: PackedSet, reference: PackedSet) -> FingersComparison:
    """Compare two captures (1:1); see ``compare_many``."""
    return compare_many(probe, [reference])[0]


def compare_many(probe: PackedSet, references: Sequence[PackedSet]) -> list[FingersComparison]:
    """Compare one capture with many.

    Args:
        probe: 0..10 fingers.
        references: Any number of captures.

    Returns:
        One comparison per reference, in order.  Only positions present on both sides count;
        without any the score is 0 and there are no terms.

    Cost: one kernel call, 0.006-0.008 ms per pair of fingers and as much to explain it.
    Thread-safe; the GIL is released inside the kernel.
    """
    similarities = compare_similarities(probe, references)
    terms: list[list[FingerTerm]] = [[] for _ in references]
    for position, finger in probe.fingers.items():
        for family, chosen in _by_family(position, finger, references).items():
            scores = similarities[chosen, position - 1]
            evidence = [references[i].fingers[position].evidence for i in chosen]
            llrs = finger_llrs(scores, family, probe=finger.evidence, references=evidence)
            for i, similarity, llr in zip(chosen, scores.tolist(), llrs.tolist(), strict=True):
                terms[i].append(FingerTerm(position, similarity, llr))
    return [FingersComparison(_score(row), tuple(row)) for row in terms]


def _score(terms: Sequence[FingerTerm]) -> float:
    return fuse((finger_feature(term.position), term.llr) for term in terms)


def _by_family(
    position: FingerPosition, finger: PackedFinger, references: Sequence[PackedSet]
) -> dict[MinutiaeFamily, list[int]]:
    """Group the references that have this finger by how it is to be compared."""
    groups: dict[MinutiaeFamily, list[int]] = {}
    for i, reference in enumerate(references):
        other = reference.fingers.get(position)
        if other is not None:
            same = other.family is finger.family
            groups.setdefault(finger.family if same else MinutiaeFamily.FOREIGN, []).append(i)
    return groups


def overwrite(packed: PackedSet) -> None:
    """Overwrite packed fingers in place with zeros; nobody may compare them any more."""
    for finger in packed.fingers.values():
        for cylinders in (finger.own, finger.general):
            cylinders.setflags(write=True)
            cylinders[:] = 0
