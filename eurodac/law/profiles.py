"""Which role sees which system's data and which indicator; default: nothing.

Law: the articles in ``profiles.toml``; 32019R0818#art9.4: what may not be seen does not appear.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from pydantic.dataclasses import dataclass

from eurodac.law.loader import STRICT, Rule, load_rows

__all__ = ["INDICATORS", "RULES", "SYSTEMS", "ProfileRule", "sees"]

SYSTEMS = ("EURODAC", "EES", "VIS")
INDICATORS = ("UM1", "UM4", "UM5", "UM11", "UM14", "PR1")


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class ProfileRule(Rule):
    """One grant.

    Args:
        role: The role.
        sees: A system of ``SYSTEMS`` or an indicator of ``INDICATORS``.
    """

    role: str
    sees: Literal["EURODAC", "EES", "VIS", "UM1", "UM4", "UM5", "UM11", "UM14", "PR1"]


RULES = load_rows("profiles", ProfileRule)
_GRANTS: Mapping[tuple[str, str], ProfileRule] = MappingProxyType(
    {(rule.role, rule.sees): rule for rule in RULES.values()}
)


def sees(role: str, what: str) -> ProfileRule | None:
    """Give the row that shows a system's data or an indicator to a role, None if none does.

    Examples:
        >>> sees("asylum_unit", "UM14") is None
        True
    """
    return _GRANTS.get((role, what))
