"""Words of any script in the letters a-z and digits, word by word.

The library anyascii gives every letter a value; tables of this package give the values that names
have on documents where the library gets them wrong or cannot know them.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from importlib.resources import files

from anyascii import anyascii

from matching.name.token import Script

__all__ = ["MAX_SURFACE", "romanise", "script_of"]

MAX_SURFACE = 64
"""Letters that are kept of a romanised word."""

_NOT_PLAIN = re.compile("[^a-z0-9]")


def script_of(word: str) -> Script:
    """Tell how a word is written, by its first letter."""
    if word.isascii():
        return Script.LATIN
    for character in word:
        if character.isalpha():
            name = unicodedata.name(character, "").partition(" ")[0]
            return _SCRIPTS.get(name, Script.OTHER)
    return Script.LATIN


def romanise(word: str) -> str:
    """Write a word in ``[a-z0-9]``.

    Args:
        word: Case-folded, no spaces.

    Returns:
        At most ``MAX_SURFACE`` letters; "" if the word has no letter or digit.
    """
    if not word.isascii():
        if script_of(word) is Script.ARABIC:
            word = _ARABIC(word)
        word = anyascii(word).lower()
    return _NOT_PLAIN.sub("", word)[:MAX_SURFACE]


class _Table:
    """A table of letters and rules, applied from left to right."""

    def __init__(self, name: str) -> None:
        path = files("matching.name").joinpath("tables", f"{name}.toml")
        table = tomllib.loads(path.read_text("utf-8"))
        self._letters: dict[str, str] = table["letters"]
        rules = table.get("rule", [])
        self._values: list[str] = [rule["value"] for rule in rules]
        letters = "|".join(sorted(map(re.escape, self._letters), key=len, reverse=True))
        patterns = [f"({rule['pattern']})" for rule in rules]
        self._pattern = re.compile("|".join([*patterns, letters]))

    def __call__(self, word: str) -> str:
        return self._pattern.sub(self._value, word)

    def _value(self, found: re.Match[str]) -> str:
        rule = found.lastindex
        return self._letters[found[0]] if rule is None else self._values[rule - 1]


_SCRIPTS = {
    "LATIN": Script.LATIN,
    "ARABIC": Script.ARABIC,
    "HEBREW": Script.HEBREW,
    "CYRILLIC": Script.CYRILLIC,
    "GREEK": Script.GREEK,
    "CJK": Script.HAN,
}
_ARABIC = _Table("arabic")
