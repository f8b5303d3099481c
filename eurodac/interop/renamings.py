"""Which countries, nationalities and cities are known to have been renamed (rule 3.4(c))."""

from __future__ import annotations

import tomllib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Protocol

from eurodac.interop.text_forms import BREAKS, harmonise

__all__ = ["KnownRenamings", "RenamingTables", "default_renamings"]


class KnownRenamings(Protocol):
    """A versioned source of known renamings."""

    @property
    def version(self) -> str:
        """Version, logged with every comparison."""

    def connects_codes(self, a: str, b: str) -> bool:
        """Say whether one code is that of the other country before a renaming; False if equal."""

    def connects_places(self, a: str, b: str) -> bool:
        """Say whether two harmonised names are one place before and after; False if equal."""


class RenamingTables:
    """Codes with their successors, and groups of names.

    Args:
        version: Version of the tables.
        codes: Former code -> codes of today.
        places: Names of one place each.
    """

    def __init__(
        self, version: str, *, codes: Mapping[str, Iterable[str]], places: Iterable[Iterable[str]]
    ) -> None:
        self._version = version
        self._successors = {(was, now) for was, codes_now in codes.items() for now in codes_now}
        of_name: dict[str, set[int]] = defaultdict(set)
        for number, names in enumerate(places):
            for name in names:
                of_name[_name(harmonise(name))].add(number)
        self._places = {name: frozenset(numbers) for name, numbers in of_name.items()}

    @property
    def version(self) -> str:
        """Version of the tables."""
        return self._version

    def connects_codes(self, a: str, b: str) -> bool:
        """Say whether one code succeeded the other; two successors of one State are not one."""
        return (a, b) in self._successors or (b, a) in self._successors

    def connects_places(self, a: str, b: str) -> bool:
        """Say whether two harmonised names are names of one place; False if they are equal."""
        left, right = _name(a), _name(b)
        common = self._places.get(left, frozenset()) & self._places.get(right, frozenset())
        return left != right and bool(common)


@cache
def default_renamings() -> RenamingTables:
    """Load the tables of the project; version such as ``"places/1"``."""
    raw = tomllib.loads(files("eurodac.interop").joinpath("known_places.toml").read_text("utf-8"))
    places = [*raw["names"]["countries"], *raw["names"]["cities"]]
    return RenamingTables(raw["version"], codes=raw["codes"], places=places)


def _name(text: str) -> str:
    return " ".join(text.translate(BREAKS).split())
