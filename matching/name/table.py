"""Tables of letters: what stands in ``tables/*.toml``, and how a word is written by one of them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from importlib.resources import files
from typing import Any

__all__ = ["Letters", "load_table"]


def load_table(name: str) -> dict[str, Any]:
    """Read one of the tables of this package."""
    path = files("matching.name").joinpath("tables", f"{name}.toml")
    return tomllib.loads(path.read_text("utf-8"))


class Letters:
    """Replaces letters from left to right; what has no value stays.

    Args:
        name: Of a table with ``letters``, and perhaps with ``rule``s, which go before letters, and
            ``variant``s: other letters for words in which one of their ``marks`` occurs.

    Raises:
        KeyError: the table has no letters.
        re.error: a pattern is none.
    """

    def __init__(self, name: str) -> None:
        table = load_table(name)
        rules, letters = table.get("rule", []), table["letters"]
        self._plain = _Pass(rules, letters)
        self._variants = [
            (frozenset(variant["marks"]), _Pass(rules, {**letters, **variant["letters"]}))
            for variant in table.get("variant", [])
        ]

    def __call__(self, word: str) -> str:
        """Write a word by the table."""
        for marks, variant in self._variants:
            if not marks.isdisjoint(word):
                return variant(word)
        return self._plain(word)


class _Pass:
    def __init__(self, rules: Iterable[Mapping[str, str]], letters: Mapping[str, str]) -> None:
        self._letters = letters
        self._values = [rule["value"] for rule in rules]
        ordered = sorted(letters, key=len, reverse=True)
        self._pattern = re.compile(
            "|".join([f"({rule['pattern']})" for rule in rules] + list(map(re.escape, ordered)))
        )

    def __call__(self, word: str) -> str:
        return self._pattern.sub(self._value, word)

    def _value(self, found: re.Match[str]) -> str:
        rule = found.lastindex
        return self._letters[found[0]] if rule is None else self._values[rule - 1]
