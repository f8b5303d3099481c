"""Typed calls of the compiled comparison of words (name.h, name_letters.c, name_expand.c).

A word is a row of ``WORD`` (matching/name/letters.py).  Likeness is the evidence of the best
alignment of two words as a share of what they could bring, in 256ths: 256 is about as much as two
spellings of one name bring on average, two unrelated words are far below 0.
Every call releases the GIL, keeps no state and may run in any number of threads.
"""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matching.errors import KernelError
from matching.kernels import native
from matching.kernels.native import Level
from matching.name.letters import CODES

__all__ = ["MODEL", "Words", "expand", "likeness", "likenesses", "marks"]

MODEL = np.dtype(
    [
        ("pair", "i1", (CODES, CODES)),
        ("alone", "i1", (CODES, 2)),
        ("expected", "i1", (CODES, 2)),
        ("swapped", "i1"),
        ("group", "u1", CODES),
    ]
)
"""Layout of the letter model; eighths of a bit."""

_ROOM = 4096  # spellings of a word that are mostly enough


@dataclass(frozen=True, slots=True)
class Words:
    """A vocabulary, in columns.

    Args:
        words: (n,) ``WORD``.
        marks: (n,) uint64.
        bones: (n,) uint64.
        heads: (n,) uint32.
        vowelled: (ceil(n/8),) uint8.
    """

    words: NDArray[np.void]
    marks: NDArray[np.uint64]
    bones: NDArray[np.uint64]
    heads: NDArray[np.uint32]
    vowelled: NDArray[np.uint8]


class _Words(ctypes.Structure):
    _fields_ = (
        *((name, ctypes.c_void_p) for name in ("words", "marks", "bones", "heads")),
        *((name, ctypes.c_void_p) for name in ("vowelled", "none")),
        ("count", ctypes.c_int64),
        *((name, ctypes.c_int32) for name in ("near_with", "near_without", "least", "shortened")),
    )


class _Found(ctypes.Structure):
    _fields_ = (
        ("room", ctypes.c_int64),
        *((name, ctypes.c_void_p) for name in ("totals", "numbers", "likeness")),
    )


@cache
def _library() -> Any:
    library = native.load()
    pointer, integer, long = ctypes.c_void_p, ctypes.c_int, ctypes.c_int64
    library.eurodac_name_likeness.argtypes = [pointer, pointer, pointer]
    library.eurodac_name_likenesses.argtypes = [pointer, pointer, pointer, pointer, long, pointer]
    library.eurodac_name_marks.argtypes = [pointer, pointer, long, long, *[pointer] * 4]
    library.eurodac_name_expand.argtypes = [pointer, pointer, pointer, long, integer, pointer]
    return library


def likeness(model: NDArray[np.void], a: NDArray[np.void], b: NDArray[np.void]) -> int:
    """Compare two words, (1,) ``WORD`` each; 256 = what one name brings."""
    return int(_library().eurodac_name_likeness(model.ctypes.data, a.ctypes.data, b.ctypes.data))


def likenesses(
    model: NDArray[np.void],
    probe: NDArray[np.void],
    words: NDArray[np.void],
    order: NDArray[np.int64],
) -> NDArray[np.int32]:
    """Compare a word with many: (m,) likeness of ``words[order]``."""
    found = np.empty(len(order), np.int32)
    _library().eurodac_name_likenesses(
        model.ctypes.data, probe.ctypes.data, words.ctypes.data, order.ctypes.data, len(order),
        found.ctypes.data,
    )  # fmt: skip
    return found


def marks(model: NDArray[np.void], columns: Words, begin: int, end: int) -> None:
    """Fill the columns of words ``begin`` to ``end``."""
    _library().eurodac_name_marks(
        model.ctypes.data, columns.words.ctypes.data, begin, end, columns.marks.ctypes.data,
        columns.bones.ctypes.data, columns.heads.ctypes.data, columns.vowelled.ctypes.data,
    )  # fmt: skip


def expand(
    model: NDArray[np.void],
    columns: Words,
    probes: NDArray[np.void],
    limits: tuple[int, int, int, int],
    *,
    count: int,
    at: Level = Level.AUTO,
) -> list[tuple[NDArray[np.uint32], NDArray[np.int32]]]:
    """Find the spellings of words in a vocabulary; every word of it is looked at.

    Args:
        model: The letter model.
        columns: The vocabulary.
        probes: (n,) ``WORD``; up to eight are looked for in one pass.
        limits: Most bits by which marks with and without vowels may differ, the least likeness,
            and the likeness of a word of which one is the beginning of the other.
        count: Words of the vocabulary that are looked at.
        at: Instruction set.

    Returns:
        For each probe the numbers of the words, ascending, and their likeness.

    Cost: 12 bytes read a word and pass; about 30 ns for each of the one in a hundred that are near
    (AVX-512).
    """
    none = np.zeros(len(columns.vowelled), np.uint8)
    near_with, near_without, least, shortened = limits
    probes = np.ascontiguousarray(probes)
    given = _Words(
        columns.words.ctypes.data, columns.marks.ctypes.data, columns.bones.ctypes.data,
        columns.heads.ctypes.data, columns.vowelled.ctypes.data, none.ctypes.data,
        count, near_with, near_without, least, shortened,
    )  # fmt: skip
    totals, room = np.empty(len(probes), np.int64), _ROOM
    while True:
        found = np.empty((len(probes), room), np.uint32)
        alike = np.empty((len(probes), room), np.int32)
        wanted = _Found(room, totals.ctypes.data, found.ctypes.data, alike.ctypes.data)
        if _library().eurodac_name_expand(
            model.ctypes.data, ctypes.byref(given), probes.ctypes.data, len(probes), int(at),
            ctypes.byref(wanted),
        ):  # fmt: skip
            raise KernelError("kernel_level", f"this machine cannot run {at.name}; use AUTO")
        if int(totals.max(initial=0)) <= room:
            lengths = totals.tolist()
            return [(found[n, :m].copy(), alike[n, :m].copy()) for n, m in enumerate(lengths)]
        room = int(totals.max())
