"""The field matrix: what may, must and must not be sent about each category of person.

Law: 32024R1358#art17 to 26, Article 18(1) for the query; tables ``categories/<category>.toml``.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from pydantic.dataclasses import dataclass

from eurodac.law.loader import STRICT, Rule, load_rows

__all__ = ["CATEGORIES", "FIELDS", "RULES", "FieldRule", "field_rule", "fields_of"]

CATEGORIES = (
    "applicant",
    "admission",
    "national_resettlement",
    "irregular_crossing",
    "illegal_stay",
    "search_and_rescue",
    "temporary_protection",
    "admission_query",
)


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class FieldRule(Rule):
    """One cell of the matrix.

    Args:
        category: One of ``CATEGORIES``.
        field: Name of the field in the messages and in ``eurodac.record``.
        point: Where the cell stands, e.g. ``"17(1)(c)"``; the closed list itself if forbidden.
        requirement: ``required``; ``available`` and ``applicable`` may be absent; ``forbidden``.
        when: ``sent`` with the transmission or recorded ``later``.
        missing_reason_allowed: A required field may be replaced by a reason why it is missing.
        also_later: A field that is sent may also follow later, into the same dataset.
        fallback_needs_authenticity: Another document in place of a travel document needs an
            authenticity indication (only ``document_scan``).
    """

    category: str
    field: str
    point: str
    requirement: Literal["required", "available", "applicable", "forbidden"]
    when: Literal["sent", "later"]
    missing_reason_allowed: bool = False
    also_later: bool = False
    fallback_needs_authenticity: bool = True

    @property
    def allowed(self) -> bool:
        """Whether the field may be sent or recorded at all."""
        return self.requirement != "forbidden"


RULES: Mapping[str, FieldRule] = MappingProxyType(
    {
        rule_id: rule
        for category in CATEGORIES
        for rule_id, rule in load_rows(f"categories/{category}", FieldRule).items()
    }
)
_CELLS = MappingProxyType({(rule.category, rule.field): rule for rule in RULES.values()})
FIELDS = tuple(dict.fromkeys(rule.field for rule in RULES.values()))


def field_rule(category: str, field: str) -> FieldRule:
    """Give one cell.

    Raises:
        KeyError: no such category or field; ask ``field in FIELDS`` first for outside input.
    """
    return _CELLS[category, field]


def fields_of(category: str, *, when: str | None = None) -> Mapping[str, FieldRule]:
    """Give field -> cell of one category in the order of the law, forbidden cells included.

    Args:
        category: One of ``CATEGORIES``.
        when: Only ``"sent"`` or only ``"later"``; None = both.
    """
    return MappingProxyType(
        {
            rule.field: rule
            for rule in RULES.values()
            if rule.category == category and when in (None, rule.when)
        }
    )
