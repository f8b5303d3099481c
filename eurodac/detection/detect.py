"""Detection: the rules, each with its law row, on what the role of the case may see."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from eurodac.detection.facts import visible
from eurodac.detection.rules import pr1, um1, um4, um5, um11, um14
from eurodac.detection.values import Case, Indicator
from eurodac.law.detection import RULES, DetectionRule
from eurodac.law.profiles import sees

__all__ = ["detect"]

_APPLY: Mapping[str, Callable[[Case, DetectionRule], tuple[Indicator, ...]]] = {
    "detection.um1": um1.apply,
    "detection.um4": um4.apply,
    "detection.um5": um5.apply,
    "detection.um11": um11.apply,
    "detection.um14": um14.apply,
    "detection.pr1": pr1.apply,
}


def detect(case: Case) -> tuple[Indicator, ...]:
    """Find what a case hints at; hints with evidence, never decisions.

    What the role may not see is taken out before any rule runs, and a rule without a profile row
    for the role does not run.

    Args:
        case: What one viewing State has at one instant; nothing else is read, no clock either.

    Returns:
        Indicators in the order of the rules, then of the story; () where nothing fires.

    Cost: O(datasets squared); a case has a handful.
    Law: 32024R1358#art1.1.c, 32019R0818#art9.4
    """
    seen = visible(case)
    return tuple(
        found
        for law_id, apply in _APPLY.items()
        if (rule := RULES[law_id]).applies_on(case.at.date()) and sees(case.role, rule.code)
        for found in apply(seen, rule)
    )
