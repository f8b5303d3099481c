"""What the forms of a word depend on, as one value to store beside an index of them."""

from __future__ import annotations

import hashlib
import unicodedata
from importlib.metadata import version
from importlib.resources import files

__all__ = ["READING_VERSION"]

_CODE = "5"  # raise it when code changes a form; tables and libraries speak for themselves


def _digest() -> str:
    state = hashlib.sha256(f"{unicodedata.unidata_version} {version('anyascii')}".encode())
    tables = files("matching.name").joinpath("tables").iterdir()
    for table in sorted(tables, key=lambda path: path.name):
        state.update(table.read_bytes())
    return state.hexdigest()[:8]


READING_VERSION = f"{_CODE}.{_digest()}"
"""Under the same value the same name has the same tokens; an index of another value is rebuilt."""
