"""How near sketches must be so that no more mates are lost than a budget allows.

A mate is expected nearer the stronger both captures are: ten good fingers lie fifteen deviations
from the strangers, ten bad ones four.  So a reference is not judged by its distance alone but by
the evidence of it, a likelihood ratio: how probable the distance is for a mate of such a strength
against how probable it is for a stranger.  A weak reference at a middling distance stays, a strong
one at the same distance goes.  Each of the three stages (128 bits, 256 bits, codes of 512 values)
keeps everybody whose evidence reaches its cut.  Those that are left are compared by minutiae, the
most telling fingers first, and given up where the score after the first few stays below what mates
reach.  All cuts of a number of fingers were measured together, with the few numbers of the
expectation, by ``python -m benchmarks calibrate-sketches`` on synthetic people that the model was
not fitted to, and are versioned with the model.

What is kept depends on the probe and the reference alone: not on how many others there are, nor on
how a gallery is split.  For foreign minutiae, whose qualities mean something else or nothing, there
is no cut: who has a finger of them is always compared.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matching.errors import SketchModelError
from matching.fingerprint.sketch_probe import ScanProbes
from matching.kernels.scan import FINGERS, NEVER
from matching.parameters import SKETCH_CUTS, SKETCH_MODEL

__all__ = [
    "MISS_BUDGET",
    "Cuts",
    "Limits",
    "Stage",
    "evidence",
    "expected",
    "limits",
    "lowest",
    "needed",
    "read",
    "shipped",
]

MISS_BUDGET = 1e-4
"""Share of mates that the stages before the minutiae comparison may lose together."""

_STAGES = 3
_STRENGTHS = np.arange(256)  # of a reference, as segments keep it
_FAR = 1e9  # more than any distance or likeness
_LEAST_EXPECTED = 0.1  # deviations; a mate is never expected farther away than strangers
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Stage:
    """What is known of mates at one stage; distances in deviations of strangers, nearer = higher.

    Args:
        slope: Nearness of one finger of a mate per unit of strength.
        offset: The same at strength 0.
        spread: Deviation of mates around what is expected: constant and per expected unit.
        cuts: Evidence (natural-log likelihood ratio) of which the stages together leave all mates
            but a share: a row for each entry of ``Cuts.fingers``, in it one for each entry of
            ``Cuts.misses``.
    """

    slope: float
    offset: float
    spread: tuple[float, float]
    cuts: tuple[tuple[float, ...], ...]


@dataclass(frozen=True, slots=True)
class Cuts:
    """The calibrated table.

    Args:
        version: Of the table.
        fingers: Numbers of fingers in common that were measured, ascending; others take the cut
            of the next smaller one, which is lower.
        misses: Shares of mates lost by all stages together, descending.
        strongest: Strengths above this one count as this one: no more was seen.
        stages: By 128 bits, by 256 bits, by codes.
        scores: Of the minutiae, after 1, 2, ... of the fingers in common, those of the strongest
            pairs first: what mates reach; rows as in ``Stage.cuts``.
    """

    version: str
    fingers: tuple[int, ...]
    misses: tuple[float, ...]
    strongest: float
    stages: tuple[Stage, ...]
    scores: tuple[tuple[tuple[float, ...], ...], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Limits:
    """What a reference must reach, by its number of fingers in common with the probe; inclusive.

    Args:
        leading: (11, 256) int32, largest distance by 128 bits, by the strength of the reference;
            negative: nobody is near enough.
        middle: (11, 256) int64, the same by 256 bits.
        codes: (11, 256) int64, least likeness by codes, by the strength of the reference.
        scores: (11, 10) float64, least score by minutiae after 1..10 fingers.
    """

    leading: NDArray[np.int32]
    middle: NDArray[np.int64]
    codes: NDArray[np.int64]
    scores: Floats


def expected(stage: Stage, fingers: int | Floats, *, probe: float, references: Floats) -> Floats:
    """How near a mate is expected.

    Args:
        stage: Of the table.
        fingers: In common, 0..10.
        probe: Strength of the probe, 0..255.
        references: Strengths of references, of a shape that goes with ``fingers``.

    Returns:
        Deviations of strangers' sums over so many fingers.
    """
    single = stage.slope * np.sqrt(probe * references) + stage.offset
    found: Floats = np.maximum(np.sqrt(fingers) * single, _LEAST_EXPECTED)
    return found


def evidence(stage: Stage, near: Floats, wanted: Floats) -> Floats:
    """Natural-log likelihood ratio of being this near: mate against stranger, both normal.

    Args:
        stage: Of the table.
        near: Deviations from the strangers.
        wanted: What ``expected`` says.
    """
    spread = _spread(stage, wanted)
    found: Floats = near**2 / 2 - ((near - wanted) / spread) ** 2 / 2 - np.log(spread)
    return found


def lowest(stage: Stage, wanted: Floats, cut: float | Floats) -> Floats:
    """Least nearness whose evidence reaches a cut; minus infinity where every one does."""
    spread = _spread(stage, wanted)
    square, linear = (1 - spread**-2) / 2, wanted / spread**2
    constant = -((wanted / spread) ** 2) / 2 - np.log(spread) - cut
    inside = linear**2 - 4 * square * constant
    root = -2 * constant / (linear + np.sqrt(np.maximum(inside, 0)))
    found: Floats = np.where(inside < 0, -np.inf, root)
    return found


def _spread(stage: Stage, wanted: Floats) -> Floats:
    found: Floats = np.maximum(stage.spread[0] + stage.spread[1] * wanted, 1.0)
    return found


def limits(probe: ScanProbes, *, budget: float = MISS_BUDGET, table: Cuts | None = None) -> Limits:
    """Say what references must reach to be compared with a probe.

    Where no cut is known (fewer fingers or a smaller budget than were measured) everybody reaches
    the limits.

    Args:
        probe: What is looked for.
        budget: Share of mates that may be lost, above 0 and below 1.
        table: Calibrated cuts; those of the package if None.

    Raises:
        ValueError: the budget is out of range.
        SketchModelError: the table of the package is missing, damaged or of another version.

    Cost: 0.3 ms.
    """
    if not 0 < budget < 1:
        raise ValueError(f"budget {budget} is out of range: above 0 and below 1")
    chosen = shipped() if table is None else table
    fingers = np.arange(FINGERS + 1.0)[:, None]
    needed, scores = _needed(chosen, budget)
    found = []
    strength = min(probe.strength, chosen.strongest)
    known = np.minimum(np.arange(np.ceil(chosen.strongest) + 1), chosen.strongest)
    column = np.minimum(_STRENGTHS, len(known) - 1)
    for number, (stage, strangers) in enumerate(zip(chosen.stages, probe.strangers, strict=True)):
        wanted = expected(stage, fingers, probe=strength, references=known)
        cuts = needed[number]
        with np.errstate(invalid="ignore"):  # of a cut that is minus infinity, replaced below
            away = lowest(stage, wanted, cuts) * strangers.deviation * np.sqrt(fingers)
        away = np.clip(np.where(np.isfinite(cuts), away, -_FAR), -_FAR, _FAR)
        found.append(np.take(away, column, axis=1))  # in C order, as the scan wants them
    first, second, third = found
    # Distances shrink and likenesses grow with nearness.
    means = [strangers.mean for strangers in probe.strangers]
    return Limits(
        np.clip(np.floor(means[0] - first), -1, NEVER).astype(np.int32),
        np.floor(means[1] - second).astype(np.int64),
        np.ceil(means[2] + third).astype(np.int64),
        scores,
    )


@lru_cache(maxsize=8)
def _needed(table: Cuts, budget: float) -> tuple[Floats, Floats]:
    """Evidence by stage and fingers in common, (3, 11, 1), and scores, (11, 10)."""
    evidences, scores = np.empty((_STAGES, FINGERS + 1, 1)), np.empty((FINGERS + 1, FINGERS))
    for number in range(FINGERS + 1):
        found = needed(table, number, budget=budget)
        evidences[:, number, 0], scores[number] = found[:_STAGES], found[_STAGES:]
    scores.setflags(write=False)
    return evidences, scores


def needed(table: Cuts, fingers: int, *, budget: float) -> Floats:
    """Say what a reference needs for a budget.

    Args:
        table: Of cuts.
        fingers: In common.
        budget: Share of mates that everything together may lose.

    Returns:
        (13,) float64: evidence by 128 bits, by 256 and by codes, then scores after 1..10 fingers;
        minus infinity where nothing was measured.
    """
    found = np.full(_STAGES + FINGERS, -np.inf)
    row = int(np.searchsorted(table.fingers, fingers, side="right")) - 1
    if row < 0 or budget < table.misses[-1]:
        return found
    at, known = -np.log(budget), -np.log(table.misses)
    found[:_STAGES] = [np.interp(at, known, stage.cuts[row]) for stage in table.stages]
    if table.fingers[row] == fingers:
        some = np.array(table.scores[row])
        found[_STAGES : _STAGES + some.shape[1]] = [np.interp(at, known, one) for one in some.T]
    return found


def read(data: bytes, version: str) -> Cuts:
    """Read a table.

    Raises:
        SketchModelError: ``cuts_corrupt`` or ``cuts_version``.
    """
    try:
        found = json.loads(data)
        table = Cuts(
            str(found["version"]),
            tuple(int(number) for number in found["fingers"]),
            tuple(float(miss) for miss in found["misses"]),
            float(found["strongest"]),
            tuple(_stage(one) for one in found["stages"]),
            tuple(tuple(tuple(map(float, row)) for row in rows) for rows in found["scores"]),
        )
        model = str(found["model"])
    except (ValueError, KeyError, TypeError) as error:
        raise SketchModelError(
            "cuts_corrupt",
            f"the table of cuts cannot be read ({type(error).__name__}); install the package again",
        ) from error
    if (table.version, model) != (version, SKETCH_MODEL[1]):
        raise SketchModelError(
            "cuts_version",
            f"the table of cuts is {table.version!r} of model {model!r}, this package needs "
            f"{version!r} of {SKETCH_MODEL[1]!r}; install the package again",
        )
    if not _sound(table):
        raise SketchModelError(
            "cuts_corrupt", "the table of cuts is not in order; install the package again"
        )
    return table


def _stage(found: Mapping[str, Any]) -> Stage:
    constant, growing = found["spread"]
    cuts = tuple(tuple(map(float, row)) for row in found["cuts"])
    return Stage(
        float(found["slope"]), float(found["offset"]), (float(constant), float(growing)), cuts
    )


def _sound(table: Cuts) -> bool:
    """Fewer misses need lower cuts, and every number is one."""
    misses, fingers = np.array(table.misses), np.array(table.fingers)
    numbers = [table.strongest, *misses]
    for stage in table.stages:
        if [len(row) for row in stage.cuts] != [len(misses)] * len(fingers) or stage.slope <= 0:
            return False
        if (np.diff(stage.cuts, axis=1) > 0).any():
            return False
        numbers += [stage.slope, stage.offset, *stage.spread, *np.ravel(stage.cuts)]
    for rows, count in zip(table.scores, fingers.tolist(), strict=False):
        if len(rows) != len(misses) or any(len(row) != len(rows[0]) for row in rows):
            return False
        if len(rows[0]) > count or (np.diff(rows, axis=0) > 0).any():
            return False
        numbers += [*np.ravel(rows)]
    return bool(
        np.isfinite(numbers).all()
        and len(table.scores) == len(fingers)
        and len(misses) > 1
        and (np.diff(misses) < 0).all()
        and misses[-1] > 0
        and len(fingers) > 0
        and (np.diff(fingers) > 0).all()
        and 1 <= fingers[0] <= fingers[-1] <= FINGERS
        and 0 < table.strongest <= 255
        and len(table.stages) == _STAGES
    )


@cache
def shipped() -> Cuts:
    """Read the table of this package, once per process."""
    file, version = SKETCH_CUTS
    place = files("matching.fingerprint").joinpath("models", file)
    try:
        data = place.read_bytes()
    except FileNotFoundError as error:
        raise SketchModelError(
            "cuts_missing", f"models/{file} is missing; install the package again"
        ) from error
    return read(data, version)
