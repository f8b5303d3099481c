"""Thai words in the spelling of passports: vowels stand around their consonant or are unwritten."""

from __future__ import annotations

import re

from matching.name.table import load_table

__all__ = ["romanise_thai"]

_TABLE = load_table("thai")
_START = {letter: start for letter, start, _ in _TABLE["consonants"]["rows"]}
_END = {letter: end for letter, _, end in _TABLE["consonants"]["rows"]}
_ANY = "[ก-รลว-ฮ]"
_ONSET = f"(?:[กขคตทปผพศส][รล]|[กขค]ว(?!$)|ห[งญนมยรลว]|{_ANY})"
# Silent letters, tones, short marks; the decomposed am is one vowel.
_UNSPOKEN = re.compile(f"{_ANY}[ิุ]?์|[็-๋๎]|(?<=[ัา]ต)[ิุ]$")
_OWN_VOWEL = "(?![ะัาิ-ู])"
_RESPELLED = [(re.compile(shape), value) for shape, value in _TABLE["respelled"].items()]
_BOTH = [(re.compile(shape), value) for shape, value in _TABLE["both"].items()]
_WRITTEN_OUT = str.maketrans({"ฤ": "รึ", "ฦ": "ลึ"})
_SYLLABLES = [
    (re.compile(shape.replace("C", f"({_ONSET})")), vowel)
    for shape, vowel in _TABLE["vowels"]["rows"]
]
_SHORT = frozenset("ิีุ")
_CLOSING = frozenset("ะำ")  # no letter closes a syllable of these
_THREE = re.compile(f"({_ANY})({_ANY})({_ANY})$")
_CLOSED = re.compile(f"({_ANY})({_ANY}){_OWN_VOWEL}(?!รร|อ)")
_LONE = re.compile(f"({_ANY})")
_FINAL = re.compile(f"({_ANY}){_OWN_VOWEL}(?!รร|อ{_ANY})")
# Two letters at the end are a syllable of their own (Siriphon, Manop), unless a vowel that needs a
# last letter stands before them or the second is silent (chit, sat).
_OWN = re.compile(f"(?<![ัรอ])(?![ตทช]ร|[สศษ])({_ANY})({_ANY})$")


def romanise_thai(word: str) -> str:
    """Write a word in a-z; characters of other scripts are left out."""
    for shape, value in _RESPELLED:
        word = shape.sub(value, word)
    word = _UNSPOKEN.sub("", word.translate(_WRITTEN_OUT).replace("ํา", "ำ"))
    written, at, open_syllable, short = "", 0, False, False
    while at < len(word):
        if word[at] in "|/":
            at, open_syllable = at + 1, open_syllable and word[at] == "|"
            continue
        found, vowel = _syllable(word, at)
        final = _FINAL.match(word, at) if open_syllable else None
        # Of two consonants before a vowel the first closes the syllable before, if there is one.
        if found and not (final and len(found[1]) > 1):
            written += _onset(found[1]) + vowel
            at, open_syllable = found.end(), found[0][-1] not in _CLOSING
            short = not _SHORT.isdisjoint(found[0])
        elif final and final[1] == "ร" and short and final.end() < len(word):
            written, at, open_syllable = f"{written}ra", final.end(), False  # Surachai
        elif final and _OWN.match(word, at):
            spoken, at = _unwritten(word, at)
            written, open_syllable = written + spoken, False
        elif final and (both := _both(word, at)):
            written, at, open_syllable = written + both, final.end(), False
        elif final:
            written += _END[final[1]]
            at, open_syllable = final.end(), False
        else:
            spoken, at = _unwritten(word, at)
            written += spoken
            open_syllable = False
    return written


def _syllable(word: str, at: int) -> tuple[re.Match[str] | None, str]:
    for shape, vowel in _SYLLABLES:
        found = shape.match(word, at)
        if found:
            return found, vowel
    return None, ""


def _both(word: str, at: int) -> str:
    """The sound of a letter that closes a syllable and begins the next one, "" of any other."""
    if at + 2 >= len(word):
        return ""
    return next((value for shape, value in _BOTH if shape.match(word, at)), "")


def _unwritten(word: str, at: int) -> tuple[str, int]:
    """A syllable whose vowel is unwritten: o if it is closed, else a; the last letter is silent."""
    three, closed = _THREE.match(word, at), _CLOSED.match(word, at)
    if three and three[1] not in "กขคตปผพ":
        return f"{_START[three[1]]}a{_START[three[2]]}o{_END[three[3]]}", three.end()  # Narong
    if closed:
        # Passports mostly write the r of a last letter that is spoken as n: Thanakorn.
        end = "rn" if closed[2] == "ร" else _END[closed[2]]
        return f"{_START[closed[1]]}o{end}", closed.end()
    lone = _LONE.match(word, at)
    if lone:
        silent = lone.end() == len(word) and at > 0
        return "" if silent else _START[lone[1]] + "a", lone.end()
    return "", at + 1


def _onset(letters: str) -> str:
    letters = "ส" if letters == "สร" else letters  # Soem; Sri is written with its r
    if letters[0] == "ห" and len(letters) > 1:
        letters = letters[1:]
    return "".join(_START[letter] for letter in letters)
