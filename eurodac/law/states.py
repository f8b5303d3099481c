"""Member States and associated States: codes, participation and gallery bits.

Law: 32024R1358#art60, recitals 98 and 99; table ``states.toml``.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Literal

from pydantic import Field
from pydantic.dataclasses import dataclass

from eurodac.law.loader import STRICT, Rule, load_rows

__all__ = ["CODES", "RULES", "StateRule", "participates", "state_bit", "state_rule"]

_RESETTLEMENT_FRAMEWORK = frozenset({"admission", "admission_query"})


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class StateRule(Rule):
    """One State.

    Args:
        code: Two letters, EL for Greece.
        name: English short name.
        bit: Its bit in the gallery's attribute word, counted from the first State bit, 0..39;
            never changed or used again.
        participation: ``member``; ``associated`` (without the Union resettlement framework);
            ``not_bound``.
    """

    code: str = Field(pattern="^[A-Z]{2}$")
    name: str
    bit: int = Field(ge=0, le=39)
    participation: Literal["member", "associated", "not_bound"]


RULES = load_rows("states", StateRule)
_STATES = MappingProxyType({rule.code: rule for rule in RULES.values()})
CODES = frozenset(_STATES)


def state_rule(code: str) -> StateRule | None:
    """Give the row of a State, None if the code is no State here."""
    return _STATES.get(code)


def state_bit(code: str) -> int:
    """Give the gallery bit of a State, 0..39.

    Raises:
        KeyError: no such State.
    """
    return _STATES[code].bit


def participates(code: str, category: str) -> bool:
    """Say whether a State transmits data of a category; False for an unknown code."""
    rule = _STATES.get(code)
    if rule is None or rule.participation == "not_bound":
        return False
    return rule.participation == "member" or category not in _RESETTLEMENT_FRAMEWORK
