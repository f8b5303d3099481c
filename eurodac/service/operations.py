"""Calls of machines, operators and auditors: system adapters, gallery, log, readiness."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.orm import Session

from eurodac import adoption, audit, database, store
from eurodac.errors import EurodacError, FieldRefusedError, NotFoundError
from eurodac.galleries import GalleryReports
from eurodac.interop.systems import ees, vis
from eurodac.keys import new_id
from eurodac.record import CallContext, Capture, RecordId
from eurodac.service.core import Core
from eurodac.transmission import read_capture, read_fingers
from eurodac.views import AuditView, LogEntryView, Readiness

__all__ = ["OperatorCalls"]


class OperatorCalls(Core):
    """Feed other systems, check and rebuild the gallery, verify and read the log."""

    def adopt_ees(self, context: CallContext, message: object, *, member_state: str) -> str:
        """Take over an EES file from the EES; returns its record id."""
        with self.admitted(context, "operate"):
            record_id = RecordId(new_id())
            incoming = ees.read_file(
                message, member_state=member_state, record_id=record_id, at=context.at
            )
            capture = self._capture(incoming.fingerprints)
            with self._writing() as session:
                adoption.open_ees_file(
                    session, incoming.record, capture, context=context, kek=self._kek
                )
            self._compare(record_id, at=context.at)
            return record_id

    def add_ees_crossing(self, context: CallContext, record_id: str, message: object) -> None:
        """Take over an entry or exit of an EES file."""
        with self.admitted(context, "operate"):
            crossing = ees.read_crossing(message, at=context.at)
            with self._writing() as session:
                adoption.add_crossing(
                    session, RecordId(record_id), crossing, context=context, kek=self._kek
                )

    def adopt_vis(self, context: CallContext, message: object, *, member_state: str) -> str:
        """Take over a VIS application from the VIS; returns its record id."""
        with self.admitted(context, "operate"):
            record_id = RecordId(new_id())
            incoming = vis.read_application(
                message, member_state=member_state, record_id=record_id, at=context.at
            )
            capture = self._capture(incoming.fingerprints)
            with self._writing() as session:
                adoption.open_visa_application(
                    session, incoming.record, capture, context=context, kek=self._kek
                )
            self._compare(record_id, at=context.at)
            return record_id

    def update_visa(self, context: CallContext, application_number: str, message: object) -> None:
        """Take over a decision on a VIS application."""
        with self.admitted(context, "operate"), self._writing() as session:
            application = store.find_vis_application(session, application_number)
            if application is None:
                raise NotFoundError("application_not_found", "VIS has no such application here")
            changed = vis.read_decision(message, application=application, at=context.at)
            adoption.update_visa(session, changed, context=context, kek=self._kek)

    def verify_log(self, context: CallContext, *, anchor: str = "") -> AuditView:
        """Verify the hash chain of the log.

        Args:
            context: Who asks.
            anchor: What an earlier answer gave, kept outside the database; "" for none.

        Raises:
            FieldRefusedError: the anchor is malformed.
            LogBrokenError: with the first entry that is wrong.
        """
        with self._reads(context, "read_log"), self._reading() as session:
            try:
                expected = audit.read_anchor(anchor) if anchor else None
            except ValueError as error:
                raise FieldRefusedError("anchor_malformed", str(error), field="anchor") from error
            report = audit.verify(session, anchor=expected)
            end = audit.Anchor(report.count, report.head, report.at)
            return AuditView(report.count, report.head, str(end))

    def read_log(
        self, context: CallContext, *, after: int = 0, limit: int = 100
    ) -> list[LogEntryView]:
        """Read log entries in order; ids in them are pseudonyms."""
        with self._reads(context, "read_log"), self._reading() as session:
            return [
                LogEntryView(
                    seq=item.seq,
                    at=item.entry.at,
                    operation=item.entry.operation,
                    outcome=item.entry.outcome,
                    actor=item.entry.actor,
                    unit=item.entry.unit,
                    role=item.entry.role,
                    member_state=item.entry.member_state,
                    purpose=item.entry.purpose,
                    case=item.entry.case,
                    subject=item.entry.subject,
                    detail=dict(item.entry.detail),
                    hash=item.hash,
                )
                for item in audit.read(session, after=after, limit=limit)
            ]

    def gallery_check(self, context: CallContext) -> GalleryReports:
        """Compare the gallery and the name index with the database."""
        with self._reads(context, "operate"), self._reading() as session:
            return self._checked(session)

    def gallery_rebuild(self, context: CallContext) -> GalleryReports:
        """Build the gallery and the name index anew from the database and save them."""
        with self._reads(context, "operate"), self._reading() as session:
            self._galleries.rebuild(session, kek=self._kek)
            self._names.rebuild(session, kek=self._kek)
            return self._checked(session)

    def _checked(self, session: Session) -> GalleryReports:
        return GalleryReports(
            self._galleries.check(session, kek=self._kek),
            self._names.check(session, kek=self._kek),
        )

    def _capture(self, fingers: tuple[Mapping[str, object], ...]) -> Capture:
        if not fingers:
            return Capture()
        raw = read_fingers({"fingerprints": list(fingers)})
        return read_capture(raw, self._extractor, gate=self._gate)

    def ready(self) -> Readiness:
        """Say whether requests can be answered; no data, no actor."""
        parts = {"database": "ok", "keys": "ok", "gallery": "ok", "names": "ok"}
        try:
            with self._reading() as session:
                store.check_kek(session, self._kek)
                if not database.is_current(self._engine):
                    parts["database"] = "other revision"
                if not self._galleries.ready(session):
                    parts["gallery"] = self._galleries.damage or "behind"
                if not self._names.ready(session):
                    parts["names"] = "behind"
        except EurodacError as error:
            parts["database"] = error.code
        return Readiness(all(state == "ok" for state in parts.values()), parts)
