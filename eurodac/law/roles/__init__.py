"""Who may do what, for which purpose, and how far it reaches.

Law: 32024R1358#art10, 38, 40, 41, 32019R0818#art20a; tables ``roles/*.toml``.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from pydantic.dataclasses import dataclass

from eurodac.law import purposes
from eurodac.law.loader import STRICT, Rule, load_rows

__all__ = ["OPERATIONS", "OPERATION_CODES", "RULES", "RoleRule", "allowed", "named"]

OPERATIONS = (
    "transmit",
    "amend",
    "identify",
    "lookup",
    "lookup_identity",
    "view_person",
    "decide_link",
    "read_log",
    "operate",
)
OPERATION_CODES = frozenset({"x-audit", "x-operate"})


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class RoleRule(Rule):
    """One allowed triple.

    Args:
        role: The role.
        purpose: Purpose code a..j, or an operation code where no data of a person are read.
        operation: One of ``OPERATIONS``.
        scope: How far it reaches: ``own_state`` (records of the actor's Member State), ``linked``
            (those, the hit results it received, and the systems of its profile), ``cir_identity``
            (identity data without references), ``log``, ``operations``.
        system: Whose records it starts from: those of Eurodac, or visa files.
    """

    role: str
    purpose: str
    operation: Literal[
        "transmit",
        "amend",
        "identify",
        "lookup",
        "lookup_identity",
        "view_person",
        "decide_link",
        "read_log",
        "operate",
    ]
    scope: Literal["own_state", "linked", "cir_identity", "log", "operations"]
    system: Literal["EURODAC", "VIS"] = "EURODAC"


RULES: Mapping[str, RoleRule] = MappingProxyType(
    {
        rule_id: rule
        for table in ("asylum_unit", "immigration_unit", "fingerprint_expert", "others")
        for rule_id, rule in load_rows(f"roles/{table}", RoleRule).items()
    }
)
_TRIPLES: Mapping[tuple[str, str, str], RoleRule] = MappingProxyType(
    {(rule.role, rule.purpose, rule.operation): rule for rule in RULES.values()}
)


def allowed(role: str, purpose: str, operation: str) -> RoleRule | None:
    """Give the row that allows an operation, None if nothing does.

    Examples:
        >>> allowed("screening_officer", "f", "identify").scope
        'cir_identity'
        >>> allowed("law_enforcement", "e", "identify") is None
        True
    """
    return _TRIPLES.get((role, purpose, operation))


def named(purpose: str) -> str:
    """Give a purpose as it may be shown and logged: only a code, never what a caller typed.

    Examples:
        >>> named("a"), named("x-audit"), named(""), named("for Mira")
        ('a', 'x-audit', '(none)', 'unknown')
    """
    if not purpose:
        return "(none)"
    known = purposes.purpose_rule(purpose) is not None or purpose in OPERATION_CODES
    return purpose if known else "unknown"
