"""The kinds of dataset within a category, and the fields each kind needs or excludes.

Law: 32024R1358#art16.2.a, 18.2, 25.2; table ``subtypes.toml``.
"""

from __future__ import annotations

from types import MappingProxyType

from pydantic.dataclasses import dataclass

from eurodac.law.loader import STRICT, Rule, load_rows

__all__ = ["RULES", "SubtypeRule", "subtype_rule", "subtypes_of"]


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class SubtypeRule(Rule):
    """One existing pair of category and subtype.

    Args:
        category: Category of the dataset.
        subtype: ``none`` for the usual kind; admissions have no such kind.
        requires: Fields that must be sent with this kind.
        forbids: Fields that must not.
    """

    category: str
    subtype: str
    requires: tuple[str, ...]
    forbids: tuple[str, ...]


RULES = load_rows("subtypes", SubtypeRule)
_PAIRS = MappingProxyType({(rule.category, rule.subtype): rule for rule in RULES.values()})


def subtype_rule(category: str, subtype: str) -> SubtypeRule | None:
    """Give the row of a pair, None if that pair does not exist."""
    return _PAIRS.get((category, subtype))


def subtypes_of(category: str) -> tuple[str, ...]:
    """Give the subtypes that a category has, in the order of the table."""
    return tuple(rule.subtype for rule in RULES.values() if rule.category == category)
