"""The law as data: one row per rule, one module per table.

Every row has an id, an article (CELEX#article), one sentence and its first day; every table has a
typed row class and a mapping id -> row. Importing the package loads and checks all tables, so that
an id exists once. Keys are plain strings: this layer knows no records.

    categories         field matrix of the eight categories
    subtypes           kinds of dataset within a category
    closed_lists       permitted values
    reference_numbers  grammar and digits, re-capture
    states             codes, participation, gallery bits
    capture            whose biometric data are taken
    comparison         what is compared with what, also across systems
    retention          how long data are kept
    purposes, roles    who may do what, and what for
    same_similar       when identity data of two systems are the same or similar
    profiles           who sees which system and which indicator
    detection          windows, strengths and deadlines of indications
    periods            calendar arithmetic
    trace              article <-> rule <-> code <-> tests
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from eurodac.law import (
    capture,
    categories,
    closed_lists,
    comparison,
    detection,
    periods,
    profiles,
    purposes,
    reference_numbers,
    retention,
    roles,
    same_similar,
    states,
    subtypes,
)
from eurodac.law.loader import Rule, loaded_tables

__all__ = [
    "Rule",
    "all_rules",
    "capture",
    "categories",
    "closed_lists",
    "comparison",
    "detection",
    "periods",
    "profiles",
    "purposes",
    "reference_numbers",
    "retention",
    "roles",
    "same_similar",
    "states",
    "subtypes",
]


def all_rules() -> Mapping[str, Rule]:
    """Give every rule of every table, id -> row, in the order of the tables."""
    return MappingProxyType(
        {rule_id: rule for table in loaded_tables().values() for rule_id, rule in table.items()}
    )
