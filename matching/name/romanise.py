"""Words of any script in the letters a-z and digits, word by word.

The library anyascii gives every letter a value; tables and rules of this package give the values
that names have on documents where the library gets them wrong or cannot know them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from itertools import groupby

from anyascii import anyascii

from matching.name.abugida import SCRIPTS, romanise_abugida
from matching.name.east_asia import foreign_kana, surname_sound, transcribed, written_kana
from matching.name.table import Letters
from matching.name.thai import romanise_thai
from matching.name.token import Script

__all__ = ["MAX_SURFACE", "foreign_sounds", "romanise", "script_of"]

MAX_SURFACE = 64
"""Letters that are kept of a romanised word."""

_NOT_PLAIN = re.compile("[^a-z0-9]")
_CLUSTER = re.compile("^([bdfghjklmnqrstwxz]|sh|ch|ts)(?=[bdfgjklmnqrstwxz])")
_HARD = re.compile("(?<!n)g$|b$")
_TWICE = re.compile(r"([b-df-hj-np-tv-z])\1")
_SCRIPTS = {
    "LATIN": Script.LATIN,
    "ARABIC": Script.ARABIC,
    "HEBREW": Script.HEBREW,
    "CYRILLIC": Script.CYRILLIC,
    "GREEK": Script.GREEK,
    "CJK": Script.HAN,
    "IDEOGRAPHIC": Script.HAN,
}


def script_of(word: str) -> Script:
    """Tell how a word is written, by its first letter; a word of digits counts as Latin."""
    if word.isascii():
        return Script.LATIN
    first = next((c for c in word if c.isalpha()), "a")
    return _SCRIPTS.get(_block(first), Script.OTHER)


def romanise(word: str) -> str:
    """Write a word in ``[a-z0-9]``.

    Args:
        word: NFKC, case-folded, no spaces.

    Returns:
        At most ``MAX_SURFACE`` letters; "" if the word has no letter or digit.

    Cost: 1 to 20 us; callers keep results.
    """
    if word.isascii():
        return _NOT_PLAIN.sub("", word)[:MAX_SURFACE]
    word = "".join([str(unicodedata.decimal(c, c)) for c in word])
    runs = groupby(word, key=_block)
    written = "".join([_run("".join(run), block) for block, run in runs])
    return (written or _unknown(word))[:MAX_SURFACE]


def foreign_sounds(word: str, *, apart: bool) -> str | None:
    """A foreign name in characters of East Asia that stand for its sounds; see ``transcribed``."""
    if word.isascii():
        return None
    kana = foreign_kana([(c, anyascii(c).lower()) for c in word]) if apart else None
    return kana or transcribed(word, apart=apart)


def _run(run: str, block: str) -> str:
    """Letters of one script; marks and digits that are shared count as a script of their own."""
    if block in SCRIPTS:
        written = romanise_abugida(run, block)
    else:
        written = _BY_SCRIPT.get(block, _letters)(run)
    return _NOT_PLAIN.sub("", written.lower())


def _block(character: str) -> str:
    return unicodedata.name(character, "").partition(" ")[0]


def _unknown(word: str) -> str:
    """Letters that no table has: their numbers, so that the word still equals itself."""
    return "".join(f"{ord(c):x}" for c in word if c.isalnum())


def _letters(run: str) -> str:
    return str(anyascii(_LETTERS(run)))


def _greek(run: str) -> str:
    # Accents carry no difference, and would part the pairs of letters.
    plain = "".join(c for c in unicodedata.normalize("NFD", run) if not unicodedata.combining(c))
    return str(anyascii(_GREEK(plain)))


def _han(run: str) -> str:
    # Rare characters have no sound in the library, and are what tells their bearer from others.
    return surname_sound(run) or "".join([anyascii(c) or _unknown(c) for c in run])


def _hangul(run: str) -> str:
    # The library spells the letters; at the end of a syllable two of them sound hard.
    sounds = [anyascii(c).lower() for c in run]
    return surname_sound(run) or "".join([_HARD.sub(_hardened, sound) for sound in sounds])


def _hardened(end: re.Match[str]) -> str:
    return "k" if end[0] == "g" else "p"


def _kana(run: str) -> str:
    return written_kana([(c, anyascii(c).lower()) for c in run])


def _ethiopic(run: str) -> str:
    written = _NOT_PLAIN.sub("", anyascii(_LETTERS(run)).lower())
    # A long consonant is one letter, so two letters have a vowel between them: Mekonen.
    return _TWICE.sub(r"\1i\1", _CLUSTER.sub(r"\1i", written))


def _by_table(name: str) -> Callable[[str], str]:
    table = Letters(name)
    return lambda run: anyascii(table(run))


_LETTERS, _GREEK = Letters("letters"), Letters("greek")
_BY_SCRIPT: dict[str, Callable[[str], str]] = {
    "ARABIC": _by_table("arabic"),
    "HEBREW": _by_table("hebrew"),
    "CYRILLIC": _by_table("cyrillic"),
    "GREEK": _greek,
    "ETHIOPIC": _ethiopic,
    "THAI": romanise_thai,
    "CJK": _han,
    "HANGUL": _hangul,
    "HIRAGANA": _kana,
    "KATAKANA": _kana,
    "KATAKANA-HIRAGANA": _kana,
}
