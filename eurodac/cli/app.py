"""All commands together, and what errors become."""

from __future__ import annotations

import json
import sys

import typer

from eurodac.cli import batch, demonstration, importing, links, registry, searches
from eurodac.cli.call import REFUSED, error_body, exit_code, show_error
from eurodac.errors import EurodacError

__all__ = ["app", "main"]

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Eurodac register: people, not applications. Exit codes: 0 done, 1 refused, 2 wrong "
    "usage, 3 not ready.",
)
for module in (demonstration, registry, importing, searches, links, batch):
    module.add_to(app)


def main() -> None:
    """Run the command line; a refusal ends with its code and reason, never with a traceback."""
    try:
        app()
    except EurodacError as error:
        if "--json" in sys.argv:
            typer.echo(json.dumps(error_body(error)), err=True)
        else:
            show_error(error)
        raise SystemExit(exit_code(error) or REFUSED) from None
