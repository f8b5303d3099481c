"""Reference numbers: letters of the Member State, digit of the category, rest.

Law: 32024R1358#art37.4 and 38.1; tables ``reference_grammar.toml``, ``reference_numbers.toml`` and
``recapture.toml``.
"""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import NamedTuple

from pydantic.dataclasses import dataclass

from eurodac.law.loader import STRICT, Rule, load_rows

__all__ = [
    "GRAMMAR",
    "RECAPTURE",
    "RULES",
    "DigitRule",
    "GrammarRule",
    "RecaptureRule",
    "ReferenceNumber",
    "digit",
    "digit_rule",
    "parse",
]


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class GrammarRule(Rule):
    """How a number looks.

    Args:
        pattern: Regular expression over the whole number.
    """

    pattern: str


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class DigitRule(Rule):
    """The digit of one category of data or requests.

    Args:
        category: A category of ``categories``, or the kind of request.
        digit: One decimal digit; 7 stands for the admission query and for admissions.
        stored: Whether a number of this kind can name a dataset.
    """

    category: str
    digit: str
    stored: bool


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class RecaptureRule(Rule):
    """When the same number comes again.

    Args:
        replaces: Fields that the second transmission replaces; all others stay as they are, the
            date of the first transmission included.
    """

    replaces: tuple[str, ...]


class ReferenceNumber(NamedTuple):
    """A number taken apart."""

    member_state: str
    digit: str
    rest: str


GRAMMAR = load_rows("reference_grammar", GrammarRule)["reference.grammar"]
RECAPTURE = load_rows("recapture", RecaptureRule)["recapture.same_number"]
RULES = load_rows("reference_numbers", DigitRule)
_DIGITS = MappingProxyType({rule.category: rule for rule in RULES.values()})


def digit_rule(category: str) -> DigitRule:
    """Give the row of a category.

    Raises:
        KeyError: no such category.
    """
    return _DIGITS[category]


def digit(category: str) -> str:
    """Give the digit of a category.

    Raises:
        KeyError: no such category.

    Examples:
        >>> digit("search_and_rescue")
        '9'
    """
    return _DIGITS[category].digit


def parse(number: str) -> ReferenceNumber | None:
    """Take a reference number apart.

    Args:
        number: What was sent; letters are not folded.

    Returns:
        Its parts, None if it does not follow the grammar. Whether the letters are a State and the
        digit fits the category is the caller's question.

    Examples:
        >>> parse("IT9A77")
        ReferenceNumber(member_state='IT', digit='9', rest='A77')
        >>> parse("I9A77") is None
        True
    """
    if not number.isascii() or re.fullmatch(GRAMMAR.pattern.removesuffix("$"), number) is None:
        return None
    return ReferenceNumber(number[:2], number[2], number[3:])
