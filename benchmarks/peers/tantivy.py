"""Peer: tantivy, a search engine in Rust; every word exactly or within some edits."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Sequence
from pathlib import Path

import tantivy
from tantivy import Occur, Query

from benchmarks.names.protocols import People, Probe
from benchmarks.peers.latin import latin

__all__ = ["TantivyFuzzy"]

_WORDS = re.compile(r"[a-z0-9]+")  # as its default tokenizer splits what it indexes
_EXACT = 2.0
"""Weight of a word as it is typed; one within the edits scores 1."""


class TantivyFuzzy:
    """Any word of the probe, best sum first.

    Args:
        edits: Letters that may differ in a word, 1 or 2; an exchange of neighbours counts once.
    """

    fields = frozenset[str]()

    def __init__(self, *, edits: int) -> None:
        self._edits = edits

    def build(self, people: People) -> None:
        """Write an index to a temporary folder."""
        builder = tantivy.SchemaBuilder()
        builder.add_text_field("name", tokenizer_name="default", index_option="basic")
        builder.add_unsigned_field("id", stored=True)
        self._schema, self._people = builder.build(), len(people)
        self._folder = tempfile.TemporaryDirectory(prefix="eurodac-tantivy-")
        self._index = tantivy.Index(self._schema, self._folder.name)
        writer = self._index.writer(heap_size=256_000_000, num_threads=1)
        for number, name in enumerate(people.names):
            writer.add_document(tantivy.Document(name=latin(name), id=number))
        writer.commit()
        writer.wait_merging_threads()
        self._index.reload()
        self._searcher = self._index.searcher()

    def search(self, probe: Probe, *, k: int) -> Sequence[int]:
        """Ask for every word, exactly with more weight."""
        clauses = []
        for word in _WORDS.findall(latin(probe.name)):
            exact = Query.term_query(self._schema, "name", word, index_option="basic")
            clauses.append((Occur.Should, Query.boost_query(exact, _EXACT)))
            near = Query.fuzzy_term_query(self._schema, "name", word, distance=self._edits)
            clauses.append((Occur.Should, near))
        hits = self._searcher.search(Query.boolean_query(clauses), k, count=False).hits
        return [self._searcher.doc(address).get_first("id") for _, address in hits]

    def bytes_per_person(self) -> float:
        """Size of its files."""
        files = Path(self._folder.name).iterdir()
        return sum(file.stat().st_size for file in files) / self._people

    def close(self) -> None:
        """Delete the folder."""
        self._folder.cleanup()
