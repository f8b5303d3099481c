"""Names in Han characters, Hangul and kana."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from matching.name.table import load_table

__all__ = ["foreign_kana", "split_surname", "surname_sound", "transcribed", "written_kana"]

_TABLE, _FOREIGN = load_table("east_asia"), load_table("transcription")
_SOUNDS = {character: sound for some, sound in _FOREIGN["letters"].items() for character in some}
_NASAL = re.compile("n(?=[bmp])")
_CHINESE = 4  # most characters of a Chinese name
_HAN = re.compile("[\u3005\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U000323af]{2,5}")
_KATAKANA = re.compile("[ァ-ヺー]+")
_HANGUL = re.compile("[\uac00-\ud7a3]{2,5}")


def split_surname(word: str) -> tuple[str, ...]:
    """Split a whole name in Han characters or Hangul into surname and given name.

    Returns:
        Two words, or the word itself where it is none or too long for a name.
    """
    for pattern, kind in ((_HAN, "han"), (_HANGUL, "hangul")):
        if pattern.fullmatch(word):
            length = _surname_length(word, _TABLE[kind])
            return word[:length], word[length:]
    return (word,)


def surname_sound(word: str) -> str | None:
    """The usual spelling of a surname in Han characters or Hangul, None for any other word."""
    han: Mapping[str, str] = _TABLE["han"]["sounds"]
    hangul: Mapping[str, str] = _TABLE["hangul"]["sounds"]
    return han.get(word) or hangul.get(word)


def transcribed(word: str, *, apart: bool) -> str | None:
    """A name of another language in Han characters that stand for its sound.

    Args:
        word: One word of it.
        apart: Whether a point stands between the words of the name, as only such names have it.

    Returns:
        The name in Latin letters, with ɽ for what may be r or l; None if the word is none, or more
        likely a Chinese name.
    """
    known: str | None = _FOREIGN["words"].get(word)
    if not known and not all(c in _SOUNDS for c in word):
        return None
    likely = known or word[0] not in _FOREIGN["surnames"] or len(word) > _CHINESE
    if not apart and (len(word) < 2 or not likely):
        return None
    if known:
        return known
    sounds = [_SOUNDS[c] for c in word]
    sounds[0] = _FOREIGN["beginnings"].get(word[0], sounds[0])
    sounds[-1] = _FOREIGN["endings"].get(word[-1], sounds[-1])
    return _NASAL.sub("m", "".join(sounds))


def foreign_kana(sounds: list[tuple[str, str]]) -> str | None:
    """Katakana as the letters that they stand for: no vowel where only the syllable needs it.

    Args:
        sounds: Each character with its own romanisation.

    Returns:
        Likewise with ɽ; None for other characters.
    """
    if not _KATAKANA.fullmatch("".join([character for character, _ in sounds])):
        return None
    written = written_kana(sounds)
    for pattern, letters in _FOREIGN["kana"]:
        written = re.sub(pattern, letters, written)
    return _NASAL.sub("m", written)


def written_kana(sounds: list[tuple[str, str]]) -> str:
    """Join the sounds of kana: small letters change the one before, long vowels are not written.

    Args:
        sounds: Each character with its own romanisation.
    """
    written, doubled = "", False
    for character, sound in sounds:
        if character in "っッ":
            doubled = True
            continue
        if character in "ゃゅょャュョ" and written.endswith("i"):
            hushed = written.endswith(("shi", "chi", "ji"))
            written = written[:-1] + (sound[1:] if hushed else sound)
            continue
        if character == "ー":
            continue
        if character in "ぁぃぅぇぉァィゥェォ" and written:  # vu a is va, u i is wi
            alone = written.endswith("u") and not written[-2:-1].isalpha()
            written = written[:-1] + ("w" if alone else "") + sound
            continue
        written += sound[:1] + sound if doubled else sound
        doubled = False
    return re.sub("ou|oo", "o", written.replace("uu", "u"))


def _surname_length(word: str, table: Mapping[str, Any]) -> int:
    if len(word) > 2 and word[:2] in table["double"]:
        return 2
    # Four characters without a Chinese double surname are mostly Japanese: two and two.
    return 2 if len(word) > 3 else 1
