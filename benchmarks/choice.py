"""The peers that ``--peers`` names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from benchmarks.errors import BenchmarkError
from benchmarks.report import Row

__all__ = ["PEERS_HELP", "choose", "not_installed"]

PEERS_HELP = "all, none, or names with commas between"
_Peer = TypeVar("_Peer")


def choose(names: str, known: Mapping[str, _Peer]) -> list[_Peer]:
    """Return the peers named: all, none, or names with commas between.

    Raises:
        BenchmarkError: a name is unknown.
    """
    if names in ("all", "none"):
        return list(known.values()) if names == "all" else []
    unknown = [name for name in names.split(",") if name not in known]
    if unknown:
        said = ", ".join(("all", "none", *known))
        raise BenchmarkError(f"--peers: {', '.join(unknown)} unknown; known are {said}")
    return [known[name] for name in names.split(",")]


def not_installed(subject: str, case: str) -> Row:
    """Return the row of a peer that is not there: it is never left out silently."""
    return Row(subject, case, {"note": "not installed: pip install .[peers]"})
