"""Names of two words that are written together, apart or with an article, as one token.

Abd al-Rahman, Abdul Rahman, Abdurrahman and the two spellings in Arabic script are one name, and so
are Nour Eddine and Nuruddin, Asad Allah and Asadullah.  A name after abu is joined too: Abu Ali is
somebody else than Ali.  Parts are joined if an article stands between them, or if the table knows
that they form a name: Abdul Khan and Mohammed Ullah are given name and surname.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from matching.name.lexicon import (
    WITHOUT_ARTICLE,
    Part,
    Role,
    canonical,
    follows_article,
    part,
    plain,
)
from matching.name.romanise import MAX_SURFACE
from matching.name.text import repaired
from matching.name.token import Script

__all__ = ["join", "join_across", "split_word"]

_Spelled = tuple[str, bool]  # surface, and whether it has its vowels
_ARTICLE = "ال"
_NOTHING = Part("", "", Script.ARABIC)
_PARENTS = (Role.FATHER, Role.FATHER_OF_THE, Role.MOTHER)
_SERVANT = re.compile("abd(?:ou|oo|[aeiou])?")
_FAITH = re.compile("(.{2,}?)(?:ou|oo|[aeiou])?[ld]?d(?:i|ee|y|ie)ne?")
_GOD = re.compile("(.{2,}?)(?:ou|oo|[aeou])?(?:ll[ao]h?i?|l[ao]h)")
_PREFIX = re.compile("([ae]l(?=.{4}|ali$)|b[ei]n(?=...))(.+)")
_FATHER = re.compile("ab(?:ou|oo|[ou])(?=...)")


@lru_cache(maxsize=1 << 16)
def split_word(word: str) -> tuple[Part, ...]:
    """Romanise one word and recognise what is written together in it.

    Returns:
        The article and the word in Arabic script, else one part; none if nothing can be read.
    """
    whole = part(repaired(word))
    if whole is None:
        return ()
    if whole.role is not Role.NONE:
        return (whole,)
    if whole.script is Script.ARABIC:
        return _split_arabic(whole)
    surface = _joined_latin(whole.surface)
    if surface != whole.surface:
        return (whole._replace(surface=surface),)
    return _split_latin(whole)


def join(parts: Sequence[Part]) -> list[Part]:
    """Join the parts that form one name; others stay as they are."""
    if all(p.role is Role.NONE for p in parts):
        return list(parts)
    joined: list[Part] = []
    at = 0
    while at < len(parts):
        length, name = _compound(parts, at)
        joined.append(name)
        at += length
    return joined


def _compound(parts: Sequence[Part], at: int) -> tuple[int, Part]:
    """How many parts from here on form one name, and the name."""
    first = parts[at]
    article = at + 1 < len(parts) and parts[at + 1].role in (Role.ARTICLE, Role.ASSIMILATED)
    after = at + 1 + article
    if after >= len(parts):
        return 1, first
    # Abu Abd al-Rahman: the second name may be of two words itself.
    length, second = _compound(parts, after) if first.role in _PARENTS else (1, parts[after])
    spelled = _spelled(first, second, article)
    if spelled is None:
        return 1, first
    after += length
    written = unicodedata.normalize("NFKC", "".join(p.written for p in parts[at:after]))
    return after - at, _one(written, spelled, second)


def _one(written: str, spelled: _Spelled, last: Part) -> Part:
    surface, vowelled = spelled
    return Part(written, surface[:MAX_SURFACE], last.script, Role.NONE, vowelled)


def join_across(forenames: list[Part], surnames: list[Part]) -> Part | None:
    """Join the end of the forenames with the start of the surnames: Abdul, Rahman.

    Both lists lose what was joined; None if nothing was.
    """
    if not forenames or not surnames:
        return None
    length, name = _compound([forenames[-1], *surnames], 0)
    if length == 1:
        return None
    del forenames[-1], surnames[: length - 1]
    return name


def _spelled(first: Part, second: Part, article: bool) -> _Spelled | None:
    """The spelling of both as one name, None if they form none."""
    if first.role in (Role.SERVANT, Role.SERVANT_OF_THE):
        return _servant(first, second, article)
    if first.role in _PARENTS and second.role in (Role.NONE, Role.TITLE):
        prefix = "umm" if first.role is Role.MOTHER else "abu"
        name, vowelled = _usual(second, "father")
        return prefix + name, vowelled
    if first.role is not Role.NONE:
        return None
    if second.role is Role.GOD and (canonical("god", first) or not first.vowelled):
        name, vowelled = _usual(first, "god")
        return f"{name}ullah", vowelled
    of_the_faith = second.role is Role.OF_THE_FAITH or (second.role is Role.FAITH and article)
    if of_the_faith and (canonical("faith", first) or article or not first.vowelled):
        name, vowelled = _usual(first, "faith")
        return f"{name}uddin", vowelled
    if second.role is Role.SUFFIX:
        return first.surface + second.surface, first.vowelled and second.vowelled
    return None


def _servant(first: Part, second: Part, article: bool) -> _Spelled | None:
    if second.role is Role.GOD:
        return "abdullah", True
    kind = "attribute" if canonical("attribute", second) else "revered"
    the = article or first.role is Role.SERVANT_OF_THE
    known = canonical(kind, second) and (the or kind == "attribute")
    if not known and not (article and first.role is Role.SERVANT):
        return None
    name, vowelled = _usual(second, kind)
    return f"abdul{name}", vowelled


def _usual(word: Part, kind: str) -> _Spelled:
    """The spelling that stands for all, else the word as it is romanised."""
    name = canonical(kind, word)
    return (name, True) if name else (word.surface, word.vowelled)


def _split_arabic(word: Part) -> tuple[Part, ...]:
    written, key = word.written, plain(word.written)
    rest = part(written[2:]) if len(key) > 4 and written.startswith(_ARTICLE) else None
    if rest is not None and key not in WITHOUT_ARTICLE:
        return (Part(_ARTICLE, "al", Script.ARABIC, Role.ARTICLE), _whole_arabic(rest))
    return (_whole_arabic(word),)


def _whole_arabic(word: Part) -> Part:
    spelled = _joined_arabic(plain(word.written))
    return _one(word.written, spelled, word) if spelled else word


def _joined_arabic(key: str) -> _Spelled | None:
    for prefix, role in (("عبد", Role.SERVANT), ("ابو", Role.FATHER), ("ابي", Role.FATHER)):
        rest = key.removeprefix(prefix)
        article = rest.startswith(_ARTICLE) and len(rest) > 4 and rest not in WITHOUT_ARTICLE
        second = part(rest[2:] if article else rest)
        if rest == key or second is None:
            continue
        # Abicassis is no Abi Cassis: without an article the second name must be known.
        if article or role is Role.SERVANT or canonical("father", second):
            spelled = _spelled(_NOTHING._replace(role=role), second, article)
            if spelled:
                return spelled
    for suffix, kind, ending in (("الدين", "faith", "uddin"), ("الله", "god", "ullah")):
        head = part(key.removesuffix(suffix)) if key.endswith(suffix) else None
        if head:
            name, vowelled = _usual(head, kind)
            return name + ending, vowelled
    return None


def _split_latin(word: Part) -> tuple[Part, ...]:
    found = _PREFIX.fullmatch(word.written)
    rest = part(found[2]) if found else None
    before = part(found[1]) if found else None
    if rest and before and follows_article(rest.surface):
        return before, rest
    return (word,)


def _joined_latin(surface: str) -> str:
    """The spelling that stands for all, if a word is a compound that the table knows."""
    for known in (_joined_servant, _joined_god, _joined_faith, _joined_father):
        found = known(surface)
        if found:
            return found
    return surface


def _known(kind: str, surface: str) -> str | None:
    return canonical(kind, Part(surface, surface, Script.LATIN))


def _joined_servant(surface: str) -> str | None:
    found = _SERVANT.match(surface)
    if not found:
        return None
    rest = surface[found.end() :]
    if re.fullmatch("l+(?:aa?|o)h?i?", rest) and rest not in ("la", "lo"):
        return "abdullah"
    # An article before l would be doubled: abdullatif.
    for name in (rest.removeprefix("l"), rest):
        known = _known("attribute", name) or _known("revered", name)
        if known:
            return f"abdul{known}"
    return None


def _joined_god(surface: str) -> str | None:
    found = _GOD.fullmatch(surface)
    head = found and _known("god", found[1])
    return f"{head}ullah" if head else None


def _joined_faith(surface: str) -> str | None:
    found = _FAITH.fullmatch(surface)
    head = found and _known("faith", found[1])
    return f"{head}uddin" if head else None


def _joined_father(surface: str) -> str | None:
    found = _FATHER.match(surface)
    if not found:
        return None
    rest = surface[found.end() :]
    known = _known("father", rest) or _known("father", rest.removeprefix("l"))
    return f"abu{known}" if known else None
