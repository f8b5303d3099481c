"""Folded and skeleton forms: spellings of one word brought together.

Transliteration writes the same sound in several ways; the folded form merges them and the skeleton
keeps only what a vowel-free script writes too.  Both lose differences, so they find candidates and
grade a similarity; neither proves that two words are the same.
"""

from __future__ import annotations

import re

__all__ = ["fold", "skeleton"]

# First match wins at each place, longest spelling first.  Origin: usual alternatives in passports
# of the countries in question; measured in tests of the blocking keys.
_MERGED = {
    **{"sch": "s", "shch": "s", "tch": "s", "tsh": "s"},
    **{"kh": "h", "gh": "g", "dh": "d", "th": "t", "ph": "f", "sh": "s", "ch": "s", "zh": "j"},
    **{"dj": "j", "ck": "k", "q": "k", "x": "ks", "c": "k", "z": "s", "p": "b"},
    **{"ou": "u", "oo": "u", "oe": "u", "ue": "u", "o": "u"},
    **{"ee": "i", "ei": "i", "ey": "i", "ai": "i", "ay": "i", "iy": "i", "yi": "i", "ie": "i"},
    **{"y": "i", "w": "v", "ae": "a", "aa": "a", "e": "a"},
}
_SPELLING = re.compile("|".join(sorted(_MERGED, key=len, reverse=True)))
_DOUBLED = re.compile(r"(.)\1+")
_FEMALE = re.compile(r"(?<=...[oe]v)a$")
_FEMALE_SK = re.compile(r"(?<=..[sc]k)(?:a|aia|aya|aja|y|yi|yj|ij|iy)$")
_CLASSES = str.maketrans("vjgq", "fggk", "aiuh")


def fold(surface: str) -> str:
    """Merge the usual alternatives of transliteration.

    Args:
        surface: ``[a-z0-9]*``.

    Returns:
        A word over the same letters, not longer than ``surface`` by more than one letter per x.
    """
    word = _FEMALE_SK.sub("i", _FEMALE.sub("", surface))
    word = _SPELLING.sub(lambda found: _MERGED[found[0]], word)
    word = _DOUBLED.sub(r"\1", word)
    return word[:-1] if len(word) > 3 and word[-1] == "h" else word


def skeleton(folded: str) -> str:
    """Leave only the consonants that every script writes, classes merged; may be empty."""
    return _DOUBLED.sub(r"\1", folded.translate(_CLASSES))
