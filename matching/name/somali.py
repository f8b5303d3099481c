"""Words in Somali orthography, spelled as others do: c is an ayn, x an h, vowels are doubled."""

from __future__ import annotations

import re

from matching.name.table import load_table

__all__ = ["respelled_somali"]

_TABLE = load_table("somali")
_WORDS = frozenset(_TABLE["words"])
_SURE, _LETTER, _OTHER = (re.compile(_TABLE[name]) for name in ("sure", "letter", "other"))
_LONG = re.compile(r"([aeiou])\1")


def respelled_somali(surface: str) -> str:
    """Respell a word if its letters show that it is Somali: Cabdicasiis as Abdiasis.

    Args:
        surface: ``[a-z0-9]*``, as written in Latin letters.

    Returns:
        The word, unchanged if it may be of another language.
    """
    if not ("c" in surface or "x" in surface):
        return surface
    shown = _LETTER.search(surface) and _SURE.search(surface) and not _OTHER.search(surface)
    if not (shown or surface in _WORDS):
        return surface
    return _LONG.sub(r"\1", surface.replace("c", "").replace("x", "h"))
