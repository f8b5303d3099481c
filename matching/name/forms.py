"""Folded and skeleton forms: spellings of one word brought together.

Transliteration writes the same sound in several ways; the folded form merges them and the skeleton
keeps only what a vowel-free script writes too.  Both lose differences, so they find candidates and
grade a similarity; neither proves that two words are the same.
"""

from __future__ import annotations

import re

__all__ = ["fold", "skeleton"]

# The longest spelling wins at each place.  Origin: the usual alternatives on documents; chosen by
# what they change in recall and number of candidates on pairs of Arabic and Latin words.
_ALTERNATIVES = {
    "s": "sch shch tch tsh tsch sh ch cz sz z",
    "ts": "tz",
    "h": "kh",
    "g": "gh",
    "d": "dh",
    "t": "th",
    "f": "ph",
    "j": "zh dj xh",
    "k": "c ck q qu",
    "ks": "x",
    "b": "p",
    # Of Greek origin: Christos, Michael.
    "kr": "chr",
    "kl": "chl",
    "mika": "michae",
    # Waw is a w or a vowel: Marwan and Marouane; oe and ue stand for German and Nordic letters.
    "u": "o ou oo oe ue w",
    "i": "y ee ei ey ai ay iy yi ie",
    "a": "e ae aa",
}
_MERGED = {spelling: one for one, many in _ALTERNATIVES.items() for spelling in many.split()}
_SPELLING = re.compile("|".join(sorted(_MERGED, key=len, reverse=True)))
# Before these a Latin c is an s; at the end of Petrovic it stands for a letter with its accent.
_SOFT_C = re.compile("c(?=[eiy])|(?<=..[bdjklmstvz]i)c$")
_ALIYEV = re.compile("(?<=[aeiu])y(?=eva?$)")  # Aliyev and Aliev, Nazarbayev and Nazarbaev
_POULOU = re.compile("(?<=poul)ou$")  # Papadopoulou and Papadopoulos
# Kurdish, Azerbaijani, Uzbek and Somali write kh with it; a Xenia is found as an equivalent.
_FIRST_X = re.compile("^x(?=[aeiouy])")
_DOUBLED = re.compile(r"(.)\1+")
_IVANOVA = re.compile("(?<=..[oe]v)a$")
_KOWALSKA = re.compile("(?<=..[sc]k)(?:a|aia|aya|aja|y|yi|yj|ij|iy)$")
_WEAK = str.maketrans({"a": "", "i": "", "u": "", "h": "", "v": "f", "j": "g", "q": "k"})


def fold(surface: str, *, vowelled: bool = True) -> str:
    """Merge the usual alternatives of transliteration, and male with female surnames of one family.

    Args:
        surface: ``[a-z0-9]*``.
        vowelled: Whether its short vowels were written; if not, two equal letters in a row have a
            vowel between them and are kept.

    Returns:
        A word over the same letters, longer than ``surface`` by at most one letter per x.
    """
    word = _KOWALSKA.sub("i", _IVANOVA.sub("", _ALIYEV.sub("", surface)))
    word = _FIRST_X.sub("h", _POULOU.sub("os", word))
    word = _SPELLING.sub(lambda found: _MERGED[found[0]], _SOFT_C.sub("s", word))
    if vowelled:
        word = _DOUBLED.sub(r"\1", word)
    return word[:-1] if len(word) > 3 and word[-1] == "h" else word


def skeleton(folded: str) -> str:
    """Leave only the consonants that every script writes, classes merged; may be empty."""
    return folded.translate(_WEAK).replace("ts", "s")
