"""Records of other systems: each step is one transaction of its caller.

Such a record comes from its own system, whose law decides who may write it; here only what
comparison and the timeline need is kept.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.orm import Session

from eurodac import audit, store
from eurodac.keys import KeyEncryptionKey
from eurodac.record import (
    CallContext,
    Capture,
    EesCrossing,
    EesFile,
    RecordId,
    System,
    VisApplication,
)

__all__ = ["add_crossing", "open_ees_file", "open_visa_application", "update_visa"]


def open_ees_file(
    session: Session,
    file: EesFile,
    capture: Capture,
    *,
    context: CallContext,
    kek: KeyEncryptionKey,
) -> None:
    """Record an EES individual file with its four prints."""
    store.insert_ees_file(session, file, capture=capture, kek=kek)
    _compare_later(session, file.id, context)
    detail: dict[str, str | int] = {"system": System.EES.value, "fingers": _usable(capture)}
    _log(session, context, kek, subject=file.id, detail=detail)


def add_crossing(
    session: Session,
    record_id: RecordId,
    crossing: EesCrossing,
    *,
    context: CallContext,
    kek: KeyEncryptionKey,
) -> None:
    """Record an entry or exit in an EES file."""
    store.add_crossing(session, record_id, crossing=crossing)
    detail: dict[str, str | int] = {"system": System.EES.value, "kind": crossing.kind}
    _log(session, context, kek, subject=record_id, detail=detail)


def open_visa_application(
    session: Session,
    application: VisApplication,
    capture: Capture,
    *,
    context: CallContext,
    kek: KeyEncryptionKey,
) -> None:
    """Record a VIS application with its prints."""
    store.insert_vis_application(session, application, capture=capture, kek=kek)
    _compare_later(session, application.id, context)
    detail: dict[str, str | int] = {"system": System.VIS.value, "fingers": _usable(capture)}
    _log(session, context, kek, subject=application.id, detail=detail)


def update_visa(
    session: Session, application: VisApplication, *, context: CallContext, kek: KeyEncryptionKey
) -> None:
    """Record a decision on a VIS application."""
    store.update_visa(session, application)
    detail: dict[str, str | int] = {"system": System.VIS.value, "state": application.state.value}
    _log(session, context, kek, subject=application.id, detail=detail)


def _usable(capture: Capture) -> int:
    return sum(finger.template is not None for finger in capture.fingers)


def _compare_later(session: Session, record_id: RecordId, context: CallContext) -> None:
    store.append_outbox(session, store.Topic.ENROL, record_id=record_id, at=context.at)
    store.request_comparison(session, record_id, at=context.at)


def _log(
    session: Session,
    context: CallContext,
    kek: KeyEncryptionKey,
    *,
    subject: RecordId,
    detail: Mapping[str, str | int],
) -> None:
    entry = audit.entry(
        context, kek, operation="adopt", outcome="done", subject=subject, detail=detail
    )
    audit.append(session, entry)
