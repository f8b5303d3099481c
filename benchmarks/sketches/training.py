"""Fits a sketch model: what distinguishes fingers, measured against what differs between captures.

The recipe: cells of the pair histogram, centred; whitened by the covariance within fingers (shrunk
towards its mean, so that directions seen too rarely are not blown up); the 512 directions in which
fingers differ most; and fixed random rotations inside the leading 128, the next 128 and the last
256, so that every sign bit of a block carries about as much as the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.sketches.prints import Prints
from matching.fingerprint.sketch_model import BLOCKS, VALUES
from matching.kernels.sketch import CELLS, cells

__all__ = ["Recipe", "augmented", "cells_of", "fit"]

Rows = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a model is trained.

    Args:
        copies: Perturbed copies of every print.
        cut: Largest share of the minutiae cut off on one side.
        lost: Share of minutiae that a copy loses.
        invented: Share of minutiae that a copy gains.
        shift: Jitter of a minutia, pixels.
        turn: Jitter of its direction, radians.
        shrink: Share of the within-finger covariance that is replaced by its mean.
        seed: Of the perturbations and the rotations.
    """

    copies: int = 0
    cut: float = 0.3
    lost: float = 0.15
    invented: float = 0.15
    shift: float = 3.0
    turn: float = 0.12
    shrink: float = 0.3
    seed: int = 1


def cells_of(minutiae: list[Rows]) -> Rows:
    """(N, CELLS) pair histograms of N fingers, each (M, 4) as in a template."""
    counts = np.array([len(rows) for rows in minutiae], np.int64)
    joined = np.concatenate(minutiae) if minutiae else np.zeros((0, 4), np.float32)
    return cells(np.ascontiguousarray(joined, np.float32), counts)


def augmented(rows: Rows, recipe: Recipe, rng: np.random.Generator) -> Rows:
    """Perturb one print: one side cut off, minutiae lost and invented, jitter, other quality."""
    if not len(rows):
        return rows
    turn = rng.uniform(0, 2 * np.pi)
    along = rows[:, 0] * np.cos(turn) + rows[:, 1] * np.sin(turn)
    kept = along >= np.quantile(along, rng.uniform(0, recipe.cut))
    kept &= rng.random(len(rows)) > recipe.lost
    out = rows[kept] if kept.sum() >= 8 else rows
    invented = out[rng.integers(len(out), size=rng.binomial(len(out), recipe.invented))].copy()
    invented[:, :2] += rng.normal(0, 25, (len(invented), 2))
    invented[:, 2] += rng.normal(0, 0.5, len(invented))
    out = np.concatenate([out, invented])
    out[:, :2] += rng.normal(0, recipe.shift, (len(out), 2))
    out[:, 2] += rng.normal(0, recipe.turn, len(out))
    out[:, 3] = np.clip(out[:, 3] * rng.uniform(0.7, 1.3, len(out)), 0.01, 1)
    return out.astype(np.float32)


def fit(sets: Sequence[Prints], recipe: Recipe) -> tuple[Rows, Rows]:
    """Fit the projection.

    Args:
        sets: Prints of different fingers, at least two impressions of every one.
        recipe: How.

    Returns:
        (CELLS, VALUES) projection and the (VALUES,) projection of the mean finger, float32.
    """
    rng = np.random.default_rng(recipe.seed)
    rows = [t.minutiae for prints in sets for t in prints.templates]
    copies = [augmented(r, recipe, rng) for _ in range(recipe.copies) for r in rows]
    ends = np.cumsum([0, *(int(prints.fingers.max()) + 1 for prints in sets)]).tolist()
    fingers = np.concatenate([s.fingers + end for s, end in zip(sets, ends, strict=False)])
    return fit_cells(cells_of([*rows, *copies]), np.tile(fingers, 1 + recipe.copies), recipe)


def fit_cells(found: Rows, fingers: NDArray[np.int64], recipe: Recipe) -> tuple[Rows, Rows]:
    """Fit to histograms; see ``fit``."""
    centre = found.mean(axis=0)
    x = (found - centre).astype(np.float64)
    order = np.argsort(fingers, kind="stable")
    starts = np.flatnonzero(np.diff(fingers[order], prepend=-1))
    counts = np.diff(np.append(starts, len(order)))
    means = np.add.reduceat(x[order], starts) / counts[:, None]
    within = x[order] - np.repeat(means, counts, axis=0)
    covariance = within.T @ within / (len(x) - len(starts))
    size = np.trace(covariance) / CELLS
    covariance = (1 - recipe.shrink) * covariance + recipe.shrink * size * np.eye(CELLS)
    values, vectors = np.linalg.eigh(covariance)
    white = vectors / np.sqrt(values)
    y = x @ white
    _, directions = np.linalg.eigh(y.T @ y / len(y))
    directions = directions[:, ::-1][:, :VALUES]
    projection = white @ directions @ _rotation(recipe.seed)
    return projection.astype(np.float32), (centre @ projection).astype(np.float32)


def _rotation(seed: int) -> NDArray[np.float64]:
    """(VALUES, VALUES) orthogonal, nothing across blocks."""
    rng = np.random.default_rng((seed, VALUES))
    whole = np.zeros((VALUES, VALUES))
    for begin, end in BLOCKS:
        size = end - begin
        whole[begin:end, begin:end] = np.linalg.qr(rng.normal(size=(size, size)))[0]
    return whole
