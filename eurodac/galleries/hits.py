"""Which candidates are hits: the threshold follows the gallery and the rate an operator accepts."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from eurodac.galleries.fingers import Galleries
from eurodac.keys import KeyEncryptionKey
from matching.fingerprint.arrangement import ARRANGEMENT_DISCOUNT, Arrangement, rearranged
from matching.gallery.protocol import Candidate, Permit
from matching.parameters import PERSON_THRESHOLD
from matching.template import FingerSet
from matching.thresholds import threshold_for

__all__ = ["Hit", "Hits", "find_hits"]

_A_HAND = 4  # fingers; fewer do not show which hand they are of, and would decide on little
_OTHERS = tuple(each for each in Arrangement if each is not Arrangement.AS_LABELLED)


@dataclass(frozen=True, slots=True)
class Hit:
    """A candidate that reached the threshold, and how the positions of the probe were read."""

    candidate: Candidate
    arrangement: Arrangement


@dataclass(frozen=True, slots=True)
class Hits:
    """The answer of a search.

    Args:
        hits: Best first, ranked from 1.
        searched: How many references were permitted.
        threshold: That they reached, natural-log likelihood ratio.
    """

    hits: tuple[Hit, ...]
    searched: int
    threshold: float


def find_hits(
    session: Session,
    galleries: Galleries,
    *,
    fingers: FingerSet,
    permit: Permit,
    k: int,
    kek: KeyEncryptionKey,
) -> Hits:
    """Search, and keep what reaches the threshold of this gallery size.

    Where four or more fingers as labelled find nobody they are searched as swapped and mirrored
    hands. Such a hit pays for every arrangement tried: its score is lowered before it meets the
    threshold.

    Args:
        session: Of the database that the gallery follows.
        galleries: The gallery and the share of searches without a mate that may show anybody.
        fingers: 1..10 fingers.
        permit: Which references may be searched.
        k: Longest list.
        kek: Opens the templates.

    Cost: one search, or four where the first finds nobody.
    """
    answer = galleries.search(
        session, fingers, permit=permit, k=k, threshold=PERSON_THRESHOLD, kek=kek
    )
    threshold = threshold_for(galleries.target_fpir, references=answer.searched)
    found = [(c, Arrangement.AS_LABELLED) for c in answer.candidates]
    settled = any(c.comparison.score >= threshold for c, _ in found) or len(fingers) < _A_HAND
    if galleries.arrangements and not settled:
        for arrangement in _OTHERS:
            other = galleries.search(
                session,
                rearranged(fingers, arrangement),
                permit=permit,
                k=k,
                threshold=threshold + ARRANGEMENT_DISCOUNT,
                kek=kek,
            )
            found += [(_lowered(c), arrangement) for c in other.candidates]
    return Hits(_ranked(found, threshold, k), answer.searched, threshold)


def _lowered(candidate: Candidate) -> Candidate:
    score = candidate.comparison.score - ARRANGEMENT_DISCOUNT
    return replace(candidate, comparison=replace(candidate.comparison, score=score))


def _ranked(
    found: list[tuple[Candidate, Arrangement]], threshold: float, k: int
) -> tuple[Hit, ...]:
    """Keep each reference once, best first; equal scores stay in the order they were found."""
    best: dict[str, tuple[Candidate, Arrangement]] = {}
    for candidate, arrangement in sorted(found, key=lambda one: -one[0].comparison.score):
        if candidate.comparison.score >= threshold:
            best.setdefault(candidate.key, (candidate, arrangement))
    kept = list(best.values())[:k]
    return tuple(Hit(replace(c, rank=rank), a) for rank, (c, a) in enumerate(kept, 1))
