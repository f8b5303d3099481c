"""The closed list of purposes. Law: 32024R1358#art1.1; table ``purposes.toml``."""

from __future__ import annotations

from types import MappingProxyType

from pydantic.dataclasses import dataclass

from eurodac.law.loader import STRICT, Rule, load_rows

__all__ = ["RULES", "PurposeRule", "purpose_rule"]


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class PurposeRule(Rule):
    """One purpose.

    Args:
        code: Its letter, a..j.
    """

    code: str


RULES = load_rows("purposes", PurposeRule)
_CODES = MappingProxyType({rule.code: rule for rule in RULES.values()})


def purpose_rule(code: str) -> PurposeRule | None:
    """Give the purpose of a code, None if there is none."""
    return _CODES.get(code)
