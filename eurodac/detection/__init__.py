"""Detection: timeline and rules; hints with evidence, never decisions."""

from eurodac.detection.detect import detect
from eurodac.detection.timeline import timeline
from eurodac.detection.values import (
    Case,
    CounterIndication,
    Deadline,
    Evidence,
    Indicator,
    IndicatorKind,
    Linked,
    Push,
    Received,
    Strength,
    TimelineEvent,
)

__all__ = [
    "Case",
    "CounterIndication",
    "Deadline",
    "Evidence",
    "Indicator",
    "IndicatorKind",
    "Linked",
    "Push",
    "Received",
    "Strength",
    "TimelineEvent",
    "detect",
    "timeline",
]
