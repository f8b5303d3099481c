"""Runs one subject in a process of its own, or says why it could not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from typing import TypeVar

from benchmarks.choice import not_installed
from benchmarks.isolation import isolated
from benchmarks.names.subjects import Subject
from benchmarks.report import Plot, Row

__all__ = ["attempt", "draw"]

_FAILURES = (ImportError, MemoryError, OSError, RuntimeError, TypeError, ValueError)
_Made = TypeVar("_Made")


def attempt(subject: Subject, case: str, work: Callable[[], _Made]) -> _Made | Row:
    """Do the work on one core in a fresh process; return a row with a note if that is impossible.

    Args:
        subject: Whose work it is.
        case: Of the row.
        work: Can be sent to another process, as its result can.
    """
    if not subject.installed():
        return not_installed(subject.name, case)
    try:
        return isolated(1, {}, work)
    except _FAILURES as error:
        return Row(subject.name, case, {"note": f"failed: {type(error).__name__}: {error}"})


def draw(rows: Sequence[Row], metrics: Sequence[tuple[str, str, str]]) -> list[Plot]:
    """Draw bars of every subject, case by case (extra bench).

    Args:
        rows: Of a result; those without the metric are left out.
        metrics: Name, unit and scale (``"linear"`` or ``"log"``) of what is drawn.
    """
    plots = import_module("benchmarks.plots")
    drawn = []
    for case in dict.fromkeys(row.case for row in rows):
        for name, unit, scale in metrics:
            found = {
                r.subject: r.metrics[name] for r in rows if r.case == case and name in r.metrics
            }
            if found:
                title = f"{case}: {name}"
                drawn.append(plots.bars(title, [*found], [*found.values()], unit=unit, scale=scale))
    return drawn
