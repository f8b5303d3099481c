"""``python -m benchmarks SCENARIO [options] [--json FILE] [--html FILE]``."""

from __future__ import annotations

import argparse
import pkgutil
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Protocol, cast

from rich.console import Console

from benchmarks import scenarios
from benchmarks.errors import BenchmarkError
from benchmarks.html import page
from benchmarks.report import Result, commit_of_tree, document, print_table, write_json

__all__ = ["Scenario", "find_scenarios", "main"]

_FILE_COLUMNS = 320


class Scenario(Protocol):
    """What a module of benchmarks/scenarios provides."""

    __doc__: str | None

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare the scenario's options."""

    def run(self, args: argparse.Namespace) -> Result:
        """Measure."""


def find_scenarios() -> dict[str, Scenario]:
    """Return every scenario by its name on the command line."""
    names = sorted(module.name for module in pkgutil.iter_modules(scenarios.__path__))
    return {
        name.replace("_", "-"): cast(Scenario, import_module(f"{scenarios.__name__}.{name}"))
        for name in names
        if not name.startswith("_")
    }


def main(argv: Sequence[str]) -> int:
    """Run one scenario: print its table and write its JSON; 2 if it cannot run."""
    try:
        found = find_scenarios()
    except ModuleNotFoundError as error:
        print(f"benchmarks: {error.name} is missing: pip install -e '.[bench]'", file=sys.stderr)
        return 2
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    commands = parser.add_subparsers(dest="scenario", required=True, metavar="SCENARIO")
    for name, scenario in found.items():
        summary = (scenario.__doc__ or "").partition("\n")[0]
        command = commands.add_parser(name, help=summary, description=summary)
        scenario.add_arguments(command)
        command.add_argument("--json", type=Path, metavar="FILE", help="write the result there")
        command.add_argument("--html", type=Path, metavar="FILE", help="write a report there")
    args = parser.parse_args(argv)
    commit = commit_of_tree()  # before the run: the tree may move on while it lasts
    try:
        result = found[args.scenario].run(args)
    except BenchmarkError as error:
        print(f"benchmarks: {error}", file=sys.stderr)
        return 2
    print_table(args.scenario, result, _console())
    told = document(args.scenario, result, commit=commit)
    if args.json is not None:
        write_json(args.json, told)
    if args.html is not None:
        summary = (found[args.scenario].__doc__ or "").strip()
        args.html.write_text(page(told, summary, result.plots), "utf-8")
    return 0


def _console() -> Console:
    """As wide as the terminal; wide enough for every column where there is none."""
    console = Console()
    return console if console.is_terminal else Console(width=_FILE_COLUMNS)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
