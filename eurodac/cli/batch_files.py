"""Files of the bulk linkage: rows in, pairs and clusters out; nothing is left half-written."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from importlib import import_module
from pathlib import Path

from eurodac import strict_json
from eurodac.errors import BatchError, EurodacError
from matching.linkage import Column, ColumnKind, Records

__all__ = ["Batch", "read_batches", "write_whole"]

_NAMES = frozenset({"name", "names", "forenames", "surnames"})
_DATES = frozenset({"birth_date"})
_DOCUMENTS = frozenset({"document", "documents", "document_number", "document_numbers"})
_BIOMETRIC = frozenset({"biometric_bits", "templates", "fingers"})
_ID = "id"


@dataclass(frozen=True, slots=True)
class Batch:
    """One file.

    Args:
        ids: What its rows call themselves; the number of the line where they do not.
        records: Its columns.
    """

    ids: tuple[str, ...]
    records: Records


def read_batches(paths: Iterable[Path]) -> list[Batch]:
    """Read files that are to be linked with each other.

    Columns: ``id``; ``names``, ``forenames`` and ``surnames`` are the name, ``birth_date`` a date
    (yyyy, yyyy-mm or yyyy-mm-dd), ``documents`` numbers of documents (a list, or ";" between them),
    every other column a text.  A column that one of the files lacks is not compared.

    Raises:
        BatchError: ``batch_row``, ``batch_empty``, ``batch_columns``, ``batch_no_parquet``.
    """
    files = [_rows(path) for path in paths]
    shared = [name for name in files[0][0] if all(name in rows[0] for rows in files)]
    if any(name in _BIOMETRIC for rows in files for name in rows[0]):
        raise BatchError("batch_columns", "biometrics are not linked in bulk: leave them out")
    columns = [name for name in shared if name != _ID]
    if not columns:
        raise BatchError("batch_columns", "the files share no column that could be compared")
    return [_batch(rows, columns) for rows in files]


def _batch(rows: list[dict[str, str]], columns: list[str]) -> Batch:
    ids = tuple(row.get(_ID) or str(number) for number, row in enumerate(rows, 1))
    if len(set(ids)) != len(ids):
        raise BatchError("batch_row", "two rows have the same id")
    found = (Column(name, _kind(name), [row[name] for row in rows]) for name in columns)
    return Batch(ids, Records(tuple(found)))


def _kind(name: str) -> ColumnKind:
    if name in _NAMES:
        return ColumnKind.NAME
    if name in _DOCUMENTS:
        return ColumnKind.DOCUMENT
    return ColumnKind.DATE if name in _DATES else ColumnKind.TEXT


def _rows(path: Path) -> list[dict[str, str]]:
    """Read a file; every row gets every column of the file, "" where it has none."""
    read = _parquet(path) if path.suffix == ".parquet" else _ndjson(path)
    rows = [_texts(row, path, line) for line, row in read]
    if not rows:
        raise BatchError("batch_empty", f"{path.name} has no rows")
    columns = list(dict.fromkeys(name for row in rows for name in row))
    return [{name: row.get(name, "") for name in columns} for row in rows]


def _ndjson(path: Path) -> list[tuple[int, object]]:
    found = []
    for line, data in enumerate(path.read_bytes().splitlines(), 1):
        if data.strip():
            try:
                found.append((line, strict_json.parse(data)))
            except EurodacError as error:
                raise _refused(path, line, "is not JSON") from error
    return found


def _parquet(path: Path) -> list[tuple[int, object]]:
    try:
        parquet = import_module("pyarrow.parquet")
        invalid = import_module("pyarrow").ArrowInvalid
    except ModuleNotFoundError as error:
        raise BatchError(
            "batch_no_parquet",
            "Parquet files need the extra: pip install 'eurodac-register[parquet]'",
        ) from error
    try:
        return list(enumerate(parquet.read_table(path).to_pylist(), 1))
    except invalid as error:
        raise BatchError("batch_row", f"{path.name} is not a Parquet file") from error


def _texts(row: object, path: Path, line: int) -> dict[str, str]:
    if not isinstance(row, Mapping):
        raise _refused(path, line, "is not an object")
    return {str(name): _text(str(name), value, path, line) for name, value in row.items()}


def _text(name: str, value: object, path: Path, line: int) -> str:
    if value is None:
        return ""
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        return ("; " if name in _DOCUMENTS else " ").join(value)
    if isinstance(value, date):
        return value.isoformat()[:10]
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise _refused(path, line, "has a value that is neither text, list of texts nor number")
    return str(value)


def _refused(path: Path, line: int, problem: str) -> BatchError:
    return BatchError("batch_row", f"{path.name}, line {line} {problem}; nothing was written")


def write_whole(path: Path, lines: Iterable[object] | str) -> None:
    """Write a text, or one JSON value a line; the file appears when it is complete."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            if isinstance(lines, str):
                file.write(lines)
            else:
                file.writelines(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
