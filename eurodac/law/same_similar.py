"""When identity data of two systems are the same or similar, and which fields are compared.

Law: 32023R0333 (borders and visa) and 32023R0332 (police and asylum, same annexes), Annexes I and
II, section 3; tables ``same_similar.toml`` and ``same_similar_columns.toml``. The list is closed:
there are no weights, thresholds or further rules.
"""

from __future__ import annotations

from typing import Literal

from pydantic.dataclasses import dataclass

from eurodac.law.loader import STRICT, Rule, load_rows

__all__ = ["COLUMNS", "RULES", "ColumnsRule", "SameSimilarRule", "columns_rule"]


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class SameSimilarRule(Rule):
    """One rule of the annexes.

    Args:
        outcome: What the rule says of the category.
        category: Category of identity data, ``any`` for all four.
    """

    outcome: Literal["same", "similar"]
    category: Literal["names", "date_of_birth", "gender", "nationality_place", "any"]


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class ColumnsRule(Rule):
    """The fields of one system that are compared.

    Args:
        system: The system.
        surname_type: Names that count as surnames.
        first_name_type: Names that count as first names; a name may count as both.
        birth: Of ``place_of_birth`` and ``country_of_birth`` what the system has.
    """

    system: str
    surname_type: tuple[str, ...]
    first_name_type: tuple[str, ...]
    birth: tuple[str, ...]


RULES = load_rows("same_similar", SameSimilarRule)
COLUMNS = load_rows("same_similar_columns", ColumnsRule)


def columns_rule(system: str) -> ColumnsRule:
    """Give the fields of a system.

    Raises:
        KeyError: the system takes no part.
    """
    return COLUMNS[f"same_similar_columns.{system}"]
