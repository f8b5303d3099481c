"""How far codes may differ before a reference is left out, from a budget of mates that may be lost.

A cut is a number of standard deviations: two codes of n bits of different people differ in n/2 bits
with a standard deviation of sqrt(n)/2, and a reference passes if it differs in at most
n/2 - z sqrt(n)/2.  The higher z, the fewer candidates and the more mates lost.
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
from matching.kernels.vector import FIRST_BITS

__all__ = ["Cut", "cut_of", "distances", "upper_bound"]

_WORDS = FIRST_BITS // 64
_NONE = -100.0  # every distance passes
_SPREAD = 4.0  # standard deviations of a mate's distance


@dataclass(frozen=True, slots=True)
class Cut:
    """The cuts of both stages, with where they come from.

    Args:
        layout: Name of the layout.
        version: Raised with every calibration.
        first: z of the first half of the code.
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

    def distances(
        self, masks: NDArray[np.uint64], everything: NDArray[np.uint64]
    ) -> NDArray[np.int32]:
        """Largest distances that pass: first half and whole code of every probe.

        Args:
            masks: (Q, 8), which bits of a probe's code count.
            everything: (8,), the same of somebody of whom nothing is missing.

        Returns:
            (Q, 2) int32.
        """
        bits, full = _bits(masks), _bits(everything[None])[0]
        stages = zip(bits.T, (self.first, self.whole), full.tolist(), strict=True)
        return np.stack([distances(counted, z, of) for counted, z, of in stages], axis=1)


def _bits(masks: NDArray[np.uint64]) -> NDArray[np.int64]:
    """(Q, 2): bits that count of the first half and of the whole code."""
    counts = np.bitwise_count(masks).astype(np.int64)
    return np.stack([counts[:, :_WORDS].sum(axis=1), counts.sum(axis=1)], axis=1)


def distances(bits: NDArray[np.int64], z: float, of: int) -> NDArray[np.int32]:
    """Largest distance that passes of codes of so many bits.

    A mate's distance lies sqrt(bits) times a constant below chance, so a probe with fewer bits than
    the cut was calibrated with, ``of``, gets a lower z; four standard deviations of the mates' own
    spread, which does not shrink, are kept free.
    """
    share = np.minimum(1.0, np.sqrt(bits / of))
    lowered = share * z - _SPREAD * (1 - share)
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
