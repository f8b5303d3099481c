"""Single slips of a writer: one edit, two letters exchanged. Exact, without a distance."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["is_one_edit", "is_one_swap"]


def is_one_edit(a: str, b: str) -> bool:
    """Say whether one insertion, deletion or substitution of a character makes one of the other.

    Returns:
        False for equal texts.

    Cost: O(n).

    Examples:
        >>> is_one_edit("HADDAD", "HADAD"), is_one_edit("HADDAD", "HADDDA")
        (True, False)
    """
    if len(a) > len(b):
        a, b = b, a
    if a == b or len(b) - len(a) > 1:
        return False
    at = _first_difference(a, b)
    return a[at:] == b[at + 1 :] if len(a) < len(b) else a[at + 1 :] == b[at + 1 :]


def is_one_swap(a: Sequence[str], b: Sequence[str]) -> bool:
    """Say whether two items, adjacent or not, changed places: letters of a text, words of a list.

    Returns:
        False for equal sequences.

    Cost: O(n).

    Examples:
        >>> is_one_swap("MARIAN", "NARIAM"), is_one_swap("MARIA", "MARIAN")
        (True, False)
    """
    if len(a) != len(b):
        return False
    differing = [at for at in range(len(a)) if a[at] != b[at]]
    if len(differing) != 2:
        return False
    first, second = differing
    return a[first] == b[second] and a[second] == b[first]


def _first_difference(shorter: str, longer: str) -> int:
    for at, character in enumerate(shorter):
        if character != longer[at]:
            return at
    return len(shorter)
