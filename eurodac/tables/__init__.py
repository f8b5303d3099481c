"""The schema: one mapped class per table, every invariant a named constraint.

``records`` is the root; a row of any system hangs below one of its rows and goes with it.
"""

from eurodac.tables.base import Base, UtcDateTime
from eurodac.tables.biometrics import BiometricRow, RecordKeyRow, SampleRow
from eurodac.tables.datasets import CIRCUMSTANCES, LATER_COLUMNS, DatasetRow
from eurodac.tables.journal import IdempotencyRow, LogHeadRow, LogRow, MetaRow, OutboxRow
from eurodac.tables.links import ComparisonRow, HitSnapshotRow, LinkRow, LinkTermRow, PushRow
from eurodac.tables.records import DocumentRow, NameRow, NationalityRow, RecordRow
from eurodac.tables.systems import (
    EesCrossingRow,
    EesFileRow,
    VisApplicationRow,
    VisRefusalGroundRow,
)

__all__ = [
    "CIRCUMSTANCES",
    "LATER_COLUMNS",
    "Base",
    "BiometricRow",
    "ComparisonRow",
    "DatasetRow",
    "DocumentRow",
    "EesCrossingRow",
    "EesFileRow",
    "HitSnapshotRow",
    "IdempotencyRow",
    "LinkRow",
    "LinkTermRow",
    "LogHeadRow",
    "LogRow",
    "MetaRow",
    "NameRow",
    "NationalityRow",
    "OutboxRow",
    "PushRow",
    "RecordKeyRow",
    "RecordRow",
    "SampleRow",
    "UtcDateTime",
    "VisApplicationRow",
    "VisRefusalGroundRow",
]
