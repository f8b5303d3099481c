"""Follows the database through the outbox: what every gallery and index has in common.

The database is the truth. The gallery in memory and its snapshot on disk are derived from it; where
they disagree they are rebuilt, and nothing is searched until they agree.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Generic, TypeVar

from sqlalchemy.orm import Session

from eurodac import store
from eurodac.errors import NotReadyError
from eurodac.galleries.outbox import State, anchor_at, bring_up_to_date, follow
from eurodac.galleries.sealing import SnapshotSealer
from eurodac.galleries.source import EngineT, Labelled, Source
from eurodac.keys import KeyEncryptionKey
from matching.errors import (
    GalleryCorruptError,
    GalleryError,
    GalleryStaleError,
    GalleryStorageError,
)
from matching.gallery import snapshot
from matching.gallery.manifest import Manifest, Origin

__all__ = ["SNAPSHOT_MISSING", "Follower", "GalleryReport", "GalleryReports", "Opened"]

AnswerT = TypeVar("AnswerT")

SNAPSHOT_MISSING = "snapshot_missing"


@dataclass(frozen=True, slots=True)
class Opened:
    """How the gallery was opened.

    Args:
        rebuilt: False if the snapshot on disk could be used.
        reason: Why it could not, a stable code such as ``snapshot_missing``; "" if it could.
        count: References in the gallery.
    """

    rebuilt: bool
    reason: str
    count: int


@dataclass(frozen=True, slots=True)
class GalleryReport:
    """Where gallery and database differ.

    Args:
        count: References in the gallery.
        expected: References in the database.
        missing: In the database only.
        surplus: In the gallery only.
        mislabelled: In both, with different attribute words.
        behind: Whether the outbox holds rows that the gallery has not seen.
        damage: Why the snapshot on disk, or a row of the gallery, cannot be used, a stable code;
            then nothing was compared. "" where all can be used, or was made anew.
    """

    count: int
    expected: int
    missing: tuple[str, ...]
    surplus: tuple[str, ...]
    mislabelled: tuple[str, ...]
    behind: bool
    damage: str = ""

    @property
    def agrees(self) -> bool:
        """Whether the gallery is exactly what the database says."""
        differs = self.missing or self.surplus or self.mislabelled or self.behind
        return not (differs or self.damage)


@dataclass(frozen=True, slots=True)
class GalleryReports:
    """Where what follows the database differs from it: the fingerprints, and the names."""

    fingerprints: GalleryReport
    names: GalleryReport

    @property
    def agrees(self) -> bool:
        """Whether both are exactly what the database says."""
        return self.fingerprints.agrees and self.names.agrees


class Follower(Generic[EngineT]):
    """An engine that follows one database, in this process.

    Every method takes a session of the same database. Sessions must see committed outbox rows
    only: append to the outbox in one transaction and search in a later one. Thread-safe: searches
    run side by side, changes one after the other.

    Args:
        folder: Where the encrypted snapshots lie.
        create: Makes an empty engine.
        source: Reads from the database what the engine enrols.
    """

    def __init__(
        self, folder: Path, create: Callable[[], EngineT], source: Source[Labelled]
    ) -> None:
        self._folder = folder
        self._create = create
        self._source = source
        self._changing = Lock()
        self._current: State[EngineT] | None = None
        self._damage = ""

    @property
    def is_open(self) -> bool:
        """Whether there is a gallery to search."""
        return self._current is not None

    @property
    def high_water(self) -> int:
        """Number of the last outbox row that the gallery holds; 0 for none."""
        return 0 if self._current is None else self._current.mark

    def __len__(self) -> int:
        """How many references the gallery holds; 0 before it is opened."""
        return 0 if self._current is None else len(self._current.engine)

    # --- opening ------------------------------------------------------------------------------

    def load_or_rebuild(
        self, session: Session, *, kek: KeyEncryptionKey, mend: bool = True
    ) -> Opened:
        """Open the gallery from its snapshot, or from the database where that cannot be used.

        Args:
            session: A reading transaction.
            kek: The key-encryption key.
            mend: False leaves a snapshot that cannot be used as it is, and the gallery closed, so
                that ``check`` can report it. A missing snapshot is no damage.

        Raises:
            NotReadyError: the database is empty, or the gallery cannot be kept where it is to lie.
            KeyUnavailableError: the key does not open the templates.
        """
        try:
            with _told(GalleryStorageError):
                self.load(session, kek=kek)
        except (GalleryCorruptError, GalleryStaleError) as error:
            if not mend and error.code != SNAPSHOT_MISSING:
                self._damage = error.code
                return Opened(False, error.code, 0)
            self.rebuild(session, kek=kek)
            return Opened(True, error.code, len(self))
        return Opened(False, "", len(self))

    def load(self, session: Session, *, kek: KeyEncryptionKey) -> None:
        """Open the gallery from its snapshot and bring it up to date.

        Raises:
            GalleryCorruptError: the snapshot fails its checks.
            GalleryStaleError: there is none, it is of another database or history, or the
                gallery lacks records even after catching up.
        """
        database_id = store.database_id(session)
        engine = self._create()
        manifest = snapshot.load(
            self._folder, engine, database_id=database_id, sealer=SnapshotSealer(kek)
        )
        origin = manifest.origin
        if anchor_at(session, origin.high_water_mark) != origin.anchor:
            raise GalleryStaleError(
                "snapshot_history",
                "the snapshot is of another history of this database, as after a restore; "
                "rebuild it",
            )
        state = State(
            engine, database_id, origin.high_water_mark, origin.anchor, made_by="snapshot"
        )
        with self._changing:
            state = self._follow(session, state, kek=kek)
            if set(engine.labels()) != self._source.ids(session):
                raise GalleryStaleError(
                    "snapshot_incomplete",
                    "the gallery does not hold the records of the database; rebuild it",
                )
            self._replace(state)

    def rebuild(self, session: Session, *, kek: KeyEncryptionKey) -> int:
        """Make the gallery anew from the encrypted templates and save it.

        Returns:
            How many references it holds.

        Raises:
            NotReadyError: the gallery cannot be kept where it is to lie; the old one stays.

        Cost: unsealing, packing and sketching of every finger, about 0.3 ms each.
        """
        # The mark comes first: rows committed in between are applied twice, which changes nothing.
        mark = store.outbox_high_water(session)
        with _told(GalleryError):
            engine = self._create()
            engine.enrol(self._source.everything(session, kek=kek))
        state = State(engine, store.database_id(session), mark, anchor_at(session, mark), "rebuild")
        with self._changing, _told(GalleryError):
            self._replace(state)
            self._save(state, kek=kek, replace_later=True)
            self._damage = ""
        return len(engine)

    # --- following ----------------------------------------------------------------------------

    def catch_up(self, session: Session, *, kek: KeyEncryptionKey) -> int:
        """Apply the outbox rows that the gallery has not seen, in order; idempotent.

        Where a record is erased, the snapshots on disk are overwritten and removed as well, since
        they still hold it; ``save`` makes a new one.

        Returns:
            Number of the last row applied, as ``high_water``.

        Raises:
            NotReadyError: the gallery is not open, cannot be kept, or the database has another
                history.
        """
        with self._changing, self._noting():
            self._current = self._follow(session, self._opened(), kek=kek)
            return self._current.mark

    def ready(self, session: Session) -> bool:
        """Say whether a search can be answered: open, whole, and of the history of this database.

        New outbox rows do not matter: every search catches up first. A database that was restored
        to an earlier state under a running process makes this False until it is restarted.
        """
        state = self._current
        return (
            state is not None
            and not self._damage
            and anchor_at(session, state.mark) == state.anchor
        )

    @property
    def damage(self) -> str:
        """Code of what was found damaged since the gallery was opened; empty if nothing was."""
        return self._damage

    def asked(
        self, session: Session, question: Callable[[EngineT], AnswerT], *, kek: KeyEncryptionKey
    ) -> AnswerT:
        """Catch up, then ask the engine something.

        Raises:
            NotReadyError: the engine cannot be brought up to date; never an empty answer instead.
        """
        self.catch_up(session, kek=kek)
        while True:
            engine = self._opened().engine
            with self._noting():
                answer = question(engine)
            # One that was replaced meanwhile is being emptied: its answer may be too short.
            if self._opened().engine is engine:
                return answer

    # --- keeping ------------------------------------------------------------------------------

    def save(self, session: Session, *, kek: KeyEncryptionKey) -> Manifest:
        """Catch up and write a snapshot, unless another process wrote a later one.

        Raises:
            NotReadyError: the gallery is not open or cannot be read.
            OSError: disk full or no access; the old snapshot stays.
        """
        with self._changing, _told(GalleryError):
            self._current = self._follow(session, self._opened(), kek=kek)
            return self._save(self._current, kek=kek)

    def check(self, session: Session, *, kek: KeyEncryptionKey) -> GalleryReport:
        """Read all of the gallery, and compare it with the database record by record.

        Raises:
            NotReadyError: the gallery is not open, or the disk of its rows fails.
        """
        damage, labels = self._damage, dict[str, int]()
        if not damage:
            state = self._opened()
            try:
                with _told(GalleryStorageError):
                    state.engine.dump(lambda part: None)  # reads every row, also a damaged one
                    labels = dict(state.engine.labels())
            except GalleryCorruptError as error:
                damage = error.code
        if damage:
            expected_count = len(self._source.ids(session))
            return GalleryReport(0, expected_count, (), (), (), behind=True, damage=damage)
        expected = {
            reference.key: reference.attributes
            for reference in self._source.everything(session, kek=kek)
        }
        both = labels.keys() & expected.keys()
        return GalleryReport(
            count=len(labels),
            expected=len(expected),
            missing=tuple(sorted(expected.keys() - labels.keys())),
            surplus=tuple(sorted(labels.keys() - expected.keys())),
            mislabelled=tuple(sorted(key for key in both if labels[key] != expected[key])),
            behind=store.outbox_high_water(session) != state.mark,
        )

    # --- inside -------------------------------------------------------------------------------

    def _opened(self) -> State[EngineT]:
        if self._current is None:
            raise NotReadyError(
                "gallery_closed", "the gallery is not loaded yet; retry in a few seconds"
            )
        return self._current

    @contextmanager
    def _noting(self) -> Iterator[None]:
        """Tell errors, and remember damage: until it has a new gallery, nothing is ready."""
        with _told(GalleryError):
            try:
                yield
            except GalleryCorruptError as error:
                self._damage = error.code
                raise

    def _replace(self, state: State[EngineT]) -> None:
        """Put a new gallery in the place of the old one, whose templates are overwritten."""
        old, self._current = self._current, state
        if old is not None:
            old.engine.clear()

    def _save(
        self, state: State[EngineT], *, kek: KeyEncryptionKey, replace_later: bool = False
    ) -> Manifest:
        return snapshot.save(
            self._folder,
            state.engine,
            origin=Origin(state.database_id, state.mark, state.anchor, state.made_by),
            sealer=SnapshotSealer(kek),
            replace_later=replace_later,
        )

    def _follow(
        self, session: Session, state: State[EngineT], *, kek: KeyEncryptionKey
    ) -> State[EngineT]:
        """Apply what is new; the state that is returned is complete up to its mark."""
        return follow(
            session,
            state,
            apply=lambda engine, rows: bring_up_to_date(
                session, engine, rows, source=self._source, kek=kek
            ),
            on_erasure=lambda mark: self._forget(mark, kek=kek),
        )

    def _forget(self, mark: int, *, kek: KeyEncryptionKey) -> None:
        """Overwrite and remove a snapshot that was made before this erasure."""
        try:
            manifest = snapshot.inspect(self._folder, sealer=SnapshotSealer(kek))
        except GalleryCorruptError:
            manifest = None
        if manifest is None or manifest.origin.high_water_mark < mark:
            snapshot.discard(self._folder)


@contextmanager
def _told(kind: type[GalleryError]) -> Iterator[None]:
    """Make an error of an engine one that callers of the registry know: never an empty answer."""
    try:
        yield
    except kind as error:
        raise NotReadyError(error.code, str(error)) from error
