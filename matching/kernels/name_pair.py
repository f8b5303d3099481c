"""Typed calls of the compiled comparison of two names (name_pair.h, name_pair.c).

Names are (n,) arrays of ``PAIR_WORD``, at most ``MAX_WORDS`` each.  All evidence is in 256ths of a
bit.  Every call releases the GIL, keeps no state and may run in any number of threads.
"""

from __future__ import annotations

import ctypes
from functools import cache
from struct import Struct
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from matching.kernels import native
from matching.name.letters import WORD
from matching.name.weights import STEPS, UNIT, Weights

__all__ = [
    "GROUPS",
    "INITIAL",
    "MAX_WORDS",
    "PAIR_WORD",
    "RESULT",
    "WEIGHTS",
    "Found",
    "address_of",
    "compare",
    "compare_one",
    "lay_out",
]

MAX_WORDS = 16
GROUPS = 4
"""Groups of equivalent names that a word may belong to."""
INITIAL = -100
"""Likeness of an initial and a word that begins with it."""

PAIR_WORD = np.dtype([("word", WORD), ("weight", "<i4"), ("groups", "<u2", GROUPS)])
"""A word with the weight of an agreement; 44 bytes."""

RESULT = np.dtype(
    [
        ("total", "<i4"),
        ("partner", "i1", MAX_WORDS),
        ("likeness", "<i4", MAX_WORDS),
        ("evidence", "<i4", MAX_WORDS),
        *((name, "i1") for name in ("joined_a", "joined_next", "joined_b", "turned")),
        ("joined_evidence", "<i4"),
        ("joined_likeness", "<i4"),
    ]
)
"""What a comparison found, see pair_result in name_pair.h."""

_RESULT = Struct(f"<i{MAX_WORDS}b{MAX_WORDS}i{MAX_WORDS}i4b2i")
_Buffer = ctypes.c_char * RESULT.itemsize
_Address = tuple[int, int]

WEIGHTS = np.dtype(
    [
        ("most", "<i4", STEPS + 1),
        ("share", "<i4", (2, STEPS + 1)),
        *((name, "<i4") for name in ("unmatched", "conflict", "particle", "initial")),
        *((name, "<i4") for name in ("same", "equivalent", "shortened", "joining")),
        ("strict", "<i4"),
    ]
)


class Found(NamedTuple):
    """A ``RESULT`` as Python reads it fastest."""

    total: int
    partner: tuple[int, ...]
    likeness: tuple[int, ...]
    evidence: tuple[int, ...]
    joined_a: int
    joined_next: int
    joined_b: int
    turned: int
    joined_evidence: int
    joined_likeness: int

    @classmethod
    def unpack(cls, result: Any) -> Found:
        """Read the bytes of one ``RESULT``."""
        total, *rest = _RESULT.unpack(result)
        a, b = MAX_WORDS, 2 * MAX_WORDS
        lists = tuple(rest[:a]), tuple(rest[a:b]), tuple(rest[b : b + a])
        return cls(total, *lists, *rest[b + a :])


@cache
def _library() -> Any:
    library = native.load()
    pointer, long = ctypes.c_void_p, ctypes.c_int64
    library.eurodac_name_many.argtypes = [*[pointer] * 6, long, pointer]
    library.eurodac_name_many.restype = long
    return library


def lay_out(weights: Weights) -> NDArray[np.void]:
    """Lay weights out for the kernel, (1,) ``WEIGHTS``."""
    laid = np.zeros(1, WEIGHTS)
    laid["most"][0], laid["share"][0] = weights.table(), weights.shares()
    laid["strict"] = weights.strict
    for name in ("unmatched", "conflict", "particle", "initial", "joining"):
        laid[name] = round(getattr(weights, name) * UNIT)
    for name in ("same", "equivalent", "shortened"):
        laid[name] = getattr(weights, name)
    return laid


def compare(
    model: NDArray[np.void],
    weights: NDArray[np.void],
    first: tuple[NDArray[np.void], NDArray[np.int64]],
    second: tuple[NDArray[np.void], NDArray[np.int64]],
) -> NDArray[np.void]:
    """Compare names pair by pair.

    Args:
        model: The letter model.
        weights: See ``lay_out``.
        first: Words of all first names, and (k + 1,) where each name begins.
        second: Likewise; as many names.

    Returns:
        (k,) ``RESULT``.

    Raises:
        ValueError: the numbers of names differ, or a name is too long.

    Cost: 1 to 4 microseconds a pair.
    """
    count = len(first[1]) - 1
    if len(second[1]) - 1 != count:
        raise ValueError("there must be as many first names as second names")
    results = np.empty(count, RESULT)
    done = _library().eurodac_name_many(
        model.ctypes.data, weights.ctypes.data, first[0].ctypes.data, first[1].ctypes.data,
        second[0].ctypes.data, second[1].ctypes.data, count, results.ctypes.data,
    )  # fmt: skip
    if done < count:
        raise ValueError(f"a name has at most {MAX_WORDS} words")
    return results


def address_of(values: NDArray[Any], starts: NDArray[Any]) -> _Address:
    """Give the addresses of two arrays, which must live for as long as they are used.

    NumPy takes half a microsecond to say an address; who compares one thing often asks once.
    """
    return values.ctypes.data, starts.ctypes.data


def compare_one(tables: _Address, first: _Address, second: _Address) -> Found:
    """Compare two names, as ``compare`` does.

    Args:
        tables: Addresses of the letter model and of the weights.
        first: Addresses of the words of the name and of (2,) int64, where they begin and end.
        second: Likewise.

    Raises:
        ValueError: a name is too long.

    Cost: 3 microseconds beside the comparison.
    """
    result = _Buffer()
    if not _library().eurodac_name_many(*tables, *first, *second, 1, result):
        raise ValueError(f"a name has at most {MAX_WORDS} words")
    return Found.unpack(result)
