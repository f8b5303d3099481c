"""Scripts of India and Burmese: a consonant carries a vowel unless another one or none is written.

Unicode names the letters of all of them alike, so one table of sounds serves.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from matching.name.table import load_table

__all__ = ["SCRIPTS", "romanise_abugida"]

_TABLE = load_table("indic")
_VOWELS: Mapping[str, str] = _TABLE["vowels"]
SCRIPTS = frozenset(_TABLE["scripts"])
"""First words of the names of letters that can be read."""

_NASAL = ("ANUSVARA", "CANDRABINDU", "TIPPI", "BINDI")
# Tamil writes one letter for both; it sounds between vowels and after a nasal.
_TAMIL_VOICED = {"k": "g", "t": "d", "p": "b"}


@dataclass(slots=True)
class _Syllable:
    consonant: str
    vowel: str | None  # None: the unwritten one

    @property
    def sounds(self) -> bool:
        return self.vowel != ""


def romanise_abugida(word: str, script: str) -> str:
    """Write a word in a-z.

    Args:
        word: NFKC; characters of other scripts are left out.
        script: One of ``SCRIPTS``.
    """
    options = _TABLE["scripts"][script]
    consonants = {**_TABLE["consonants"], **options}
    dotted = options.get("dotted", _TABLE["dotted"])
    syllables: list[_Syllable] = []
    for character in word:
        name = unicodedata.name(character, "").removeprefix(f"{script} ")
        _read(name, syllables, consonants, dotted)
    if options["schwa"]:
        _drop_unspoken(syllables)
    if script == "TAMIL":
        _voice(syllables)
    return "".join(s.consonant + ("a" if s.vowel is None else s.vowel) for s in syllables)


def _read(
    name: str,
    syllables: list[_Syllable],
    consonants: Mapping[str, str],
    dotted: Mapping[str, str],
) -> None:
    if name.startswith("LETTER "):
        letter = name.removeprefix("LETTER ")
        if letter.startswith("CHILLU "):
            syllables.append(_Syllable(letter[7].lower(), ""))
        elif letter in consonants:
            syllables.append(_Syllable(consonants[letter], None))
        else:
            syllables.append(_Syllable("", _VOWELS.get(letter, "")))
    elif name.endswith(_NASAL):
        syllables.append(_Syllable("n", ""))
    elif syllables:
        _modify(name, syllables[-1], dotted)


def _modify(name: str, last: _Syllable, dotted: Mapping[str, str]) -> None:
    _, _, vowel = name.partition("VOWEL SIGN ")
    if vowel:
        # Burmese writes au as e and a around the consonant.
        both = last.vowel == "e" and vowel == "AA"
        last.vowel = "au" if both else _VOWELS.get(vowel, "")
    elif name.endswith(("VIRAMA", "ASAT")) and last.vowel is None:
        last.vowel = ""
    elif name.endswith("NUKTA"):
        last.consonant = dotted.get(last.consonant, last.consonant)
    elif "MEDIAL" in name:
        last.consonant += name[-2].lower().replace("r", "y")


def _drop_unspoken(syllables: list[_Syllable]) -> None:
    """Drop the unwritten vowel at the end, and between a syllable and one with its vowel."""
    last = len(syllables) - 1
    if last > 0 and syllables[last].vowel is None:
        before = syllables[last - 1]
        if before.sounds or before.consonant == "n":
            syllables[last].vowel = ""
    for i in range(last - 1, 0, -1):
        here, after = syllables[i], syllables[i + 1]
        if here.vowel is None and syllables[i - 1].sounds and after.sounds and after.consonant:
            here.vowel = ""


def _voice(syllables: list[_Syllable]) -> None:
    for before, here in pairwise(syllables):
        nasal = before.consonant[:1] in ("n", "m")
        if here.sounds and (before.sounds or nasal):
            here.consonant = _TAMIL_VOICED.get(here.consonant, here.consonant)
