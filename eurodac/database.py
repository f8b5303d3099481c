"""Engines, transactions and the revision of the schema, for SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

__all__ = [
    "begin",
    "create_engine",
    "downgrade",
    "is_current",
    "read",
    "revision",
    "scrub",
    "upgrade",
]

_LOCK_TIMEOUT_MS = 10_000
_STATEMENT_TIMEOUT_MS = 60_000
_WRITERS = 0x6575726F646163  # "eurodac": the advisory lock that writers take


def create_engine(url: str, *, busy_timeout_seconds: float = 10.0) -> Engine:
    """Make an engine that keeps the promises of the registry on either database.

    SQLite: write-ahead log, foreign keys, full synchronisation, deleted content overwritten.
    PostgreSQL: a lock is waited for 10 s, a statement runs 60 s at most.

    Args:
        url: SQLAlchemy URL, ``sqlite+pysqlite:///FILE`` or ``postgresql+psycopg://...``; the
            SQLite file and its folder are made when missing, readable by their owner only.
        busy_timeout_seconds: How long a SQLite writer waits for another one.

    Raises:
        ValueError: another database, or SQLite in memory.
    """
    parsed = make_url(url)
    backend = parsed.get_backend_name()
    if backend == "postgresql":
        options = f"-c lock_timeout={_LOCK_TIMEOUT_MS} -c statement_timeout={_STATEMENT_TIMEOUT_MS}"
        return sa.create_engine(
            parsed.set(drivername="postgresql+psycopg"),
            connect_args={"options": options},
            pool_pre_ping=True,
            hide_parameters=True,
        )
    if backend != "sqlite" or not parsed.database or parsed.database == ":memory:":
        raise ValueError(f"{backend}: use a SQLite file or PostgreSQL")
    path = Path(parsed.database)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.touch(mode=0o600)
    engine = sa.create_engine(
        parsed,
        connect_args={"timeout": busy_timeout_seconds},
        hide_parameters=True,  # no value of a person in the message of an error
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    """Set what SQLite forgets between connections; SQLAlchemy, not the driver, sends BEGIN."""
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    """Take the write lock at once where it will be needed: upgrading it later can fail."""
    reading = connection.get_execution_options().get("eurodac_reading", False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


@contextmanager
def begin(engine: Engine) -> Iterator[Session]:
    """Open one writing transaction: commits at the end, rolls back on any error.

    Writers go one at a time on either database, so that numbers of the outbox rise in commit order
    and two decisions never cross: SQLite takes its write lock, PostgreSQL one advisory lock.
    """
    with Session(engine, expire_on_commit=False) as session, session.begin():
        if engine.dialect.name == "postgresql":
            session.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": _WRITERS})
        yield session


@contextmanager
def read(engine: Engine) -> Iterator[Session]:
    """Open one reading transaction that sees one state of the database and never commits."""
    options: dict[str, object] = {"eurodac_reading": True}
    if engine.dialect.name == "postgresql":
        options |= {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    with Session(engine.execution_options(**options)) as session:
        yield session


def scrub(engine: Engine) -> None:
    """Overwrite what erased rows left in the write-ahead log of SQLite.

    Does nothing on PostgreSQL, where the record key is what makes erased data unreadable.
    """
    if engine.dialect.name == "sqlite":
        connection = engine.raw_connection()
        try:
            connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            connection.close()


def upgrade(engine: Engine, target: str = "head") -> None:
    """Bring the schema up to a revision, in one transaction."""
    with engine.begin() as connection:
        command.upgrade(_config(connection), target)


def downgrade(engine: Engine, target: str) -> None:
    """Take the schema back to a revision, ``"base"`` for an empty database."""
    with engine.begin() as connection:
        command.downgrade(_config(connection), target)


def revision(engine: Engine) -> str | None:
    """Return the revision of the schema, None where there is none."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def is_current(engine: Engine) -> bool:
    """Say whether the schema has the newest revision."""
    return revision(engine) == ScriptDirectory.from_config(_config()).get_current_head()


def _config(connection: Connection | None = None) -> Config:
    """Find the scripts by the name of their package, so that a wheel finds them as well."""
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", "migrations:")
    config.set_main_option("path_separator", "os")
    return config
