"""Document numbers of references: who carries this number, whatever else is known of them.

Only a hash of a number is kept; whoever shares it by chance is told apart by the full comparison.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from matching.document import forms_of_number

__all__ = ["NUMBER", "Numbers"]

NUMBER = np.dtype([("number", "<u8"), ("owner", "<u4")])
"""A number, hashed, and who carries it."""


class Numbers:
    """Numbers with their owners; about 250 bytes each.

    Not thread-safe; the gallery holds its lock around every call.
    """

    def __init__(self) -> None:
        self._owners: dict[int, tuple[int, ...]] = {}
        self._numbers: dict[int, tuple[int, ...]] = {}

    def add(self, owner: int, documents: Iterable[str]) -> None:
        """Add the numbers of an owner, as written; what stands for a missing one is left out."""
        for number in sorted(_hashed(documents)):
            self._put(owner, number)

    def erase(self, owner: int) -> None:
        """Forget the numbers of an owner."""
        for number in self._numbers.pop(owner, ()):
            left = tuple(other for other in self._owners[number] if other != owner)
            if left:
                self._owners[number] = left
            else:
                del self._owners[number]

    def find(self, documents: Iterable[str]) -> list[int]:
        """Owners of any of some numbers, ascending."""
        found = {owner for number in _hashed(documents) for owner in self._owners.get(number, ())}
        return sorted(found)

    def packed(self, owners: NDArray[np.int64]) -> NDArray[np.void]:
        """Give the numbers of owners, each numbered from 1 in this order; (n,) ``NUMBER``."""
        rows = [
            (number, place)
            for place, owner in enumerate(owners.tolist(), 1)
            for number in self._numbers.get(owner, ())
        ]
        return np.array(rows, NUMBER)

    def load(self, rows: Sequence[tuple[int, int]]) -> None:
        """Add numbers that ``packed`` gave."""
        for number, owner in rows:
            self._put(owner, number)

    def _put(self, owner: int, number: int) -> None:
        self._owners[number] = (*self._owners.get(number, ()), owner)
        self._numbers[owner] = (*self._numbers.get(owner, ()), number)


def _hashed(documents: Iterable[str]) -> set[int]:
    forms = {form for number in documents for form in forms_of_number(number)}
    return {
        int.from_bytes(blake2b(form.encode(), digest_size=8).digest(), "little") for form in forms
    }
