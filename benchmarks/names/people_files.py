"""People to be searched and probes of them, from two files that somebody else wrote.

Both are CSV in UTF-8 with a line of names first; other columns are passed over:

``person``       whole number below 2**31: whom the line is about; aliases are lines of their own
``name``         whole name, as a registry or a probe writes it
``birth``        yyyymmdd, with 00 for a day or month that is not known; empty for none
``nationality``  any code; at most 254 of them in both files
``sex``          M or F
"""

from __future__ import annotations

import csv
import hashlib
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.errors import DataError
from benchmarks.names.people import SearchSet
from benchmarks.names.protocols import People, Probe

__all__ = ["COLUMNS", "load_search_set", "short_hash"]

COLUMNS = ("person", "name", "birth", "nationality", "sex")
_SEXES = {"M": 0, "F": 1}
_MOST_PERSON = 2**31 - 1
_MOST_CODES = 254


@dataclass(slots=True)
class _Line:
    person: int
    name: str
    birth: int
    nationality: int
    sex: int


def load_search_set(people: Path, probes: Path, *, most: int) -> SearchSet:
    """Read people and the first probes of them.

    Args:
        people: File of everybody who is searched.
        probes: File of probes; ``person`` says whom each is about.
        most: So many probes at most.

    Raises:
        DataError: a file is missing, empty or no UTF-8, lacks a column, has a line that cannot be
            read, or a probe is about nobody who is searched.

    Cost: 4 microseconds and 120 bytes a person, so 10 million take 1.2 GB.
    """
    codes: dict[str, int] = {}
    names: list[str] = []
    person, birth = array("i"), array("i")
    nationality, sex = array("B"), array("B")
    for line in _lines(people, codes):
        names.append(line.name)
        person.append(line.person)
        birth.append(line.birth)
        nationality.append(line.nationality)
        sex.append(line.sex)
    known = People(
        names,
        np.frombuffer(birth, np.int32),
        np.frombuffer(nationality, np.uint8),
        np.frombuffer(sex, np.uint8),
        np.frombuffer(person, np.int32),
    )
    asked, mates = _probes(probes, codes, most)
    lost = np.setdiff1d(mates, known.identity)
    if len(lost):
        raise DataError(
            f"{probes} asks for person {lost[0]}, who is not in {people}: every probe needs a mate"
        )
    return SearchSet(known, asked, mates)


def short_hash(path: Path) -> str:
    """Return the first twelve digits of the SHA-256 of a file, to name it in a report.

    Raises:
        DataError: the file is missing or cannot be read.
    """
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()[:12]
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}") from error


def _probes(path: Path, codes: dict[str, int], most: int) -> tuple[list[Probe], NDArray[np.int32]]:
    asked, mates = [], array("i")
    for _, line in zip(range(most), _lines(path, codes), strict=False):
        asked.append(Probe(line.name, line.birth, line.nationality, line.sex))
        mates.append(line.person)
    return asked, np.frombuffer(mates, np.int32)


def _lines(path: Path, codes: dict[str, int]) -> Iterator[_Line]:
    """Read line by line; a nationality is numbered when it is first seen."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.reader(file, strict=True)
            places = _places(path, next(rows, []))
            empty = True
            for row in rows:
                empty = False
                try:
                    yield _line([row[place] for place in places], codes)
                except (IndexError, KeyError, ValueError) as error:
                    raise DataError(_refusal(path, rows.line_num)) from error
            if empty:
                raise DataError(f"{path} holds nobody")
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}") from error
    except (csv.Error, UnicodeDecodeError) as error:
        raise DataError(f"{path} is not CSV in UTF-8: {error}") from error


def _places(path: Path, header: list[str]) -> list[int]:
    lacking = [name for name in COLUMNS if name not in header]
    if lacking:
        raise DataError(f"{path} needs the columns {', '.join(COLUMNS)}; it lacks {lacking}")
    return [header.index(name) for name in COLUMNS]


def _line(fields: list[str], codes: dict[str, int]) -> _Line:
    """Read the fields of one line, in the order of COLUMNS; ValueError or KeyError if it cannot."""
    person, name, birth, code, sex = fields
    day = int(birth or 0)
    dated = not birth or (len(birth) == 8 and day // 100 % 100 <= 12 and day % 100 <= 31)
    number = codes.setdefault(code, len(codes))
    if not (name.strip() and dated and code and number < _MOST_CODES):
        raise ValueError("a field is out of range")
    if not (person.isdecimal() and int(person) <= _MOST_PERSON):
        raise ValueError("the person is out of range")
    return _Line(int(person), name, day, number, _SEXES[sex])


def _refusal(path: Path, line: int) -> str:
    return (
        f"{path}, line {line}: it needs a person (whole number below 2**31), a name, a birth date "
        f"(yyyymmdd, 00 for unknown, or nothing), a nationality (one of at most {_MOST_CODES}) and "
        "a sex (M or F)"
    )
