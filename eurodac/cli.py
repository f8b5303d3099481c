"""The command line ``eurodac``."""

from __future__ import annotations

import typer

__all__ = ["app", "main"]

app = typer.Typer(no_args_is_help=True, help="Eurodac registry: people, not applications.")


@app.callback()
def _root() -> None:
    """Keep sub-commands even while there is only one."""


def main() -> None:
    """Run the command line."""
    app()
