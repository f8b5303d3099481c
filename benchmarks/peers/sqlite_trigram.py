"""Peer: the trigram index of SQLite's FTS5."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from benchmarks.names.protocols import People, Probe
from benchmarks.peers.latin import latin

__all__ = ["SqliteTrigram"]


class SqliteTrigram:
    """Any trigram of the probe, ordered by its BM25; in memory."""

    fields = frozenset[str]()

    def build(self, people: People) -> None:
        """Index everybody."""
        self._people = len(people)
        self._connection = sqlite3.connect(":memory:")
        run = self._connection.execute
        run("CREATE VIRTUAL TABLE people USING fts5(name, tokenize = 'trigram')")
        rows = ((number, latin(name)) for number, name in enumerate(people.names))
        with self._connection:
            self._connection.executemany("INSERT INTO people (rowid, name) VALUES (?, ?)", rows)
            run("INSERT INTO people (people) VALUES ('optimize')")

    def search(self, probe: Probe, *, k: int) -> Sequence[int]:
        """Ask for any trigram; a shorter name finds nobody."""
        name = latin(probe.name).replace('"', " ")
        trigrams = dict.fromkeys(name[at : at + 3] for at in range(len(name) - 2))
        if not trigrams:
            return []
        asked = " OR ".join(f'"{trigram}"' for trigram in trigrams)
        query = "SELECT rowid FROM people WHERE people MATCH ? ORDER BY rank LIMIT ?"
        return [row[0] for row in self._connection.execute(query, (asked, k))]

    def bytes_per_person(self) -> float:
        """Size of the pages."""
        (pages,) = self._connection.execute("PRAGMA page_count").fetchone()
        (size,) = self._connection.execute("PRAGMA page_size").fetchone()
        return float(pages * size) / self._people

    def close(self) -> None:
        """Drop the database."""
        self._connection.close()
