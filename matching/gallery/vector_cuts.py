"""How far codes may differ before a reference is left out, from a budget of mates that may be lost.

A cut is a number of standard deviations.  A sextet of a leading code costs what a group of the
probe's coordinates lacks of the sign vector that it names; of different people no sign vector is
more probable than another, which says what the costs sum to and how the sum varies.  Whole codes of
n bits of different people differ in n/2 bits with a deviation of sqrt(n)/2.  A reference passes if
it lies z deviations below chance, so the higher z, the fewer candidates and the more mates lost.
``python -m benchmarks calibrate-cuts`` finds, for captures of a noise model, the highest z of both
stages whose loss has a 95 % upper bound within the budget, and prints the rows of vector_cuts.toml.
A mate counts as lost only if exact search would have identified it (score at or above the threshold
of FPIR 1e-3).
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from matching.gallery.vector_layout import Layout
from matching.kernels.vector import Sieve
from matching.kernels.vector_codes import codes, tables

__all__ = ["Cut", "cut_of", "distances", "upper_bound"]

_NONE = -100.0  # every distance passes
_SPREAD = 4.0  # standard deviations of a mate's distance


@dataclass(frozen=True, slots=True)
class Cut:
    """The cuts of both stages, with where they come from.

    Args:
        layout: Name of the layout.
        version: Raised with every calibration.
        first: z of the leading code.
        whole: z of the whole code.
        lost: Share of mates lost in calibration, 0..1.
        lost_upper_95: Its 95 % upper bound.
        origin: Command and data.
    """

    layout: str
    version: int
    first: float
    whole: float
    lost: float
    lost_upper_95: float
    origin: str

    def sieve(self, layout: Layout, rows: NDArray[np.int8], held: NDArray[np.uint16]) -> Sieve:
        """What must be true of a reference to be scored.

        Args:
            layout: Of the rows.
            rows: (Q, D) int8 of the probes.
            held: (Q,) uint16, their segments.
        """
        lowered, farthest = _by_pattern(self, layout)
        masks, cuts = layout.masks[held], np.empty((len(rows), 2), np.int32)
        costs, cuts[:, 0] = tables(rows, layout.groups, lowered[held])
        cuts[:, 1] = farthest[held]
        return Sieve(codes(rows, layout.sources, masks), masks, costs, cuts)


@cache
def _by_pattern(cut: Cut, layout: Layout) -> tuple[NDArray[np.float64], NDArray[np.int32]]:
    """The z of leading codes and the largest distance of whole codes, by who has which segments."""
    lowered = _lowered(layout.leading_shares, cut.first)
    return lowered, distances(layout.bits, cut.whole, int(layout.bits[-1]))


def _lowered(share: NDArray[np.float64], z: float) -> NDArray[np.float64]:
    """The z of probes that have so much of what the cut was calibrated with.

    A mate lies below chance by so many deviations as the root of that is long, so who has less gets
    a lower z; four standard deviations of the mates' own spread, which does not shrink, are kept
    free.
    """
    root = np.sqrt(np.minimum(1.0, share))
    lowered: NDArray[np.float64] = root * z - _SPREAD * (1 - root)
    return lowered


def distances(bits: NDArray[np.int64], z: float, of: int) -> NDArray[np.int32]:
    """Largest distance that passes of codes of so many bits; ``of`` of them are a whole code."""
    lowered = _lowered(bits / of, z)
    return np.floor(bits / 2 - lowered * np.sqrt(bits) / 2).astype(np.int32)


def upper_bound(lost: int, of: int) -> float:
    """95 % upper bound of a share of which ``lost`` in ``of`` were seen (conservative Poisson).

    Examples:
        >>> round(upper_bound(0, 100_000), 7)
        3.96e-05
    """
    return (lost + 1.96 * float(np.sqrt(lost + 1)) + 2) / of


@cache
def _cuts() -> dict[str, Cut]:
    text = files("matching.gallery").joinpath("vector_cuts.toml").read_text("utf-8")
    return {row["layout"]: Cut(**row) for row in tomllib.loads(text)["cut"]}


def cut_of(layout: Layout) -> Cut:
    """The shipped cut of a layout; one that lets everything pass where none was calibrated."""
    everything = Cut(layout.name, 0, _NONE, _NONE, 0.0, 0.0, "not calibrated")
    return _cuts().get(layout.name, everything)
