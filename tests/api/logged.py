"""The log of the live registry, read beside it."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest


class Log:
    """Its entries in order, as the database holds them."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def __len__(self) -> int:
        return int(self._connection.execute("SELECT count(*) FROM log").fetchone()[0])

    def after(self, seq: int) -> list[dict[str, Any]]:
        """Give the entries that follow a number."""
        cursor = self._connection.execute("SELECT * FROM log WHERE seq > ? ORDER BY seq", (seq,))
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor]


@pytest.fixture
def log(home: Path) -> Iterator[Log]:
    """The log of the registry of ``home``."""
    address = f"file:{home / 'registry.db'}?mode=ro"
    with closing(sqlite3.connect(address, uri=True)) as connection:
        yield Log(connection)
