"""The form in which texts of several systems are compared: the harmonisation of format.

Law: 32023R0333#art1.2: data are the same if they are equal after harmonisation of their format.
Nothing here changes a letter into another one.
"""

from __future__ import annotations

import unicodedata

__all__ = ["BREAKS", "harmonise"]

BREAKS = str.maketrans({"-": " ", ",": " ", "'": ""})
"""Of a harmonised text: hyphens and commas separate words, apostrophes do not (as in an MRZ)."""

_VARIANTS = str.maketrans(
    dict.fromkeys("‐‑‒–—―−﹣־", "-")
    | dict.fromkeys("،、﹐", ",")
    | dict.fromkeys("’‘‛ʼʻʾʿ`´′׳", "'")
)


def harmonise(text: str) -> str:
    r"""Bring a text to the form in which it is compared.

    Returns:
        NFKC, upper case, one form of each mark, one space between words; invisible, control and
        unassigned characters left out. "" if nothing is left.

    Cost: O(n).

    Examples:
        >>> harmonise("  al–Masri\u200b\tÖmer ")
        'AL-MASRI ÖMER'
    """
    if text.isascii() and text.isprintable():  # most texts; the rest changes nothing in them
        return " ".join(text.upper().replace("`", "'").split())
    upper = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).upper())
    seen = (" " if c.isspace() else c for c in upper.translate(_VARIANTS))
    return " ".join("".join(c for c in seen if unicodedata.category(c)[0] != "C").split())
