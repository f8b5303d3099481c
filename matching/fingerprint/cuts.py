"""How near sketches must be so that no more mates are lost than a budget allows.

A mate is expected nearer the stronger both captures are: ten good fingers lie fifteen deviations
from the strangers, ten bad ones four.  So a reference is not judged by its distance alone but by
the evidence of it, a likelihood ratio: how probable the distance is for a mate of such a strength
against how probable it is for a stranger.  A weak reference at a middling distance stays, a strong
one at the same distance goes.  Each of the three stages (128 bits, 256 bits, codes of 512 values)
keeps everybody whose evidence reaches its cut; the cuts were measured, with the few numbers of the
expectation, by ``python -m benchmarks calibrate-sketches`` on synthetic people that the model was
not fitted to, and are versioned with the model.

What is kept depends on the probe and the reference alone: not on how many others there are, nor on
how a gallery is split.  For foreign minutiae, whose qualities mean something else or nothing, there
is no cut: they are compared always.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
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
    "compare_everybody",
    "cut",
    "evidence",
    "expected",
    "limits",
    "lowest",
    "read",
    "shipped",
]

MISS_BUDGET = 1e-4
"""Share of mates that the stages before the minutiae comparison may lose together."""

_STAGES = 3
_STRENGTHS = np.arange(256.0)  # of a reference, as segments keep it
_LEAST_EXPECTED = 0.1  # deviations; a mate is never expected farther away than strangers
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Stage:
    """What is known of mates at one stage; distances in deviations of strangers, nearer = higher.

    Args:
        slope: Nearness of one finger of a mate per unit of strength.
        offset: The same at strength 0.
        spread: Deviation of mates around what is expected: constant and per expected unit.
        cuts: Evidence (natural-log likelihood ratio) that all mates but a share reach: a row for
            each entry of ``Cuts.fingers``, in it one for each entry of ``Cuts.misses``.
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
        misses: Shares of mates lost, descending.
        typical: Strength of a reference at the first stage, which does not know it.
        strongest: Strengths above this one count as this one: no more was seen.
        stages: By 128 bits, by 256 bits, by codes.
    """

    version: str
    fingers: tuple[int, ...]
    misses: tuple[float, ...]
    typical: float
    strongest: float
    stages: tuple[Stage, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Limits:
    """What a reference must reach; inclusive.

    Args:
        leading: Largest distance by 128 bits; negative: nobody is near enough.
        middle: (256,) int64, largest distance by 256 bits, by the strength of the reference.
        codes: (256,) int64, least likeness by codes, by the strength of the reference.
    """

    leading: int
    middle: NDArray[np.int64]
    codes: NDArray[np.int64]


def expected(stage: Stage, fingers: int, *, probe: float, references: Floats) -> Floats:
    """How near a mate is expected.

    Args:
        stage: Of the table.
        fingers: In common, 1..10.
        probe: Strength of the probe, 0..255.
        references: Strengths of references, any shape.

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


def lowest(stage: Stage, wanted: Floats, cut: float) -> Floats:
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


def limits(
    probe: ScanProbes, fingers: int, *, budget: float = MISS_BUDGET, table: Cuts | None = None
) -> Limits | None:
    """Say what references must reach that have some fingers in common with a probe.

    Args:
        probe: What is looked for.
        fingers: In common, 0..10.
        budget: Share of mates that may be lost, above 0 and below 1; each stage gets a third.
        table: Calibrated cuts; those of the package if None.

    Returns:
        The limits; None where no cut is known (fewer fingers or a smaller budget than were
        measured), so that everybody must be compared.

    Raises:
        ValueError: fingers or budget is out of range.
        SketchModelError: the table of the package is missing, damaged or of another version.
    """
    if not 0 <= fingers <= 10 or not 0 < budget < 1:
        raise ValueError(f"fingers {fingers} of 0..10 or budget {budget} of 0..1 is out of range")
    chosen = shipped() if table is None else table
    if cut(chosen, 0, fingers, budget=budget) == -np.inf:
        return None
    found = []
    strength = min(probe.strength, chosen.strongest)
    for number, (stage, strangers) in enumerate(zip(chosen.stages, probe.strangers, strict=True)):
        known = np.minimum(_STRENGTHS if number else chosen.typical, chosen.strongest)
        wanted = expected(stage, fingers, probe=strength, references=np.asarray(known))
        least = lowest(stage, wanted, cut(chosen, number, fingers, budget=budget))
        away = np.clip(least * strangers.deviation * np.sqrt(fingers), -1e6, 1e6)
        # Distances shrink and likenesses grow with nearness.
        found.append((strangers.mean - away, strangers.mean + away))
    (leading, _), (middle, _), (_, codes) = found
    return Limits(
        int(min(np.floor(leading), NEVER - 1)),
        np.floor(middle).astype(np.int64),
        np.ceil(codes).astype(np.int64),
    )


def compare_everybody(probe: ScanProbes, fingers: int) -> Limits | None:
    """Know no cut, as ``limits`` where there is none."""
    return None


def cut(table: Cuts, stage: int, fingers: int, *, budget: float) -> float:
    """Evidence that a reference needs; minus infinity where nothing was measured.

    Args:
        table: Of cuts.
        stage: 0 for 128 bits, 1 for 256, 2 for codes.
        fingers: In common.
        budget: Share of mates that all stages may lose together.
    """
    row = int(np.searchsorted(table.fingers, fingers, side="right")) - 1
    miss = budget / _STAGES
    if row < 0 or miss < table.misses[-1]:
        return -np.inf
    return float(np.interp(-np.log(miss), -np.log(table.misses), table.stages[stage].cuts[row]))


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
            float(found["typical"]),
            float(found["strongest"]),
            tuple(_stage(one) for one in found["stages"]),
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
    numbers = [table.typical, table.strongest, *misses]
    for stage in table.stages:
        if [len(row) for row in stage.cuts] != [len(misses)] * len(fingers) or stage.slope <= 0:
            return False
        if (np.diff(stage.cuts, axis=1) > 0).any():
            return False
        numbers += [stage.slope, stage.offset, *stage.spread, *np.ravel(stage.cuts)]
    return bool(
        np.isfinite(numbers).all()
        and len(misses) > 1
        and (np.diff(misses) < 0).all()
        and misses[-1] > 0
        and len(fingers) > 0
        and (np.diff(fingers) > 0).all()
        and 1 <= fingers[0] <= fingers[-1] <= FINGERS
        and 0 < table.typical <= table.strongest <= 255
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
