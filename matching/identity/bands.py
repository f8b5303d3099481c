"""How strong a candidate is: lines that follow the number of identities searched.

The terms of a comparison add up to a log2 likelihood ratio, which strangers reach with a chance of
at most 2^-bits (its mean on them is one). So among N identities at most N * 2^-bits strangers on
average look that much like the probe, as far as the weights are true to the population.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

__all__ = ["VERSION", "Band", "Lines", "lines_for"]

VERSION = "bands/1"
"""Raise it with every change of the two shares below; it is part of every answer."""

_STRONG = 0.01  # strangers per search that may stand in the band, on average
_REVIEW = 1.0
_FEWEST = 100_000
"""Identities that a search counts as at least: in a small register one rare forename would be
strong by the bound alone, although whole families and villages share it."""


class Band(StrEnum):
    """What a candidate is worth to the person who reads the list."""

    STRONG = "strong"
    REVIEW = "review"
    WEAK = "weak"


@dataclass(frozen=True, slots=True)
class Lines:
    """Lowest bits of the two upper bands; compare with >=."""

    strong: float
    review: float

    def band(self, bits: float) -> Band:
        """Band of a comparison."""
        if bits >= self.strong:
            return Band.STRONG
        return Band.REVIEW if bits >= self.review else Band.WEAK


def lines_for(identities: int) -> Lines:
    """Give the lines of a search.

    Args:
        identities: How many names and aliases were searched, >= 0; few count as 100,000.

    Examples:
        >>> lines = lines_for(1_000_000)
        >>> round(lines.review, 1), round(lines.strong, 1)
        (19.9, 26.6)
        >>> lines.band(22.0).value
        'review'
    """
    if identities < 0:
        raise ValueError(f"identities must be 0 or more, not {identities}")
    many = max(identities, _FEWEST)
    return Lines(math.log2(many / _STRONG), math.log2(many / _REVIEW))
