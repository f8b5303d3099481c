"""Typed calls of the compiled index of identities (name_index.h, name_search.c, name_rows.c).

Rows lie in segments, ordered by day; every call releases the GIL, keeps no state and may run in any
number of threads, each with slots of its own.  All evidence is in 256ths of a bit.
"""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matching.kernels import native

__all__ = [
    "DAYS",
    "ENTRY",
    "KEPT",
    "LISTS",
    "POSITIONS",
    "PROBE",
    "ROW",
    "ROW_WORDS",
    "Matcher",
    "Results",
    "Scratch",
    "Segment",
    "date_relations",
    "postings",
    "search",
]

ROW_WORDS = 6
"""Words of a row; a longer name keeps its rarest."""
POSITIONS = 16
"""Places of a probe that a word can take."""
LISTS = 64
DAYS = 64
"""Most ranges of likely days."""
KEPT = 256
"""Longest list of results."""

ROW = np.dtype(
    [
        ("word", "<u4", ROW_WORDS),
        ("day", "<u4"),
        ("nationality", "u1"),
        ("sex", "u1"),
        ("label", "<u2"),
    ]
)
"""One recorded identity, 32 bytes; word 0 is none, label 0 an erased row."""

ENTRY = np.dtype([("word", "<u4"), ("mask", "<i4"), ("evidence", "<i4"), ("unused", "<i4")])
"""A word that may stand at the positions of a mask."""

LIST = np.dtype([("begin", "<i4"), ("end", "<i4"), ("mask", "<i4"), ("most", "<i4")])
"""A range of entries and the most evidence among them."""

PROBE = np.dtype(
    [
        ("positions", "<i4"),
        ("day", "<i4"),
        ("absent", "<i4", POSITIONS),
        *((name, "<i4") for name in ("counted", "surplus", "conflict", "nationality", "sex")),
        *((name, "<i4") for name in ("nationality_equal", "nationality_other")),
        *((name, "<i4") for name in ("sex_equal", "sex_other")),
        ("date", "<i4", 16),
        *((name, "<i4") for name in ("least", "complete", "range_count")),
        ("first", "<u4", DAYS),
        ("last", "<u4", DAYS),
        ("initial", "<i4"),
        ("initials", "u1", POSITIONS),
    ]
)
"""What a search asks for besides words; see index_probe in name_index.h."""


@dataclass(frozen=True, slots=True)
class Segment:
    """Rows and their postings.

    Args:
        rows: (n,) ``ROW``, days ascending.
        owners: (n,) uint32, the reference that a row belongs to.
        postings: (p,) uint32, the rows of each word, ascending.
        offsets: (v + 1,) uint64, where the postings of a word begin.
        base: Added to the numbers of its rows in results.
    """

    rows: NDArray[np.void]
    owners: NDArray[np.uint32]
    postings: NDArray[np.uint32]
    offsets: NDArray[np.uint64]
    base: int


@dataclass(frozen=True, slots=True)
class Scratch:
    """Memory of one thread, all zero before and after a search.

    Args:
        slots: (v,) uint16, one for each word of the vocabulary.
        seen: (ceil(n / 64),) uint64, one bit for each row of the largest segment.
    """

    slots: NDArray[np.uint16]
    seen: NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class Matcher:
    """A probe, laid out for the kernel.

    Args:
        probe: (1,) ``PROBE``.
        listed: (e,) ``ENTRY`` in the order of the lists.
        lists: (l,) ``LIST``, ranges of ``listed``; at most ``LISTS``.
        permitted: (65536,) uint8, by label.
        words: (v,) ``WORD`` of the vocabulary, for initials.
        scratch: Of this thread.
    """

    probe: NDArray[np.void]
    listed: NDArray[np.void]
    lists: NDArray[np.void]
    permitted: NDArray[np.uint8]
    words: NDArray[np.void]
    scratch: Scratch


class _Segment(ctypes.Structure):
    _fields_ = (
        *((name, ctypes.c_void_p) for name in ("rows", "owners", "postings", "offsets")),
        *((name, ctypes.c_int64) for name in ("count", "words", "base")),
    )


class _Matcher(ctypes.Structure):
    _fields_ = (
        *((name, ctypes.c_void_p) for name in ("probe", "entries", "listed", "lists")),
        *((name, ctypes.c_void_p) for name in ("slots", "permitted", "words", "seen")),
        *((name, ctypes.c_int64) for name in ("slot_count", "word_count")),
        *((name, ctypes.c_int32) for name in ("entry_count", "list_count")),
    )


class _Results(ctypes.Structure):
    _fields_ = (
        ("row", ctypes.c_int64 * KEPT),
        ("score", ctypes.c_int32 * KEPT),
        ("owner", ctypes.c_uint32 * KEPT),
        *((name, ctypes.c_int32) for name in ("kept", "room", "worst")),
        ("looked", ctypes.c_int64),
    )


@dataclass(frozen=True, slots=True)
class Results:
    """Best references of a search.

    Args:
        owners: (k,) uint32, best first; of equal scores the one with the lower row.
        scores: (k,) int32 of their best rows, 256ths of a bit.
        looked: How many rows were looked at, some of them more than once.
    """

    owners: NDArray[np.uint32]
    scores: NDArray[np.int32]
    looked: int


@cache
def _library() -> Any:
    library = native.load()
    pointer, long = ctypes.c_void_p, ctypes.c_int64
    library.eurodac_index_postings.argtypes = [pointer, long, long, pointer, pointer]
    library.eurodac_index_postings.restype = long
    library.eurodac_name_search.argtypes = [pointer, pointer, pointer]
    library.eurodac_date_relations.argtypes = [ctypes.c_uint32, pointer, long, pointer]
    return library


def postings(rows: NDArray[np.void], words: int) -> tuple[NDArray[np.uint32], NDArray[np.uint64]]:
    """Make the postings of rows; erased rows have none.

    Returns:
        Postings and offsets, see ``Segment``.

    Raises:
        ValueError: a row holds a word that is not below ``words``.
    """
    offsets = np.zeros(words + 1, np.uint64)
    found = np.empty(ROW_WORDS * len(rows), np.uint32)
    total = _library().eurodac_index_postings(
        rows.ctypes.data, len(rows), words, offsets.ctypes.data, found.ctypes.data
    )
    if total < 0:
        raise ValueError(f"a row holds a word that is not one of the {words} of the vocabulary")
    return found[:total].copy(), offsets


def search(matcher: Matcher, segments: list[Segment], *, room: int) -> Results:
    """Find the references with the highest scores; each segment is narrowed by those before it.

    Args:
        matcher: The probe.
        segments: Where to search, the largest first.
        room: Longest list, 1..``KEPT``.

    Raises:
        ValueError: room, lists or entries are too many.
    """
    if not 1 <= room <= KEPT or len(matcher.lists) > LISTS or len(matcher.listed) >= 1 << 16:
        raise ValueError(f"at most {KEPT} results, {LISTS} lists and 65,535 entries")
    scratch = matcher.scratch
    entries = matcher.listed[np.argsort(matcher.listed["word"], kind="stable")]
    words, first = np.unique(entries["word"], return_index=True)
    scratch.slots[words] = first + 1
    given = _Matcher(
        matcher.probe.ctypes.data, entries.ctypes.data, matcher.listed.ctypes.data,
        matcher.lists.ctypes.data, scratch.slots.ctypes.data, matcher.permitted.ctypes.data,
        matcher.words.ctypes.data, scratch.seen.ctypes.data, len(scratch.slots),
        len(matcher.words), len(entries), len(matcher.lists),
    )  # fmt: skip
    if 64 * len(scratch.seen) < max((len(part.rows) for part in segments), default=0):
        raise ValueError("the scratch memory is too small for a segment")
    results = _Results(room=room, worst=int(matcher.probe["least"][0]))
    for segment in segments:
        place = _Segment(
            segment.rows.ctypes.data, segment.owners.ctypes.data, segment.postings.ctypes.data,
            segment.offsets.ctypes.data, len(segment.rows), len(segment.offsets) - 1, segment.base,
        )  # fmt: skip
        _library().eurodac_name_search(
            ctypes.byref(place), ctypes.byref(given), ctypes.byref(results)
        )
    scratch.slots[words] = 0
    kept = results.kept
    return Results(
        np.array(results.owner[:kept], np.uint32), np.array(results.score[:kept], np.int32),
        int(results.looked),
    )  # fmt: skip


def date_relations(day: int, days: NDArray[np.uint32]) -> NDArray[np.uint8]:
    """Say how days relate to one day; the numbers of ``matching.date.DateRelation``."""
    found = np.empty(len(days), np.uint8)
    _library().eurodac_date_relations(day, days.ctypes.data, len(days), found.ctypes.data)
    return found
