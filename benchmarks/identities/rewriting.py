"""How words of an origin are written by somebody else: another spelling, another script, a typo."""

from __future__ import annotations

from functools import cache
from random import Random

from benchmarks.identities.origins import Name, Origin
from benchmarks.identities.scripts import script
from benchmarks.identities.spelling import speller

__all__ = ["Rewriter", "misspelled"]

_LISTED = 0.4  # of other spellings that are taken from the pool, where it has one
_TWICE = 0.25  # of respelled words that are changed at two places
_LEAST = 3  # letters of a word with a typo
# Neighbours on a keyboard, and sounds that are heard for each other.
_KEYS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_SOUNDS = ("bp", "dt", "gk", "vf", "vb", "mn", "sz", "lr", "ei", "ou", "ae", "iy", "cs", "hk")


class Rewriter:
    """Writes words of one origin in other ways.

    Args:
        origin: Its tables.
    """

    def __init__(self, origin: Origin) -> None:
        self._speller = speller(origin.rules)
        self._latin = origin.script == "latin"
        self._script = None if origin.script in ("latin", "han") else script(origin.script)
        self._listed: dict[str, Name] = {}
        self._native: dict[str, Name] = {}
        for names in origin.names.values():
            for name in names:
                for word in name.latin:
                    self._listed.setdefault(word.replace("+", "").casefold(), name)
                if not self._latin:
                    self._native.setdefault(name.native.replace("+", ""), name)

    def respelled(self, word: str, random: Random) -> str:
        """Return another spelling; the same word where there is none."""
        if word in self._native:
            return _closed(random.choice(self._native[word].latin))
        name = self._listed.get(word.casefold())
        if name is not None and random.random() < _LISTED:
            others = [_closed(w) for w in name.latin if _closed(w).casefold() != word.casefold()]
            if others:
                return random.choice(others)
        found = self._speller.respell(word, random.randrange)
        if random.random() < _TWICE:
            found = self._speller.respell(found, random.randrange)
        return word if found.casefold() == word.casefold() else found

    def native(self, word: str) -> str:
        """Return the word in the script of the origin; the same word where that is not known."""
        if self._latin:
            return word
        name = self._listed.get(word.casefold())
        if name is not None and not name.native.isascii():
            return name.native.replace("+", "")
        if self._script is None:
            return self._syllables(word.casefold()) or word
        return self._script.write(word) or word

    def _syllables(self, word: str) -> str:
        """A name of two listed ones in the script of the origin; empty where it is none."""
        for cut in range(1, len(word)):
            first, second = self._listed.get(word[:cut]), self._listed.get(word[cut:])
            if first is not None and second is not None:
                return first.native + second.native
        return ""


def misspelled(word: str, random: Random) -> str:
    """Return a word with one slip: left out, doubled, exchanged, a wrong key, a misheard sound.

    Words of fewer than three letters stay as they are; letters that are not on a Latin keyboard
    are never typed in, only left out, doubled or exchanged.
    """
    if len(word) < _LEAST:
        return word
    for _ in range(8):
        place = random.randrange(1, len(word))
        before, letter, after = word[:place], word[place], word[place + 1 :]
        others = _mistaken(letter.lower())
        kind = random.choice(("omit", "double", "swap", "wrong", "wrong", "wrong"))
        if kind == "omit":
            found = before + after
        elif kind == "double":
            found = before + letter + letter + after
        elif kind == "swap":
            found = before[:-1] + letter + before[-1].lower() + after
        else:
            found = before + random.choice(others) + after if others else word
        if found.casefold() != word.casefold() and not found.endswith(" "):
            return found[:1].upper() + found[1:] if word[:1].isupper() else found
    return word


@cache
def _mistaken(letter: str) -> str:
    near = [
        row[max(0, place - 1) : place + 2].replace(letter, "")
        for row in _KEYS
        if (place := row.find(letter)) >= 0
    ]
    heard = [pair.replace(letter, "") for pair in _SOUNDS if letter in pair]
    return "".join(near + heard * 2)


def _closed(word: str) -> str:
    return word.replace("+", "")
