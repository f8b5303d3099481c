"""What every call shares: authorisation, log, transactions, comparison."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from eurodac import access, audit, comparison, database, store
from eurodac.errors import EurodacError, NotFoundError, NotReadyError
from eurodac.galleries import Galleries, NameIndex
from eurodac.keys import KeyEncryptionKey
from eurodac.law import profiles
from eurodac.record import CallContext, Dataset, RecordId, System
from eurodac.settings import Settings
from matching.fingerprint.extractor import Extractor
from matching.quality import QualityGate

__all__ = ["Core", "Followers"]


@dataclass(slots=True)
class Reading:
    """A call that reads: what it may, and which records its answer shows.

    Args:
        grant: How far it reaches.
        shown: Ids of the records, filled by the call.
    """

    grant: access.Grant
    shown: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Followers:
    """What follows the database: the gallery of fingerprints, and the index of names."""

    galleries: Galleries
    names: NameIndex


class Core:
    """State of one open registry and the steps that all calls share; thread-safe."""

    def __init__(
        self,
        settings: Settings,
        engine: Engine,
        *,
        kek: KeyEncryptionKey,
        followers: Followers,
        extractor: Extractor,
        gate: QualityGate,
    ) -> None:
        self._settings = settings
        self._engine = engine
        self._kek = kek
        self._galleries = followers.galleries
        self._names = followers.names
        self._extractor = extractor
        self._gate = gate
        self._comparing = threading.Lock()

    def finish_comparisons(self, *, at: datetime) -> int:
        """Finish what a crash left open, in order of arrival; returns how many."""
        finished = 0
        while True:
            with self._reading() as session:
                pending = store.pending_comparisons(session)
            if not pending:
                return finished
            for record_id in pending:
                self._compare(record_id, at=at)
                finished += 1

    def _compare(self, record_id: RecordId, *, at: datetime) -> None:
        """Compare a stored record, once; one at a time, so that no two captures miss each other."""
        with self._comparing, self._writing() as session:
            state = store.find_comparison(session, record_id)
            if state is not None and state.result is None:
                comparison.compare_record(
                    session, record_id, galleries=self._galleries, kek=self._kek, at=at
                )
        self._follow_names()

    def _follow_names(self) -> None:
        """Let the name index learn what was stored, so that no search has to catch up with much."""
        with self._reading() as session:
            if self._names.ready(session):
                self._names.catch_up(session, kek=self._kek)

    @contextmanager
    def admitted(self, context: CallContext, operation: str) -> Iterator[access.Grant]:
        """Authorise one call before anything of it is read, and log whatever refuses it.

        Front doors read addresses, headers and bodies inside, so that a malformed call without
        authority is told only that, and no refusal stays outside the log.

        Raises:
            AccessDeniedError: the call is not allowed.
        """
        with self._refusals_logged(context, operation):
            yield access.authorise(context, operation)

    @contextmanager
    def _reads(self, context: CallContext, operation: str) -> Iterator[Reading]:
        """Admit a call that reads, and log every record that it shows.

        The entries commit before the answer leaves.
        """
        with self.admitted(context, operation) as grant:
            reading = Reading(grant)
            yield reading
            self._log_shown(context, operation, reading.shown)

    def _log_shown(
        self,
        context: CallContext,
        operation: str,
        shown: Iterable[str],
        *,
        detail: Mapping[str, str | int] | None = None,
    ) -> None:
        """Log what an answer shows: one entry a record, so that each can tell who saw it.

        An answer that shows no record has one entry without a subject.
        """
        subjects = [RecordId(record_id) for record_id in dict.fromkeys(shown)]
        nothing: list[RecordId | None] = [None]
        counted = {"shown": len(subjects), **(detail or {})}
        with self._writing() as session:
            for subject in subjects or nothing:
                self._append(session, context, operation, subject=subject, detail=counted)

    @contextmanager
    def _refusals_logged(self, context: CallContext, operation: str) -> Iterator[None]:
        try:
            yield
        except EurodacError as error:
            if not error.logged:
                with self._writing() as session:
                    self._append(
                        session, context, operation, outcome="refused", detail={"code": error.code}
                    )
                error.logged = True
            raise

    def _append(
        self,
        session: Session,
        context: CallContext,
        operation: str,
        *,
        detail: Mapping[str, str | int],
        outcome: str = "done",
        subject: RecordId | None = None,
    ) -> None:
        entry = audit.entry(
            context,
            self._kek,
            operation=operation,
            outcome=outcome,
            subject=subject,
            detail=detail,
        )
        audit.append(session, entry)

    def _writing(self) -> AbstractContextManager[Session]:
        return _available(database.begin(self._engine))

    def _reading(self) -> AbstractContextManager[Session]:
        return _available(database.read(self._engine))

    def _own_dataset(
        self, session: Session, context: CallContext, reference_number: str
    ) -> Dataset:
        """Find an own dataset; one of another State, or hidden from the role, looks like none."""
        dataset = store.find_dataset_by_reference(session, reference_number)
        hidden = profiles.sees(context.actor.role, System.EURODAC) is None
        if dataset is None or hidden or dataset.member_state != context.actor.member_state:
            raise NotFoundError(
                "dataset_not_found", "this Member State has no dataset of that reference number"
            )
        return dataset


@contextmanager
def _available(transaction: AbstractContextManager[Session]) -> Iterator[Session]:
    """Turn an unreachable or locked database into an error that says to come again."""
    try:
        with transaction as session:
            yield session
    except OperationalError as error:
        raise NotReadyError(
            "database_unavailable", "the database did not answer in time; try again"
        ) from error
