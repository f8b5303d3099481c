"""What every gallery engine does, embedded or distributed."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from matching.fingerprint.compare import FingersComparison
from matching.template import FingerSet

__all__ = [
    "Candidate",
    "CandidateList",
    "GalleryEngine",
    "Permit",
    "Reference",
    "check_reference",
    "check_search",
]

_LONGEST_LIST = 1000


@dataclass(frozen=True, slots=True)
class Reference:
    """One enrolled capture of one person.

    Args:
        key: Opaque identifier of the record it belongs to, 1..64 ASCII characters.
        attributes: Attribute word, 64 bits; the registry gives the bits their meaning.
        fingers: 1..10 fingers.
    """

    key: str
    attributes: int
    fingers: FingerSet


@dataclass(frozen=True, slots=True)
class Permit:
    """Which references may be searched: every mask must share a bit with the attribute word.

    Args:
        masks: Each a 64-bit mask; none = everything is permitted, a zero mask = nothing is.
        excluded: Keys that are left out, e.g. the probe's own.

    Examples:
        >>> Permit((0b011, 0b100)).allows("r", 0b101), Permit((0b010,)).allows("r", 0b101)
        (True, False)
    """

    masks: tuple[int, ...] = ()
    excluded: frozenset[str] = frozenset()

    def allows(self, key: str, attributes: int) -> bool:
        """Say whether a reference with these attributes may be compared."""
        return key not in self.excluded and all(mask & attributes for mask in self.masks)


@dataclass(frozen=True, slots=True)
class Candidate:
    """One reference on a candidate list; ``rank`` starts at 1 (ISO/IEC 19795-1)."""

    key: str
    rank: int
    comparison: FingersComparison


@dataclass(frozen=True, slots=True)
class CandidateList:
    """The answer of an identification.

    Args:
        candidates: Best first; equal scores in enrolment order; may be empty.
        compared: How many permitted references were compared by minutiae.
        searched: How many permitted references the gallery holds (N of FPIR and FNIR).
    """

    candidates: tuple[Candidate, ...]
    compared: int
    searched: int


def check_reference(reference: Reference) -> None:
    """Refuse a reference that no engine enrols.

    Raises:
        ValueError: key, attribute word or number of fingers is out of range.
    """
    if not 1 <= len(reference.key) <= 64 or not reference.key.isascii():
        raise ValueError("a reference key has 1..64 ASCII characters")
    if not 0 <= reference.attributes < 1 << 64:
        raise ValueError(f"attribute word {reference.attributes:#x} does not fit 64 bits")
    if not len(reference.fingers):
        raise ValueError("a reference without fingers cannot be enrolled; leave it out")


def check_search(probe: FingerSet, k: int, threshold: float) -> None:
    """Refuse a search that no engine answers.

    Raises:
        ValueError: the probe has no finger, k is out of range or the threshold is no number.
    """
    if not len(probe):
        raise ValueError("the probe has no finger")
    if not 1 <= k <= _LONGEST_LIST:
        raise ValueError(f"k is {k}; allowed are 1..{_LONGEST_LIST}")
    if math.isnan(threshold):
        raise ValueError("the threshold is not a number")


class GalleryEngine(Protocol):
    """A set of references that can be searched.

    Writers are serialised by the engine; readers run concurrently with each other and with a
    writer, and never wait for one. What a search returns was enrolled, and permitted, when the
    search began.
    """

    @property
    def layout(self) -> str:
        """Names everything that the parts of ``dump`` depend on: engine, format, matcher."""

    def enrol(self, references: Iterable[Reference]) -> None:
        """Add references; a key that is present is replaced and keeps its place in the order.

        Durable only as part of a snapshot.

        Raises:
            ValueError: a key, attribute word or finger count is out of range; the references
                before it are enrolled.
        """

    def erase(self, keys: Iterable[str]) -> int:
        """Overwrite and remove references; returns how many of the keys were present.

        The bytes are gone when it returns: it waits for the searches that still read them.
        """

    def clear(self) -> None:
        """Overwrite and remove every reference, as ``erase`` does."""

    def relabel(self, key: str, attributes: int) -> bool:
        """Replace the attribute word of a reference; False if the key is not present."""

    def labels(self) -> Mapping[str, int]:
        """Key -> attribute word of every enrolled reference, at one moment."""

    def dump(self, write: Callable[[bytes], None]) -> int:
        """Hand the references to ``write`` as opaque parts, in enrolment order.

        Args:
            write: Called once per part of bounded size; must not write to this engine.

        Returns:
            How many references the parts hold.
        """

    def restore(self, parts: Iterable[bytes]) -> None:
        """Fill an empty engine with the parts of a ``dump`` of the same layout.

        Raises:
            GalleryCorruptError: a part cannot be read; the engine is to be thrown away.
            ValueError: the engine is not empty.
        """

    def search(
        self, probe: FingerSet, *, permit: Permit, k: int, threshold: float
    ) -> CandidateList:
        """Identify: find the permitted references that are like a probe (1:N).

        An engine may compare fewer than are permitted; ``compared`` of the answer says how many.

        Args:
            probe: 1..10 fingers.
            permit: Which references may be searched.
            k: Longest candidate list, 1..1000.
            threshold: Lowest comparison score returned, inclusive; natural-log likelihood ratio.

        Returns:
            At most k candidates whose score reaches the threshold, best first.

        Raises:
            ValueError: the probe has no finger, or k is out of range.
        """

    def __len__(self) -> int:
        """How many references are enrolled."""
