"""Every name that can be drawn, as a number; spelled out only when it has been drawn.

A number stands for an origin, a list, a rank and a spelling. Ranks beyond the list of the pool are
composed. Spelling 0 is the usual one, spelling ``NATIVE`` that of the origin's script.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from benchmarks.identities.compose import Letters, Syllables
from benchmarks.identities.origins import Kind, Name, Origin
from benchmarks.identities.scripts import script
from benchmarks.identities.spelling import below_of, open_joints, speller

__all__ = ["MAIN", "NATIVE", "SPELLINGS", "WORDS", "Names"]

SPELLINGS = 9
NATIVE = SPELLINGS - 1
MAIN = 0.72
"""Share of records with the usual spelling."""
WORDS = 3
"""Most words of one name: Abd al Rahman."""
_GIVEN_TAIL, _FAMILY_TAIL = 3_000, 16_000
_GIVEN_SLOPE, _FAMILY_SLOPE, _MIDDLE_SLOPE = 0.95, 0.75, 0.95
_OTHERS = 1 / np.arange(1, NATIVE) ** 0.7
Codes = NDArray[np.int32]


class Names:
    """The names of all origins.

    Args:
        origins: In the order of their numbers.
        seed: Of composed names and of spellings.
    """

    def __init__(self, origins: Sequence[Origin], seed: int) -> None:
        self._origins, self._seed = origins, seed
        self._first = np.full((len(origins), len(Kind)), -1, np.int64)
        self._ladders: dict[tuple[int, Kind], NDArray[np.float64]] = {}
        first = 0
        for number, origin in enumerate(origins):
            for kind, listed in origin.names.items():
                size = len(listed) + _tail(kind, origin)
                self._first[number, kind] = first
                self._ladders[number, kind] = _ladder(kind, size)
                first += size
        self._bases = first
        self._spelled = np.cumsum(np.concatenate([[MAIN], _OTHERS / _OTHERS.sum() * (1 - MAIN)]))

    @property
    def codes(self) -> int:
        """How many numbers there are."""
        return self._bases * SPELLINGS

    def ranks(self, origin: int, kind: Kind, chance: NDArray[np.float64]) -> NDArray[np.int64]:
        """Draw ranks, 0 the most frequent: Zipf, 1 / (rank + 1) ^ 0.95, family names ^ 0.75."""
        return np.searchsorted(self._ladders[origin, kind], chance, side="right")

    def spellings(self, chance: NDArray[np.float64]) -> NDArray[np.int64]:
        """Draw spellings: the usual one in 72 %, never the native one."""
        return np.minimum(np.searchsorted(self._spelled, chance, side="right"), NATIVE - 1)

    def bases(self, origin: int, kind: Kind) -> int:
        """Return the first number of a list, in steps of ``SPELLINGS``."""
        return int(self._first[origin, kind])

    def words(self, codes: NDArray[np.int64]) -> list[list[str]]:
        """Spell names out.

        Args:
            codes: (M,) ascending.

        Returns:
            One to three words each.

        Cost: about 10 microseconds a name.
        """
        found: list[list[str]] = []
        bases = codes // SPELLINGS
        for number, origin in enumerate(self._origins):
            for kind, listed in sorted(
                origin.names.items(), key=lambda item: int(self._first[number, item[0]])
            ):
                first = int(self._first[number, kind])
                size = len(self._ladders[number, kind])
                begin, end = np.searchsorted(bases, [first, first + size])
                part = codes[begin:end]
                ranks = np.unique(part // SPELLINGS) - first
                names = self._listed(number, kind, listed=listed, ranks=ranks)
                found += [
                    self._spell(origin, names[code // SPELLINGS - first], code)
                    for code in part.tolist()
                ]
        return found

    def _listed(
        self, number: int, kind: Kind, *, listed: Sequence[Name], ranks: NDArray[np.int64]
    ) -> dict[int, Name]:
        names = {int(rank): listed[rank] for rank in ranks[ranks < len(listed)]}
        rare = ranks[ranks >= len(listed)]
        origin, seed = self._origins[number], [self._seed, number, int(kind)]
        composed: Sequence[Name]
        if origin.tails[kind] == "syllables":
            composed = Syllables(listed).compose(rare - len(listed), seed)
        else:
            words = Letters([name.latin[0] for name in listed]).compose(rare - len(listed), seed)
            composed = [Name(word, (word,)) for word in words]
        return names | dict(zip(rare.tolist(), composed, strict=True))

    def _spell(self, origin: Origin, name: Name, code: int) -> list[str]:
        spelling = code % SPELLINGS
        if spelling == NATIVE:
            return _native(origin, name).split()[:WORDS]
        if spelling == 0 and "+" not in name.latin[0]:
            return name.latin[0].split()[:WORDS]
        below = below_of(self._seed << 32 | code)
        if spelling < len(name.latin):
            word = name.latin[spelling]
        else:
            word = name.latin[below(len(name.latin))]
            for _ in range(1 if below(10) < 7 else 2):
                word = speller(origin.rules).respell(word, below)
        return open_joints(word, below).split()[:WORDS]


def _native(origin: Origin, name: Name) -> str:
    if origin.script != "latin" and name.native == name.latin[0]:
        return script(origin.script).write(name.latin[0]).title()
    return name.native.replace("+", " ")


def _tail(kind: Kind, origin: Origin) -> int:
    if origin.tails[kind] == "none":
        return 0
    return _FAMILY_TAIL if kind in (Kind.FAMILY, Kind.FAMILY_FEMALE) else _GIVEN_TAIL


def _ladder(kind: Kind, size: int) -> NDArray[np.float64]:
    slope = {
        Kind.FAMILY: _FAMILY_SLOPE,
        Kind.FAMILY_FEMALE: _FAMILY_SLOPE,
        Kind.MIDDLE: _MIDDLE_SLOPE,
        Kind.MIDDLE_FEMALE: _MIDDLE_SLOPE,
    }.get(kind, _GIVEN_SLOPE)
    steps = np.cumsum(1 / np.arange(1, size + 1) ** slope)
    ladder: NDArray[np.float64] = steps / steps[-1]
    ladder[-1] = 2.0  # above every chance
    return ladder
