"""The gallery of fingerprints."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from sqlalchemy.orm import Session

from eurodac import store
from eurodac.galleries.attributes import attributes_of
from eurodac.galleries.follower import Follower
from eurodac.keys import KeyEncryptionKey
from eurodac.record import RecordId
from matching.gallery.native_engine import NativeGallery
from matching.gallery.protocol import CandidateList, GalleryEngine, Permit, Reference
from matching.template import FingerSet
from matching.thresholds import DEFAULT_FPIR

__all__ = ["Galleries"]


class _Fingers:
    """Reads the records with a usable finger."""

    def ids(self, session: Session) -> set[RecordId]:
        return store.reference_ids(session)

    def everything(self, session: Session, *, kek: KeyEncryptionKey) -> Iterator[Reference]:
        return (_reference(stored) for stored in store.references(session, kek=kek))

    def find(
        self, session: Session, record_ids: Iterable[RecordId], *, kek: KeyEncryptionKey
    ) -> Mapping[RecordId, Reference]:
        found = store.find_references(session, record_ids, kek=kek)
        return {record_id: _reference(stored) for record_id, stored in found.items()}


def _reference(stored: store.StoredReference) -> Reference:
    return Reference(str(stored.record_id), attributes_of(stored), stored.fingers)


class Galleries(Follower[GalleryEngine]):
    """The gallery of one database, in this process; see ``Follower``.

    Args:
        folder: Where the encrypted snapshots lie.
        create: Makes an empty engine.
        target_fpir: Highest share of searches without a mate that may show anybody.
        arrangements: Whether a search that finds nobody also tries swapped and mirrored hands.
    """

    def __init__(
        self,
        folder: Path,
        create: Callable[[], GalleryEngine] = NativeGallery,
        *,
        target_fpir: float = DEFAULT_FPIR,
        arrangements: bool = True,
    ) -> None:
        super().__init__(folder, create, _Fingers())
        self.target_fpir = target_fpir
        self.arrangements = arrangements

    def search(
        self,
        session: Session,
        probe: FingerSet,
        *,
        permit: Permit,
        k: int,
        threshold: float,
        kek: KeyEncryptionKey,
    ) -> CandidateList:
        """Catch up, then identify; see ``GalleryEngine.search``.

        A session with an older view than the gallery may get a candidate that it cannot see yet.

        Raises:
            NotReadyError: the gallery cannot be brought up to date; never "no hit" instead.
        """
        return self.asked(
            session,
            lambda engine: engine.search(probe, permit=permit, k=k, threshold=threshold),
            kek=kek,
        )
