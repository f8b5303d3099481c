"""The demonstration, from an empty folder to one person's case."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from eurodac.cli.call import REFUSED, Json, console
from eurodac.demo.case import tell_case
from eurodac.demo.run import Demonstration, run
from eurodac.settings import load_settings
from eurodac.views import to_json
from eurodac.visible import visible

__all__ = ["add_to"]


def add_to(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command("demo")(demo)


def demo(
    *,
    directory: Annotated[Path, typer.Option(help="Folder of the demonstration registry.")] = Path(
        "var/demo"
    ),
    seed: Annotated[int, typer.Option(min=0, help="The same seed, the same population.")] = 1358,
    as_json: Json = False,
) -> None:
    """Enrol a synthetic population, check it against its truth, tell one person's case."""
    made = run(directory, seed=seed, console=console(stderr=True))
    if as_json:
        body = {"verdict": asdict(made.verdict), "case": to_json(made.case)}
        typer.echo(json.dumps(body))
    else:
        _tell(made)
    if not made.verdict.agrees:
        raise typer.Exit(REFUSED)


def _tell(made: Demonstration) -> None:
    out, verdict, settings = console(), made.verdict, load_settings()
    out.print(
        f"\n{made.persons} people, {made.datasets} Eurodac datasets, {made.records} records of EES "
        f"and VIS, {made.images} fingerprint images\n"
    )
    for line in tell_case(made.case):
        out.print(visible(line))
    out.print(
        f"\nAgainst the truth file: {verdict.persons_found} of {verdict.persons} people are "
        f"exactly one sequence; {verdict.links_found} of {verdict.links} other records linked, "
        f"{verdict.links_false} wrongly; {verdict.indicators_found} of {verdict.indicators} "
        f"indicators found, {verdict.indicators_false} false: "
        f"{'EVERYTHING AGREES' if verdict.agrees else 'IT DOES NOT AGREE'}"
    )
    out.print(
        f"\nOfficer page: run 'make serve', sign in as immigration_unit of "
        f"{made.case.viewing_state} with purpose {made.case.purpose}, then open\n"
        f"http://{settings.host}:{settings.port}/officer/people/{made.case.person_id}"
    )
