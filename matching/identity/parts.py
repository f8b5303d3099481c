"""Parts of a dump of an identity gallery: bounded bytes, checked when they are read.

The first byte of a part says what it holds: the head (JSON: attribute words and nationality codes),
words of the vocabulary, keys with their labels, rows or document numbers with their owners.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matching.errors import GalleryCorruptError
from matching.identity.numbers import NUMBER
from matching.identity.owners import MAX_KEY
from matching.kernels.name_index import ROW
from matching.name.letters import CODES, MAX_LETTERS, WORD

__all__ = ["FORMAT", "KEY", "OWNED", "Contents", "malformed", "read", "write"]

FORMAT = "rows-2"
"""Raise the number with every change of the parts or of ``ROW`` and ``WORD``."""

KEY = np.dtype([("label", "<u2"), ("key", f"S{MAX_KEY}")])
OWNED = np.dtype([("row", ROW), ("owner", "<u4")])

_HEAD = b"H"
_KINDS = {b"W": WORD, b"K": KEY, b"R": OWNED, b"N": NUMBER}
_PART = 1 << 14  # entries per part, about 1 MB
_MAX_DAY = 1 << 21
_SCRIPTS, _WORD_KINDS = 2, 3


@dataclass(frozen=True, slots=True)
class Contents:
    """What a gallery holds.

    Args:
        attributes: Attribute words; label n stands for the n-th, from 1.
        nationalities: Codes; number n stands for the n-th, from 1.
        words: (v,) ``WORD``, number 0 included; a forgotten one is zero.
        keys: (n,) ``KEY``; owner n is the n-th, from 1.
        rows: (r,) ``OWNED``.
        numbers: (d,) ``NUMBER``.
    """

    attributes: list[int]
    nationalities: list[str]
    words: NDArray[np.void]
    keys: NDArray[np.void]
    rows: NDArray[np.void]
    numbers: NDArray[np.void]


def write(contents: Contents, to: Callable[[bytes], None]) -> None:
    """Hand contents over in parts of bounded size."""
    head = {"attributes": contents.attributes, "nationalities": contents.nationalities}
    to(_HEAD + json.dumps(head).encode("ascii"))
    parts = (contents.words, contents.keys, contents.rows, contents.numbers)
    for kind, entries in zip(_KINDS, parts, strict=True):
        for start in range(0, len(entries), _PART):
            to(kind + entries[start : start + _PART].tobytes())


def read(parts: Iterable[bytes]) -> Contents:
    """Put parts together and check every number in them.

    Raises:
        GalleryCorruptError: a part is of no kind, ends early, or holds a value out of range.
    """
    heads: list[bytes] = []
    found: dict[bytes, list[NDArray[np.void]]] = {kind: [] for kind in _KINDS}
    for part in parts:
        kind, body = part[:1], part[1:]
        if kind == _HEAD:
            heads.append(body)
        elif kind in _KINDS and len(body) % _KINDS[kind].itemsize == 0:
            found[kind].append(np.frombuffer(body, _KINDS[kind]))
        else:
            raise malformed()
    if len(heads) != 1:
        raise malformed()
    attributes, nationalities = _head(heads[0])
    columns = [np.concatenate([np.zeros(0, dtype), *found[kind]]) for kind, dtype in _KINDS.items()]
    contents = Contents(attributes, nationalities, *columns)
    _check(contents)
    return contents


def _head(data: bytes) -> tuple[list[int], list[str]]:
    try:
        head: Any = json.loads(data)
        attributes, nationalities = head["attributes"], head["nationalities"]
        words = [word for word in attributes if type(word) is int and 0 <= word < 1 << 64]
        codes = [code for code in nationalities if isinstance(code, str)]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise malformed() from None
    whole = len(words) == len(attributes) and len(codes) == len(nationalities)
    if not whole or len(set(words)) < len(words) or len(set(codes)) < len(codes):
        raise malformed()
    return words, codes


def _check(contents: Contents) -> None:
    """Refuse what the kernels could not index with."""
    words, keys, rows = contents.words, contents.keys, contents.rows["row"]
    labels, codes = len(contents.attributes), len(contents.nationalities)
    sound = (
        len(words) > 0
        and not any(words[:1].tobytes())
        and not (words["letters"] >= CODES).any()
        and not (words["length"] > MAX_LETTERS).any()
        and not (words["script"] >= _SCRIPTS).any()
        and not (words["kind"] >= _WORD_KINDS).any()
        and labels < 1 << 16
        and codes < 1 << 8
        and _within(keys["label"], 1, labels)
        and len(set(keys["key"].tolist())) == len(keys)
        and all(key.isascii() and key for key in keys["key"].tolist())
        and _within(rows["label"], 1, labels)
        and _within(rows["word"], 0, len(words) - 1)
        and _within(rows["day"], 0, _MAX_DAY - 1)
        and _within(rows["nationality"], 0, codes)
        and _within(contents.rows["owner"], 1, len(keys))
        and _within(contents.numbers["owner"], 1, len(keys))
        and bool((keys["label"][contents.rows["owner"] - 1] == rows["label"]).all())
    )
    if not sound:
        raise malformed()


def _within(values: NDArray[Any], least: int, most: int) -> bool:
    return not len(values) or (int(values.min()) >= least and int(values.max()) <= most)


def malformed() -> GalleryCorruptError:
    """Make the error of a part that cannot be used."""
    return GalleryCorruptError(
        "part_malformed", "a part of the name index snapshot is malformed; rebuild the index"
    )
