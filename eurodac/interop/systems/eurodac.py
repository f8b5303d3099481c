"""Eurodac itself behind the protocol of systems; its messages are read by ``transmission``."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy.orm import Session

from eurodac import store
from eurodac.law.comparison import systems_rule
from eurodac.record import Dataset, RecordId, Subtype, System

__all__ = ["EurodacAdapter"]


class EurodacAdapter:
    """Eurodac behind the protocol of systems."""

    system = System.EURODAC

    @property
    def searches(self) -> frozenset[System]:
        """EES and VIS; Eurodac's own comparison follows its own table."""
        return frozenset(System(name) for name in systems_rule(self.system).searches)

    def load(self, session: Session, record_ids: Iterable[RecordId]) -> dict[RecordId, Dataset]:
        """Load datasets."""
        return store.get_datasets(session, record_ids)

    def describe(self, record: Dataset) -> str:
        """Say what the dataset is.

        Returns:
            For example ``"Eurodac dataset of IT: irregular crossing"``.
        """
        subtype = "" if record.subtype is Subtype.NONE else f" ({record.subtype.value})"
        what = f"{record.category.value}{subtype}".replace("_", " ")
        return f"Eurodac dataset of {record.member_state}: {what}"
