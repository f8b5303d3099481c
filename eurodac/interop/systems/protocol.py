"""What the registry asks of each connected system; later steps complete it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from sqlalchemy.orm import Session

from eurodac.record import RecordId, System

__all__ = ["Incoming", "SystemAdapter"]

RecordT = TypeVar("RecordT")


@dataclass(frozen=True, slots=True, repr=False)
class Incoming(Generic[RecordT]):
    """A message of another system after its check.

    Args:
        record: What will be stored.
        fingerprints: The finger entries as sent, still to be decoded; positions are checked.
    """

    record: RecordT
    fingerprints: tuple[Mapping[str, object], ...]


class SystemAdapter(Protocol[RecordT]):
    """One connected system.

    Reading its messages is not part of the protocol, because each system has its own messages; an
    adapter that receives any has functions beside it.
    """

    @property
    def system(self) -> System:
        """The system."""

    @property
    def searches(self) -> frozenset[System]:
        """Other systems whose templates a new record of this one is compared with."""

    def load(self, session: Session, record_ids: Iterable[RecordId]) -> dict[RecordId, RecordT]:
        """Load records; ids of other systems, and of records that are gone, are left out."""

    def describe(self, record: RecordT) -> str:
        """Say in one plain sentence what a record is; without personal data."""
