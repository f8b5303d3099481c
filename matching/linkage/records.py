"""Records as they are linked: columns of texts, of which it is known what kind each is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from matching.errors import NameUnreadableError
from matching.kernels.name_pair import GROUPS, MAX_WORDS, PAIR_WORD
from matching.linkage.documents import DocumentColumn, read_documents
from matching.name.letters import words
from matching.name.read import read_name
from matching.name.token import Token
from matching.name.weights import UNIT
from matching.template import FingerSet

__all__ = [
    "Column",
    "ColumnKind",
    "DateColumn",
    "Encoded",
    "RecordError",
    "Records",
    "TextColumn",
    "encode",
    "laid_out",
]

_BITS_LEAST, _BITS_MOST = 1.0, 18.0


class RecordError(ValueError):
    """Records cannot be linked: what is wrong with which column."""


class ColumnKind(StrEnum):
    """What a column holds."""

    NAME = "name"  # a name or a part of one; all such columns together are the name
    DATE = "date"  # yyyy-mm-dd, parts from the end may be missing or 00
    DOCUMENT = "document"  # numbers of documents, several with ";" between them
    TEXT = "text"  # anything else that people share or do not: place, occupation, code


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    Args:
        name: For explanations.
        kind: What it holds.
        values: Texts, None or "" where nothing is known.
    """

    name: str
    kind: ColumnKind
    values: Sequence[str | None]

    def __repr__(self) -> str:
        return f"Column({self.name}, {self.kind}, {len(self.values)} values)"


@dataclass(frozen=True, slots=True)
class Records:
    """Columns of equal length, and perhaps fingers.

    Args:
        columns: What is said about the people.
        fingers: One set a record, empty where there is none; () if fingers are not compared.

    Raises:
        RecordError: neither columns nor fingers, or lengths that differ.
    """

    columns: tuple[Column, ...]
    fingers: tuple[FingerSet, ...] = ()

    def __post_init__(self) -> None:
        lengths = {len(column.values) for column in self.columns}
        if self.fingers:
            lengths.add(len(self.fingers))
        if len(lengths) != 1:
            raise RecordError("records need at least one column or fingers, all of the same length")

    def __len__(self) -> int:
        return len(self.columns[0].values) if self.columns else len(self.fingers)


@dataclass(frozen=True, slots=True, eq=False)
class DateColumn:
    """Dates of a column as numbers.

    Args:
        name: Of the column.
        parts: (n, 3) year, month, day; 0 for unknown.
        share: (n,) share of the records with a date that have this very one.
    """

    name: str
    parts: NDArray[np.int64]
    share: NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class TextColumn:
    """Values of a column as numbers.

    Args:
        name: Of the column.
        ids: (n,) number of the value, -1 for none.
        share: (values,) share of the records with a value that have this one.
        words: (values,) ``PAIR_WORD`` of each value as one word.
    """

    name: str
    ids: NDArray[np.int64]
    share: NDArray[np.float64]
    words: NDArray[np.void]


@dataclass(frozen=True, slots=True, eq=False)
class Encoded:
    """Records of both files, one below the other, as numbers.

    Args:
        count: Records.
        word_ids: (words of all records,) numbers of words.
        starts: (count + 1,) where the words of each record begin.
        words: (vocabulary,) ``PAIR_WORD``.
        tokens: (vocabulary,) what was read.
        share: (vocabulary,) share of the records that have the word.
        dates: Columns of dates.
        documents: Columns of document numbers.
        texts: The other columns.
        fingers: One set a record; () if fingers are not compared.
    """

    count: int
    word_ids: NDArray[np.int64]
    starts: NDArray[np.int64]
    words: NDArray[np.void]
    tokens: tuple[Token, ...]
    share: NDArray[np.float64]
    dates: tuple[DateColumn, ...]
    documents: tuple[DocumentColumn, ...]
    texts: tuple[TextColumn, ...]
    fingers: tuple[FingerSet, ...]


def encode(left: Records, right: Records | None) -> Encoded:
    """Number the words and values of one or two files together.

    Raises:
        RecordError: the files have different columns, or one has fingers and the other none.
    """
    columns, fingers = left.columns, left.fingers
    if right is not None:
        if bool(fingers) != bool(right.fingers):
            raise RecordError("both files need fingers, or neither")
        fingers += right.fingers
        shape = [(column.name, column.kind) for column in columns]
        if shape != [(column.name, column.kind) for column in right.columns]:
            raise RecordError("both files need the same columns in the same order")
        pairs = zip(columns, right.columns, strict=True)
        columns = tuple(Column(a.name, a.kind, [*a.values, *b.values]) for a, b in pairs)
    count = len(left) + len(right or ())
    names = [column.values for column in columns if column.kind is ColumnKind.NAME]
    ids, starts, tokens = _read_names(names, count)
    share = np.bincount(ids, minlength=len(tokens)) / max(count, 1)
    dates = tuple(_dates(c) for c in columns if c.kind is ColumnKind.DATE)
    documents = tuple(
        read_documents(c.name, c.values) for c in columns if c.kind is ColumnKind.DOCUMENT
    )
    texts = tuple(_text(c) for c in columns if c.kind is ColumnKind.TEXT)
    laid = laid_out(tokens, share)
    return Encoded(count, ids, starts, laid, tuple(tokens), share, dates, documents, texts, fingers)


def _read_names(
    names: Sequence[Sequence[str | None]], count: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], list[Token]]:
    """Read all parts of a name; a word that stands in two of them counts once."""
    numbers: dict[tuple[str, str], int] = {}
    tokens: list[Token] = []
    ids: list[int] = []
    starts = [0]
    for at in range(count):
        found: dict[int, None] = {}
        for part in names:
            for token in _tokens(part[at]):
                key = (token.written, token.kind)
                if key not in numbers:
                    numbers[key] = len(tokens)
                    tokens.append(token)
                found[numbers[key]] = None
        ids.extend(list(found)[:MAX_WORDS])
        starts.append(len(ids))
    return np.array(ids, np.int64), np.array(starts, np.int64), tokens


def _tokens(text: str | None) -> tuple[Token, ...]:
    try:
        return read_name(text=text).tokens if text else ()
    except NameUnreadableError:
        return ()


def laid_out(tokens: Sequence[Token], share: NDArray[np.float64]) -> NDArray[np.void]:
    """Lay words out as (n,) ``PAIR_WORD``, the rarer the heavier.

    Args:
        tokens: Words.
        share: (n,) of the records that have each.
    """
    laid = np.zeros(len(tokens), PAIR_WORD)
    if tokens:
        laid["word"] = words(tuple(tokens))
        bits = np.clip(-np.log2(np.maximum(share, 1e-9)), _BITS_LEAST, _BITS_MOST)
        laid["weight"] = np.round(bits * UNIT)
    for number, token in enumerate(tokens):
        for place, group in enumerate(token.equivalents[:GROUPS]):
            laid["groups"][number, place] = group + 1
    return laid


def _dates(column: Column) -> DateColumn:
    """Read dates by their parts, also those that are not in the calendar: slips make such."""
    found = np.zeros((len(column.values), 3), np.int64)
    for at, text in enumerate(column.values):
        parts = (text or "").strip().split("-")[:3]
        for place, part in enumerate(parts):
            if not (part.isascii() and part.isdigit() and len(part) <= 4):
                break
            found[at, place] = int(part)
    numbers = (found[:, 0] * 100 + found[:, 1]) * 100 + found[:, 2]
    _, inverse, counts = np.unique(numbers, return_inverse=True, return_counts=True)
    share = counts[inverse] / max(int((found[:, 0] > 0).sum()), 1)
    return DateColumn(column.name, found, share)


def _text(column: Column) -> TextColumn:
    folded = [" ".join((value or "").casefold().split()) for value in column.values]
    kept = sorted(set(folded) - {""})
    numbers = {value: number for number, value in enumerate(kept)} | {"": -1}
    ids = np.array([numbers[value] for value in folded], np.int64)
    known = ids[ids >= 0]
    share = np.bincount(known, minlength=len(kept)) / max(len(known), 1)
    tokens = [_as_token(value) for value in kept]
    return TextColumn(column.name, ids, share, laid_out(tokens, share))


def _as_token(value: str) -> Token:
    read = _tokens(value)
    surface = "".join(token.surface for token in read)[:64] or "x"
    return Token(surface, surface, surface, surface)
