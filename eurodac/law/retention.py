"""How long data are kept.

Law: 32024R1358#art29 and 63.3; tables ``retention.toml`` and ``tp_decisions.toml``.
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
    "DECISIONS",
    "RULES",
    "DecisionRule",
    "RetentionRule",
    "excluded_decision",
    "expires_on",
    "retention_rule",
    "tp_decision",
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
class DecisionRule(Rule):
    """A Council Implementing Decision on temporary protection.

    Args:
        numbers: Its number and those of its extensions, as year/number.
        recorded: False: its beneficiaries are never recorded in Eurodac.
        in_force_on: Day of its entry into force.
        ends_on: Last day of the protection as decided so far.
    """

    numbers: tuple[str, ...]
    recorded: bool
    in_force_on: date
    ends_on: date


RULES = load_rows("retention", RetentionRule)
DECISIONS = load_rows("tp_decisions", DecisionRule)
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
    decision: DecisionRule | None = None,
) -> date:
    """Give the last day on which a dataset is kept; it is gone when that day ends.

    Args:
        category: Its category.
        subtype: Its subtype.
        transmitted_on: Day (UTC) on which the registry received the first transmission that it
            recorded.
        decision: Temporary protection only: the Council decision it rests on. Ask again when the
            protection is extended.

    Raises:
        KeyError: the category has no such subtype.
        ValueError: data of this kind are never recorded, or the decision is missing.

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
    if decision is None:
        raise ValueError(f"{category} needs the decision it rests on ({rule.article})")
    return max(add_years(decision.in_force_on, rule.years), decision.ends_on)


def tp_decision(reference: str) -> DecisionRule | None:
    """Give the Council decision that a dataset refers to.

    Args:
        reference: As transmitted: ``"(EU) 2022/382"``, ``"32022D0382"`` and the like.

    Returns:
        Its row, None if the table does not know it.

    Examples:
        >>> tp_decision("Council Implementing Decision (EU) 2022/0382").recorded
        False
    """
    found = {
        f"{year}/{number}"
        for pattern in (_CELEX, _NUMBER)
        for year, number in pattern.findall(reference)
    }
    return next((rule for rule in DECISIONS.values() if found & set(rule.numbers)), None)


def excluded_decision(reference: str) -> DecisionRule | None:
    """Give the row that keeps beneficiaries of a Council decision out of Eurodac, or None."""
    rule = tp_decision(reference)
    return None if rule is None or rule.recorded else rule
