"""Closed lists of values: sex, reasons for missing data, circumstances of a security flag ...

Law: the points named in ``closed_lists.toml``.
"""

from __future__ import annotations

from types import MappingProxyType

from pydantic.dataclasses import dataclass

from eurodac.law.loader import STRICT, Rule, load_rows

__all__ = ["RULES", "ListRule", "closed_list"]


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class ListRule(Rule):
    """One closed list.

    Args:
        list: Name of the list.
        scope: Category or field it holds for, "" = everywhere.
        values: Every permitted value.
    """

    list: str
    scope: str
    values: tuple[str, ...]


RULES = load_rows("closed_lists", ListRule)
_LISTS = MappingProxyType({(rule.list, rule.scope): rule for rule in RULES.values()})


def closed_list(name: str, scope: str = "") -> ListRule:
    """Give the list that holds in a scope.

    Args:
        name: ``sex``, ``name_kind``, ``document_authenticity``, ``border_procedure_decision``,
            ``security_flag_circumstance``, ``security_flag_source`` (scope: category) or
            ``country``, ``missing_reason`` (scope: ``fingerprints``, also for one finger;
            ``facial_image``; ``place_of_birth``).
        scope: "" where the list holds everywhere.

    Raises:
        KeyError: no such list in that scope.
    """
    return _LISTS[name, scope]
