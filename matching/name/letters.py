"""Words as numbered letters, the units in which two spellings are compared.

A word written with its vowels is compared by the letters of its romanisation, where the usual pairs
(sh, kh, ou) count as one letter.  A word in Arabic or Hebrew script is compared by its own letters:
a romanisation would have to invent the vowels and would lose which of three letters an h was.
"""

from __future__ import annotations

import re
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from matching.name.romanise import romanise
from matching.name.table import Letters
from matching.name.token import Kind, Token

__all__ = ["ABJAD", "CODES", "LATIN", "LIQUID", "MAX_LETTERS", "NUMBERS", "WORD", "encode", "words"]

MAX_LETTERS = 24
CODES = 128
"""Room for letters; unused numbers are kept for scripts to come."""

_SINGLE = tuple("abcdefghijklmnopqrstuvwxyz")
_JOINED = (
    *("sch", "tch", "sh", "ch", "kh", "gh", "th", "dh", "zh", "dj", "ph", "ck", "qu"),
    *("ou", "oo", "ee", "ai", "ay", "ei", "ey", "ie", "au", "ea", "oe", "ue"),
)
LATIN = (*_SINGLE, *_JOINED)
ABJAD = tuple("ءآأؤإئابةتثجحخدذرزسشصضطظعغفقكلمنهوىيپچژگڤڭٹڈڑںےڕڵۆێפټډړښڼږڅځۍې")
"""Letters of Arabic script and one of Hebrew; most of Hebrew stand for those of the same origin."""

# German spellings of one letter, before the pairs; Kurdish, Azerbaijani and Somali begin with an x.
_RESPELLED = (
    *(("schtsch", "shch"), ("dsch", "j"), ("tsch", "ch"), ("schd", "zhd"), ("dzh", "j")),
    ("xw", "khw"),
)
_FIRST_X = re.compile("^x(?=[aeiouy])")
# Letters of Kurdish, Azerbaijani and Turkish beside which an x is no ks.
_KURDISH = re.compile("[şêîûəğı]")
# Ç is a ch where it begins or ends the word or beside these; else it is a Portuguese or French s.
_CEDILLA = re.compile("^ç|ç$|[şğıəîûê]")
# Ch is sh in French spellings, which have ou; in Greek ones it is a kh.
_FRENCH = re.compile("(?<!t)ch(?!r)(?=.*ou.)|(?<=ou)ch")
# Belarusian family names beside Russian ones: Zaitsau, Lazareu.
_PAULAU = re.compile("(?<=..[bdghjklmnprstvz])au$|(?<=..[bdghjklmnprstvz])eu$")
# Aliyev, Aliiev and Alijew are Aliev, where ie is one letter.
_ALIYEV = re.compile("i[ijy]e(?=[fvw])")
# Before a consonant q and u are two letters: Quliyev, Qurban.
_QURBAN = re.compile("qu(?=[b-df-hj-np-tv-xz])")

_HEBREW = Letters("hebrew_letters")
_SAME = {"ی": "ي", "ک": "ك", "ھ": "ه", "ہ": "ه", "ۀ": "ة", "ۃ": "ة", "ٱ": "ا", "ە": "ه", "ۇ": "و"}
LIQUID = "ɽ"
"""Of a transcription: r or l."""
_MORE = (*"0123456789", LIQUID, *"חבצץ")  # what comes last keeps the numbers that the model has
NUMBERS = {letter: number for number, letter in enumerate((*LATIN, *ABJAD, *_MORE))}
"""Number of each letter."""

WORD = np.dtype(
    [
        ("letters", "u1", MAX_LETTERS),
        ("length", "u1"),
        ("script", "u1"),
        ("kind", "u1"),
        ("unused", "u1"),
        ("count", "<u4"),
    ]
)
"""Layout of a word in the compiled kernels (name.h)."""

_KINDS = {Kind.WORD: 0, Kind.INITIAL: 1, Kind.PARTICLE: 2}


def encode(token: Token) -> bytes:
    """Give the letters of a token as numbers below ``CODES``.

    Returns:
        At most ``MAX_LETTERS`` bytes, at least one; what is longer is cut off. A word of a script
        without vowels whose letters have no number is given by its romanisation.
    """
    return _encode(token)[0]


def _encode(token: Token) -> tuple[bytes, int]:
    """Letters, and 1 if they are those of a script without vowels."""
    bare = [] if token.vowelled else _abjad(token.written)
    letters = bare or _latin(_spelled(token))
    return bytes(letters[:MAX_LETTERS]), int(bool(bare))


def _spelled(token: Token) -> str:
    """The romanisation, or what is better known from the spelling."""
    if LIQUID in token.written:
        return token.written
    if "ç" in token.written and _CEDILLA.search(token.written):
        return romanise(token.written.replace("ç", "ch"))
    if "x" in token.surface and _KURDISH.search(token.written):
        return token.surface.replace("x", "kh")
    return token.surface


def words(tokens: tuple[Token, ...]) -> NDArray[np.void]:
    """Lay tokens out for the kernels.

    Returns:
        (n,) of ``WORD``, counts 0.
    """
    return np.frombuffer(b"".join(map(_packed, tokens)), WORD)


@lru_cache(maxsize=1 << 16)
def _packed(token: Token) -> bytes:
    letters, script = _encode(token)
    head = letters.ljust(MAX_LETTERS, b"\0")
    return head + bytes((len(letters), script, _KINDS[token.kind], 0)) + bytes(4)


def _latin(surface: str) -> list[int]:
    found: list[int] = []
    text, at = _FIRST_X.sub("kh", surface), 0
    text = _PAULAU.sub(lambda found: "ov" if found[0] == "au" else "ev", text)
    text = _QURBAN.sub("q'u", _ALIYEV.sub("ie", text))
    if "ou" in text and "poul" not in text:
        text = _FRENCH.sub("sh", text)
    for spelling, usual in (*_RESPELLED, ("x", "ks")):
        text = text.replace(spelling, usual)
    while at < len(text):
        joined = next((pair for pair in _JOINED if text.startswith(pair, at)), text[at])
        number = NUMBERS.get(joined)
        # A doubled letter is one: hardly any two writers agree on doubling.
        if number is not None and (not found or found[-1] != number):
            found.append(number)
        at += len(joined)
    return found


def _abjad(written: str) -> list[int]:
    letters = (_SAME.get(letter, letter) for letter in _HEBREW(written))
    return [NUMBERS[letter] for letter in letters if letter in NUMBERS]
