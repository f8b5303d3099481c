"""Windows, strengths and deadlines of the indications that detection gives.

Law: 32024R1351#art29, 33, 36, 39, 41, 32017R2226#art12; table ``detection.toml``. The rules
themselves are functions in ``eurodac.detection``.
"""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field
from pydantic.dataclasses import dataclass

from eurodac.law.loader import STRICT, Rule, load_rows
from eurodac.law.periods import add_months, add_weeks

__all__ = ["RULES", "DetectionRule"]


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class DetectionRule(Rule):
    """The numbers of one indication.

    Args:
        code: ``UM1`` ...
        strength: What its evidence is worth.
        strength_without_record: The same if only the Eurodac note of a visa is there, not the
            visa record; None where that makes no difference.
        window_months: How long the earlier event counts, calendar months; None = no limit.
        deadline_article: Where the deadline stands; None = no deadline.
        deadline_months: Its length in calendar months, from the hit; None = in weeks, or none.
        deadline_weeks: Its length in weeks, from the hit; None = in months, or none.
        different_states: It needs an earlier event in another Member State.
        deadline_needs_different_states: The deadline runs only between two Member States.
    """

    code: str
    strength: Literal["proof", "circumstantial", "indicator"]
    strength_without_record: Literal["proof", "circumstantial", "indicator"] | None = None
    window_months: int | None = Field(default=None, gt=0)
    deadline_article: str | None = None
    deadline_months: int | None = Field(default=None, gt=0)
    deadline_weeks: int | None = Field(default=None, gt=0)
    different_states: bool
    deadline_needs_different_states: bool = False

    def deadline(self, hit_on: date) -> date | None:
        """Give the last day of the deadline that starts with a hit, None if there is none."""
        if self.deadline_months is not None:
            return add_months(hit_on, self.deadline_months)
        return None if self.deadline_weeks is None else add_weeks(hit_on, self.deadline_weeks)

    def window_end(self, event_on: date) -> date | None:
        """Give the last day on which an earlier event still counts, None if it always does."""
        return None if self.window_months is None else add_months(event_on, self.window_months)


RULES = load_rows("detection", DetectionRule)
