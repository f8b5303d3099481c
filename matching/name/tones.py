"""Vietnamese names that are told apart by their marks, which a comparison of letters leaves out."""

from __future__ import annotations

import unicodedata

from matching.name.token import Name

__all__ = ["other_marks"]

_STROKE = "\u0335"
_VIETNAMESE = frozenset("\u031b\u0309\u0323" + _STROKE)  # horn, hook, dot below; d with stroke


def other_marks(a: Name, b: Name) -> bool:
    """Say whether two names are other Vietnamese names, though their letters are the same.

    One must bear marks that hardly any other language has, and some word the same letters with
    other marks on either side; a word without marks may have been written without them. Where a
    mark stands in its word does not matter (hòa, hoà).

    Examples:
        >>> from matching.name.read import read_name
        >>> told = [read_name(text=one) for one in ("Lê Văn Hùng", "Lê Văn Hưng", "Le Van Hung")]
        >>> [other_marks(told[0], one) for one in told]
        [False, True, False]
    """
    first, second = _marked(a), _marked(b)
    every = {mark for some in (first, second) for marks in some.values() for mark in "".join(marks)}
    return bool(every & _VIETNAMESE) and any(
        "" not in first[letters] | second[letters] and not first[letters] & second[letters]
        for letters in first.keys() & second.keys()
    )


def _marked(name: Name) -> dict[str, set[str]]:
    """Letters of every word -> its marks, "" without any; nothing where no word has marks."""
    words = [token.written for token in name.tokens]
    found: dict[str, set[str]] = {}
    for word in words if not all(word.isascii() for word in words) else ():
        parts = unicodedata.normalize("NFD", word).replace("đ", "d" + _STROKE)
        marks = "".join(sorted(c for c in parts if unicodedata.combining(c)))
        letters = "".join(c for c in parts if not unicodedata.combining(c))
        found.setdefault(letters, set()).add(marks)
    return found
