"""Which stored data a probe is compared with, inside Eurodac and across systems.

Law: 32024R1358#art27 and 28, 32019R0818#art27; tables ``comparison.toml``,
``face_comparison.toml``, ``systems.toml`` and ``mid_triggers.toml``.
"""

from __future__ import annotations

from collections.abc import Collection
from types import MappingProxyType

from pydantic.dataclasses import dataclass

from eurodac.law.loader import STRICT, Rule, load_rows

__all__ = [
    "FACES",
    "MID_TRIGGERS",
    "RULES",
    "SYSTEMS",
    "ComparisonRule",
    "FaceRule",
    "MidTriggerRule",
    "SystemsRule",
    "comparison_rule",
    "face_rule",
    "mid_trigger",
    "starts_mid",
    "systems_rule",
]


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class ComparisonRule(Rule):
    """One probe of the matrix for fingerprints.

    Args:
        category: Category of the probe.
        subtype: Subtype of the probe.
        compared: False: no search in Eurodac at all.
        galleries: Categories whose stored datasets are searched; empty if not compared.
        own_state: Whether earlier data of the probe's own Member State are searched.
        marked_only: Galleries of which only protection-marked datasets are searched.
    """

    category: str
    subtype: str
    compared: bool
    galleries: tuple[str, ...]
    own_state: bool
    marked_only: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class FaceRule(Rule):
    """Comparison of facial images, in the galleries of the probe's fingerprint row.

    Args:
        probes: Categories of probes.
        introduced: False until the technology is introduced (Article 63(5)).
    """

    probes: tuple[str, ...]
    introduced: bool


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class SystemsRule(Rule):
    """Comparison of templates across systems.

    Args:
        system: System of the new record.
        searches: Other systems whose templates are searched; never itself.
    """

    system: str
    searches: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class MidTriggerRule(Rule):
    """What starts the multiple-identity detection for a dataset.

    Args:
        category: Category of the dataset.
        needs: Fields that all must be recorded.
    """

    category: str
    needs: tuple[str, ...]


RULES = load_rows("comparison", ComparisonRule)
FACES = load_rows("face_comparison", FaceRule)
SYSTEMS = load_rows("systems", SystemsRule)
MID_TRIGGERS = load_rows("mid_triggers", MidTriggerRule)
_PROBES = MappingProxyType({(rule.category, rule.subtype): rule for rule in RULES.values()})


def comparison_rule(category: str, subtype: str) -> ComparisonRule:
    """Give the row of a probe.

    Raises:
        KeyError: the category has no such subtype.
    """
    return _PROBES[category, subtype]


def face_rule(category: str) -> FaceRule | None:
    """Give the row under which a category's face may be a probe, None if it never may."""
    return next((rule for rule in FACES.values() if category in rule.probes), None)


def systems_rule(system: str) -> SystemsRule:
    """Give the row of a system.

    Raises:
        KeyError: the system takes no part in comparison.
    """
    return SYSTEMS[f"systems.{system}"]


def mid_trigger(category: str) -> MidTriggerRule | None:
    """Give what a dataset of the category needs to start the detection, None for the query."""
    return MID_TRIGGERS.get(f"mid.{category}")


def starts_mid(category: str, recorded: Collection[str]) -> bool:
    """Say whether a dataset is complete enough to be compared with other systems.

    Args:
        category: Its category.
        recorded: Names of the fields that it has.

    Examples:
        >>> starts_mid("applicant", {"fingerprints", "names"})
        False
    """
    rule = mid_trigger(category)
    return rule is not None and set(rule.needs) <= set(recorded)
