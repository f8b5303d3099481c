"""Text as it may be shown: nothing in it hides, turns round or overwrites what is beside it."""

from __future__ import annotations

import unicodedata

__all__ = ["has_hidden", "runs_right_to_left", "visible"]

_HIDDEN = ("Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp")
_RIGHT_TO_LEFT = ("R", "AL", "AN")
_WITHIN = ("NSM", "CS", "WS", "ON", "EN")  # joins two right-to-left letters into one run


def has_hidden(text: str) -> bool:
    r"""Say whether a text holds control, format or unassigned characters, or line separators.

    Examples:
        >>> has_hidden("Müller-Šimić 王"), has_hidden("a\u202eb"), has_hidden("a\nb")
        (False, True, True)
    """
    return any(unicodedata.category(char) in _HIDDEN for char in text)


def visible(text: str) -> str:
    r"""Write every such character as its number, so that people see that it is there.

    Line feeds and tabs stay: they are ours, because data are stored without control characters.

    Examples:
        >>> visible("Ali\u202exe\u200d")
        'Ali[U+202E]xe[U+200D]'
    """
    if text.isprintable():
        return text
    return "".join(
        f"[U+{ord(char):04X}]" if char not in "\n\t" and has_hidden(char) else char for char in text
    )


def runs_right_to_left(text: str) -> list[tuple[str, bool]]:
    r"""Cut a text into runs; True for those that are written from right to left.

    Examples:
        >>> runs_right_to_left("born in \u05d0\u05d1 \u05d2, 1990")
        [('born in ', False), ('אב ג', True), (', 1990', False)]
    """
    kinds = [unicodedata.bidirectional(char) for char in text]
    runs: list[tuple[str, bool]] = []
    start = at = 0
    while at < len(text):
        if kinds[at] not in _RIGHT_TO_LEFT:
            at += 1
            continue
        end = look = at + 1
        while look < len(text) and kinds[look] in (*_RIGHT_TO_LEFT, *_WITHIN):
            look += 1
            if kinds[look - 1] in _RIGHT_TO_LEFT:
                end = look
        if start < at:
            runs.append((text[start:at], False))
        runs.append((text[at:end], True))
        start = at = end
    if start < len(text):
        runs.append((text[start:], False))
    return runs
