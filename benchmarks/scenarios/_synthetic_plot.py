"""The scores of synthetic prints drawn over those of real ones; needs the extra ``bench``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numpy.typing import NDArray

__all__ = ["draw"]

_BIN = 0.01
_SYNTHETIC, _REAL, _SINGLE = "#d9822b", "#1f4e79", "#8fb0cc"
Scores = NDArray[np.float64]


def draw(path: Path, collections: Sequence[tuple[str, Scores, Scores]]) -> None:
    """Draw mated and non-mated similarities as densities.

    Args:
        path: PNG file to write.
        collections: Name, mated and non-mated similarities; "synthetic" and "real" stand out.
    """
    figure = Figure(figsize=(9, 3.6), layout="constrained")
    FigureCanvasAgg(figure)
    for axes, column, title, edges in zip(
        figure.subplots(1, 2),
        (1, 2),
        ("mated", "non-mated"),
        (np.arange(0.15, 0.85, 3 * _BIN), np.arange(0.15, 0.30, _BIN / 4)),
        strict=True,
    ):
        for collection in collections:
            name, scores = collection[0], collection[column]
            density, _ = np.histogram(scores, edges, density=True)
            if name == "synthetic":
                axes.stairs(density, edges, fill=True, color=_SYNTHETIC, alpha=0.6, label=name)
            else:
                color, width = (_REAL, 2.0) if name == "real" else (_SINGLE, 0.8)
                axes.stairs(density, edges, color=color, linewidth=width, label=name)
        axes.set_title(title)
        axes.set_xlabel("similarity of one finger")
        axes.set_ylabel("density")
    figure.axes[0].legend(fontsize=7)
    figure.savefig(path, dpi=90)
