"""Create and open a registry."""

from __future__ import annotations

import logging
from datetime import datetime

from eurodac import database, store
from eurodac.errors import ConflictError, NotReadyError
from eurodac.galleries import SNAPSHOT_MISSING, Galleries, NameIndex, Opened, engine_maker
from eurodac.keys import create_kek, load_kek
from eurodac.service.core import Followers
from eurodac.service.operations import OperatorCalls
from eurodac.service.searches import SearchCalls
from eurodac.service.transmissions import TransmissionCalls
from eurodac.settings import Settings
from matching.fingerprint.extractor import Extractor
from matching.fingerprint.mindtct import MindtctExtractor
from matching.quality import DEFAULT_GATE

__all__ = ["Service", "initialise", "open_service"]

_LOG = logging.getLogger("eurodac.gallery")


class Service(TransmissionCalls, SearchCalls, OperatorCalls):
    """One open registry; thread-safe. ``close`` saves the gallery."""

    def close(self) -> None:
        """Save the gallery and the name index, if they are open, and close the database.

        What cannot be saved is told in the program's log, and made anew when it is opened.
        """
        for what, follower in (("gallery", self._galleries), ("name index", self._names)):
            if follower.is_open:
                try:
                    with self._reading() as session:
                        follower.save(session, kek=self._kek)
                except NotReadyError as error:
                    _LOG.warning("the %s was not saved (%s): %s", what, error.code, error)
        self._engine.dispose()


def initialise(settings: Settings, *, at: datetime) -> None:
    """Create home folder, key-encryption key and database.

    Raises:
        ConflictError: there is a registry already.
    """
    settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    if settings.key_path.exists():
        raise ConflictError("already_initialised", "there is a registry here; nothing was changed")
    engine = database.create_engine(
        settings.url, busy_timeout_seconds=settings.busy_timeout_seconds
    )
    database.upgrade(engine)
    kek = create_kek(settings.key_path)
    with database.begin(engine) as session:
        store.initialise(session, kek, at=at)
    engine.dispose()


def open_service(
    settings: Settings, *, at: datetime, extractor: Extractor | None = None, mend: bool = True
) -> Service:
    """Open an initialised registry: check key and schema, load or rebuild what follows it.

    Args:
        settings: Where everything lies.
        at: The instant of opening; comparisons that a crash left open are finished under it.
        extractor: Another extractor than MINDTCT with NFIQ 2.
        mend: Whether a damaged gallery is rebuilt, which is written to the program's log. False
            leaves it as it is for ``gallery_check`` and ``gallery_rebuild``; nothing can be
            searched, and open comparisons wait.

    Raises:
        KeyUnavailableError: the key is missing, unsafe or of another database.
        NotReadyError: the schema is not of this version.
    """
    kek = load_kek(settings.key_path)
    engine = database.create_engine(
        settings.url, busy_timeout_seconds=settings.busy_timeout_seconds
    )
    if not database.is_current(engine):
        raise NotReadyError(
            "database_revision", "the database is of another version; run 'eurodac db upgrade'"
        )
    with database.read(engine) as session:
        store.check_kek(session, kek)
        galleries = Galleries(
            settings.gallery_folder,
            engine_maker(
                settings.gallery_engine,
                threads=settings.gallery_threads,
                miss_budget=settings.gallery_miss_budget,
                rows_folder=settings.gallery_rows_folder,
            ),
            target_fpir=settings.target_fpir,
            arrangements=settings.search_arrangements,
        )
        names = NameIndex(settings.names_folder)
        for what, follower in (("gallery", galleries), ("name index", names)):
            _tell(what, follower.load_or_rebuild(session, kek=kek, mend=mend))
    service = Service(
        settings,
        engine,
        kek=kek,
        followers=Followers(galleries, names),
        extractor=extractor or MindtctExtractor(),
        gate=DEFAULT_GATE,
    )
    if galleries.is_open:
        service.finish_comparisons(at=at)
    return service


def _tell(what: str, opened: Opened) -> None:
    """Write into the program's log that a snapshot could not be used."""
    if opened.rebuilt and opened.reason != SNAPSHOT_MISSING:
        _LOG.warning(
            "the %s snapshot could not be used (%s); the %s was rebuilt from the database, "
            "%d references",
            what,
            opened.reason,
            what,
            opened.count,
        )
