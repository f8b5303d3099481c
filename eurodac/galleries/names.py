"""The index of names, dates of birth and document numbers of all records."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from sqlalchemy.orm import Session

from eurodac import store
from eurodac.galleries.attributes import attributes_of
from eurodac.galleries.follower import Follower
from eurodac.keys import KeyEncryptionKey
from eurodac.record import Name, RecordId
from eurodac.record import PartialDate as RecordedDate
from matching.date import PartialDate
from matching.errors import NameUnreadableError
from matching.gallery.protocol import Permit
from matching.identity import Identity
from matching.identity.gallery import Found, IdentityGallery, IdentityReference
from matching.identity.record import UNSPECIFIED
from matching.name.read import read_name
from matching.name.token import Name as ReadName

__all__ = ["NameIndex", "read_birth", "read_names"]


class NameIndex(Follower[IdentityGallery]):
    """The name index of one database, in this process; see ``Follower``.

    Args:
        folder: Where the encrypted snapshots lie.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, IdentityGallery, _Identities())

    def search(
        self, session: Session, probe: Identity, *, permit: Permit, k: int, kek: KeyEncryptionKey
    ) -> Found:
        """Catch up, then find those who are like a probe; see ``IdentityGallery.search``.

        Raises:
            NotReadyError: the index cannot be brought up to date; never "nobody" instead.
        """
        return self.asked(session, lambda engine: engine.search(probe, permit=permit, k=k), kek=kek)


class _Identities:
    """Reads the identity data of every record; they are not sealed, so no key is needed."""

    def ids(self, session: Session) -> set[RecordId]:
        return store.record_ids(session)

    def everything(self, session: Session, *, kek: KeyEncryptionKey) -> Iterator[IdentityReference]:
        return (_reference(stored) for stored in store.identities(session))

    def find(
        self, session: Session, record_ids: Iterable[RecordId], *, kek: KeyEncryptionKey
    ) -> Mapping[RecordId, IdentityReference]:
        found = store.find_identities(session, record_ids)
        return {record_id: _reference(stored) for record_id, stored in found.items()}


def read_names(names: Iterable[Name]) -> tuple[ReadName, ...]:
    """Read recorded names; one without a letter is left out."""
    read = []
    for name in names:
        try:
            read.append(read_name(name.surnames or None, name.forenames or None))
        except NameUnreadableError:
            continue
    return tuple(read)


def read_birth(born: RecordedDate) -> PartialDate:
    """Read a recorded date of birth; the database holds no day that does not exist."""
    return PartialDate(born.year, born.month, born.day)


def _reference(stored: store.StoredIdentity) -> IdentityReference:
    born = stored.date_of_birth
    return IdentityReference(
        key=str(stored.record_id),
        attributes=attributes_of(stored),
        names=read_names(stored.names),
        birth=read_birth(born),
        nationality=next((code for code in stored.nationalities if code != UNSPECIFIED), ""),
        sex=stored.sex.value,
        documents=stored.documents,
    )
