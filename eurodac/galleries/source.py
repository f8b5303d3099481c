"""What a follower reads from the database, and what it keeps in step with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Protocol, TypeVar

from sqlalchemy.orm import Session

from eurodac.keys import KeyEncryptionKey
from eurodac.record import RecordId
from matching.gallery.snapshot import Kept

__all__ = ["EngineT", "Following", "Labelled", "ReferenceT", "Source"]


class Labelled(Protocol):
    """A reference of any engine: its key is the record id."""

    @property
    def key(self) -> str:
        """Record id."""

    @property
    def attributes(self) -> int:
        """Attribute word."""


ReferenceT = TypeVar("ReferenceT", bound=Labelled)
_ReferenceT_contra = TypeVar("_ReferenceT_contra", bound=Labelled, contravariant=True)
_ReferenceT_co = TypeVar("_ReferenceT_co", bound=Labelled, covariant=True)


class Following(Kept, Protocol[_ReferenceT_contra]):
    """An engine that can follow a database, as ``GalleryEngine`` describes it."""

    def enrol(self, references: Iterable[_ReferenceT_contra]) -> None:
        """Add references; a key that is present is replaced."""

    def erase(self, keys: Iterable[str]) -> int:
        """Overwrite and remove references."""

    def clear(self) -> None:
        """Overwrite and remove every reference."""

    def relabel(self, key: str, attributes: int) -> bool:
        """Replace the attribute word of a reference; False if the key is not present."""

    def labels(self) -> Mapping[str, int]:
        """Key -> attribute word of every enrolled reference."""


EngineT = TypeVar("EngineT", bound=Following[Any])


class Source(Protocol[_ReferenceT_co]):
    """Reads what an engine enrols."""

    def ids(self, session: Session) -> set[RecordId]:
        """List what a complete engine holds."""

    def everything(self, session: Session, *, kek: KeyEncryptionKey) -> Iterator[_ReferenceT_co]:
        """Read every reference, in the order in which their records were made."""

    def find(
        self, session: Session, record_ids: Iterable[RecordId], *, kek: KeyEncryptionKey
    ) -> Mapping[RecordId, _ReferenceT_co]:
        """Read some references; records that the engine does not hold are left out."""
