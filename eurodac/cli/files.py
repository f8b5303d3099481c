"""Files that people hand to the command line."""

from __future__ import annotations

from codecs import BOM_UTF8
from pathlib import Path
from typing import Annotated

import typer

from eurodac import strict_json

__all__ = ["InputFile", "looks_like_json", "read_message", "without_mark"]

InputFile = Annotated[
    Path, typer.Argument(exists=True, dir_okay=False, readable=True, show_default=False)
]


def looks_like_json(data: bytes) -> bool:
    """Say whether a file is meant as JSON; everything else is an ANSI/NIST-ITL file."""
    return without_mark(data).lstrip()[:1] == b"{"


def without_mark(data: bytes) -> bytes:
    """Leave out the mark (EF BB BF) with which some programs begin a file of UTF-8."""
    return data.removeprefix(BOM_UTF8)


def read_message(data: bytes) -> object:
    """Read a JSON message.

    Raises:
        MalformedJsonError: it is not JSON.
    """
    return strict_json.parse(without_mark(data))
