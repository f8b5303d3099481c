"""Scores -> calibration: logistic regression, cautious towards databases it has not seen.

1. A balanced logistic regression of "mated" on similarity, a covariate and their product; every
   database weighs the same.  The covariate (none, quality, number of minutiae) is the one with the
   lowest cost on held-out databases.
2. Clips: a comparison speaks at most as strongly for as there were non-mated comparisons, and
   against as there were mated fingers, because nothing rarer could have been seen.
3. Dependence: intraclass correlation of the fingers of one mated pair of captures.
4. Caution: the line is flattened and sinks until the mean likelihood ratio of non-mates is at most
   one on every database that was held out, with the discount of ten fingers; of all pairs of slope
   and height that do it, the one with the lowest held-out cost.

People never stand on both sides: a database is held out as a whole.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from benchmarks.errors import DataError
from benchmarks.scores import Floats, PrintScores
from matching.calibrated import Calibration, Covariate
from matching.calibration import cllr
from matching.fusion import against_weight

__all__ = ["HIGHEST", "calibrate", "dependence_of", "llr_matrix", "with_caution"]

HIGHEST = 9.0  # below PERSON_THRESHOLD, whatever the data say: no finger decides alone
_GAIN = 0.99  # a covariate must lower the held-out cost by 1 % to be worth having
_SCALES = (1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3)  # slopes tried, as shares of the fitted one
_RIDGE = 1e-6
_STEPS = 100
_FINGERS = 10


def calibrate(scores: Sequence[PrintScores], *, highest: float, origin: str) -> Calibration:
    """Estimate steps 1 to 3; ``with_caution`` is step 4.

    Args:
        scores: Of at least two databases.
        highest: Most that one comparison may say for.
        origin: Goes into the row.

    Raises:
        DataError: fewer than two databases.
    """
    if len(scores) < 2:
        raise DataError("calibration needs two databases: one is held out of the estimation")
    costs = {
        covariate: np.mean(
            [
                _cost(_fit(_without(scores, i), covariate, highest=highest), scores[i])
                for i in range(len(scores))
            ]
        )
        for covariate in Covariate
    }
    best = min(costs, key=lambda covariate: costs[covariate])
    if costs[best] > _GAIN * costs[Covariate.NONE]:
        best = Covariate.NONE
    fitted = _fit(scores, best, highest=highest)
    return replace(fitted, dependence=_dependence(scores, best, highest), origin=origin)


def with_caution(
    fitted: Calibration,
    scores: Sequence[PrintScores],
    *,
    dependence: float,
    steepest: float = 1.0,
) -> Calibration:
    """Flatten and lower the line as far as the least favourable held-out database asks for.

    Args:
        fitted: Of all the scores.
        scores: The same scores.
        dependence: The one that the fusion will use.
        steepest: Largest share of the fitted slope that is kept, 0.3..1.
    """
    held = [
        (_fit(_without(scores, i), fitted.covariate, highest=fitted.highest), scores[i])
        for i in range(len(scores))
    ]
    found = {}
    for scale in (share for share in _SCALES if share <= steepest):
        shift = _shift(held, scale, dependence)
        cost = np.mean([_cost(_tempered(c, scale, shift), one) for c, one in held])
        found[scale, shift] = float(cost)
    return _tempered(fitted, *min(found, key=lambda pair: found[pair]))


def _shift(held: Sequence[tuple[Calibration, PrintScores]], scale: float, rho: float) -> float:
    """How far a flattened line must sink, natural-log units."""
    low, high = 0.0, 50.0
    while high - low > 1e-3:
        middle = (low + high) / 2
        worst = max(_non_mated_ratio(_tempered(c, scale, middle), one, rho) for c, one in held)
        low, high = (low, middle) if worst <= 1 else (middle, high)
    return high


def _tempered(calibration: Calibration, scale: float, shift: float) -> Calibration:
    return replace(
        calibration,
        intercept=scale * calibration.intercept - shift,
        slope=scale * calibration.slope,
        tilt=scale * calibration.tilt,
        gain=scale * calibration.gain,
    )


def dependence_of(ratios: Floats) -> float:
    """Intraclass correlation, 0..1, of (captures pairs, fingers) log-likelihood ratios.

    Source: one-way analysis of variance, ICC(1) of Shrout and Fleiss (1979).
    """
    count = ratios.shape[1]
    between = count * ratios.mean(axis=1).var(ddof=1)
    within = ratios.var(axis=1, ddof=1).mean()
    spread = between + (count - 1) * within
    return float(np.clip((between - within) / spread, 0.0, 1.0)) if spread else 0.0


def llr_matrix(calibration: Calibration, scores: PrintScores) -> Floats:
    """(n, n) log-likelihood ratios of every print against every print."""
    return calibration.llr(scores.similarity, scores.covariate(calibration.covariate))


def _without(scores: Sequence[PrintScores], left_out: int) -> list[PrintScores]:
    return [one for i, one in enumerate(scores) if i != left_out]


def _cost(calibration: Calibration, scores: PrintScores) -> float:
    """Cllr on a held-out database."""
    first, second, mated = scores.pairs()
    ratios = llr_matrix(calibration, scores)[first, second]
    return cllr(ratios[mated], ratios[~mated])


def _non_mated_ratio(calibration: Calibration, scores: PrintScores, rho: float) -> float:
    first, second, mated = scores.pairs()
    ratios = llr_matrix(calibration, scores)[first, second][~mated]
    weight = against_weight(_FINGERS, rho)
    return float(np.exp(np.where(ratios > 0, ratios, weight * ratios)).mean())


def _dependence(scores: Sequence[PrintScores], covariate: Covariate, highest: float) -> float:
    """Of the held-out ratios of all databases together: a sensor is a common cause, too."""
    rows = []
    for i, held in enumerate(scores):
        calibration = _fit(_without(scores, i), covariate, highest=highest)
        ratios = held.by_person(llr_matrix(calibration, held))
        places = np.arange(ratios.shape[0])
        captures = combinations(range(ratios.shape[1]), 2)
        rows += [ratios[places, a, places, b] for a, b in captures]
    if len({len(row) for row in rows}) != 1:
        raise DataError("the databases need the same number of fingers")
    return dependence_of(np.array(rows))


def _fit(scores: Sequence[PrintScores], covariate: Covariate, *, highest: float) -> Calibration:
    """Fit the line on whole databases."""
    values = [_pairs_of(one, covariate) for one in scores]
    similarity, covariates, mated, weight = (
        np.concatenate(part) for part in zip(*values, strict=True)
    )
    spread = float(covariates.std())
    centre = float(covariates.mean())
    if covariate is Covariate.NONE or spread == 0.0:
        covariate, centre, spread = Covariate.NONE, 0.0, 1.0
    u = np.clip((covariates - centre) / spread, -2.0, 2.0)
    terms = [np.ones_like(similarity), similarity]
    if covariate is not Covariate.NONE:
        terms += [u, u * similarity]
    found = np.zeros(4)
    found[: len(terms)] = _logistic(np.column_stack(terms), mated, weight)
    intercept, slope, tilt, gain = (float(value) for value in found)
    gain = float(np.clip(gain, -0.45 * slope, 0.45 * slope))  # the line rises at every covariate
    fingers = sum(int(one.finger.max()) + 1 for one in scores)
    return Calibration(
        covariate=covariate, centre=centre, spread=spread,
        intercept=intercept, slope=slope, tilt=tilt, gain=gain,
        lowest=-math.log(fingers), highest=min(highest, math.log(int((~mated).sum()))),
        dependence=0.0, origin="",
    )  # fmt: skip


def _pairs_of(
    scores: PrintScores, covariate: Covariate
) -> tuple[Floats, Floats, NDArray[np.bool_], Floats]:
    first, second, mated = scores.pairs()
    weight = np.where(mated, 0.5 / mated.sum(), 0.5 / (~mated).sum())
    return (
        scores.similarity[first, second],
        scores.covariate(covariate)[first, second],
        mated,
        weight,
    )


def _logistic(terms: Floats, mated: NDArray[np.bool_], weight: Floats) -> Floats:
    """Minimise the weighted logistic loss by Newton steps that never make it worse."""
    scale = terms.std(axis=0)
    scale[scale == 0] = 1.0
    x = terms / scale
    sign = np.where(mated, 1.0, -1.0)
    found = np.zeros(x.shape[1])

    def loss(at: Floats) -> float:
        return float((weight * np.logaddexp(0, -sign * (x @ at))).sum() + _RIDGE * at @ at)

    for _ in range(_STEPS):
        chance = 1 / (1 + np.exp(np.clip(sign * (x @ found), -500, 500)))
        slope = -(weight * sign * chance) @ x + 2 * _RIDGE * found
        curve = (x.T * (weight * chance * (1 - chance))) @ x + 2 * _RIDGE * np.eye(len(found))
        step = np.linalg.solve(curve, slope)
        size = 1.0
        while loss(found - size * step) > loss(found) and size > 1e-6:
            size /= 2
        found = found - size * step
        if np.abs(size * step).max() < 1e-9:
            break
    result: Floats = found / scale
    return result
