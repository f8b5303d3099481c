"""Fingers that stand at the wrong positions: swapped hands, mirrored order, one finger twice.

People and devices mix hands up, and some do it to avoid recognition.  A comparison of the labelled
positions then says "different people" with full weight.  So the other arrangements are compared as
well, where the labelled one found nothing; every further one is a further chance to be wrong, and
its score pays for all that are tried.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from enum import StrEnum
from itertools import combinations
from types import MappingProxyType

from matching.calibrated import CALIBRATIONS
from matching.fingerprint.compare import FingersComparison, PackedSet, compare
from matching.parameters import MinutiaeFamily
from matching.template import FingerPosition, FingerSet

__all__ = [
    "ARRANGEMENT_DISCOUNT",
    "Arrangement",
    "compare_arranged",
    "find_same_fingers",
    "rearranged",
]


class Arrangement(StrEnum):
    """How the positions of a probe are read."""

    AS_LABELLED = "as_labelled"
    HANDS_SWAPPED = "hands_swapped"
    ORDER_MIRRORED = "order_mirrored"
    SWAPPED_AND_MIRRORED = "swapped_and_mirrored"


ARRANGEMENT_DISCOUNT = math.log(len(Arrangement))
"""Taken from a score of another arrangement, natural-log units: a bound over all that are tried."""

# Of 45 pairs of fingers, each in no more than e^-t cases alike by chance: one capture in a hundred.
_SAME_FINGER = math.log(45 / 0.01)


def _swapped(position: int) -> int:
    return position + 5 if position <= 5 else position - 5


def _mirrored(position: int) -> int:
    """Index and little, middle and ring change places; a thumb is captured by itself."""
    first = 1 if position <= 5 else 6
    return position if position == first else 2 * first + 5 - position


_PLACES: Mapping[Arrangement, Mapping[FingerPosition, FingerPosition]] = MappingProxyType(
    {
        Arrangement.AS_LABELLED: {p: p for p in FingerPosition},
        Arrangement.HANDS_SWAPPED: {p: FingerPosition(_swapped(p)) for p in FingerPosition},
        Arrangement.ORDER_MIRRORED: {p: FingerPosition(_mirrored(p)) for p in FingerPosition},
        Arrangement.SWAPPED_AND_MIRRORED: {
            p: FingerPosition(_swapped(_mirrored(p))) for p in FingerPosition
        },
    }
)


def rearranged(fingers: FingerSet, arrangement: Arrangement) -> FingerSet:
    """Give the same fingers at the positions that an arrangement says.

    Every arrangement undoes itself: applied twice it gives the fingers as they were.

    Examples:
        >>> len(rearranged(FingerSet({}), Arrangement.HANDS_SWAPPED))
        0
    """
    places = _PLACES[arrangement]
    return FingerSet({places[position]: t for position, t in fingers.fingers.items()})


def compare_arranged(
    probe: PackedSet, reference: PackedSet, *, enough: float
) -> tuple[Arrangement, FingersComparison]:
    """Compare two captures (1:1), under other arrangements too where the labelled one is weak.

    Args:
        probe: 0..10 fingers.
        reference: 0..10 fingers.
        enough: A labelled score from which nothing else is tried.

    Returns:
        The arrangement with the highest score, the labelled one where scores are equal, and its
        comparison.  The score of any other is already lowered by ARRANGEMENT_DISCOUNT; its terms
        are not, and stand at the positions of the reference.

    Cost: one comparison, or four.
    """
    best, found = Arrangement.AS_LABELLED, compare(probe, reference)
    if found.score >= enough:
        return best, found
    for arrangement, places in _PLACES.items():
        if arrangement is Arrangement.AS_LABELLED:
            continue
        moved = PackedSet({places[position]: f for position, f in probe.fingers.items()})
        other = compare(moved, reference)
        score = other.score - ARRANGEMENT_DISCOUNT
        if other.terms and score > found.score:
            best, found = arrangement, FingersComparison(score, other.terms)
    return best, found


def find_same_fingers(fingers: PackedSet) -> list[tuple[FingerPosition, FingerPosition]]:
    """Find fingers of one capture that are so alike that they are one finger, sent twice.

    Args:
        fingers: 0..10 fingers of one capture.

    Returns:
        Pairs of positions, the lower one first, in order.  By the calibration at most one capture
        in a hundred shows a pair by chance; it is a reason to look, not a proof.

    Cost: 45 comparisons for ten fingers, below 1 ms.
    """
    found = []
    for one, other in combinations(fingers.fingers, 2):
        first, second = fingers.fingers[one], fingers.fingers[other]
        same = first.family is second.family
        row = CALIBRATIONS[first.family if same else MinutiaeFamily.FOREIGN]
        (term,) = compare(PackedSet({one: first}), PackedSet({one: second})).terms
        if term.llr >= min(_SAME_FINGER, row.highest):
            found.append((one, other))
    return found
