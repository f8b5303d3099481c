"""How long data are kept.

Law: 32024R1358#art29 and 63.3; tables ``retention.toml`` and ``tp_exclusions.toml``.
"""

from __future__ import annotations

import re
from datetime import date
from types import MappingProxyType
from typing import Literal

from pydantic.dataclasses import dataclass

from eurodac.law.loader import STRICT, Rule, load_rows
from eurodac.law.periods import add_years

__all__ = [
    "EXCLUSIONS",
    "RULES",
    "ExclusionRule",
    "RetentionRule",
    "excluded_decision",
    "expires_on",
    "retention_rule",
]


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class RetentionRule(Rule):
    """The period of one kind of dataset.

    Args:
        category: Its category.
        subtype: Its subtype.
        years: Length, 0 where nothing is recorded.
        start: ``transmitted`` (first transmission of the biometrics), ``decision_entry_into_force``
            or ``never_recorded``.
    """

    category: str
    subtype: str
    years: int
    start: Literal["transmitted", "decision_entry_into_force", "never_recorded"]


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class ExclusionRule(Rule):
    """Decisions on temporary protection whose beneficiaries are never recorded.

    Args:
        decisions: Numbers as year/number.
    """

    decisions: tuple[str, ...]


RULES = load_rows("retention", RetentionRule)
EXCLUSIONS = load_rows("tp_exclusions", ExclusionRule)
_PAIRS = MappingProxyType({(rule.category, rule.subtype): rule for rule in RULES.values()})
_CELEX = re.compile(r"3(\d{4})D0*(\d+)")
_NUMBER = re.compile(r"(\d{4})/0*(\d+)")


def retention_rule(category: str, subtype: str) -> RetentionRule:
    """Give the row of a kind of dataset.

    Raises:
        KeyError: the category has no such subtype.
    """
    return _PAIRS[category, subtype]


def expires_on(
    category: str,
    subtype: str,
    *,
    transmitted_on: date,
    decision_in_force_on: date | None = None,
    protection_ends_on: date | None = None,
) -> date:
    """Give the last day on which a dataset is kept; it is gone when that day ends.

    Args:
        category: Its category.
        subtype: Its subtype.
        transmitted_on: Day (UTC) of the first transmission that was recorded.
        decision_in_force_on: Temporary protection: entry into force of the Council decision.
        protection_ends_on: Temporary protection: end as decided today, if that is later than a
            year after the entry into force; ask again with every new decision.

    Raises:
        KeyError: the category has no such subtype.
        ValueError: data of this kind are never recorded, or the decision's day is missing.

    Law: 32024R1358#art29; a period of years ends on the same date, or the last day of the month.

    Examples:
        >>> expires_on("applicant", "none", transmitted_on=date(2028, 2, 29))
        datetime.date(2038, 2, 28)
    """
    rule = retention_rule(category, subtype)
    if rule.start == "never_recorded":
        raise ValueError(f"{category} is never recorded ({rule.article}), so it cannot expire")
    if rule.start == "transmitted":
        return add_years(transmitted_on, rule.years)
    if decision_in_force_on is None:
        raise ValueError(f"{category} needs the entry into force of the decision ({rule.article})")
    end = add_years(decision_in_force_on, rule.years)
    return end if protection_ends_on is None else max(end, protection_ends_on)


def excluded_decision(reference: str) -> ExclusionRule | None:
    """Give the row that keeps beneficiaries of a Council decision out of Eurodac.

    Args:
        reference: As transmitted: ``"(EU) 2022/382"``, ``"32022D0382"`` and the like.

    Returns:
        None if the decision is not excluded.

    Examples:
        >>> excluded_decision("Council Implementing Decision (EU) 2022/0382").id
        'tp_exclusion.2022_382'
    """
    found = {
        f"{year}/{number}"
        for pattern in (_CELEX, _NUMBER)
        for year, number in pattern.findall(reference)
    }
    return next((rule for rule in EXCLUSIONS.values() if found & set(rule.decisions)), None)
