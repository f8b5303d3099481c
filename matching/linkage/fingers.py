"""Fingerprints in bulk linkage: who agrees in fingers, and what the fingers of a pair say.

The comparison score is calibrated, so its bits stand as they are: nothing about fingers is
estimated from the files.  Strangers' fingers and their other data are independent of each other.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from matching.fingerprint.compact import encode
from matching.fingerprint.compare import compare_many, pack_many
from matching.fingerprint.stored import compare_reaching
from matching.linkage.features import Feature
from matching.template import FingerPosition, FingerSet
from matching.thresholds import threshold_for

__all__ = ["FINGERS", "FINGER_LEVELS", "Minutiae", "compare_fingers", "encoded", "finger_pairs"]

Minutiae = Mapping[FingerPosition, bytes]
"""Position -> compact minutiae of one record; empty where it has no fingers."""

FINGERS = "fingerprints"
FINGER_LEVELS = ("1 finger compared", *(f"{count} fingers compared" for count in range(2, 11)))
_REFERENCES = 2000  # whose cylinders are in memory together, 80 MB
_PROBES = 64
_PAIRS = 1000
_Ints = NDArray[np.int64]


def encoded(fingers: Sequence[FingerSet]) -> list[Minutiae]:
    """Give what is compared of every record."""
    return [{p: encode(t) for p, t in one.fingers.items()} for one in fingers]


def finger_pairs(
    people: Sequence[Minutiae], *, split: int | None, threads: int
) -> tuple[_Ints, _Ints]:
    """Identify each record with fingers among the others, whatever else they say.

    Args:
        people: Records.
        split: Number of the first record of the second file; None within one file.
        threads: That compare.

    Returns:
        (pairs,) numbers of records, the smaller first, each pair once, in order: those whose score
        reaches ``threshold_for(1.0)``, which at most one stranger a record does on average.  One
        finger alone cannot; its record is compared with those that it shares other data with.

    Cost: everybody with everybody, 0.01 to 0.04 ms for each two fingers at one position.
    """
    at = [number for number, one in enumerate(people) if one]
    probes = at if split is None else [number for number in at if number < split]
    references = at if split is None else [number for number in at if number >= split]
    threshold = threshold_for(1.0, references=len(references))
    found: list[tuple[int, int]] = []
    with ThreadPoolExecutor(threads) as pool:
        for block in _parts(references, _REFERENCES):
            packed = pack_many([people[n] for n in block])
            for some in _parts([n for n in probes if n < block[-1]], _PROBES):
                # Within one file a pair is compared once, the earlier record as the probe.
                rest = [int(np.searchsorted(block, n, side="right")) for n in some]
                answers = pool.map(
                    lambda probe, first, packed=packed: compare_reaching(
                        probe, packed[first:], threshold=threshold
                    ),
                    pack_many([people[n] for n in some]),
                    rest,
                )
                for n, first, answer in zip(some, rest, answers, strict=True):
                    found += [(n, block[first + other]) for other, _ in answer]
    one, other = np.array(sorted(found), np.int64).reshape(-1, 2).T
    return one, other


def _parts(numbers: list[int], size: int) -> Iterator[list[int]]:
    return (numbers[start : start + size] for start in range(0, len(numbers), size))


def compare_fingers(people: Sequence[Minutiae], left: _Ints, right: _Ints) -> Feature:
    """Compare the fingers of records pair by pair.

    Args:
        people: Records.
        left: (pairs,) numbers of records, ascending.
        right: (pairs,) numbers of records.

    Returns:
        The calibrated comparison score in bits; the level is the number of fingers less one, -1
        where no position is present on both sides.

    Cost: 0.1 ms for each two fingers at one position.
    """
    levels, bits = np.full(len(left), -1, np.int8), np.zeros(len(left), np.float64)
    pairs = enumerate(zip(left.tolist(), right.tolist(), strict=True))
    both = [at for at, (a, b) in pairs if not people[a].keys().isdisjoint(people[b])]
    for at in _parts(both, _PAIRS):
        numbers = np.unique([left[at], right[at]])
        packed = pack_many([people[n] for n in numbers.tolist()])
        places = [np.searchsorted(numbers, side[at]) for side in (left, right)]
        for group in np.split(np.arange(len(at)), np.flatnonzero(np.diff(places[0])) + 1):
            references = [packed[n] for n in places[1][group].tolist()]
            compared = compare_many(packed[places[0][group[0]]], references)
            for n, found in zip(group.tolist(), compared, strict=True):
                levels[at[n]] = len(found.terms) - 1
                bits[at[n]] = found.score / math.log(2)
    none = np.zeros(len(left), np.float32)
    return Feature(FINGERS, FINGERS, levels, none, FINGER_LEVELS, bits)
