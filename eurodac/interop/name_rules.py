"""The rules on names, one function each, over harmonised texts of two fields.

Law: 32023R0333#annex2.3.1, points (a) and (d) to (h), which compare one field with one field;
points (b) and (c), which need two, stand in ``same_similar``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from eurodac.interop.renamings import KnownRenamings, default_renamings
from eurodac.interop.transliterations import KnownTransliterations, default_transliterations
from matching.edits import is_one_edit, is_one_swap

__all__ = ["FIELD_RULES", "Knowledge", "default_knowledge", "rules_between"]

_RUN = re.compile(r"[-,' ]+|[^-,' ]+")  # of marks and spaces, or of anything else


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What the acts leave open: which tables are known, how short a cut name may be.

    Args:
        transliterations: Known transliterations.
        renamings: Known renamings.
        truncation_letters: Least length of the shorter of two names of which one is the other cut
            short, from 1. The default is longer than the frequent whole names that are the
            beginning of another (ALI, ABD, OMAR, ABDUL).
    """

    transliterations: KnownTransliterations
    renamings: KnownRenamings
    truncation_letters: int = 6

    @property
    def version(self) -> str:
        """Everything that changes a result; logged with it."""
        tables = f"{self.transliterations.version}+{self.renamings.version}"
        return f"{tables}+truncation/{self.truncation_letters}"


def default_knowledge() -> Knowledge:
    """Give the tables of the project with the default bound."""
    return Knowledge(default_transliterations(), default_renamings())


def rules_between(a: str, b: str, knowledge: Knowledge) -> tuple[str, ...]:
    """Try every rule on one field against one field.

    Args:
        a: Harmonised text, not "".
        b: Harmonised text, not "".
        knowledge: Tables and bounds.

    Returns:
        Ids of all rules that make one of the other, in the order of the annex; none for equal
        texts. Rules are not combined.
    """
    if a == b:
        return ()
    return tuple(rule for rule, holds in FIELD_RULES.items() if holds(a, b, knowledge))


def _transliteration(a: str, b: str, knowledge: Knowledge) -> bool:
    return knowledge.transliterations.connects(a, b)


def _words_swapped(a: str, b: str, knowledge: Knowledge) -> bool:
    return is_one_swap(a.split(), b.split())


def _letters_swapped(a: str, b: str, knowledge: Knowledge) -> bool:
    """Letters only: a mark or a space that moved is not one."""
    if not is_one_swap(a, b):
        return False
    return all(x == y or (x.isalpha() and y.isalpha()) for x, y in zip(a, b, strict=True))


def _one_edit(a: str, b: str, knowledge: Knowledge) -> bool:
    """Something must be left: of names of one character each, a substitution leaves nothing."""
    return is_one_edit(a, b) and max(len(a), len(b)) > 1


def _punctuation(a: str, b: str, knowledge: Knowledge) -> bool:
    """Each mark may stand for a space or for nothing, whatever the others do."""
    (letters, gaps), (others, spaces) = _gaps(a), _gaps(b)
    if letters != others or not letters:
        return False
    return all(
        gaps.get(at) or spaces.get(at) or (at in gaps and at in spaces) for at in gaps | spaces
    )


def _truncation(a: str, b: str, knowledge: Knowledge) -> bool:
    shorter, longer = sorted((a, b), key=len)
    return len(shorter) >= knowledge.truncation_letters and longer.startswith(shorter)


def _gaps(text: str) -> tuple[str, dict[int, bool]]:
    """Give what is no mark and no space, and at each gap in it whether a mark stands there."""
    letters, gaps = "", {}
    for run in _RUN.findall(text):
        if run[0] in "-,' ":
            gaps[len(letters)] = run != " "
        else:
            letters += run
    return letters, gaps


FIELD_RULES: Mapping[str, Callable[[str, str, Knowledge], bool]] = MappingProxyType(
    {
        "similar.names.transliteration": _transliteration,
        "similar.names.words_swapped": _words_swapped,
        "similar.names.letters_swapped": _letters_swapped,
        "similar.names.one_edit": _one_edit,
        "similar.names.punctuation": _punctuation,
        "similar.names.truncation": _truncation,
    }
)
"""Rule -> whether it makes one text of the other; both are harmonised and differ."""
