"""Files that people hand to the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from eurodac import strict_json

__all__ = ["InputFile", "looks_like_json", "read_message"]

InputFile = Annotated[
    Path, typer.Argument(exists=True, dir_okay=False, readable=True, show_default=False)
]


def looks_like_json(data: bytes) -> bool:
    """Say whether a file is meant as JSON; everything else is an ANSI/NIST-ITL file."""
    return data.lstrip()[:1] == b"{"


def read_message(data: bytes) -> object:
    """Read a JSON message.

    Raises:
        MalformedJsonError: it is not JSON.
    """
    return strict_json.parse(data)
