"""Names in a machine-readable zone: A-Z, ``<`` for a space, cut off where the field ends.

Umlauts and ligatures (AE, OE, UE, SS, AA) and Cyrillic need nothing here, since their folded forms
are those of the letters.  Source: ICAO Doc 9303, parts 3 to 7.
"""

from __future__ import annotations

import re
from dataclasses import replace

from matching.errors import NameUnreadableError
from matching.name.read import read_name
from matching.name.table import load_table
from matching.name.token import Name

__all__ = ["MRZ_LENGTHS", "read_mrz_name"]

MRZ_LENGTHS = (30, 31, 39)
"""Letters of the field of the name: cards of size 1; cards of size 2 and small visas; passports."""

_FIELD = re.compile("[A-Z<]+")
_MISREAD = str.maketrans("01852", "OIBSZ")
_EXCHANGED = re.compile("([NU])XX")
_ARABIC: dict[str, str] = load_table("mrz")["arabic"]
_CODES = sorted(_ARABIC, key=len, reverse=True)
_ARABIC_WORD = re.compile(f"(?:{'|'.join(_CODES)})+")
_CODE = re.compile("|".join(_CODES))
# Latin names with an x have none of these: XHEVAT and ALEXANDER do not, MXHMD and XSHRYF do.
_SURELY_ARABIC = re.compile("X(?:AE|SH|SS|DZ|TT|ZZ|KH|TH|DH|AY|TA)|XH(?=[^AEIOUY])|[^AEIOUY]XH$")


def read_mrz_name(text: str) -> Name:
    """Read the field of the name of a machine-readable zone.

    Args:
        text: From the first letter of the surname on, with or without the fillers at its end;
            digits are taken for the letters that they are misread from.

    Returns:
        Fields are known; ``truncated`` also where a full field ends in a letter, so that the last
        word may have been cut off.  ``shown`` is what stands in the zone.

    Raises:
        NameUnreadableError: other characters than A-Z and ``<``, longer than a passport allows, or
            no letter at all.
    """
    field = "".join(text.split()).upper().translate(_MISREAD)
    if len(field) > max(MRZ_LENGTHS):
        raise NameUnreadableError(
            "name_too_long",
            f"the field of the name has at most {max(MRZ_LENGTHS)} characters; leave out the rest",
        )
    if field and not _FIELD.fullmatch(field):
        raise NameUnreadableError(
            "mrz_name_invalid", "a machine-readable name has only A-Z and <; scan or type it again"
        )
    surnames, _, forenames = (part.strip("<") for part in field.partition("<<"))
    name = read_name(_words(surnames), _words(forenames))
    shown = ", ".join(filter(None, (re.sub("<+", " ", part) for part in (surnames, forenames))))
    full = len(field) in MRZ_LENGTHS and not field.endswith("<")
    return replace(name, shown=shown, truncated=name.truncated or full)


def _words(field: str) -> str:
    return " ".join(_word(word) for word in field.split("<"))


def _word(word: str) -> str:
    if _SURELY_ARABIC.search(word) and _ARABIC_WORD.fullmatch(word):
        return _CODE.sub(lambda code: _ARABIC[code[0]], word)
    return _EXCHANGED.sub(r"\1", word)
