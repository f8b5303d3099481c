"""How many candidates each stage must keep so that no more mates are lost than a budget allows.

The table was measured by ``python -m benchmarks calibrate-sketches`` on synthetic persons that the
sketch model was not fitted to, under hard conditions, and is versioned with the model.  It holds
for minutiae of MINDTCT and LEADER, also across the two.  Templates of another vendor without
minutia quality were lost by tens of percent: for foreign minutiae there is no list.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np

from matching.errors import SketchModelError
from matching.parameters import SKETCH_MODEL, SKETCH_SHORTLIST

__all__ = [
    "MISS_BUDGET",
    "Penetrations",
    "Shortlist",
    "compare_everybody",
    "read",
    "shipped",
    "shortlist",
]

MISS_BUDGET = 1e-4
"""Share of mates that the stages before the minutiae comparison may lose together."""

_LEAST = 32  # candidates: a list shorter than this saves nothing
_MOST = 0.1  # of all persons: a list longer than this is not worth scanning for
_STAGES = ("leading", "middle")


@dataclass(frozen=True, slots=True)
class Penetrations:
    """The calibrated table.

    Args:
        version: Of the table.
        misses: Shares of mates lost, descending.
        leading: [fingers - 1][miss]: share of all persons that must be kept after 128 bits.
        middle: The same after 256 bits.
    """

    version: str
    misses: Sequence[float]
    leading: Sequence[Sequence[float]]
    middle: Sequence[Sequence[float]]


@dataclass(frozen=True, slots=True)
class Shortlist:
    """How many candidates to keep.

    Args:
        leading: After the scan of the leading 128 bits; all persons if no list is short enough.
        middle: After 256 bits, at most ``leading``.
        everybody: Whether no list is short enough, so that everybody must be compared.
    """

    leading: int
    middle: int
    everybody: bool


def compare_everybody(fingers: int, persons: int) -> Shortlist:
    """Leave nobody out, however many fingers there are in common.

    Examples:
        >>> compare_everybody(10, 5000)
        Shortlist(leading=5000, middle=5000, everybody=True)
    """
    return Shortlist(persons, persons, everybody=True)


def read(data: bytes, version: str) -> Penetrations:
    """Read a table.

    Raises:
        SketchModelError: ``shortlist_corrupt`` or ``shortlist_version``.
    """
    try:
        found = json.loads(data)
        table = Penetrations(
            str(found["version"]),
            tuple(float(miss) for miss in found["misses"]),
            *(tuple(tuple(map(float, row)) for row in found[stage]) for stage in _STAGES),
        )
        model = str(found["model"])
    except (ValueError, KeyError, TypeError) as error:
        raise SketchModelError(
            "shortlist_corrupt",
            f"the shortlist table cannot be read ({type(error).__name__}); install the package "
            "again",
        ) from error
    if (table.version, model) != (version, SKETCH_MODEL[1]):
        raise SketchModelError(
            "shortlist_version",
            f"the shortlist table is {table.version!r} of model {model!r}, this package needs "
            f"{version!r} of {SKETCH_MODEL[1]!r}; install the package again",
        )
    if not _sound(table):
        raise SketchModelError(
            "shortlist_corrupt", "the shortlist table is not in order; install the package again"
        )
    return table


def _sound(table: Penetrations) -> bool:
    """Fewer misses need longer lists, more fingers shorter ones."""
    misses = np.array(table.misses)
    if len(misses) < 2 or (np.diff(misses) >= 0).any() or misses[-1] <= 0:
        return False
    for rows in (np.array(table.leading), np.array(table.middle)):
        if rows.shape != (10, len(misses)) or (rows <= 0).any() or (rows > 1).any():
            return False
        if (np.diff(rows, axis=1) < 0).any() or (np.diff(rows, axis=0) > 0).any():
            return False
    return True


@cache
def shipped() -> Penetrations:
    """Read the table of this package, once per process."""
    file, version = SKETCH_SHORTLIST
    place = files("matching.fingerprint").joinpath("models", file)
    try:
        data = place.read_bytes()
    except FileNotFoundError as error:
        raise SketchModelError(
            "shortlist_missing", f"models/{file} is missing; install the package again"
        ) from error
    return read(data, version)


def shortlist(
    fingers: int,
    persons: int,
    *,
    budget: float = MISS_BUDGET,
    foreign: bool = False,
    table: Penetrations | None = None,
) -> Shortlist:
    """Say how many candidates to keep.

    Args:
        fingers: That probe and reference have in common, 0..10.  A probe of ten fingers finds
            references with fewer of them only if the list is long enough for the fewest; beside
            strangers who have all ten, eight common fingers then need up to three times the list
            of eight, which the safety of the table covers.
        persons: That are searched.
        budget: Share of mates that may be lost, above 0 and below 1; each stage gets half.
        foreign: Whether the minutiae of the probe or of a reference come from another extractor
            (``MinutiaeFamily.FOREIGN``).  Foreign references in a gallery of others are to be
            compared always.
        table: Calibrated penetrations; those of the package if None.

    Returns:
        The lengths of both lists; everybody where a list would hold more than a tenth of all.

    Raises:
        ValueError: fingers, persons or budget is out of range.
        SketchModelError: the table of the package is missing, damaged or of another version.

    Examples:
        >>> shortlist(0, 5000)
        Shortlist(leading=5000, middle=5000, everybody=True)
    """
    if not 0 <= fingers <= 10 or persons < 0 or not 0 < budget < 1:
        raise ValueError(f"fingers {fingers} of 0..10, persons {persons}, budget {budget} of 0..1")
    chosen = shipped() if table is None else table
    if foreign or fingers == 0 or persons <= _LEAST:
        return compare_everybody(fingers, persons)
    lengths = []
    for rows in (chosen.leading, chosen.middle):
        share = _share(chosen.misses, rows[fingers - 1], budget / 2)
        if share > _MOST:
            return compare_everybody(fingers, persons)
        lengths.append(min(persons, max(_LEAST, math.ceil(share * persons))))
    return Shortlist(lengths[0], min(lengths), everybody=False)


def _share(misses: Sequence[float], row: Sequence[float], miss: float) -> float:
    """Interpolate in logarithms; everybody below the least miss that was measured."""
    if miss < misses[-1]:
        return 1.0
    return float(np.exp(np.interp(-np.log(miss), -np.log(misses), np.log(row))))
