"""What a scenario hands back, as JSON and as a table."""

from __future__ import annotations

import json
import os
import platform
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

__all__ = [
    "Plot",
    "Result",
    "Row",
    "Value",
    "columns",
    "commit_of_tree",
    "document",
    "print_table",
    "shown",
    "write_json",
]

Value = float | int | str | bool | None
_MIB = 2**20


@dataclass(frozen=True, slots=True)
class Row:
    """One line: who, on what, how well.

    Args:
        subject: ``"ours"`` or the name of a peer.
        case: Database, or size of the problem.
        metrics: snake_case name with its unit -> value; rates as fractions 0..1.
    """

    subject: str
    case: str
    metrics: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Plot:
    """A picture of the rows, for the HTML report only.

    Args:
        title: What it shows.
        description: What somebody who cannot see it should know.
        svg: One ``<svg>`` element that needs no other file.
    """

    title: str
    description: str
    svg: str


@dataclass(frozen=True, slots=True)
class Result:
    """What a scenario measured.

    Args:
        parameters: Everything that another run needs to measure the same.
        rows: In the order of the table.
        plots: For the HTML report; empty where none was asked for.
    """

    parameters: Mapping[str, Value]
    rows: Sequence[Row]
    plots: Sequence[Plot] = ()


def document(scenario: str, result: Result, *, commit: str | None = None) -> dict[str, object]:
    """Return the JSON object of a run: scenario, commit, machine, parameters, rows.

    Args:
        scenario: Its name on the command line.
        result: What it measured.
        commit: What ``commit_of_tree`` said before a long run; asked now by default.
    """
    return {
        "scenario": scenario,
        "commit": commit or commit_of_tree(),
        "machine": _machine(),
        "parameters": dict(result.parameters),
        "rows": [asdict(row) | {"metrics": dict(row.metrics)} for row in result.rows],
    }


def write_json(path: Path, found: Mapping[str, object]) -> None:
    """Write the JSON object of a run; the folder must exist."""
    path.write_text(json.dumps(found, indent=1, allow_nan=False) + "\n", "utf-8")


def print_table(scenario: str, result: Result, console: Console) -> None:
    """Print one line per row and one column per metric."""
    names = columns([row.metrics for row in result.rows])
    said = ", ".join(f"{name} {value}" for name, value in result.parameters.items())
    table = Table(title=scenario, caption=said)
    for name in ("subject", "case"):
        table.add_column(name)
    for name in names:
        table.add_column(name, justify="right")
    for row in result.rows:
        table.add_row(row.subject, row.case, *(shown(row.metrics.get(name)) for name in names))
    console.print(table)


def columns(rows: Sequence[Mapping[str, Value]]) -> list[str]:
    """Return the names of all metrics, in the order in which rows bring them."""
    return list(dict.fromkeys(name for row in rows for name in row))


def shown(value: Value) -> str:
    """Return a value as every table shows it."""
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
    return str(value)


def commit_of_tree() -> str:
    """Return the commit that is checked out, ``-dirty`` where it differs, or ``"unknown"``."""
    command = ["git", "describe", "--always", "--abbrev=40", "--dirty", "--exclude=*"]
    folder = Path(__file__).parent
    try:
        found = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return found.stdout.strip()


def _machine() -> dict[str, Value]:
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return {
        "cpu": _cpu(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_mib": pages // _MIB,
        "system": platform.platform(),
        "python": platform.python_version(),
    }


def _cpu() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text("utf-8").splitlines() if cpuinfo.is_file() else []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())
