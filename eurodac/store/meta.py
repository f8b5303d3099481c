"""Which database this is, and whether the key at hand is its key."""

from __future__ import annotations

import hmac
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from eurodac.errors import KeyUnavailableError, NotReadyError
from eurodac.keys import KeyEncryptionKey, check_value, new_id
from eurodac.store.records import rows
from eurodac.tables import MetaRow

__all__ = ["check_kek", "database_id", "initialise"]


def initialise(session: Session, kek: KeyEncryptionKey, *, at: datetime) -> str:
    """Give a new database its random id and bind it to a key; harmless when repeated.

    Returns:
        The id of the database.

    Raises:
        KeyUnavailableError: ``kek_foreign``: it is bound to another key already.
    """
    if not rows(session, select(MetaRow)):
        new = new_id()
        values = {
            "id": 1,
            "database_id": new,
            "kek_id": kek.id,
            "key_check": check_value(kek, new),
            "created_at": at,
        }
        session.execute(insert(MetaRow), [values])
    check_kek(session, kek)
    return database_id(session)


def database_id(session: Session) -> str:
    """Return the random id of this database.

    Raises:
        NotReadyError: ``database_empty``: it was never initialised.
    """
    return _meta(session).database_id


def check_kek(session: Session, kek: KeyEncryptionKey) -> None:
    """Refuse a key that is not the key of this database, before anything is sealed with it.

    Raises:
        KeyUnavailableError: ``kek_foreign``.
        NotReadyError: ``database_empty``.
    """
    meta = _meta(session)
    same = hmac.compare_digest(meta.key_check, check_value(kek, meta.database_id))
    if meta.kek_id != kek.id or not same:
        raise KeyUnavailableError(
            "kek_foreign",
            "the key file belongs to another database; name the right one in EURODAC_KEY_FILE",
        )


def _meta(session: Session) -> MetaRow:
    found = rows(session, select(MetaRow))
    if not found:
        raise NotReadyError(
            "database_empty", "the database holds no registry yet; run 'eurodac init' first"
        )
    return found[0]
