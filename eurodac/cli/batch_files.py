"""Files of the bulk linkage: rows in, pairs and clusters out; nothing is left half-written."""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from importlib import import_module
from pathlib import Path

from eurodac import strict_json
from eurodac.cli.batch_fingers import read_finger_set
from eurodac.cli.files import without_mark
from eurodac.errors import BatchError, EurodacError
from matching.linkage import Column, ColumnKind, Records
from matching.name.text import MAX_CHARACTERS
from matching.template import FingerSet

__all__ = ["Batch", "read_batches", "write_whole"]

_NAMES = frozenset({"name", "names", "forenames", "surnames"})
_DATES = frozenset({"birth_date"})
_DATE = re.compile(r"([0-9]{4}(-[0-9]{1,2}){0,2})?")  # also days that do not exist: slips are data
_DOCUMENTS = frozenset({"document", "documents", "document_number", "document_numbers"})
_FINGERS = "fingerprints"
_BIOMETRIC = frozenset({"biometric_bits", "templates", "fingers", "facial_image"})
_ID = "id"
_TOLD = _NAMES | _DATES | _DOCUMENTS | {_FINGERS}  # another name may be a person's
_MOST_TOLD = 10


@dataclass(frozen=True, slots=True)
class Batch:
    """One file.

    Args:
        ids: What its rows call themselves; the number of the line where they do not, of the row in
            Parquet.
        records: Its columns and fingers.
        left_out: Columns that are not compared, because the other file has none of that name: the
            names that docs/names.md lists, any other as its number, in the order of appearance.
    """

    ids: tuple[str, ...]
    records: Records
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _File:
    """Rows as they were read; every row has every column, "" where it has none, and an id.

    ``columns`` are all names, in the order in which they first occur.
    """

    rows: list[dict[str, str]]
    ids: tuple[str, ...]
    fingers: tuple[FingerSet, ...]
    columns: tuple[str, ...]


def read_batches(paths: Iterable[Path]) -> list[Batch]:
    """Read files that are to be linked with each other.

    Columns: ``id``; ``names``, ``forenames`` and ``surnames`` are the name, ``birth_date`` a date
    (yyyy, yyyy-mm or yyyy-mm-dd), ``documents`` numbers of documents (a list, or ";" between them),
    ``fingerprints`` fingers in the shape of a transmission, every other column a text.  What one
    of the files lacks is not compared.

    Raises:
        BatchError: ``batch_row``, ``batch_empty``, ``batch_columns``, ``batch_fingers``,
            ``batch_no_parquet``.
    """
    files = [_file(path) for path in paths]
    shared = [name for name in files[0].rows[0] if all(name in file.rows[0] for file in files)]
    columns = [name for name in shared if name != _ID]
    with_fingers = all(file.fingers for file in files)
    if not columns and not with_fingers:
        raise BatchError("batch_columns", "the files share no column that could be compared")
    return [_batch(file, columns, with_fingers=with_fingers) for file in files]


def _batch(file: _File, columns: list[str], *, with_fingers: bool) -> Batch:
    found = tuple(Column(name, _kind(name), [row[name] for row in file.rows]) for name in columns)
    compared = {*columns, _ID, *([_FINGERS] if with_fingers or not file.fingers else [])}
    left_out = [
        name if name in _TOLD else f"column {number}"
        for number, name in enumerate(file.columns, 1)
        if name not in compared
    ]
    records = Records(found, file.fingers if with_fingers else ())
    if more := left_out[_MOST_TOLD:]:
        left_out[_MOST_TOLD:] = [f"{len(more)} more"]
    return Batch(file.ids, records, tuple(left_out))


def _kind(name: str) -> ColumnKind:
    if name in _NAMES:
        return ColumnKind.NAME
    if name in _DOCUMENTS:
        return ColumnKind.DOCUMENT
    return ColumnKind.DATE if name in _DATES else ColumnKind.TEXT


def _file(path: Path) -> _File:
    read = _parquet(path) if path.suffix == ".parquet" else _ndjson(path)
    rows, fingers = [], []
    ids: dict[str, None] = {}
    every: dict[str, None] = {}
    for line, row in read:
        if not isinstance(row, Mapping):
            raise _refused(path, line, "is not an object")
        fingers.append(read_finger_set(row.get(_FINGERS), where=f"{path.name}, line {line}"))
        rows.append({str(name): _text(str(name), value, number, path=path, line=line)
                     for number, (name, value) in enumerate(row.items(), 1)
                     if name != _FINGERS})  # fmt: skip
        every |= dict.fromkeys(map(str, row))
        found = rows[-1].get(_ID) or str(line)
        if found in ids:
            raise _refused(path, line, "has the same id as another row, or its line as id")
        ids[found] = None
    if not rows:
        raise BatchError("batch_empty", f"{path.name} has no rows")
    columns = [name for name in every if name != _FINGERS]
    if not _BIOMETRIC.isdisjoint(columns):
        raise BatchError(
            "batch_columns",
            "of biometrics only fingerprints are linked, in a column of that name",
        )
    filled = [{name: row.get(name, "") for name in columns} for row in rows]
    kept = tuple(fingers) if any(map(len, fingers)) else ()
    return _File(filled, tuple(ids), kept, tuple(every))


def _ndjson(path: Path) -> list[tuple[int, object]]:
    found = []
    for line, data in enumerate(without_mark(path.read_bytes()).splitlines(), 1):
        if data.strip():
            try:
                found.append((line, strict_json.parse(data)))
            except EurodacError as error:
                raise _refused(
                    path, line, "is not JSON in UTF-8; a file has one object a line, or is Parquet "
                    "and named .parquet"
                ) from error  # fmt: skip
    return found


def _parquet(path: Path) -> list[tuple[int, object]]:
    try:
        parquet = import_module("pyarrow.parquet")
        unreadable = import_module("pyarrow").ArrowException
    except ModuleNotFoundError as error:
        raise BatchError(
            "batch_no_parquet",
            "Parquet files need pyarrow: pip install '.[parquet]' in the folder of the project",
        ) from error
    try:
        return list(enumerate(parquet.read_table(path).to_pylist(), 1))
    except (unreadable, OSError, UnicodeDecodeError) as error:
        raise BatchError("batch_row", f"{path.name} is not a Parquet file, or damaged") from error


def _text(name: str, value: object, number: int, *, path: Path, line: int) -> str:
    """A value as text; ``number`` says which, as a name that is not known may be a person's."""
    text = _as_text(name, value)
    if text is None:
        raise _refused(
            path, line, f"has a value, number {number}, that is neither text, list of texts nor "
            "whole number; write other numbers as text"
        )  # fmt: skip
    if name in _DATES and not _DATE.fullmatch(text):
        raise _refused(path, line, f"has a {name} that is not yyyy, yyyy-mm or yyyy-mm-dd")
    if name in _NAMES and len(text) > MAX_CHARACTERS:
        raise _refused(
            path, line, f"has more than {MAX_CHARACTERS} characters in {name}: "
            "give each alias a row of its own"
        )  # fmt: skip
    return text


def _as_text(name: str, value: object) -> str | None:
    if value is None:
        return ""
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        return ("; " if name in _DOCUMENTS else " ").join(value)
    if isinstance(value, date):
        return value.isoformat()[:10]
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
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
