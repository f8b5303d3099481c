"""Whose biometric data are taken. Law: 32024R1358#art14 and 15.1; table ``capture.toml``."""

from __future__ import annotations

from pydantic.dataclasses import dataclass

from eurodac.law.loader import STRICT, Rule, load_rows

__all__ = ["MINIMUM_AGE", "AgeRule"]


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class AgeRule(Rule):
    """An age limit.

    Args:
        years: Completed years of age from which it is allowed.
    """

    years: int


MINIMUM_AGE = load_rows("capture", AgeRule)["capture.minimum_age"]
