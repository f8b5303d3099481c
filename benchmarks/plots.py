"""Plots for the HTML report, as SVG text; needs the extra ``bench``."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from benchmarks.report import Plot

__all__ = ["bars", "curves"]

_OURS, _PEER = "#1f4e79", "#d9822b"
_SETTINGS: dict[Any, Any] = {  # matplotlib types the names
    "svg.hashsalt": "eurodac",
    "svg.fonttype": "none",
}  # the same text for the same figures


def bars(
    title: str, names: Sequence[str], values: Sequence[float], *, unit: str, scale: str = "log"
) -> Plot:
    """Draw one bar per name; names that begin with "ours" stand out.

    Args:
        title: Of the plot.
        names: In order, from the top.
        values: At least 0; greater than 0 on a logarithmic scale.
        unit: Label of the scale.
        scale: ``"linear"`` or ``"log"``.
    """
    figure = Figure(figsize=(10, 1.2 + 0.3 * len(names)), layout="constrained")
    axes = figure.subplots()
    drawn = axes.barh(range(len(names)), values, color=[_color(name) for name in names])
    axes.set_yticks(range(len(names)), names, fontsize=8)
    axes.bar_label(drawn, fmt="{:,.4g}", fontsize=8, padding=2)
    axes.invert_yaxis()
    axes.set_xscale(scale)
    axes.margins(x=0.12)  # room for the figures
    if scale == "linear":
        axes.set_xlim(left=0)
    axes.set_xlabel(unit)
    said = "; ".join(f"{name}: {value:,.4g}" for name, value in zip(names, values, strict=True))
    return Plot(title, f"Bars, in {unit}. {said}.", _svg(title, figure))


def curves(
    title: str,
    lines: Sequence[tuple[str, ArrayLike, ArrayLike]],
    *,
    labels: tuple[str, str],
    scales: tuple[str, str] = ("linear", "linear"),
    diagonal: bool = False,
) -> Plot:
    """Draw named lines.

    Args:
        title: Of the plot.
        lines: Name, x and y of equal length; points where one is not finite, or not above 0 on a
            logarithmic scale, are left out.
        labels: Of both axes.
        scales: ``"linear"`` or ``"log"`` of both axes.
        diagonal: Draw x = y beside them.
    """
    figure = Figure(figsize=(10, 5), layout="constrained")
    axes = figure.subplots()
    for name, x, y in lines:
        points = np.array([np.asarray(x), np.asarray(y)], np.float64)
        kept = np.isfinite(points).all(axis=0)
        for row, scale in zip(points, scales, strict=True):
            kept &= (row > 0) | (scale != "log")
        axes.plot(*points[:, kept], linewidth=1.2, label=name)
    axes.set_xscale(scales[0])
    axes.set_yscale(scales[1])
    if diagonal:
        axes.axline((0, 0), slope=1, color="grey", linewidth=0.8)
    axes.set_xlabel(labels[0])
    axes.set_ylabel(labels[1])
    axes.legend(fontsize=7)
    said = ", ".join(name for name, _, _ in lines)
    return Plot(title, f"Lines of {labels[1]} over {labels[0]}: {said}.", _svg(title, figure))


def _color(name: str) -> str:
    return _OURS if name.startswith("ours") else _PEER


def _svg(title: str, figure: Figure) -> str:
    """Return the element, its ids made unique among the plots of a page."""
    FigureCanvasSVG(figure)
    file = io.StringIO()
    with mpl.rc_context(_SETTINGS):
        figure.savefig(file, format="svg", metadata={"Date": None})
    found = file.getvalue()
    prefix = re.sub(r"\W+", "-", title.lower()) + "-"
    found = re.sub(r'(\bid="|href="#|url\(#)', rf"\g<1>{prefix}", found)
    return found[found.index("<svg") :].rstrip()
