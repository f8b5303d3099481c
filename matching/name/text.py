"""Text as anybody can send it, brought to text that can be read, compared and shown safely.

What carries no difference between names is removed: controls, invisible and direction characters,
lone surrogates, the Arabic kashida, soft hyphens.  A result depends only on the text, not on its
Unicode normal form.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import groupby

from matching.errors import NameUnreadableError

__all__ = ["MAX_CHARACTERS", "MAX_INPUT", "clean", "displayed", "repaired"]

MAX_INPUT = 10_000
"""Longest text that is looked at, in code points, before anything is removed from it."""

MAX_CHARACTERS = 400
"""Longest name, in code points of its clean form."""

# Kashida; fillers of Hangul, Khmer and Braille, which are letters or symbols to Unicode and blank
# to a reader; combining grapheme joiner; variation selectors.
_INVISIBLE = re.compile(
    "[\u0640\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\u034f\u180b-\u180f\ufe00-\ufe0f"
    "\U000e0100-\U000e01ef]"
)
_REMOVED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_ISOLATE, _POP = "\u2068", "\u2069"

# Letters that look like Latin ones, lower case.
_CYRILLIC = ("асеіјорхуѕһԁԛԝӏкмтнвг", "aceijopxyshdqwlkmthbr")
_GREEK = ("αονρυικχτεηβμζγ", "aovpuikxtehbmzy")
_TO_LATIN = str.maketrans(_CYRILLIC[0] + _GREEK[0], _CYRILLIC[1] + _GREEK[1])
_FROM_LATIN = {
    "CYRILLIC": str.maketrans("aceijopxyshkmtb", "асеіјорхуѕһкмтв"),
    "GREEK": str.maketrans("aovpuikxtehbmzy", "αονρυικχτεηβμζγ"),
}


def clean(text: str) -> str:
    """Bring a text to the form that is read.

    Returns:
        NFKC, case-folded, words separated by one space; the same for every normal form of a text.
        May be empty.

    Raises:
        NameUnreadableError: more than ``MAX_INPUT`` code points, or more than ``MAX_CHARACTERS``
            afterwards.
    """
    _check_length(text, MAX_INPUT)
    if not (text.isascii() and text.isprintable()):
        text = unicodedata.normalize("NFKC", _without_invisible(text))
        text = unicodedata.normalize("NFKC", _without_invisible(text).casefold())
        text = unicodedata.normalize("NFKC", _without_invisible(text))
    text = " ".join(text.casefold().split())
    _check_length(text, MAX_CHARACTERS)
    return text


def displayed(text: str) -> str:
    """Bring a text to the form that is shown.

    Returns:
        NFC, without what ``clean`` removes.  If letters of both directions or only right-to-left
        ones occur, the whole and each run against its direction are isolated (FSI, PDI).
    """
    if not (text.isascii() and text.isprintable()):
        text = unicodedata.normalize("NFC", _without_invisible(text))
        text = unicodedata.normalize("NFC", _without_invisible(text))
    return _isolated(" ".join(text.split()))


def repaired(word: str) -> str:
    """Bring a word that mixes Latin with Cyrillic or Greek letters to the script of most of them.

    Args:
        word: NFKC, case-folded.

    Returns:
        NFKC, look-alikes replaced; a letter without one stays.
    """
    if word.isascii():
        return word
    scripts = [unicodedata.name(c, "").partition(" ")[0] for c in word if c.isalpha()]
    counts = {s: scripts.count(s) for s in ("LATIN", "CYRILLIC", "GREEK")}
    if sum(count > 0 for count in counts.values()) < 2:
        return word
    majority = max(counts, key=lambda s: (counts[s], s == "LATIN"))
    table = _TO_LATIN if majority == "LATIN" else _FROM_LATIN[majority]
    return unicodedata.normalize("NFKC", word.translate(table))


def _check_length(text: str, most: int) -> None:
    if len(text) > most:
        raise NameUnreadableError(
            "name_too_long", f"the name has more than {most} characters; enter the name alone"
        )


def _without_invisible(text: str) -> str:
    text = _INVISIBLE.sub("", text)
    if text.isprintable():
        return text
    category = unicodedata.category
    return "".join([c for c in text if category(c) not in _REMOVED or c.isspace()])


def _isolated(text: str) -> str:
    if text.isascii():
        return text
    directions = [_direction(c) for c in text]
    if "R" not in directions:
        return text
    if "L" not in directions:
        return f"{_ISOLATE}{text}{_POP}"
    base = next(d for d in directions if d)
    parts = []
    for against, run in groupby(_runs(text, directions, base), key=lambda pair: pair[1]):
        part = "".join([c for c, _ in run])
        parts.append(f"{_ISOLATE}{part}{_POP}" if against else part)
    return f"{_ISOLATE}{''.join(parts)}{_POP}"


def _runs(text: str, directions: list[str], base: str) -> list[tuple[str, bool]]:
    """Each character, and whether it stands in a run against the base direction.

    Spaces and punctuation belong to such a run only if it goes on behind them.
    """
    against = [bool(d) and d != base for d in directions]
    marked = list(against)
    last = -1
    for i, d in enumerate(directions):
        if not d:
            continue
        if against[i] and last >= 0 and against[last]:
            marked[last:i] = [True] * (i - last)
        last = i
    return list(zip(text, marked, strict=True))


def _direction(character: str) -> str:
    kind = unicodedata.bidirectional(character)
    if kind in ("R", "AL", "AN"):
        return "R"
    return "L" if kind in ("L", "EN") else ""
