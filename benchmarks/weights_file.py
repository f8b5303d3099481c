"""Writes weights.toml from what was counted on labelled pairs."""

from __future__ import annotations

import math
from dataclasses import fields
from typing import Any

from benchmarks.name_weights import Counted, curve_of
from matching.date import DateRelation
from matching.name.weights import Weights

__all__ = ["as_toml", "estimate"]

_SMOOTH = 0.5  # occurrences that are added to every count
_SURE = 262  # likeness from which only the rarity of the word counts
_RARE = 8.0  # most that is claimed for or against, where hardly any pair was seen


def as_toml(counted: Counted, before: Weights, version: str, *, origin: str) -> str:
    """Write the weights.

    Args:
        counted: On labelled pairs.
        before: Gives what cannot be counted there: documents, places, equivalent names, limits.
        version: Of the new weights.
        origin: The command that made them.
    """
    values = estimate(counted)
    lines = [
        "# Weights of identity comparisons, bits (log2 likelihood ratios); see weights.py.",
        f"# Counted on synthetic pairs by: python -m benchmarks {origin}",
        "# Not counted, for want of labelled pairs: word_least, word_most, same, joined,",
        "# equivalent, shortened, particle, date_most, nationality_most, calendar, document and",
        "# birthplace; they are bounds or assumptions about error rates, stated in docs/names.md.",
        f'version = "{version}"',
        f"curve = {[list(point) for point in values['curve']]}",
    ]
    tables = []
    for item in fields(before):
        if item.name in ("version", "curve"):
            continue
        value = values.get(item.name, getattr(before, item.name))
        if isinstance(value, (int, float)):
            lines.append(f"{item.name} = {value}")
        else:
            rows = {**getattr(before, item.name), **value}
            tables += ["", f"[{item.name}]", *(f"{key} = {bits}" for key, bits in rows.items())]
    return "\n".join([*lines, *tables, ""])


def estimate(counted: Counted) -> dict[str, Any]:
    """Turn counts into weights."""
    conflict = _ratio(counted.left[0, 0], counted.left[0, 1], *counted.left[1, :2])
    surplus = _ratio(counted.left[0, 2], counted.mated, counted.left[1, 2], counted.non_mated)
    unmatched = -surplus
    nation, sex = counted.codes[:, :2], counted.codes[:, 2:]
    (fits, initials), chance = counted.initials[0][::-1], counted.by_chance_initial
    curve = curve_of(counted)
    return {
        "curve": [*curve, (_SURE, 18.0)],
        "unmatched": round(unmatched, 2),
        "conflict": round(max(-conflict - 2 * unmatched, 0.0), 2),
        "joining": round(-math.log2((counted.joined[0] + _SMOOTH) / (counted.mated + 1)), 2),
        "initial": round(math.log2((fits + _SMOOTH) / (initials + 1) / chance), 2),
        "date": _dates(counted),
        "nationality_equal": round(math.log2(nation[0, 0] / nation[0].sum()), 2),
        "nationality_other": round(_ratio(nation[0, 1], nation[0].sum(), nation[1, 1],
                                          nation[1].sum()), 2),
        "sex_equal": round(_ratio(sex[0, 0], sex[0].sum(), sex[1, 0], sex[1].sum()), 2),
        "sex_other": round(_ratio(sex[0, 1], sex[0].sum(), sex[1, 1], sex[1].sum()), 2),
    }  # fmt: skip


def _dates(counted: Counted) -> dict[str, float]:
    mated, chance = counted.dates
    found = {"equal": round(math.log2(mated[DateRelation.EQUAL] / counted.mated), 2)}
    for relation in DateRelation:
        # No pair was written in another calendar, and a missing date says nothing.
        if relation in (DateRelation.MISSING, DateRelation.EQUAL, DateRelation.CALENDAR):
            continue
        bits = _ratio(mated[relation], counted.mated, chance[relation], chance.total())
        found[relation.name.lower()] = round(min(max(bits, -_RARE), 2 * _RARE), 2)
    return found


def _ratio(first: float, of_first: float, second: float, of_second: float) -> float:
    """Log2 of one rate over another."""
    rates = (first + _SMOOTH) / (of_first + 1), (second + _SMOOTH) / (of_second + 1)
    return math.log2(rates[0] / rates[1])
